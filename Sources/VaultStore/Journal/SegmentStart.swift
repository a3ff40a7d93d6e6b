import TransparencyLog

/// The first record of a segment: `"SRJ1" || number u64 || capacity u64 || compact range` over every entry before the segment.
/// With it, a ledger opens from its last segment alone, and a segment put in another's place is told.
struct SegmentStart: Hashable {
  static let magic: [UInt8] = Array("SRJ1".utf8)
  static let largest = 20 + 8 + 64 * 32

  let number: Int
  /// Bytes of the whole file, never changed after it was made.
  let capacity: Int
  let range: CompactRange

  /// Bytes of the payload for a segment that begins after `range`.
  static func byteCount(_ range: CompactRange) -> Int { 20 + range.encoded().count }

  func encoded() -> [UInt8] {
    Self.magic + UInt64(number).bigEndianBytes + UInt64(capacity).bigEndianBytes + range.encoded()
  }

  init(number: Int, capacity: Int, range: CompactRange) {
    self.number = number
    self.capacity = capacity
    self.range = range
  }

  init?(decoding payload: ArraySlice<UInt8>) {
    let base = payload.startIndex
    guard payload.count >= 28, payload.starts(with: Self.magic),
      let number = Int(exactly: UInt64(bigEndian: payload[base + 4..<base + 12])),
      let capacity = Int(exactly: UInt64(bigEndian: payload[base + 12..<base + 20])),
      let range = try? CompactRange(decoding: Array(payload[(base + 20)...]))
    else { return nil }
    self.init(number: number, capacity: capacity, range: range)
  }
}
