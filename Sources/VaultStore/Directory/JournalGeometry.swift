/// Sizes of the journal's files. A vault may be opened with another geometry than it was made with: each segment says its own size.
package struct JournalGeometry: Hashable, Sendable {
  /// Bytes of a segment, unless one commit needs more. 1 MiB holds some 500 commits; making the next one costs a few milliseconds.
  package var segmentSize: Int
  /// Bytes kept free behind the entries of every commit, so that its head always fits.
  package var headReserve: Int

  package static let standard = JournalGeometry(
    segmentSize: 1 << 20, headReserve: JournalFrame.overhead + JournalHead.largest)

  package init(segmentSize: Int, headReserve: Int) {
    precondition(segmentSize >= 2 * headReserve + 4096, "a segment has room for its start and a commit")
    self.segmentSize = segmentSize
    self.headReserve = headReserve
  }

  /// Bytes of the segment that takes a commit of `commitSize` bytes after its start: whole pages.
  func capacity(start: Int, commitSize: Int) -> Int {
    let needed = start + commitSize + headReserve
    return max(segmentSize, (needed + 4095) & ~4095)
  }
}
