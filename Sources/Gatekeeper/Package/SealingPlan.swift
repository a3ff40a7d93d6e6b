import AgeFormat
import StrongroomCrypto

/// Where everything of one document's archive is going to lie, known before a byte of it is sealed.
///
///     header, META.json, zeros to 512, header(s) | document | zeros to the Padmé size
///     0                                          contentOffset
///     chunks that wait for the hash   | chunks that are sealed as the document is read
struct SealingPlan {
  let length: Int
  /// Bytes of the archive, padding included.
  let archiveByteCount: Int
  /// Where the document begins in the archive.
  let contentOffset: Int
  /// Chunks of 64 KiB that anything before the document lies in.
  let waitingChunkCount: Int
  /// Bytes of the document that lie in those too.
  let heldByteCount: Int

  private let label: DocumentLabel
  private let mediaType: MediaTypeReport
  private let sealedAt: Timestamp

  /// - Throws: `.limitExceeded(.metaSize)`.
  init(
    _ label: DocumentLabel, mediaType: MediaTypeReport, length: Int, sealedAt: Timestamp
  ) throws(PackageError) {
    self.label = label
    self.mediaType = mediaType
    self.length = length
    self.sealedAt = sealedAt
    // A hash is 64 digits whatever it is, so META.json has its length before it has its hash.
    let meta = DocumentMeta(
      label, mediaType: mediaType.found.rawValue, sha256: SHA256.digest(of: []), length: length)
    let metaByteCount = meta.bytes.count
    guard metaByteCount <= DocumentMeta.maximumByteCount else { throw .limitExceeded(.metaSize) }
    let entries = DocumentSealer.entries(meta, metaByteCount, sealedAt)
    archiveByteCount = DocumentSealer.archiveByteCount(meta, sealedAt: sealedAt)
    contentOffset = TarWriter.byteCount(of: entries[0]) + TarWriter.headerByteCount(of: entries[1])
    waitingChunkCount = AgeFileSealer.chunkCount(covering: contentOffset)
    heldByteCount = min(
      length, max(0, waitingChunkCount * AgeFileSealer.chunkByteCount - contentOffset))
  }

  func meta(sha256: SHA256Digest) -> DocumentMeta {
    DocumentMeta(label, mediaType: mediaType.found.rawValue, sha256: sha256, length: length)
  }

  /// The archive's bytes before the document.
  func lead(_ meta: DocumentMeta) throws(PackageError) -> [UInt8] {
    let metaBytes = meta.bytes
    let entries = DocumentSealer.entries(meta, metaBytes.count, sealedAt)
    var tar = TarWriter()
    var lead: [UInt8] = []
    let sink: TarWriter.Sink = { lead += [UInt8](copying: $0) }
    try tar.begin(entries[0], sink)
    try tar.write(metaBytes.span.bytes, sink)
    try tar.end(sink)
    try tar.begin(entries[1], sink)
    precondition(lead.count == contentOffset, "META.json kept its length")
    return lead
  }
}
