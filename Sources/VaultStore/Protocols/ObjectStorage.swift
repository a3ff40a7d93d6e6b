package import StrongroomCrypto

/// What the ledger says of a stored document, so that a missing, cut, swapped or older file is told without any key.
package struct StoredObject: Hashable, Sendable {
  package let id: ObjectID
  /// Bytes of the age file.
  package let length: Int
  /// Of the age file's bytes.
  package let sha256: SHA256Digest

  package init(id: ObjectID, length: Int, sha256: SHA256Digest) {
    self.id = id
    self.length = length
    self.sha256 = sha256
  }
}

/// Large sealed files, written once and never changed.
///
/// An object comes in two steps, so that many can share one flush: `stage` writes its bytes, `publish` makes it durable and gives
/// it its name. Between them it is not there for anybody, and a crash leaves nothing of it that counts.
package protocol ObjectStorage: Sendable {
  /// Takes bytes and their offset in the object.
  typealias Write = (_ offset: Int, RawSpan) throws -> Void

  /// Writes an object, which is not there before it is published.
  ///
  /// - Parameters:
  ///   - exactSize: bytes that `body` is going to write; room is taken before the first one.
  ///   - body: calls `write` for each byte once, in any order, from one thread at a time. What it throws is thrown on, and nothing
  ///     is left behind.
  ///
  /// Runs where the caller runs, so that `body` may use what the caller owns; it blocks there while it writes.
  ///
  /// - Returns: what lies in the storage, hashed: as it was written where that was in order, else as it is read back.
  /// - Throws: `.alreadyExists`, `.diskFull`, `.sizeMismatch`, `.stopped`, and whatever `body` throws.
  nonisolated(nonsending) func stage(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: Write) throws -> Void
  ) async throws -> StoredObject

  /// Makes staged objects durable and gives them their names; all are durable when it returns. Many together cost little more
  /// than one.
  ///
  /// - Throws: `.alreadyExists`, and then none of them is there; `.stopped`, and then nobody knows.
  func publish(_ ids: [ObjectID]) async throws(VaultStoreError)

  /// Takes staged objects away. One that was never staged is no error.
  func unstage(_ ids: [ObjectID]) async

  /// Opens an object for reading from one end to the other.
  ///
  /// - Throws: `.missing`.
  func reader(of id: ObjectID) async throws(VaultStoreError) -> any ObjectReader

  /// Bytes `range` of the object.
  ///
  /// - Throws: `.missing`; `.damaged(.truncated)` if the object ends before the range does.
  func read(_ id: ObjectID, range: Range<Int>) async throws(VaultStoreError) -> [UInt8]

  /// Length in bytes; nil if there is no such object.
  func stat(_ id: ObjectID) async throws(VaultStoreError) -> Int?

  /// Removes the object durably. One that is not there is no error: deleting twice is deleting once.
  func delete(_ id: ObjectID) async throws(VaultStoreError)

  /// Every object with its length, those no ledger entry names included.
  func list() async throws(VaultStoreError) -> [ObjectID: Int]
}

/// An object that is being read; it stays the same one even if it is deleted meanwhile.
package protocol ObjectReader: Sendable {
  /// Bytes of the object.
  var length: Int { get }

  /// Fills `room` from `offset`. Blocks while it reads.
  ///
  /// - Throws: `.damaged(.truncated)` if the object ends before.
  func read(at offset: Int, into room: inout MutableRawSpan) throws(VaultStoreError)
}

extension ObjectStorage {
  /// Creates one object; durable when it returns. `body` calls `write` with the pieces in order.
  package nonisolated(nonsending) func put(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: (RawSpan) throws -> Void) throws -> Void
  ) async throws -> StoredObject {
    let stored = try await stage(id, exactSize: exactSize) { write in
      try withoutActuallyEscaping(write) { write in
        var offset = 0
        try body { piece in
          try write(offset, piece)
          offset += piece.byteCount
        }
      }
    }
    try await publish([id])
    return stored
  }
}
