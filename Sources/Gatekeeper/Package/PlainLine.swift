/// Text of unknown origin made fit for one line of a plain text file.
enum PlainLine {
  /// Drops what cannot be seen or would end the line, joins blanks, and cuts with an ellipsis.
  ///
  /// - Parameter limit: characters kept at most; a 10 kB title does not make a cover note unreadable.
  static func make(_ text: String, limit: Int = 300) -> String {
    var scalars = String.UnicodeScalarView()
    var pendingBlank = false
    for scalar in text.unicodeScalars.prefix(limit * 4) {
      if scalar.properties.isWhitespace || scalar == "\u{0}" {
        pendingBlank = !scalars.isEmpty
      } else if SafeFileName.isHarmless(scalar) {
        if pendingBlank { scalars.append(" ") }
        pendingBlank = false
        scalars.append(scalar)
      }
    }
    let line = String(scalars)
    return line.count > limit ? String(line.prefix(limit)) + "…" : line
  }

  /// Breaks a line between words so that none is wider than `width` characters, unless a single word is.
  static func wrapped(_ line: String, width: Int = 76, indent: String = "", first: String? = nil) -> String {
    var lines: [String] = []
    var current = first ?? indent
    var isEmpty = true
    for word in line.split(separator: " ") {
      if !isEmpty, current.count + 1 + word.count > width {
        lines.append(current)
        current = indent
        isEmpty = true
      }
      current += isEmpty ? String(word) : " " + word
      isEmpty = false
    }
    lines.append(current)
    return lines.joined(separator: "\n") + "\n"
  }
}
