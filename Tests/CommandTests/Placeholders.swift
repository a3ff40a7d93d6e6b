/// What varies between two runs of the same transcript, bound as it is met.
struct Placeholders {
  private(set) var actual: [Substring: Substring] = [:]

  /// Whether two lines say the same, binding the references of the expected one on first sight.
  mutating func match(expected: String, actual line: String) -> Bool {
    let wanted = Self.tokens(expected)
    let found = Self.tokens(line)
    guard wanted.count == found.count else { return false }
    for (want, find) in zip(wanted, found) {
      guard want.kind == find.kind else { return false }
      switch want.kind {
      case .text: guard want.text == find.text else { return false }
      case .reference:
        if let bound = actual[want.text] {
          guard bound == find.text else { return false }
        } else {
          guard want.text.prefix(4) == find.text.prefix(4) else { return false }
          actual[want.text] = find.text
        }
      case .variable: continue
      }
    }
    return true
  }

  /// A command with the references that this run gave.
  func filled(_ command: String) -> String {
    Self.tokens(command).map { $0.kind == .reference ? String(actual[$0.text] ?? $0.text) : String($0.text) }
      .joined()
  }

  private enum Kind { case text, reference, variable }

  private struct Token {
    let kind: Kind
    let text: Substring
  }

  private nonisolated(unsafe) static let varying =
    #/(?<reference>(?:DOC|CNS|CTC|RCP|REQ|MBR|HLD|ERA)-[0-9A-Z]{5}-[0-9A-Z]{5})|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}|age1[0-9a-z]{20,}|strongroom[0-9A-Za-z./-]*\+[0-9a-f]{8}\+[0-9A-Za-z+\/=]+|\b[0-9a-f]{12,64}\b|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9.]+Z)?|\b20(?:2[6-9]|[3-9][0-9])-[0-9]{2}-[0-9]{2}\b/#

  private static func tokens(_ line: String) -> [Token] {
    var tokens: [Token] = []
    var position = line.startIndex
    for match in line.matches(of: varying) {
      if position < match.range.lowerBound {
        tokens.append(Token(kind: .text, text: line[position..<match.range.lowerBound]))
      }
      tokens.append(
        Token(kind: match.output.reference == nil ? .variable : .reference, text: line[match.range]))
      position = match.range.upperBound
    }
    if position < line.endIndex { tokens.append(Token(kind: .text, text: line[position...])) }
    return tokens
  }
}
