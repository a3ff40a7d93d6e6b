import StrongroomCrypto

/// The small pieces that the text formats of a log share. Strict on reading, canonical on writing: one value has one spelling.
enum LogText {
  static let newline = UInt8(ascii: "\n")
  static let space = UInt8(ascii: " ")

  /// Decimal without sign, blank or leading zero, "0" for nothing, at most 2^63 - 1.
  static func parseDecimal(_ bytes: some Collection<UInt8>) -> UInt64? {
    guard (1...19).contains(bytes.count) else { return nil }
    if bytes.count > 1, bytes.first == UInt8(ascii: "0") { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      // 19 digits stay below 10^19, which UInt64 holds.
      value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return value <= MerkleTree.maximumSize ? value : nil
  }

  /// A hash as its 44 characters of padded base64.
  static func parseHash(_ bytes: some Collection<UInt8>) -> SHA256Digest? {
    guard bytes.count == 44, let decoded = Base64.decode(bytes, padded: true) else { return nil }
    return SHA256Digest(decoded)
  }

  static func hash(_ digest: SHA256Digest) -> String { Base64.encode(digest.bytes, padded: true) }

  /// Cuts text that ends in a newline into its lines, without the newlines.
  static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.dropLast().split(separator: newline, omittingEmptySubsequences: false)
  }

  /// Cuts at the first space; nil if there is none.
  static func cut(_ bytes: ArraySlice<UInt8>) -> (before: ArraySlice<UInt8>, after: ArraySlice<UInt8>)? {
    guard let index = bytes.firstIndex(of: space) else { return nil }
    return (bytes[..<index], bytes[(index + 1)...])
  }

  static func bigEndian(_ value: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
  }
}
