// Integers in files are big-endian, as in age, tlog-tiles and RFC 6962.

extension FixedWidthInteger where Self: UnsignedInteger {
  var bigEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) }
  }

  /// Reads exactly as many bytes as the type has.
  init(bigEndian bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == Self.bitWidth / 8, "an integer of another width")
    self = bytes.reduce(0) { $0 << 8 | Self($1) }
  }
}
