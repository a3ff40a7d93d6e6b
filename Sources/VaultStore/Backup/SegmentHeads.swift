import StrongroomCrypto
import TransparencyLog

/// The signed heads in a segment's bytes, each with the place where it ends, up to the first thing that is no whole record.
///
/// Unlike `SegmentScan`, which judges a ledger's end, this finds a place in the middle: where to cut a copy.
struct SegmentHeads {
  struct Head {
    let size: UInt64
    let root: SHA256Digest
    /// Offset behind its record.
    let end: Int
  }

  /// In order. The copy of an older head behind a segment's start is not among them.
  private(set) var heads: [Head] = []
  /// Over every entry before this segment.
  let start: CompactRange
  /// Over every entry read.
  private(set) var range: CompactRange

  /// - Throws: `.damaged` if the bytes do not begin as this segment's must, or a head is not over the entries before it.
  init(_ bytes: [UInt8], segment: Int) throws(VaultStoreError) {
    let file = JournalFiles.path(segment)
    guard let position = SegmentScan.Position(start: bytes, number: segment, fileSize: bytes.count) else {
      throw .damaged(Damage(file: file, place: .record(number: 0, offset: 0, entry: 0), problem: .badRecord))
    }
    start = position.range
    range = position.range
    var offset = position.offset
    var record = 1
    while case .frame(let frame) = JournalFrame.read(bytes, base: 0, at: offset, capacity: bytes.count) {
      let payload = bytes[frame.payloadOffset..<frame.payloadOffset + frame.payloadCount]
      switch frame.kind {
      case .entry, .entryOfMore: range.append(MerkleTree.leafHash(Array(payload)))
      case .head where record == 1 && segment > 0: break
      case .head, .start:
        guard frame.kind == .head, let head = JournalHead.decode(payload), head.range == range else {
          throw .damaged(
            Damage(
              file: file, place: .record(number: record, offset: offset, entry: range.size),
              problem: .outOfPlace))
        }
        heads.append(Head(size: head.size, root: range.root, end: frame.end))
      }
      offset = frame.end
      record += 1
    }
  }
}
