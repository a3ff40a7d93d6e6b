internal import Yams

/// One value in a policy file, to be read as what it must be; anything else is reported where it stands.
struct PolicyValue {
  let node: Node
  let file: PolicyFile

  var line: Int { node.mark?.line ?? 1 }
  var column: Int { node.mark?.column ?? 1 }
  var location: RuleLocation { RuleLocation(file: file.path, line: line) }

  func report(_ kind: PolicyProblem.Kind) { file.report(kind, line: line, column: column) }

  /// The node in the words of an error.
  private var found: String {
    switch node {
    case .mapping: return "a map of keys and values"
    case .sequence: return "a list"
    case .alias: return "an alias"
    case .scalar(let scalar):
      if scalar.style != .plain { return "the text \"\(printable(scalar.string))\"" }
      switch PlainKind(scalar.string) {
      case .null: return scalar.string.isEmpty ? "nothing" : "null"
      case .boolean: return "\(scalar.string), which YAML reads as true or false"
      case .number: return "the number \(printable(scalar.string))"
      case .text: return "the text \"\(printable(scalar.string))\""
      }
    }
  }

  private func reportType(_ expected: String, advice: String? = nil) {
    report(.wrongType(expected: expected, found: found, advice: advice))
  }

  /// Text; a plain word that YAML would take for something else must be quoted.
  func string() -> String? {
    guard case .scalar(let scalar) = node else {
      reportType("text")
      return nil
    }
    guard scalar.style == .plain, PlainKind(scalar.string) != .text else { return scalar.string }
    let isNothing = scalar.string.isEmpty || PlainKind(scalar.string) == .null
    reportType("text", advice: isNothing ? nil : "put it in quotes: \"\(printable(scalar.string))\"")
    return nil
  }

  /// Text with something in it.
  func filledString() -> String? {
    guard let text = string() else { return nil }
    guard text.contains(where: { !$0.isWhitespace }) else {
      reportType("text with something in it")
      return nil
    }
    return text
  }

  func integer(_ range: ClosedRange<Int>, what: String) -> Int? {
    guard case .scalar(let scalar) = node, scalar.style == .plain, PlainKind.isInteger(scalar.string) else {
      reportType("a whole number")
      return nil
    }
    guard let value = Int(scalar.string), range.contains(value) else {
      report(.outOfRange(what: what, limits: "from \(range.lowerBound) to \(range.upperBound)"))
      return nil
    }
    return value
  }

  func boolean() -> Bool? {
    if case .scalar(let scalar) = node, scalar.style == .plain {
      if scalar.string == "true" { return true }
      if scalar.string == "false" { return false }
      if case .boolean = PlainKind(scalar.string) {
        let meant = ["yes", "on", "true", "y"].contains(scalar.string.lowercased())
        reportType("true or false", advice: "write \(meant)")
        return nil
      }
    }
    reportType("true or false")
    return nil
  }

  func date() -> CalendarDate? {
    guard case .scalar(let scalar) = node, scalar.style != .literal, scalar.style != .folded else {
      reportType("a date YYYY-MM-DD")
      return nil
    }
    guard let date = CalendarDate(scalar.string) else {
      reportType("a date YYYY-MM-DD")
      return nil
    }
    return date
  }

  /// A word out of a closed list.
  func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type, _ noun: String) -> Word?
  where Word.RawValue == String {
    guard let text = string() else { return nil }
    if let word = Word(rawValue: text) { return word }
    report(.unknownWord(noun: noun, word: printable(text), near: Word.allCases.map(\.rawValue)))
    return nil
  }

  /// A word out of a list that the policy itself gives.
  func word(among known: [String], _ noun: String) -> String? {
    guard let text = string() else { return nil }
    if known.contains(text) { return text }
    report(.unknownWord(noun: noun, word: printable(text), near: known))
    return nil
  }

  /// The items of a list; nil, reported, if it is not one.
  func items(_ what: String, mayBeEmpty: Bool = false) -> [PolicyValue]? {
    guard case .sequence(let sequence) = node else {
      reportType("a list")
      return nil
    }
    if sequence.isEmpty, !mayBeEmpty {
      report(.emptyList(what))
      return nil
    }
    return sequence.map { PolicyValue(node: $0, file: file) }
  }

  func strings(_ what: String) -> [String] { items(what)?.compactMap { $0.filledString() } ?? [] }

  /// Words of a closed list, each at most once.
  func words<Word: RawRepresentable & CaseIterable & Hashable>(
    _ type: Word.Type, _ noun: String, mayBeEmpty: Bool = false
  ) -> [Word] where Word.RawValue == String {
    var seen: [Word] = []
    for item in items("the list", mayBeEmpty: mayBeEmpty) ?? [] {
      guard let word = item.word(type, noun) else { continue }
      if seen.contains(word) { item.report(.duplicateWord(noun: noun, word: word.rawValue)) }
      seen.append(word)
    }
    return seen
  }

  /// Words of a list that the policy gives, each at most once.
  func words(among known: [String], _ noun: String, mayBeEmpty: Bool = false) -> [String] {
    var seen: [String] = []
    for item in items("the list", mayBeEmpty: mayBeEmpty) ?? [] {
      guard let word = item.word(among: known, noun) else { continue }
      if seen.contains(word) { item.report(.duplicateWord(noun: noun, word: word)) }
      seen.append(word)
    }
    return seen
  }

  /// Words of a list that the policy gives, or `any` for all of them.
  func filter(among known: [String], _ noun: String) -> WordFilter {
    if case .scalar(let scalar) = node {
      if scalar.string == "any" { return WordFilter(isAny: true, words: known) }
      reportType("a list, or any")
      return WordFilter(isAny: false, words: [])
    }
    return WordFilter(isAny: false, words: words(among: known, noun))
  }

  /// Keys and values; nil, reported, if it is not a map.
  func map() -> PolicyMap? {
    guard case .mapping(let mapping) = node else {
      reportType("a map of keys and values")
      return nil
    }
    return PolicyMap(mapping: mapping, at: self)
  }
}

/// What YAML takes an unquoted word for.
enum PlainKind: Hashable {
  case null, boolean, number, text

  init(_ word: String) {
    switch word {
    case "", "~", "null", "Null", "NULL": self = .null
    case "y", "Y", "n", "N": self = .boolean
    default:
      switch word.lowercased() {
      case "yes", "no", "true", "false", "on", "off": self = .boolean
      case ".inf", "-.inf", "+.inf", ".nan": self = .number
      default: self = PlainKind.isNumber(word) ? .number : .text
      }
    }
  }

  static func isInteger(_ word: String) -> Bool {
    let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
    return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      && (digits.count == 1 || !digits.hasPrefix("0"))
  }

  private static func isNumber(_ word: String) -> Bool {
    guard let first = word.utf8.first, "+-.0123456789".utf8.contains(first) else { return false }
    let cleaned = word.filter { $0 != "_" }
    if cleaned.hasPrefix("0x") { return Int(cleaned.dropFirst(2), radix: 16) != nil }
    if cleaned.hasPrefix("0o") { return Int(cleaned.dropFirst(2), radix: 8) != nil }
    return Double(cleaned) != nil
  }
}

extension PolicyValue {
  /// The text of a scalar without any check or report.
  var peekedString: String? { node.scalar?.string }
}
