/// Looks over the text of a policy file before a parser sees it.
///
/// Policies use a small part of YAML. What they do not use is refused here, by place: anchors and aliases (a few bytes
/// that stand for gigabytes), tags, directives, and nesting deep enough to exhaust a stack. The scan knows block and flow
/// style, quotes, comments and block scalars; where it could differ from a full parser it refuses more, not less: a line
/// that begins with `*` inside a plain text over several lines is refused although it is only text. The tree the parser
/// makes is checked once more.
struct YAMLGuard {
  /// Levels of collection within collection.
  static let nestingLimit = 32

  struct Refusal: Hashable {
    let kind: PolicyProblem.Kind
    let line: Int
    let column: Int
  }

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var lineStart = 0
  /// Columns at which open block collections began.
  private var columns: [Int] = []
  /// Open brackets and braces.
  private var flowDepth = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The first thing refused; nil if the parser may have the text.
  mutating func firstRefusal() -> Refusal? {
    while position < scalars.count {
      if let refusal = scanLine() { return refusal }
    }
    return nil
  }

  private func refusal(_ kind: PolicyProblem.Kind) -> Refusal {
    Refusal(kind: kind, line: line, column: position - lineStart + 1)
  }

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < scalars.count ? scalars[position + offset] : nil
  }

  private static func isBreak(_ scalar: Unicode.Scalar?) -> Bool {
    // libyaml takes all of these for line ends.
    scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private static func isBlank(_ scalar: Unicode.Scalar?) -> Bool { scalar == " " || scalar == "\t" }

  private static func endsToken(_ scalar: Unicode.Scalar?) -> Bool {
    scalar == nil || isBlank(scalar) || isBreak(scalar)
  }

  private mutating func endLine() {
    if peek() == "\r", peek(1) == "\n" { position += 1 }
    if position < scalars.count { position += 1 }
    line += 1
    lineStart = position
  }

  /// From the start of a line to the start of the next.
  private mutating func scanLine() -> Refusal? {
    if position == 0, peek() == "\u{FEFF}" { position = 1 }
    if peek() == "%", flowDepth == 0 { return refusal(.directiveRefused) }
    // A document marker is no plain text: what follows it on the line is a token again.
    if let first = peek(), first == "-" || first == ".", peek(1) == first, peek(2) == first,
      Self.endsToken(peek(3))
    {
      position += 3
    }
    skipBlanks()
    return scanTokens()
  }

  private mutating func skipBlanks() { while Self.isBlank(peek()) { position += 1 } }

  /// Tokens up to the end of a line. A quoted scalar may take it over several lines.
  private mutating func scanTokens() -> Refusal? {
    while let scalar = peek() {
      if Self.isBreak(scalar) {
        endLine()
        return nil
      }
      if let refusal = scanToken(scalar) { return refusal }
      skipBlanks()
    }
    return nil
  }

  private mutating func scanToken(_ scalar: Unicode.Scalar) -> Refusal? {
    switch scalar {
    case "#": skipToBreak()
    case "&", "*": return refusal(.anchorsRefused)
    case "!": return refusal(.tagsRefused)
    case "\"", "'": skipQuoted(scalar)
    case "[", "{":
      flowDepth += 1
      position += 1
      return tooDeep
    case "]", "}":
      if flowDepth > 0 { flowDepth -= 1 }
      position += 1
    case ",": position += 1
    case "|", ">":
      if flowDepth == 0 { skipBlockScalar() } else { skipPlain() }
    case "-", "?", ":":
      if Self.endsToken(peek(1)) || (flowDepth > 0 && scalar != "-") {
        if scalar == "?" { return refusal(.syntax("a key must be plain words, not \"?\"")) }
        if scalar == "-" { openBlock() }
        position += 1
      } else {
        skipPlain()
      }
    default: skipPlain()
    }
    return tooDeep
  }

  private var tooDeep: Refusal? {
    columns.count + flowDepth > Self.nestingLimit ? refusal(.tooDeep(limit: Self.nestingLimit)) : nil
  }

  /// A block collection begins or goes on at this column.
  private mutating func openBlock() {
    guard flowDepth == 0 else { return }
    let column = position - lineStart
    while let last = columns.last, last > column { columns.removeLast() }
    if columns.last != column { columns.append(column) }
  }

  private mutating func skipToBreak() { while let scalar = peek(), !Self.isBreak(scalar) { position += 1 } }

  /// A plain scalar on one line; what follows a `: ` in it is a token again.
  private mutating func skipPlain() {
    openBlock()
    while let scalar = peek(), !Self.isBreak(scalar) {
      if scalar == ":", Self.endsToken(peek(1)) || (flowDepth > 0 && Self.isFlowSign(peek(1))) { return }
      if scalar == "#", position > lineStart, Self.isBlank(scalars[position - 1]) { return }
      if flowDepth > 0, Self.isFlowSign(scalar) { return }
      position += 1
    }
  }

  private static func isFlowSign(_ scalar: Unicode.Scalar?) -> Bool {
    scalar == "," || scalar == "[" || scalar == "]" || scalar == "{" || scalar == "}"
  }

  private mutating func skipQuoted(_ quote: Unicode.Scalar) {
    openBlock()
    position += 1
    while let scalar = peek() {
      if Self.isBreak(scalar) {
        endLine()
      } else if scalar == "\\", quote == "\"" {
        position += 1
        if Self.isBreak(peek()) { endLine() } else if peek() != nil { position += 1 }
      } else if scalar == quote {
        position += 1
        if quote == "'", peek() == "'" { position += 1 } else { return }
      } else {
        position += 1
      }
    }
  }

  /// `|` or `>`: all lines further in than the collection it belongs to are its text, as in a parser.
  private mutating func skipBlockScalar() {
    let parent = columns.last ?? 0
    skipToBreak()
    endLine()
    while position < scalars.count {
      let start = position
      while peek() == " " { position += 1 }
      if Self.isBreak(peek()) {
        endLine()
      } else if position - start > parent {
        skipToBreak()
        endLine()
      } else {
        position = start
        return
      }
    }
  }
}
