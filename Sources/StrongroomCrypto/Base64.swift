/// Base 64 with the standard alphabet (RFC 4648, section 4), strict and canonical: each byte string has one
/// spelling, and any other is refused. No line breaks, no spaces, no stray bits after the last byte.
///
/// Not for secrets: the running time depends on the bytes.
package enum Base64 {
  package static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
    encode(bytes.view, padded: padded)
  }

  package static func encode(_ bytes: RawSpan, padded: Bool = true) -> String {
    String(decoding: encodedBytes(bytes, padded: padded), as: UTF8.self)
  }

  /// As `encode`, in ASCII bytes.
  package static func encodedBytes(_ bytes: RawSpan, padded: Bool = true) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.byteCount + 2) / 3 * 4)
    var offset = 0
    while offset < bytes.byteCount {
      let taken = min(3, bytes.byteCount - offset)
      var group: UInt32 = 0
      for index in 0..<3 {
        group = group << 8 | (index < taken ? UInt32(bytes.byte(at: offset + index)) : 0)
      }
      for index in 0..<4 {
        if index <= taken {
          text.append(alphabet[Int(group >> UInt32(18 - 6 * index) & 63)])
        } else if padded {
          text.append(UInt8(ascii: "="))
        }
      }
      offset += taken
    }
    return text
  }

  /// - Parameters:
  ///   - padded: whether the text must carry its `=` signs; if false it must not.
  ///   - limit: the most bytes the result may have, checked before any are taken. None if nil.
  /// - Returns: nil for any text that `encode` would not have written, or a result beyond the limit.
  package static func decode(
    _ text: some Collection<UInt8>, padded: Bool = true, limit: Int? = nil
  ) -> [UInt8]? {
    if let bytes = text.withContiguousStorageIfAvailable({
      unsafe decodeBuffer(Span(_unsafeElements: $0), padded, limit)
    }) {
      return bytes
    }
    return decodeBuffer([UInt8](text).span, padded, limit)
  }

  package static func decode(_ text: String, padded: Bool = true, limit: Int? = nil) -> [UInt8]? {
    decode(text.utf8, padded: padded, limit: limit)
  }

  private static func decodeBuffer(_ text: Span<UInt8>, _ padded: Bool, _ limit: Int?) -> [UInt8]? {
    var count = text.count
    if padded {
      guard count.isMultiple(of: 4) else { return nil }
      if count > 0, text[count - 1] == UInt8(ascii: "=") {
        count -= text[count - 2] == UInt8(ascii: "=") ? 2 : 1
      }
    }
    // One digit over a group of four carries six bits: no byte.
    guard count % 4 != 1 else { return nil }
    let size = count / 4 * 3 + [0, 0, 1, 2][count % 4]
    if let limit, size > limit { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var group: UInt32 = 0
    var bits = 0
    for index in 0..<count {
      let value = values[Int(text[index])]
      guard value < 64 else { return nil }
      group = group << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
      }
    }
    // Bits left over after the last byte must be zero, or two texts would stand for one value.
    guard group & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
    return bytes
  }

  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The value of each ASCII code, 255 for those outside the alphabet.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()
}
