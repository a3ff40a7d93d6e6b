import StrongroomCrypto

/// Bech32 as age uses it: BIP 173 with checksum constant 1, without the limit of 90 characters.
///
/// Works straight on byte buffers, symbol by symbol, since half of what passes through here is private keys.
///
/// Spec: BIP 173, "Bech32"; C2SP age.md, "Recipients and identities".
enum Bech32 {
  /// What a well-formed text contains.
  struct Layout: Equatable {
    /// Bytes before the last "1": the human-readable part.
    let prefixLength: Int
    /// Five-bit symbols between the separator and the checksum.
    let symbolCount: Int
    /// All letters are capitals.
    let isUpperCase: Bool
    /// Whole bytes the symbols carry.
    var byteCount: Int { symbolCount * 5 / 8 }
  }

  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
  private static let checksumLength = 6
  private static let separator = UInt8(ascii: "1")

  /// Symbol value by lower-case character, 0xFF where there is none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// Reads the shape of a text and verifies its checksum and padding.
  ///
  /// - Returns: nil for mixed case, unknown characters, a wrong checksum, an empty prefix, five or more padding
  ///   bits or padding that is not zero (that last pair also closes the insert-"q" weakness of Bech32).
  static func layout(of text: RawSpan) -> Layout? {
    var separatorIndex: Int?
    var hasLower = false
    var hasUpper = false
    for index in text.byteOffsets {
      let byte = text.byte(at: index)
      guard (33...126).contains(byte) else { return nil }
      if byte == separator { separatorIndex = index }
      if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) { hasLower = true }
      if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) { hasUpper = true }
    }
    guard let prefixLength = separatorIndex, prefixLength > 0, !(hasLower && hasUpper) else { return nil }
    let symbolCount = text.byteCount - prefixLength - 1 - checksumLength
    guard symbolCount >= 0 else { return nil }

    var checksum = Checksum()
    checksum.absorbPrefix(text.extracting(0..<prefixLength))
    var last: UInt8 = 0
    for offset in 0..<(symbolCount + checksumLength) {
      let value = values[Int(lowercased(text.byte(at: prefixLength + 1 + offset)))]
      guard value != 0xFF else { return nil }
      checksum.absorb(value)
      if offset == symbolCount - 1 { last = value }
    }
    guard checksum.value == 1 else { return nil }
    let paddingBits = symbolCount * 5 % 8
    guard paddingBits < 5, last & ((1 << UInt8(paddingBits)) - 1) == 0 else { return nil }
    return Layout(prefixLength: prefixLength, symbolCount: symbolCount, isUpperCase: hasUpper)
  }

  /// Writes the bytes a text carries into `output`, whose size must be `layout.byteCount`.
  static func decode(_ text: RawSpan, _ layout: Layout, into output: inout MutableRawSpan) {
    precondition(output.byteCount == layout.byteCount, "Bech32 output has the size of its layout")
    var accumulator: UInt32 = 0
    var bits = 0
    var position = 0
    for offset in 0..<layout.symbolCount {
      let symbol = values[Int(lowercased(text.byte(at: layout.prefixLength + 1 + offset)))]
      accumulator = (accumulator << 5 | UInt32(symbol)) & 0xFFF
      bits += 5
      if bits >= 8 {
        bits -= 8
        output.storeBytes(
          of: UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)), toByteOffset: position, as: UInt8.self)
        position += 1
      }
    }
  }

  /// Characters needed for `byteCount` bytes after a prefix of `prefixLength` characters.
  static func encodedLength(prefixLength: Int, byteCount: Int) -> Int {
    prefixLength + 1 + (byteCount * 8 + 4) / 5 + checksumLength
  }

  /// Writes the lower-case text for `bytes`, or the upper-case one; the checksum always runs over the former.
  static func encode(_ bytes: RawSpan, prefix: [UInt8], upperCase: Bool, into output: inout MutableRawSpan) {
    precondition(
      output.byteCount == encodedLength(prefixLength: prefix.count, byteCount: bytes.byteCount),
      "Bech32 output has the size of its text")
    var position = 0
    func put(_ character: UInt8, _ output: inout MutableRawSpan) {
      output.storeBytes(
        of: upperCase ? uppercased(character) : character, toByteOffset: position, as: UInt8.self)
      position += 1
    }
    var checksum = Checksum()
    checksum.absorbPrefix(prefix.span.bytes)
    for character in prefix { put(lowercased(character), &output) }
    put(separator, &output)

    var accumulator: UInt32 = 0
    var bits = 0
    func emit(_ symbol: UInt8, _ output: inout MutableRawSpan) {
      checksum.absorb(symbol)
      put(alphabet[Int(symbol)], &output)
    }
    for index in bytes.byteOffsets {
      accumulator = (accumulator << 8 | UInt32(bytes.byte(at: index))) & 0xFFFF
      bits += 8
      while bits >= 5 {
        bits -= 5
        emit(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)) & 31, &output)
      }
    }
    if bits > 0 { emit(UInt8(truncatingIfNeeded: accumulator << UInt32(5 - bits)) & 31, &output) }
    for symbol in checksum.finish() { put(alphabet[Int(symbol)], &output) }
  }

  /// The polynomial checksum of BIP 173, one symbol at a time.
  private struct Checksum {
    private(set) var value: UInt32 = 1

    mutating func absorb(_ symbol: UInt8) {
      let top = value >> 25
      value = (value & 0x1FF_FFFF) << 5 ^ UInt32(symbol)
      for (bit, generator) in Self.generators.enumerated() where top >> UInt32(bit) & 1 == 1 {
        value ^= generator
      }
    }

    /// High bits of each character, a zero, then the low bits; in lower case.
    mutating func absorbPrefix(_ prefix: RawSpan) {
      for index in prefix.byteOffsets { absorb(lowercased(prefix.byte(at: index)) >> 5) }
      absorb(0)
      for index in prefix.byteOffsets { absorb(lowercased(prefix.byte(at: index)) & 31) }
    }

    /// The six symbols that make the checksum come out as 1.
    mutating func finish() -> [UInt8] {
      for _ in 0..<checksumLength { absorb(0) }
      let remainder = value ^ 1
      return (0..<checksumLength).map { UInt8(remainder >> UInt32(5 * (checksumLength - 1 - $0)) & 31) }
    }

    private static let generators: [UInt32] = [
      0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3,
    ]
  }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
}

private func uppercased(_ byte: UInt8) -> UInt8 {
  (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
}
