/// One record of a journal segment: `length u32 || kind u8 || payload || CRC-32C u32`, integers big-endian. The length counts the
/// payload alone; the checksum covers everything before it. A length of zero is where the journal ends for now.
struct JournalFrame: Hashable {
  enum Kind: UInt8 {
    /// The first record of each segment: which one it is, and the tree before it.
    case start = 1
    /// An entry: the only one of its commit, or the last.
    case entry = 2
    /// An entry with more of the same commit behind it. A commit counts from its last entry on, so that several entries are
    /// stored all or none.
    case entryOfMore = 3
    /// A signed head over everything before it.
    case head = 4
  }

  static let headerByteCount = 5
  static let overhead = 9

  let kind: Kind
  /// Where the record begins in its segment.
  let offset: Int
  let payloadCount: Int

  var payloadOffset: Int { offset + Self.headerByteCount }
  /// Where the next record begins.
  var end: Int { offset + Self.overhead + payloadCount }

  static func append(_ kind: Kind, _ payload: [UInt8], to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes += UInt32(payload.count).bigEndianBytes
    bytes.append(kind.rawValue)
    bytes += payload
    bytes += CRC32C.checksum(bytes.span.extracting(start..<bytes.count)).bigEndianBytes
  }

  static func encoded(_ kind: Kind, _ payload: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(payload.count + overhead)
    append(kind, payload, to: &bytes)
    return bytes
  }

  /// Bytes that a payload of this kind has at most.
  static func limit(_ kind: Kind) -> Int {
    switch kind {
    case .start: SegmentStart.largest
    case .entry, .entryOfMore: LedgerLimits.entry
    case .head: JournalHead.largest
    }
  }

  enum Reading: Hashable {
    case frame(JournalFrame)
    /// A zero length, or no room for a record.
    case end
    /// No record can be read here.
    case bad
    /// The record goes on beyond the bytes given: this many are needed from its beginning.
    case needs(Int)
  }

  /// Reads the header at `offset` of a segment, of which `bytes` holds the part that begins at `base`.
  ///
  /// - Parameter capacity: bytes of the whole segment.
  static func read(
    _ bytes: [UInt8], base: Int, at offset: Int, capacity: Int, checkingSum: Bool = true
  ) -> Reading {
    guard capacity - offset >= overhead else { return .end }
    let start = offset - base
    guard bytes.count - start >= headerByteCount else { return .needs(headerByteCount) }
    let length = Int(UInt32(bigEndian: bytes[start..<start + 4]))
    guard length > 0 else { return .end }
    guard let kind = Kind(rawValue: bytes[start + 4]), length <= limit(kind),
      length + overhead <= capacity - offset
    else { return .bad }
    let frame = JournalFrame(kind: kind, offset: offset, payloadCount: length)
    guard bytes.count - start >= length + overhead else { return .needs(length + overhead) }
    if checkingSum {
      let end = start + headerByteCount + length
      let sum = CRC32C.checksum(bytes.span.extracting(start..<end))
      guard sum == UInt32(bigEndian: bytes[end..<end + 4]) else { return .bad }
    }
    return .frame(frame)
  }
}
