import StrongroomCrypto

/// Objects of a vault directory: `records/ab/cd/<id>.age`.
struct DirectoryObjects: ObjectStorage {
  let core: DirectoryCore

  nonisolated(nonsending) func put(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: (RawSpan) throws -> Void) throws -> Void
  ) async throws -> StoredObject {
    let path = id.relativePath
    try core.checkWritable()
    if try core.status(of: path) != nil { throw VaultStoreError.alreadyExists(path) }
    let temporary = try core.makeTemporary(for: path)
    let digest: SHA256Digest
    do {
      digest = try write(temporary, path, exactSize, body)
      // Never given its name before its bytes are on the disk.
      try core.health.flush(path) { () throws(FileSystemError) in try core.files.syncAll(temporary.file) }
    } catch {
      core.discard(temporary)
      core.files.close(temporary.file)
      throw error
    }
    try core.publish(temporary, as: path)
    return StoredObject(id: id, length: exactSize, sha256: digest)
  }

  private func write(
    _ temporary: DirectoryCore.Temporary, _ path: String, _ exactSize: Int,
    _ body: (_ write: (RawSpan) throws -> Void) throws -> Void
  ) throws -> SHA256Digest {
    if exactSize > 0 {
      do throws(FileSystemError) { try core.files.allocate(temporary.file, size: exactSize) } catch {
        throw error.storeError(path)
      }
    }
    var hash = SHA256()
    var size = 0
    try body { piece in
      guard size + piece.byteCount <= exactSize else {
        throw VaultStoreError.sizeMismatch(expected: exactSize, actual: size + piece.byteCount)
      }
      do throws(FileSystemError) { try core.files.write(temporary.file, at: size, piece) } catch {
        throw error.storeError(path)
      }
      hash.update(piece)
      size += piece.byteCount
    }
    guard size == exactSize else { throw VaultStoreError.sizeMismatch(expected: exactSize, actual: size) }
    return hash.finish()
  }

  func read(_ id: ObjectID, range: Range<Int>) async throws(VaultStoreError) -> [UInt8] {
    let path = id.relativePath
    precondition(range.lowerBound >= 0, "an object's bytes count from 0")
    do throws(FileSystemError) {
      let file = try core.files.open(path, writable: false)
      defer { core.files.close(file) }
      // Asked first, so that no memory is taken for bytes that are not there.
      if try core.files.status(file).size >= range.upperBound {
        let bytes = try core.files.read(file, at: range.lowerBound, count: range.count)
        if bytes.count == range.count { return bytes }
      }
    } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .missing(path) }
      throw error.storeError(path)
    }
    throw .damaged(Damage(file: path, problem: .truncated))
  }

  func stat(_ id: ObjectID) async throws(VaultStoreError) -> Int? {
    let path = id.relativePath
    guard let status = try core.status(of: path) else { return nil }
    guard status.kind == .file else { throw .damaged(Damage(file: path, problem: .notAnOrdinaryFile)) }
    return status.size
  }

  func delete(_ id: ObjectID) async throws(VaultStoreError) {
    try core.remove(id.relativePath, durably: true)
  }

  func list() async throws(VaultStoreError) -> [ObjectID: Int] {
    var objects: [ObjectID: Int] = [:]
    for item in try core.walk("records") where item.kind == .file {
      guard let id = ObjectID(relativePath: item.path), let status = try core.status(of: item.path) else {
        continue
      }
      objects[id] = status.size
    }
    return objects
  }
}

extension ObjectID {
  /// The object whose file lies at `path`; nil for any other path.
  init?(relativePath path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasSuffix(".age"), let id = ObjectID(hex: name.dropLast(4)), id.relativePath == path else {
      return nil
    }
    self = id
  }
}
