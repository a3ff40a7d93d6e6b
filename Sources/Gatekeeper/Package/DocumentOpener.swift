package import AgeFormat
package import VaultStore

/// Reads a stored document back, checked to its last byte of padding.
package enum DocumentOpener {
  /// Bytes of the age header with one X25519 recipient, and the nonce behind it: read first, so that all
  /// later reads begin on the edge of a sealed chunk and need no copy.
  private static let headByteCount = AgeEncryptor.sealedSize(plaintextSize: 0, recipients: 1) - 16
  /// Four sealed chunks of 64 KiB and their tags.
  private static let readByteCount = 4 * (65_536 + 16)

  /// Writes the document to `output`, which is not committed here.
  ///
  /// The bytes written are authentic as they come, but only a normal return says that they are all of them
  /// and the document asked for. After an error the caller discards the output.
  ///
  /// - Parameters:
  ///   - object: as the ledger names it; another length is refused before anything is read.
  ///   - expected: what the ledger says about the document; each part must be found in META.json.
  ///   - identity: the child's.
  /// - Returns: META.json, all of it compared.
  /// - Throws: `.objectMissing`, `.objectLength`, `.age` (damaged, cut, or sealed to another child),
  ///   `.malformedTar`, `.documentRejected`, `.storage`, `.outside` for the output's own errors.
  package static func open(
    _ object: StoredObject, expecting expected: DocumentExpectation, with identity: X25519Identity,
    from storage: any ObjectStorage, into output: any DocumentOutput
  ) async throws(PackageError) -> DocumentMeta {
    try await read(object, expecting: expected, with: identity, from: storage) {
      (bytes) throws(PackageError) in
      do { try output.write(bytes) } catch { throw PackageError(wrapping: error) }
    }
  }

  /// The same with a function in place of an output.
  static func read(
    _ object: StoredObject, expecting expected: DocumentExpectation, with identity: X25519Identity,
    from storage: any ObjectStorage, _ write: TarWriter.Sink
  ) async throws(PackageError) -> DocumentMeta {
    try await requireLength(object, storage)
    var age = AgeDecryptor(identities: [identity], knownLength: object.length)
    var check = DocumentCheck(expecting: expected)
    var offset = 0
    while offset < object.length {
      let size = offset == 0 ? headByteCount : readByteCount
      let sealed = try await piece(object, offset..<min(offset + size, object.length), storage)
      do {
        try age.update(sealed.span.bytes) { (archive) throws(PackageError) in
          try check.update(archive, write)
        }
      } catch {
        throw PackageError(wrapping: error)
      }
      offset += sealed.count
    }
    do {
      try age.finish { (archive) throws(PackageError) in try check.update(archive, write) }
    } catch {
      throw PackageError(wrapping: error)
    }
    return try check.finish()
  }

  private static func requireLength(
    _ object: StoredObject, _ storage: any ObjectStorage
  ) async throws(PackageError) {
    let length: Int?
    do { length = try await storage.stat(object.id) } catch { throw PackageError(wrapping: error) }
    guard let length else { throw .objectMissing(object.id) }
    guard length == object.length else {
      throw .objectLength(object.id, expected: object.length, actual: length)
    }
  }

  private static func piece(
    _ object: StoredObject, _ range: Range<Int>, _ storage: any ObjectStorage
  ) async throws(PackageError) -> [UInt8] {
    let bytes: [UInt8]
    do { bytes = try await storage.read(object.id, range: range) } catch {
      throw PackageError(wrapping: error)
    }
    // A storage that gives another number of bytes than asked for is broken; going on would loop or misread.
    guard bytes.count == range.count else {
      throw .objectLength(object.id, expected: object.length, actual: range.lowerBound + bytes.count)
    }
    return bytes
  }
}
