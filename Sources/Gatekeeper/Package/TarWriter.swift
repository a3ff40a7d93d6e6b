/// Writes a POSIX pax archive as a stream of pieces; sizes are known before the first byte.
///
/// Every file is a regular one, owned by nobody in particular, mode 0600. A name that is not short ASCII and
/// a size from 8 GiB up go into a pax extended header in front of the file; otherwise the plain ustar header
/// says it all. Spec: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block".
///
///     [pax header, pax records]  header  content  zeros to 512   ...   1024 zeros  [zeros]
package struct TarWriter {
  package typealias Sink = (RawSpan) throws(PackageError) -> Void

  package static let blockByteCount = 512
  /// The two zero blocks that end an archive.
  package static let endByteCount = 1024

  /// Bytes written so far.
  package private(set) var byteCount = 0
  /// Content bytes still owed to the file that was begun; nil between files.
  private var remaining: Int?
  private var padding = 0

  package init() {}

  /// Bytes that one file takes: headers, content and padding.
  package static func byteCount(of entry: TarEntry) -> Int {
    headerByteCount(of: entry) + roundedToBlock(entry.size)
  }

  /// Bytes that an archive of `entries` takes, end blocks included, before any padding.
  package static func archiveByteCount(_ entries: [TarEntry]) -> Int {
    entries.reduce(endByteCount) { $0 + byteCount(of: $1) }
  }

  package static func roundedToBlock(_ size: Int) -> Int { (size + 511) & ~511 }

  /// Writes the headers of a file. The next calls must bring exactly `entry.size` bytes.
  package mutating func begin(_ entry: TarEntry, _ sink: Sink) throws(PackageError) {
    precondition(remaining == nil, "the file before is not finished")
    precondition((1..<TarHeader.ustarSizeLimit).contains(entry.modifiedSeconds), "a date that ustar can say")
    guard TarEntry.isSafePath(entry.path) else { throw .malformedTar(.unsafeName) }
    guard entry.size >= 0, entry.size <= 1 << 60 else { throw .malformedTar(.entryTooLarge) }
    let header = TarHeader.encoded(entry)
    try sink(header.span.bytes)
    byteCount += header.count
    remaining = entry.size
    padding = Self.roundedToBlock(entry.size) - entry.size
  }

  /// Writes content of the file that was begun. Throws `.contentLength` for more than was announced.
  package mutating func write(_ bytes: RawSpan, _ sink: Sink) throws(PackageError) {
    guard let left = remaining, bytes.byteCount <= left else { throw .malformedTar(.contentLength) }
    try sink(bytes)
    remaining = left - bytes.byteCount
    byteCount += bytes.byteCount
  }

  /// Ends the file that was begun. Throws `.contentLength` if less came than was announced.
  package mutating func end(_ sink: Sink) throws(PackageError) {
    guard remaining == 0 else { throw .malformedTar(.contentLength) }
    try Self.zeros(padding, sink)
    byteCount += padding
    remaining = nil
  }

  /// Writes a whole small file.
  package mutating func file(
    _ path: String, _ bytes: RawSpan, modifiedSeconds: Int, _ sink: Sink
  ) throws(PackageError) {
    try begin(TarEntry(path: path, size: bytes.byteCount, modifiedSeconds: modifiedSeconds), sink)
    try write(bytes, sink)
    try end(sink)
  }

  /// Writes the end blocks and zeros up to `totalByteCount`, which the caller computed from
  /// `archiveByteCount`.
  package mutating func finish(totalByteCount: Int, _ sink: Sink) throws(PackageError) {
    precondition(remaining == nil, "the last file is not finished")
    precondition(totalByteCount % Self.blockByteCount == 0, "an archive is a whole number of blocks")
    let zeroCount = totalByteCount - byteCount
    guard zeroCount >= Self.endByteCount else { throw .malformedTar(.contentLength) }
    try Self.zeros(zeroCount, sink)
    byteCount = totalByteCount
  }

  static func headerByteCount(of entry: TarEntry) -> Int {
    let records = TarHeader.paxRecords(entry)
    return blockByteCount + (records.isEmpty ? 0 : blockByteCount + roundedToBlock(records.count))
  }

  private static let zeroBytes = [UInt8](repeating: 0, count: 65_536)

  private static func zeros(_ count: Int, _ sink: Sink) throws(PackageError) {
    var left = count
    while left > 0 {
      let piece = min(left, zeroBytes.count)
      try sink(zeroBytes.span.extracting(..<piece).bytes)
      left -= piece
    }
  }
}
