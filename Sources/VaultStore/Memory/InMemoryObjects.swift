import StrongroomCrypto
import Synchronization

/// Objects that last as long as the process.
package final class InMemoryObjects: ObjectStorage {
  private let stored = Mutex<[ObjectID: [UInt8]]>([:])

  package init() {}

  package nonisolated(nonsending) func put(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: (RawSpan) throws -> Void) throws -> Void
  ) async throws -> StoredObject {
    let taken = VaultStoreError.alreadyExists(id.relativePath)
    guard stored.withLock({ $0[id] }) == nil else { throw taken }
    var bytes: [UInt8] = []
    try body { piece in
      guard bytes.count + piece.byteCount <= exactSize else {
        throw VaultStoreError.sizeMismatch(expected: exactSize, actual: bytes.count + piece.byteCount)
      }
      bytes += [UInt8](copying: piece)
    }
    guard bytes.count == exactSize else {
      throw VaultStoreError.sizeMismatch(expected: exactSize, actual: bytes.count)
    }
    let object = StoredObject(id: id, length: exactSize, sha256: SHA256.digest(of: bytes))
    let isNew = stored.withLock { [bytes] objects in
      guard objects[id] == nil else { return false }
      objects[id] = bytes
      return true
    }
    guard isNew else { throw taken }
    return object
  }

  package func read(_ id: ObjectID, range: Range<Int>) async throws(VaultStoreError) -> [UInt8] {
    guard let bytes = stored.withLock({ $0[id] }) else { throw .missing(id.relativePath) }
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
      throw .damaged(Damage(file: id.relativePath, problem: .truncated))
    }
    return Array(bytes[range])
  }

  package func stat(_ id: ObjectID) async throws(VaultStoreError) -> Int? {
    stored.withLock { $0[id]?.count }
  }

  package func delete(_ id: ObjectID) async throws(VaultStoreError) { stored.withLock { $0[id] = nil } }

  package func list() async throws(VaultStoreError) -> [ObjectID: Int] {
    stored.withLock { $0.mapValues(\.count) }
  }
}

extension ObjectID {
  /// `records/ab/cd/<id>.age`
  package var relativePath: String {
    let name = hex
    return "records/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name).age"
  }
}
