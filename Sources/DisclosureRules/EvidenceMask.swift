/// A pattern for typed evidence: `9` a digit, `A` a letter, `*` any run of at least one character, anything else itself
/// without regard to case. ASCII only: a look-alike digit from another script is not the number a tribunal wrote.
///
/// No regular expressions: a policy cannot make matching slow. Cost is at most (text length x mask length) steps, and
/// text is capped at `textLimit` bytes.
package struct EvidenceMask: Hashable, Sendable {
  /// Longest text looked at, in bytes of UTF-8.
  package static let textLimit = 1024

  package let pattern: String
  private let mask: [UInt8]

  package init(_ pattern: String) {
    self.pattern = pattern
    self.mask = Array(pattern.utf8)
  }

  /// Whether the whole text, but for spaces at its ends, fits the mask.
  package func matches(_ text: String) -> Bool {
    guard text.utf8.count <= EvidenceMask.textLimit else { return false }
    let trimmed = EvidenceMask.trimmed(text)
    // Classic wildcard walk: on a mismatch, let the latest `*` take one more byte.
    var position = 0
    var maskPosition = 0
    var starMask: Int?
    var starEnd = 0
    while position < trimmed.count {
      if maskPosition < mask.count, mask[maskPosition] == UInt8(ascii: "*") {
        starMask = maskPosition
        starEnd = position + 1
        position += 1
        maskPosition += 1
      } else if maskPosition < mask.count, EvidenceMask.fits(trimmed[position], mask[maskPosition]) {
        position += 1
        maskPosition += 1
      } else if let star = starMask {
        starEnd += 1
        position = starEnd
        maskPosition = star + 1
      } else {
        return false
      }
    }
    return maskPosition == mask.count
  }

  /// The text's bytes without spaces and tabs at either end.
  static func trimmed(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return [] }
    return Array(bytes[first...last])
  }

  /// Whether two texts are the same but for spaces at their ends and the case of ASCII letters.
  static func isSame(_ left: String, _ right: String) -> Bool {
    trimmed(left).map(lowercased) == trimmed(right).map(lowercased)
  }

  private static func fits(_ byte: UInt8, _ mask: UInt8) -> Bool {
    switch mask {
    case UInt8(ascii: "9"): isDigit(byte)
    case UInt8(ascii: "A"): isLetter(byte)
    default: lowercased(byte) == lowercased(mask)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased(byte))
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
