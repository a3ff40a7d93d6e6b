/// One source file, cut into what counts as code and what is comment or string.
///
/// Small on purpose: it knows comments (nested), strings (raw, multi-line, with interpolation) and words, not Swift. A regular
/// expression literal that holds a quotation mark ends at the end of its line, as any other string would.
struct SourceFile {
  struct Import: Hashable {
    let module: String
    let line: Int
    /// `package import` or `public import`: the module's types show in our own API.
    let isShown: Bool
  }

  /// A word or a single sign of the code, with the line it stands on (from 1).
  struct Token: Hashable {
    let text: String
    let line: Int
    /// No blank between this and what stands before it.
    let isAttached: Bool
  }

  /// Relative to the package, for instance `Sources/TransparencyLog/Checkpoint.swift`.
  let path: String
  let lines: [Substring]
  let tokens: [Token]
  /// The text without comments, strings kept: for the manifest.
  let withoutComments: String

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.scanCode(until: nil)
    tokens = Self.tokens(of: scanner.code)
    withoutComments = String(decoding: scanner.codeAndStrings, as: UTF8.self)
  }

  /// The folder below `Sources` or `Tests`; nil for anything else.
  var module: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && ["Sources", "Tests"].contains(parts[0]) ? String(parts[1]) : nil
  }

  var imports: [Import] {
    let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor"]
    return tokens.indices.compactMap { index in
      guard tokens[index].text == "import", index + 1 < tokens.count, startsStatement(index) else {
        return nil
      }
      let next = tokens[index + 1].text
      let nameIndex = kinds.contains(next) ? index + 2 : index + 1
      guard nameIndex < tokens.count else { return nil }
      let before = index > 0 ? tokens[index - 1] : nil
      let isShown = before.map { ["package", "public"].contains($0.text) } ?? false
      return Import(module: tokens[nameIndex].text, line: tokens[index].line, isShown: isShown)
    }
  }

  /// `import` is a keyword only at the start of a statement, after attributes and an access level; elsewhere it may be a label.
  private func startsStatement(_ index: Int) -> Bool {
    guard index + 1 < tokens.count, tokens[index + 1].text != ":", tokens[index + 1].text != "(" else {
      return false
    }
    guard index > 0 else { return true }
    let before = tokens[index - 1]
    let access: Set = ["package", "public", "internal", "fileprivate", "private", "open"]
    // An attribute may stand on the line before; what else ends there cannot reach over to this line.
    return before.line < tokens[index].line || access.contains(before.text) || before.text == ";"
      || before.text.hasPrefix("@") || before.text == ")"
  }

  /// `#include`, `#import` and `@import` of a C file, without the brackets.
  var includes: [(header: String, line: Int)] {
    lines.enumerated().compactMap { number, line in
      let words = line.split(whereSeparator: { " \t\"<>;".contains($0) })
      guard let first = words.first else { return nil }
      let isInclude = first == "#include" || first == "#import" || first == "@import"
      if isInclude, words.count > 1 { return (String(words[1]), number + 1) }
      // The preprocessor allows blanks after the sign.
      if first == "#", words.count > 2, words[1] == "include" { return (String(words[2]), number + 1) }
      return nil
    }
  }

  private static func tokens(of code: [UInt8]) -> [Token] {
    var tokens = [Token]()
    var word = [UInt8]()
    var line = 1
    var isAttached = false
    func isWordByte(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || byte >= 0x80 || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
    func endWord() {
      guard !word.isEmpty else { return }
      tokens.append(Token(text: String(decoding: word, as: UTF8.self), line: line, isAttached: isAttached))
      word.removeAll()
      isAttached = true
    }
    for byte in code {
      // An attribute or a directive is one word with its sign.
      if isWordByte(byte) || ((byte == UInt8(ascii: "@") || byte == UInt8(ascii: "#")) && word.isEmpty) {
        word.append(byte)
        continue
      }
      endWord()
      if byte == 0x0A || byte == 0x20 || byte == 0x09 {
        line += byte == 0x0A ? 1 : 0
        isAttached = false
      } else if byte != UInt8(ascii: "`") {
        tokens.append(Token(text: String(UnicodeScalar(byte)), line: line, isAttached: isAttached))
        isAttached = true
      }
    }
    endWord()
    return tokens
  }
}

/// Tells code from comments and strings, keeping every newline where it was.
private struct Scanner {
  let bytes: [UInt8]
  var position = 0
  /// Comments and the contents of strings blanked out.
  var code = [UInt8]()
  /// Comments blanked out.
  var codeAndStrings = [UInt8]()

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Scans code up to an unmatched closing parenthesis, or to the end of the file when `closing` is nil.
  mutating func scanCode(until closing: UInt8?) {
    var depth = 0
    while position < bytes.count {
      if starts(with: "//") {
        while position < bytes.count, bytes[position] != 0x0A { blank() }
      } else if starts(with: "/*") {
        scanBlockComment()
      } else if let hashes = openingString() {
        scanString(hashes: hashes)
      } else {
        let byte = bytes[position]
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") {
          if depth == 0, closing == byte { return }
          depth -= 1
        }
        keep()
      }
    }
  }

  private mutating func scanBlockComment() {
    var depth = 0
    repeat {
      if starts(with: "/*") {
        depth += 1
        blank(2)
      } else if starts(with: "*/") {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && position < bytes.count
  }

  /// The number of `#` before a quotation mark here; nil if no string begins here.
  private func openingString() -> Int? {
    var hashes = 0
    while position + hashes < bytes.count, bytes[position + hashes] == UInt8(ascii: "#") { hashes += 1 }
    return position + hashes < bytes.count && bytes[position + hashes] == UInt8(ascii: "\"") ? hashes : nil
  }

  private mutating func scanString(hashes: Int) {
    let sign = String(repeating: "#", count: hashes)
    string(hashes)
    let isMultiline = starts(with: "\"\"\"")
    let quote = isMultiline ? "\"\"\"" : "\""
    string(quote.utf8.count)
    while position < bytes.count {
      if starts(with: quote + sign) {
        string(quote.utf8.count + hashes)
        return
      }
      if starts(with: "\\" + sign + "(") {
        string(2 + hashes)
        scanCode(until: UInt8(ascii: ")"))
        string(1)
      } else if starts(with: "\\" + sign) {
        string(2 + hashes)
      } else {
        // No plain string runs over a line end; go on as code rather than swallow the file.
        if bytes[position] == 0x0A, !isMultiline { return }
        string(1)
      }
    }
  }

  private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func keep() {
    code.append(bytes[position])
    codeAndStrings.append(bytes[position])
    position += 1
  }

  private mutating func string(_ count: Int) {
    for _ in 0..<count where position < bytes.count {
      code.append(bytes[position] == 0x0A ? 0x0A : 0x20)
      codeAndStrings.append(bytes[position])
      position += 1
    }
  }

  private mutating func blank(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      let byte: UInt8 = bytes[position] == 0x0A ? 0x0A : 0x20
      code.append(byte)
      codeAndStrings.append(byte)
      position += 1
    }
  }
}
