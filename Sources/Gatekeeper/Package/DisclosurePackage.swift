package import AgeFormat
package import StrongroomCrypto
import TransparencyLog
package import VaultStore

/// Writes a disclosure package: a BagIt bag in a pax archive in one age file, streamed in one pass and
/// constant memory.
package enum DisclosurePackage {
  /// GNU tar reads archives in records of this size; a whole number of them lets it see the end of its input,
  /// and so lets `age -d | tar -x` end with both content.
  static let recordByteCount = 10_240

  /// Writes the package to `output`, which is not committed here; only sealed bytes are ever written.
  ///
  /// Each document is decrypted, compared with the ledger to its last byte and sealed again, piece by piece.
  /// The receipt is checked before the first byte is written. After an error the caller discards the output.
  ///
  /// - Parameters:
  ///   - recipients: the recipient's key, or one `ScryptRecipient`.
  ///   - receipt: for the entry that allowed exactly this plan.
  /// - Returns: length and SHA-256 of what was written.
  /// - Throws: `.document` for a stored document that is damaged, missing or another than the ledger says;
  ///   `.packageRejected` for the receipt; `.storage`, `.outside`.
  package static func write(
    _ plan: PackagePlan, receipt: PackageReceipt, to recipients: [any AgeRecipient],
    from storage: any ObjectStorage, into output: any DocumentOutput
  ) async throws(PackageError) -> WrittenPackage {
    try receipt.check()
    let bag = try Bag(plan, receipt)
    var stream = try SealingStream(to: recipients)
    let pipe = HashingOutput(output)
    try stream.start(pipe.write)
    for file in bag.tagFiles + [plan.cover] { try add(file, bag, to: &stream, pipe) }
    for (path, document) in zip(plan.paths, plan.documents) {
      try await addBlaming(document, bag.entry(path, document.expectation.length), storage, to: &stream, pipe)
    }
    try stream.finish(archiveByteCount: bag.archiveByteCount, pipe.write)
    return pipe.result
  }

  private static func add(
    _ file: BagFile, _ bag: Bag, to stream: inout SealingStream, _ pipe: HashingOutput
  ) throws(PackageError) {
    try stream.begin(bag.entry(file.path, file.byteCount), pipe.write)
    try file.withBytes { (bytes) throws(PackageError) in try stream.content(bytes, pipe.write) }
    try stream.end(pipe.write)
  }

  /// Names the document in errors that are its own; the output's stay as they are.
  private static func addBlaming(
    _ document: PackageDocument, _ entry: TarEntry, _ storage: any ObjectStorage,
    to stream: inout SealingStream, _ pipe: HashingOutput
  ) async throws(PackageError) {
    do throws(PackageError) {
      try await add(document, entry, storage, to: &stream, pipe)
    } catch {
      guard error.isDamage else { throw error }
      throw .document(record: document.expectation.record, error)
    }
  }

  private static func add(
    _ document: PackageDocument, _ entry: TarEntry, _ storage: any ObjectStorage,
    to stream: inout SealingStream,
    _ pipe: HashingOutput
  ) async throws(PackageError) {
    try stream.begin(entry, pipe.write)
    _ = try await DocumentOpener.read(
      document.object, expecting: document.expectation, with: document.identity, from: storage
    ) { (bytes) throws(PackageError) in try stream.content(bytes, pipe.write) }
    try stream.end(pipe.write)
  }

  /// The bag's files but for the documents, and the names they all get in the archive.
  private struct Bag {
    let folder: String
    let modifiedSeconds: Int
    /// Everything before the payload, in order.
    let tagFiles: [BagFile]
    let archiveByteCount: Int

    init(_ plan: PackagePlan, _ receipt: PackageReceipt) throws(PackageError) {
      folder = plan.request.description
      modifiedSeconds = max(1, Int(plan.madeAt.millisecondsSinceEpoch / 1000) % TarHeader.ustarSizeLimit)
      var files = [
        try BagFile(path: BagLayout.declarationPath, BagLayout.declaration),
        try BagFile(path: BagLayout.infoPath, Self.info(plan, receipt)), plan.manifest,
      ]
      files += try receipt.files()
      let lines = files.map { BagLayout.manifestLine($0.sha256, $0.path) }.joined()
      files.append(try BagFile(path: BagLayout.tagManifestPath, lines))
      tagFiles = files
      var entries: [TarEntry] = []
      for file in files + [plan.cover] {
        entries.append(
          TarEntry(path: folder + "/" + file.path, size: file.byteCount, modifiedSeconds: modifiedSeconds))
      }
      for (path, document) in zip(plan.paths, plan.documents) {
        entries.append(
          TarEntry(
            path: folder + "/" + path, size: document.expectation.length, modifiedSeconds: modifiedSeconds))
      }
      let size = TarWriter.archiveByteCount(entries)
      archiveByteCount = (size + recordByteCount - 1) / recordByteCount * recordByteCount
    }

    func entry(_ path: String, _ size: Int) -> TarEntry {
      TarEntry(path: folder + "/" + path, size: size, modifiedSeconds: modifiedSeconds)
    }

    private static func info(_ plan: PackagePlan, _ receipt: PackageReceipt) -> String {
      """
      Source-Organization: \(plan.source)
      External-Identifier: \(plan.request)
      Bagging-Date: \(plan.madeAt.dateText)
      Payload-Oxum: \(plan.payload.byteCount).\(plan.payload.fileCount)
      Strongroom-Format: \(BagLayout.format)
      Strongroom-Log: \(receipt.logKey.name)
      Strongroom-Entry: \(receipt.proof.index)

      """
    }
  }
}

/// What was written: the ledger's release event carries both.
package struct WrittenPackage: Hashable, Sendable {
  /// Of the sealed file.
  package let sha256: SHA256Digest
  /// Bytes of the sealed file.
  package let length: Int
}

/// Passes bytes on and remembers what they hash to. Used by one task at a time, so not Sendable.
private final class HashingOutput {
  private let output: any DocumentOutput
  private var hash = SHA256()
  private var length = 0

  init(_ output: any DocumentOutput) { self.output = output }

  func write(_ bytes: RawSpan) throws {
    try output.write(bytes)
    hash.update(bytes)
    length += bytes.byteCount
  }

  var result: WrittenPackage { WrittenPackage(sha256: hash.digestSoFar(), length: length) }
}
