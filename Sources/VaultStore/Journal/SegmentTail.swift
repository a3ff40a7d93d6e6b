/// Tells a write that a crash tore from damage, for bytes behind the last whole commit or head of a segment.
///
/// A segment is all zeros until it is written, and a head is written only once the entries before it are on the disk. So a torn write
/// (1) has no whole head behind it, and (2) lacks at least one sector: some piece of it between two sector edges is
/// still zero, or it ends at a sector's edge. Whatever has neither mark was whole once and was altered later: that is
/// damage, refused and never trimmed. In doubt (an altered record that happens to end at an edge, 1 in 60) it counts as
/// torn: then a signed head is set aside, its entries are kept, adopted and signed again, and nothing is lost.
enum SegmentTail {
  /// The smallest unit a disk writes whole.
  static let sector = 512
  /// A sector's last bytes may be zeros of their own; four in a row are as unlikely as a wrong checksum that fits.
  private static let slack = 3

  enum Verdict: Hashable {
    /// Only zeros follow.
    case clean
    /// Left by a crash; up to `end` there is something to be zeroed.
    case torn(end: Int)
    case damaged
  }

  /// - Parameters:
  ///   - bytes: the segment from `commit` to its end.
  ///   - commit: where the unfinished write began, as an offset in the segment.
  ///   - record: where the first record lies that cannot be read, `commit` or later.
  static func judge(_ bytes: [UInt8], commit: Int, record: Int) -> Verdict {
    guard let last = bytes.lastIndex(where: { $0 != 0 }) else { return .clean }
    let end = commit + last + 1
    if holdsHead(bytes, base: commit, after: record, capacity: commit + bytes.count) { return .damaged }
    // Every record before `record` is whole, so the commit lacks its last one: nothing behind it was written at all.
    if end <= record { return .torn(end: end) }
    // Sectors count from the file's beginning on a disk, from the write's in the page cache's worst case.
    for alignment in [0, commit]
    where isTorn(bytes, base: commit, from: record, to: end, alignment: alignment) {
      return .torn(end: end)
    }
    return .damaged
  }

  private static func isTorn(_ bytes: [UInt8], base: Int, from: Int, to end: Int, alignment: Int) -> Bool {
    func edge(after offset: Int) -> Int { offset + sector - (offset - alignment) % sector }
    var start = from
    while start < end {
      let next = min(edge(after: start), end)
      if bytes[start - base..<next - base].allSatisfy({ $0 == 0 }) { return true }
      start = next
    }
    return edge(after: end - 1) - end <= slack
  }

  private static func holdsHead(_ bytes: [UInt8], base: Int, after record: Int, capacity: Int) -> Bool {
    var offset = record + 1
    while offset + JournalFrame.overhead <= capacity {
      // Cheap first: the kind's byte.
      if bytes[offset - base + 4] == JournalFrame.Kind.head.rawValue,
        case .frame(let frame) = JournalFrame.read(bytes, base: base, at: offset, capacity: capacity),
        frame.kind == .head,
        JournalHead.decode(
          bytes[frame.payloadOffset - base..<frame.payloadOffset - base + frame.payloadCount]) != nil
      {
        return true
      }
      offset += 1
    }
    return false
  }
}
