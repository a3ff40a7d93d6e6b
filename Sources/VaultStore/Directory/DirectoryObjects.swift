import StrongroomCrypto

/// Objects of a vault directory: `records/ab/cd/<id>.age`.
struct DirectoryObjects: ObjectStorage {
  let core: DirectoryCore
  private let staged = StagedObjects()

  init(core: DirectoryCore) { self.core = core }

  nonisolated(nonsending) func stage(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: Write) throws -> Void
  ) async throws -> StoredObject {
    let path = id.relativePath
    try core.checkWritable()
    if try core.status(of: path) != nil { throw VaultStoreError.alreadyExists(path) }
    let temporary = try core.makeTemporary(for: path)
    do {
      var writing = try ObjectWriting(temporary, for: path, exactSize: exactSize, in: core)
      try body { offset, piece in try writing.write(piece, at: offset) }
      let stored = StoredObject(id: id, length: exactSize, sha256: try writing.finish())
      guard staged.keep(temporary, as: id) else { throw VaultStoreError.alreadyExists(path) }
      return stored
    } catch {
      core.discard(temporary)
      core.files.close(temporary.file)
      throw error
    }
  }

  func publish(_ ids: [ObjectID]) async throws(VaultStoreError) {
    let items = ids.compactMap { id in
      staged.take(id).map { (temporary: $0, path: id.relativePath) }
    }
    precondition(items.count == ids.count, "only what was staged is published")
    try core.publishFlushing(items)
  }

  func unstage(_ ids: [ObjectID]) async {
    for id in ids {
      guard let temporary = staged.take(id) else { continue }
      core.discard(temporary)
      core.files.close(temporary.file)
    }
  }

  func reader(of id: ObjectID) async throws(VaultStoreError) -> any ObjectReader {
    try DirectoryObjectReader(id, in: core.files)
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
