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
package protocol ObjectStorage: Sendable {
  /// Creates an object; durable when it returns.
  ///
  /// - Parameters:
  ///   - exactSize: bytes that `body` is going to write; room is taken before the first one.
  ///   - body: calls `write` with the pieces in order. What it throws is thrown on, and nothing is left behind.
  ///
  /// Runs where the caller runs, so that `body` may use what the caller owns; it blocks there while it writes.
  ///
  /// - Throws: `.alreadyExists`, `.diskFull`, `.sizeMismatch`, `.stopped`, and whatever `body` throws.
  nonisolated(nonsending) func put(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: (RawSpan) throws -> Void) throws -> Void
  ) async throws -> StoredObject

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
