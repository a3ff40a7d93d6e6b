/// A small file's name and its whole content.
package struct NamedFile: Sendable {
  package let name: VaultFileName
  package let bytes: [UInt8]

  package init(_ name: VaultFileName, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}

/// Small files with fixed names: the description, key files, policies, caches.
package protocol NamedFileStorage: Sendable {
  /// The whole file; nil if it is not there.
  ///
  /// - Throws: `.limitExceeded` before memory is taken, `.damaged` if it is not an ordinary file.
  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]?

  /// Creates the file; durable when it returns. Throws `.alreadyExists` and leaves what is there.
  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError)

  /// Puts a new content in place of the old one, or creates the file. Readers and a crash see the old bytes or the new
  /// ones, never a mixture. Durable when it returns, but for `.cache`: a cache is disposable, so after a power cut it
  /// may be old, absent or empty, and its reader must check what it reads.
  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError)

  /// `replace` for many files, with far fewer flushes than files. A crash leaves each file old or new, in any combination; all
  /// are durable when it returns. Not for caches.
  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError)

  /// Removes the file durably, a cache too: it may be removed for what is in it. One that is not there is no error.
  func remove(_ name: VaultFileName) async throws(VaultStoreError)

  /// The files of one folder, in the order of their names.
  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName]
}
