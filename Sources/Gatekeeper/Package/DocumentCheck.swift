import StrongroomCrypto

/// Follows the archive of one stored document and refuses it unless it is exactly the one the ledger names.
///
/// META.json first, then the document, then zeros up to the Padmé size. The document's bytes are passed on as
/// they come; only `finish` says that they may be believed.
struct DocumentCheck: ~Copyable {
  private let expected: DocumentExpectation
  private var tar: TarReader
  private var metaBytes: [UInt8] = []
  private(set) var meta: DocumentMeta?
  private var hash = SHA256()
  private var length = 0
  /// Files begun so far.
  private var position = 0

  init(expecting expected: DocumentExpectation) {
    self.expected = expected
    tar = TarReader(limits: .init(entryCount: 2, entrySize: DocumentSealer.maximumDocumentByteCount))
  }

  /// Takes the next bytes of the archive, of any number; `write` gets those of the document.
  mutating func update(_ archive: RawSpan, _ write: TarWriter.Sink) throws(PackageError) {
    // A copy, since the steps need the rest of `self` while the reader is being changed.
    var tar = self.tar
    try tar.update(archive) { (step, bytes) throws(PackageError) in
      try take(step, bytes, write)
    }
    self.tar = tar
  }

  /// Says that the archive ended. Everything has been compared when this returns.
  mutating func finish() throws(PackageError) -> DocumentMeta {
    try tar.finish()
    guard let meta else { throw .documentRejected(.metaMissing) }
    guard position == 2, length == meta.length else { throw .documentRejected(.lengthMismatch) }
    guard hash.digestSoFar() == meta.sha256 else { throw .documentRejected(.digestMismatch) }
    guard let end = tar.endOffset, tar.byteCount == Padme.paddedSize(of: end + TarWriter.endByteCount) else {
      throw .documentRejected(.paddingSize)
    }
    return meta
  }

  private mutating func take(
    _ step: TarReader.Step, _ bytes: RawSpan, _ write: TarWriter.Sink
  ) throws(PackageError) {
    switch step {
    case .begin(let entry): try begin(entry)
    case .data where position == 1: metaBytes += [UInt8](copying: bytes)
    case .data:
      hash.update(bytes)
      length += bytes.byteCount
      try write(bytes)
    case .end where position == 1:
      let meta = try DocumentMeta(parsing: metaBytes)
      try expected.check(meta)
      self.meta = meta
    case .end: break
    }
  }

  private mutating func begin(_ entry: TarEntry) throws(PackageError) {
    position += 1
    if position == 1 {
      guard entry.path == DocumentMeta.path else { throw .documentRejected(.metaMissing) }
      guard entry.size <= DocumentMeta.maximumByteCount else { throw .documentRejected(.metaMalformed) }
    } else {
      guard entry.path == meta?.safeName.text else { throw .documentRejected(.unexpectedEntry) }
      guard entry.size == meta?.length else { throw .documentRejected(.lengthMismatch) }
    }
  }
}
