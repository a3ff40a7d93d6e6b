package import AgeFormat
package import StrongroomCrypto
package import VaultStore

/// One document that goes into a package: where it lies, what the ledger says of it, and how it is called
/// there.
package struct PackageDocument: Sendable {
  package let object: StoredObject
  package let expectation: DocumentExpectation
  /// The child's.
  package let identity: X25519Identity
  /// As it was filed; made safe before it becomes a name in the package.
  package let originalName: String
  /// For the cover note, e.g. title, kind and date.
  package let coverText: String

  package init(
    object: StoredObject, expectation: DocumentExpectation, identity: X25519Identity, originalName: String,
    coverText: String
  ) {
    self.object = object
    self.expectation = expectation
    self.identity = identity
    self.originalName = originalName
    self.coverText = coverText
  }
}

/// A package's payload, fixed before the decision is recorded, so that the decision can name exactly these
/// bytes.
///
/// Put `manifestDigest` into the event that allows the release (field `manifest`); then nobody can later pass
/// other documents for the ones decided on, and `PackageReader` says so.
package struct PackagePlan: Sendable {
  package let request: RequestReference
  package let madeAt: Timestamp
  package let documents: [PackageDocument]
  /// Of `manifest-sha256.txt`, which names every payload file and its hash. The cover note is one of them and
  /// holds 128 random bits, so this gives nothing away about the documents.
  package let manifestDigest: SHA256Digest
  let source: String
  let cover: BagFile
  let manifest: BagFile
  /// Where each document stands below the bag's folder.
  let paths: [String]

  /// - Throws: `.packageRejected(.documents)` for no document or one record twice; `.limitExceeded`;
  ///   `.crypto`.
  package init(
    request: RequestReference, documents: [PackageDocument], cover note: CoverNote, madeAt: Timestamp
  ) throws(PackageError) {
    guard documents.count <= BagLayout.maximumDocumentCount else { throw .limitExceeded(.documentCount) }
    guard !documents.isEmpty, Set(documents.map(\.expectation.record)).count == documents.count else {
      throw .packageRejected(.documents)
    }
    let paths = documents.map { "data/\($0.expectation.record)-\(SafeFileName($0.originalName))" }
    let number: [UInt8]
    do { number = try SecureRandom.bytes(count: 16) } catch { throw .crypto(error) }
    let text = note.text(
      request: request.description, date: madeAt.dateText,
      files: zip(paths, documents).map { (path: $0, description: $1.coverText) }, number: number.hex)
    let cover = try BagFile(path: BagLayout.coverPath, text)
    var lines = BagLayout.manifestLine(cover.sha256, cover.path)
    for (path, document) in zip(paths, documents) {
      lines += BagLayout.manifestLine(document.expectation.sha256, path)
    }
    manifest = try BagFile(path: BagLayout.manifestPath, lines)
    manifestDigest = manifest.sha256
    source = PlainLine.make(note.from)
    self.request = request
    self.madeAt = madeAt
    self.documents = documents
    self.cover = cover
    self.paths = paths
  }

  /// Bytes of all payload files, and their number.
  var payload: (byteCount: Int, fileCount: Int) {
    (documents.reduce(cover.byteCount) { $0 + $1.expectation.length }, documents.count + 1)
  }
}
