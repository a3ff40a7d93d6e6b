package import AgeFormat
package import StrongroomCrypto
package import VaultStore

/// What the first pass over a document finds.
package struct DocumentInspection: Hashable, Sendable {
  package let sha256: SHA256Digest
  /// Bytes of the document.
  package let length: Int
  package let mediaType: MediaTypeReport
}

/// Turns a document into a stored object: META.json and the document in a pax archive, zeros up to a Padmé
/// size, sealed to the child's recipient.
///
/// Two passes over the source, 64 KiB at a time whatever its size. The second pass hashes again, since
/// META.json in front of the bytes already says what they hash to.
package enum DocumentSealer {
  /// Largest document, bytes (1 TiB): far above any real one, far below any overflow.
  package static let maximumDocumentByteCount = 1 << 40

  /// The first pass: hash, length, type.
  ///
  /// - Throws: `.inputChanged` if the source gives another number of bytes than it said; `.limitExceeded`;
  ///   `.outside`.
  package static func inspect(_ input: any DocumentInput) throws(PackageError) -> DocumentInspection {
    guard input.sizeBytes <= maximumDocumentByteCount else { throw .limitExceeded(.documentSize) }
    var hash = SHA256()
    var head: [UInt8] = []
    var length = 0
    try packageCall {
      try input.forEachChunk { bytes in
        hash.update(bytes)
        let missing = MediaType.sniffedByteCount - head.count
        if missing > 0 { head += [UInt8](copying: bytes.extracting(first: missing)) }
        length += bytes.byteCount
        guard length <= input.sizeBytes else { throw PackageError.inputChanged }
      }
    }
    guard length == input.sizeBytes else { throw .inputChanged }
    return DocumentInspection(
      sha256: hash.finish(), length: length, mediaType: MediaTypeReport(name: input.name, head: head))
  }

  /// Bytes of the archive for a document, padding included.
  package static func archiveByteCount(_ meta: DocumentMeta, sealedAt: Timestamp) -> Int {
    Padme.paddedSize(of: TarWriter.archiveByteCount(entries(meta, meta.bytes.count, sealedAt)))
  }

  /// The second pass: seals and stores. The object is durable when this returns, and absent when it throws.
  ///
  /// - Parameters:
  ///   - meta: what `inspect` found and what the document is filed as.
  ///   - recipient: the child's.
  ///   - sealedAt: what an unpacked file is dated.
  /// - Throws: `.inputChanged` if the bytes are not those of the first pass; `.limitExceeded(.metaSize)`;
  ///   `.storage`.
  package static func seal(
    _ input: any DocumentInput, as meta: DocumentMeta, to recipient: X25519Recipient, sealedAt: Timestamp,
    id: ObjectID, in storage: any ObjectStorage
  ) async throws(PackageError) -> StoredObject {
    let metaBytes = meta.bytes
    guard metaBytes.count <= DocumentMeta.maximumByteCount else { throw .limitExceeded(.metaSize) }
    guard meta.length <= maximumDocumentByteCount else { throw .limitExceeded(.documentSize) }
    let archive = archiveByteCount(meta, sealedAt: sealedAt)
    let exactSize = AgeEncryptor.sealedSize(plaintextSize: archive, recipients: 1)
    do {
      return try await storage.put(id, exactSize: exactSize) { write in
        var stream = try SealingStream(to: [recipient])
        try stream.start(write)
        let entries = entries(meta, metaBytes.count, sealedAt)
        try stream.file(entries[0], metaBytes, write)
        try stream.begin(entries[1], write)
        try copy(input, meta, into: &stream, write)
        try stream.end(write)
        try stream.finish(archiveByteCount: archive, write)
      }
    } catch {
      throw PackageError(wrapping: error)
    }
  }

  private static func copy(
    _ input: any DocumentInput, _ meta: DocumentMeta, into stream: inout SealingStream,
    _ write: SealingStream.Write
  ) throws {
    var hash = SHA256()
    var length = 0
    try input.forEachChunk { bytes in
      length += bytes.byteCount
      guard length <= meta.length else { throw PackageError.inputChanged }
      hash.update(bytes)
      try stream.content(bytes, write)
    }
    guard length == meta.length, hash.finish() == meta.sha256 else { throw PackageError.inputChanged }
  }

  private static func entries(_ meta: DocumentMeta, _ metaByteCount: Int, _ sealedAt: Timestamp) -> [TarEntry]
  {
    let seconds = max(1, Int(sealedAt.millisecondsSinceEpoch / 1000)) % TarHeader.ustarSizeLimit
    return [
      TarEntry(path: DocumentMeta.path, size: metaByteCount, modifiedSeconds: max(1, seconds)),
      TarEntry(path: meta.safeName.text, size: meta.length, modifiedSeconds: max(1, seconds)),
    ]
  }
}
