package import AgeFormat
package import StrongroomCrypto
package import VaultStore

/// What reading a document finds.
package struct DocumentInspection: Hashable, Sendable {
  package let sha256: SHA256Digest
  /// Bytes of the document.
  package let length: Int
  package let mediaType: MediaTypeReport
}

/// A document as it was stored.
package struct SealedDocument: Hashable, Sendable {
  package let object: StoredObject
  package let meta: DocumentMeta
  package let mediaType: MediaTypeReport
}

/// Turns a document into a stored object: META.json and the document in a pax archive, zeros up to a Padmé
/// size, sealed to the child's recipient.
///
/// The source is read once, in constant memory whatever its size, and hashed while all cores seal. META.json stands in front of the
/// bytes and says what they hash to, so the chunk (or few) that it lies in is sealed last; its length does not depend on the hash.
package enum DocumentSealer {
  /// Largest document, bytes (1 TiB): far above any real one, far below any overflow.
  package static let maximumDocumentByteCount = 1 << 40

  /// Hash, length and type of a document that is not stored, or not yet.
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

  /// Seals and stores. The object is durable when this returns, and absent when it throws.
  package static func seal(
    _ input: any DocumentInput, as label: DocumentLabel, to recipient: X25519Recipient, sealedAt: Timestamp,
    id: ObjectID, in storage: any ObjectStorage
  ) async throws(PackageError) -> SealedDocument {
    let document = try await stage(
      input, as: label, to: recipient, sealedAt: sealedAt, id: id, in: storage)
    do { try await storage.publish([id]) } catch { throw .storage(error) }
    return document
  }

  /// Seals and writes, leaving it to the caller to publish the object: many at once, with one flush.
  ///
  /// - Parameters:
  ///   - label: what the document is filed as.
  ///   - recipient: the child's.
  ///   - sealedAt: what an unpacked file is dated.
  /// - Throws: `.inputChanged` if the source is not what it was when its length was taken; `.limitExceeded(.metaSize)`;
  ///   `.storage`. Nothing is staged then.
  package static func stage(
    _ input: any DocumentInput, as label: DocumentLabel, to recipient: X25519Recipient, sealedAt: Timestamp,
    id: ObjectID, in storage: any ObjectStorage
  ) async throws(PackageError) -> SealedDocument {
    guard input.sizeBytes <= maximumDocumentByteCount else { throw .limitExceeded(.documentSize) }
    let mediaType = try mediaType(of: input)
    let plan = try SealingPlan(
      label, mediaType: mediaType, length: input.sizeBytes, sealedAt: sealedAt)
    do {
      var found: DocumentMeta?
      let exactSize = AgeEncryptor.sealedSize(plaintextSize: plan.archiveByteCount, recipients: 1)
      let object = try await storage.stage(id, exactSize: exactSize) { write in
        found = try seal(input, plan, to: recipient, write)
      }
      guard let found else { throw PackageError.inputChanged }
      return SealedDocument(object: object, meta: found, mediaType: mediaType)
    } catch {
      throw PackageError(wrapping: error)
    }
  }

  private static func seal(
    _ input: any DocumentInput, _ plan: SealingPlan, to recipient: X25519Recipient,
    _ write: ObjectStorage.Write
  ) throws -> DocumentMeta {
    var sealer = try packageCall {
      try AgeFileSealer(to: [recipient], plaintextSize: plan.archiveByteCount)
    }
    let header = sealer.header
    try write(0, header.span.bytes)
    var hash = SHA256()
    func read(_ range: Range<Int>, into room: inout MutableRawSpan) throws {
      try input.read(at: range.lowerBound, into: &room)
      hash.update(room.bytes)
    }
    // The chunks that wait: room for what comes before the document, then as much of it as lies in them.
    var front = PlaintextBuffer(capacity: plan.contentOffset + plan.heldByteCount)
    front.append(count: plan.contentOffset) { $0.wipe() }
    try front.append(count: plan.heldByteCount) { try read(0..<plan.heldByteCount, into: &$0) }
    try sealer.seal(
      chunks: plan.waitingChunkCount..<sealer.chunkCount,
      fill: { offset, room in
        let start = offset - plan.contentOffset
        let count = max(0, min(room.byteCount, plan.length - start))
        if count > 0 {
          var content = room._mutatingExtracting(0..<count)
          try read(start..<start + count, into: &content)
        }
        room.wipe(from: count)
      }, drain: write)
    try input.checkUnchanged()
    let meta = plan.meta(sha256: hash.digestSoFar())
    let lead = try plan.lead(meta)
    front.withMutableBytes { $0.copyBytes(lead.span.bytes) }
    try sealer.seal(
      chunks: 0..<plan.waitingChunkCount,
      fill: { offset, room in
        let count = max(0, min(room.byteCount, front.count - offset))
        if count > 0 { room.copyBytes(front.bytes.extracting(offset..<offset + count)) }
        room.wipe(from: count)
      }, drain: write)
    return meta
  }

  private static func mediaType(of input: any DocumentInput) throws(PackageError) -> MediaTypeReport {
    let count = min(input.sizeBytes, MediaType.sniffedByteCount)
    var head = PlaintextBuffer(capacity: max(count, 1))
    if count > 0 {
      try packageCall { try head.append(count: count) { try input.read(at: 0, into: &$0) } }
    }
    return MediaTypeReport(name: input.name, head: [UInt8](copying: head.bytes))
  }

  static func entries(_ meta: DocumentMeta, _ metaByteCount: Int, _ sealedAt: Timestamp) -> [TarEntry] {
    let seconds = max(1, Int(sealedAt.millisecondsSinceEpoch / 1000)) % TarHeader.ustarSizeLimit
    return [
      TarEntry(path: DocumentMeta.path, size: metaByteCount, modifiedSeconds: max(1, seconds)),
      TarEntry(path: meta.safeName.text, size: meta.length, modifiedSeconds: max(1, seconds)),
    ]
  }
}
