internal import Yams

/// The keys of one map, taken one by one; whatever nobody took is unknown and reported.
struct PolicyMap {
  let value: PolicyValue
  /// All entries in the order of the file, for maps whose keys are words.
  let all: [(key: PolicyValue, name: String, value: PolicyValue)]
  /// Their names alone, so that looking for one copies nothing.
  private let names: [String]
  private var asked: [String] = []

  init(mapping: Node.Mapping, at value: PolicyValue) {
    self.value = value
    var entries: [(key: PolicyValue, name: String, value: PolicyValue)] = []
    for (keyNode, node) in mapping {
      let key = PolicyValue(node: keyNode, file: value.file)
      guard let name = key.string() else { continue }
      entries.append((key, name, PolicyValue(node: node, file: value.file)))
    }
    self.all = entries
    self.names = entries.map(\.name)
  }

  /// The value of a key; nil if the map does not have it.
  mutating func take(_ name: String) -> PolicyValue? {
    asked.append(name)
    return names.firstIndex(of: name).map { all[$0].value }
  }

  /// The value of a key that must be there; nil, reported, if it is not.
  mutating func need(_ name: String) -> PolicyValue? {
    if let found = take(name) { return found }
    value.report(.missingKey(name))
    return nil
  }

  /// Reports every key that was never asked for.
  func finish() {
    for index in names.indices where !asked.contains(names[index]) {
      all[index].key.report(.unknownKey(printable(names[index]), near: asked))
    }
  }

  /// Where a key stands (a map as a value has the mark of its own first key, a line below what people look for).
  func location(of name: String) -> RuleLocation {
    names.firstIndex(of: name).map { all[$0].key.location } ?? value.location
  }

  /// Line of each key.
  var lines: [String: Int] {
    Dictionary(all.map { ($0.name, $0.key.line) }, uniquingKeysWith: { first, _ in first })
  }
}
