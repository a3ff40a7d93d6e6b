import StrongroomCrypto
import TransparencyLog

/// Reads one segment from a place on: a state machine over bytes, without files. It stops at the first thing that is not a whole
/// record and says what it takes that to be.
struct SegmentScan {
  /// What is known once everything before `offset` of a segment was read.
  struct Position: Hashable {
    var segment: Int
    var capacity: Int
    /// After the last whole commit or head: where the next write goes.
    var offset: Int
    /// Records before `offset`.
    var records: Int
    /// Index of the segment's first entry.
    var firstEntry: UInt64
    /// Over every entry of a whole commit, signed or not.
    var range: CompactRange
    var head: LedgerHead?
    /// Heads before `offset` in this segment, copies of an older one not counted.
    var newHeads = 0

    var entryCount: UInt64 { range.size }
    var isSigned: Bool { entryCount == head?.size ?? 0 }
  }

  enum Ending: Hashable {
    /// A zero length; nothing else was looked at.
    case end
    /// Something unfinished at the end: records of a commit without its last, or a bad record. `SegmentTail` tells which of
    /// these a crash can have left.
    case unfinished(Damage)
    /// Well-formed records that contradict each other.
    case damaged(Damage)
  }

  private(set) var position: Position
  /// The position when the newest head had just been read, with the number of entries of this segment before it.
  private(set) var signedPosition: Position
  /// Where each entry's record begins: entry `position.firstEntry + n` at `entryOffsets[n]`.
  private(set) var entryOffsets: [Int]
  /// Entries of a commit whose last one has not come yet.
  private var pending: [(offset: Int, hash: SHA256Digest)] = []
  private var nextOffset: Int
  private var nextRecord: Int
  private let file: String

  /// - Parameters:
  ///   - position: from an earlier scan, or from `SegmentScan.begin`.
  ///   - entryOffsets: those of the segment's entries before `position`.
  init(from position: Position, entryOffsets: [Int], file: String) {
    self.position = position
    self.entryOffsets = entryOffsets
    self.file = file
    signedPosition = position
    nextOffset = position.offset
    nextRecord = position.records
  }

  /// Where the scan wants bytes from next.
  var offset: Int { nextOffset }

  /// Takes the part of the segment that `bytes` holds, from `base` on.
  ///
  /// - Returns: nil if more bytes are wanted, from `offset` on and at least `wanted` of them.
  mutating func take(_ bytes: [UInt8], base: Int, wanted: inout Int) -> Ending? {
    while true {
      switch JournalFrame.read(bytes, base: base, at: nextOffset, capacity: position.capacity) {
      case .needs(let count):
        wanted = count
        return nil
      case .end:
        return pending.isEmpty ? .end : .unfinished(damage(.badRecord))
      case .bad:
        return .unfinished(damage(.badRecord))
      case .frame(let frame):
        let start = frame.payloadOffset - base
        if let ending = accept(frame, bytes, start..<start + frame.payloadCount) { return ending }
        nextOffset = frame.end
        nextRecord += 1
        if pending.isEmpty {
          position.offset = nextOffset
          position.records = nextRecord
          if frame.kind == .head { signedPosition = position }
        }
      }
    }
  }

  private mutating func accept(_ frame: JournalFrame, _ bytes: [UInt8], _ payload: Range<Int>) -> Ending? {
    switch frame.kind {
    case .start:
      // Only `Position.init(start:)` reads one.
      return .damaged(damage(.outOfPlace))
    case .entryOfMore:
      pending.append((frame.offset, MerkleTree.leafHash(bytes.span.bytes.extracting(payload))))
    case .entry:
      for entry in pending {
        position.range.append(entry.hash)
        entryOffsets.append(entry.offset)
      }
      pending.removeAll(keepingCapacity: true)
      position.range.append(MerkleTree.leafHash(bytes.span.bytes.extracting(payload)))
      entryOffsets.append(frame.offset)
    case .head:
      guard pending.isEmpty, let head = JournalHead.decode(bytes[payload]) else {
        return .damaged(damage(.outOfPlace))
      }
      // Directly after the start stands a copy of the head before, which may leave out an unsigned tail.
      let isCopy = nextRecord == 1
      guard isCopy ? head.size <= position.entryCount : head.range == position.range else {
        return .damaged(damage(.outOfPlace))
      }
      position.head = head
      if !isCopy { position.newHeads += 1 }
    }
    return nil
  }

  private func damage(_ problem: Damage.Problem) -> Damage {
    let entry = position.entryCount + UInt64(pending.count)
    return Damage(
      file: file, place: .record(number: nextRecord, offset: nextOffset, entry: entry), problem: problem)
  }
}

extension SegmentScan.Position {
  /// The position after a segment's first record.
  ///
  /// - Parameter bytes: from the segment's beginning; `SegmentStart.largest + JournalFrame.overhead` of them are enough.
  init?(start bytes: [UInt8], number: Int, fileSize: Int) {
    guard case .frame(let frame) = JournalFrame.read(bytes, base: 0, at: 0, capacity: fileSize),
      frame.kind == .start,
      let start = SegmentStart(
        decoding: bytes[frame.payloadOffset..<frame.payloadOffset + frame.payloadCount]),
      start.number == number, start.capacity == fileSize
    else { return nil }
    self.init(
      segment: number, capacity: start.capacity, offset: frame.end, records: 1, firstEntry: start.range.size,
      range: start.range, head: nil)
  }
}
