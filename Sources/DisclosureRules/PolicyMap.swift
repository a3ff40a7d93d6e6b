internal import Yams

/// The keys of one map, taken one by one; whatever nobody took is unknown and reported.
struct PolicyMap {
  let value: PolicyValue
  private let entries: [(key: PolicyValue, name: String, value: PolicyValue)]
  private var asked: [String] = []

  init(mapping: Node.Mapping, at value: PolicyValue) {
    self.value = value
    var entries: [(key: PolicyValue, name: String, value: PolicyValue)] = []
    for (keyNode, node) in mapping {
      let key = PolicyValue(node: keyNode, file: value.file)
      guard let name = key.string() else { continue }
      entries.append((key, name, PolicyValue(node: node, file: value.file)))
    }
    self.entries = entries
  }

  /// The value of a key; nil if the map does not have it.
  mutating func take(_ name: String) -> PolicyValue? {
    asked.append(name)
    return entries.first { $0.name == name }?.value
  }

  /// The value of a key that must be there; nil, reported, if it is not.
  mutating func need(_ name: String) -> PolicyValue? {
    if let found = take(name) { return found }
    value.report(.missingKey(name))
    return nil
  }

  /// Reports every key that was never asked for.
  func finish() {
    for entry in entries where !asked.contains(entry.name) {
      entry.key.report(.unknownKey(printable(entry.name), near: asked))
    }
  }

  /// All entries in the order of the file, for maps whose keys are words.
  var all: [(key: PolicyValue, name: String, value: PolicyValue)] { entries }

  /// Where a key stands (a map as a value has the mark of its own first key, a line below what people look for).
  func location(of name: String) -> RuleLocation {
    entries.first { $0.name == name }?.key.location ?? value.location
  }

  /// Line of each key.
  var lines: [String: Int] {
    Dictionary(entries.map { ($0.name, $0.key.line) }, uniquingKeysWith: { first, _ in first })
  }
}
