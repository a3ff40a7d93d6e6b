package import AgeFormat
import StrongroomCrypto
package import VaultStore

/// Reads a stored document back, checked to its last byte of padding.
package enum DocumentOpener {
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
    let reader: any ObjectReader
    do { reader = try await storage.reader(of: object.id) } catch {
      if case .missing = error { throw .objectMissing(object.id) }
      throw PackageError(wrapping: error)
    }
    guard reader.length == object.length else {
      throw .objectLength(object.id, expected: object.length, actual: reader.length)
    }
    var check = DocumentCheck(expecting: expected)
    try packageCall {
      var start = PlaintextBuffer(capacity: AgeFileOpener.longestStart)
      try start.append(count: min(object.length, start.capacity)) { try reader.read(at: 0, into: &$0) }
      let file = try AgeFileOpener(start: start.bytes, fileSize: object.length, identities: [identity])
      try file.open(
        fill: { offset, room in try reader.read(at: offset, into: &room) },
        drain: { archive in try check.update(archive, write) })
    }
    return try check.finish()
  }
}
