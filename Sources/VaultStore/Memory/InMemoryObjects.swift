import StrongroomCrypto
import Synchronization

/// Objects that last as long as the process.
package final class InMemoryObjects: ObjectStorage {
  private struct Objects {
    var stored: [ObjectID: [UInt8]] = [:]
    var staged: [ObjectID: [UInt8]] = [:]

    func isTaken(_ id: ObjectID) -> Bool { stored[id] != nil || staged[id] != nil }
  }

  private let objects = Mutex(Objects())

  package init() {}

  package nonisolated(nonsending) func stage(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: Write) throws -> Void
  ) async throws -> StoredObject {
    let taken = VaultStoreError.alreadyExists(id.relativePath)
    guard !objects.withLock({ $0.isTaken(id) }) else { throw taken }
    var bytes = [UInt8](repeating: 0, count: exactSize)
    var count = 0
    try body { offset, piece in
      guard offset >= 0, offset <= exactSize, piece.byteCount <= exactSize - offset else {
        throw VaultStoreError.sizeMismatch(expected: exactSize, actual: offset + piece.byteCount)
      }
      bytes.replaceSubrange(offset..<offset + piece.byteCount, with: [UInt8](copying: piece))
      count += piece.byteCount
    }
    guard count == exactSize else {
      throw VaultStoreError.sizeMismatch(expected: exactSize, actual: count)
    }
    let object = StoredObject(id: id, length: exactSize, sha256: SHA256.digest(of: bytes))
    let isNew = objects.withLock { [bytes] objects in
      guard !objects.isTaken(id) else { return false }
      objects.staged[id] = bytes
      return true
    }
    guard isNew else { throw taken }
    return object
  }

  package func publish(_ ids: [ObjectID]) async throws(VaultStoreError) {
    objects.withLock { objects in
      for id in ids {
        guard let bytes = objects.staged.removeValue(forKey: id) else {
          preconditionFailure("only what was staged is published")
        }
        objects.stored[id] = bytes
      }
    }
  }

  package func unstage(_ ids: [ObjectID]) async {
    objects.withLock { objects in for id in ids { objects.staged[id] = nil } }
  }

  package func reader(of id: ObjectID) async throws(VaultStoreError) -> any ObjectReader {
    guard let bytes = objects.withLock({ $0.stored[id] }) else { throw .missing(id.relativePath) }
    return Reader(path: id.relativePath, bytes: bytes)
  }

  private struct Reader: ObjectReader {
    let path: String
    let bytes: [UInt8]

    var length: Int { bytes.count }

    func read(at offset: Int, into room: inout MutableRawSpan) throws(VaultStoreError) {
      guard offset >= 0, offset <= bytes.count, room.byteCount <= bytes.count - offset else {
        throw .damaged(Damage(file: path, problem: .truncated))
      }
      room.copyBytes(bytes.span.bytes.extracting(offset..<offset + room.byteCount))
    }
  }

  package func read(_ id: ObjectID, range: Range<Int>) async throws(VaultStoreError) -> [UInt8] {
    guard let bytes = objects.withLock({ $0.stored[id] }) else { throw .missing(id.relativePath) }
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
      throw .damaged(Damage(file: id.relativePath, problem: .truncated))
    }
    return Array(bytes[range])
  }

  package func stat(_ id: ObjectID) async throws(VaultStoreError) -> Int? {
    objects.withLock { $0.stored[id]?.count }
  }

  package func delete(_ id: ObjectID) async throws(VaultStoreError) {
    objects.withLock { $0.stored[id] = nil }
  }

  package func list() async throws(VaultStoreError) -> [ObjectID: Int] {
    objects.withLock { $0.stored.mapValues(\.count) }
  }
}

extension ObjectID {
  /// `records/ab/cd/<id>.age`
  package var relativePath: String {
    let name = hex
    return "records/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name).age"
  }
}
