import Glibc

/// What may be printed of a string that somebody else chose (a title, a reason, a file name).
enum TerminalText {
  /// The text without control characters (C0, C1, DEL), bidirectional overrides and invisible marks that could
  /// reorder or hide what a person reads; line breaks become spaces.
  static func safe(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A, 0x0D, 0x09, 0x2028, 0x2029: result.append(" ")
      case 0x00...0x1F, 0x7F...0x9F: continue
      case 0x061C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF: continue
      case 0xE0000...0xE007F: continue
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// The text cut to a number of characters, for a table's column.
  static func column(_ text: String, width: Int) -> String {
    let clean = safe(text)
    guard clean.count > width else {
      return clean + String(repeating: " ", count: width - clean.count)
    }
    return clean.prefix(width - 1) + "…"
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }
}
