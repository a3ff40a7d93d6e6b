/// A folder of small files that a program beside the vault keeps, each of them whole after a crash: what a witness remembers.
///
/// Nothing secret goes in here: what is read comes back in memory that is not wiped. Calls block.
package struct StateDirectory: Sendable {
  /// Where files stand; made with the folder itself.
  package static let files = "state"

  private let core: DirectoryCore

  /// Makes the folder, mode 0700, or takes one that is there and empty.
  ///
  /// - Throws: `.alreadyExists("")` for a folder that holds anything.
  package static func create(at path: String) throws(VaultStoreError) -> StateDirectory {
    let files: LinuxFileSystem
    do throws(FileSystemError) {
      do throws(FileSystemError) {
        try Descriptor.makeDirectory(Descriptor.currentDirectory, path)
      } catch {
        if error.code != Errno.exists { throw error }
      }
      files = try LinuxFileSystem(root: path)
      let above = try Descriptor.open(Descriptor.currentDirectory, path + "/..", .directory)
      defer { Descriptor.close(above) }
      try Descriptor.sync(above)
    } catch {
      throw error.storeError("")
    }
    return try create(on: files)
  }

  /// - Throws: `.missing` if there is no such folder, or none that `create` made.
  package static func open(at path: String) throws(VaultStoreError) -> StateDirectory {
    let files: LinuxFileSystem
    do { files = try LinuxFileSystem(root: path) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .missing(Self.files) }
      throw error.storeError("")
    }
    return try open(on: files)
  }

  /// The same on any file system.
  package static func create(on files: any FileSystem) throws(VaultStoreError) -> StateDirectory {
    do throws(FileSystemError) {
      guard try files.list("").isEmpty else { throw FileSystemError(operation: .create, code: Errno.exists) }
      try files.makeDirectory("tmp")
      try files.makeDirectory(Self.files)
      files.close(try files.createExclusive(WriterLock.path))
      try files.syncDirectory("")
    } catch {
      if error == FileSystemError(operation: .create, code: Errno.exists) { throw .alreadyExists("") }
      throw error.storeError("")
    }
    return StateDirectory(core: DirectoryCore(files, isWritable: true))
  }

  package static func open(on files: any FileSystem) throws(VaultStoreError) -> StateDirectory {
    let core = DirectoryCore(files, isWritable: true)
    guard try core.status(of: Self.files)?.kind == .directory else { throw .missing(Self.files) }
    core.sweepTemporaries()
    return StateDirectory(core: core)
  }

  /// The whole file; nil if it is not there.
  ///
  /// - Throws: `.limitExceeded` before memory is taken.
  package func read(_ name: String, limitBytes: Int) throws(VaultStoreError) -> [UInt8]? {
    try core.read(try path(name), limit: limitBytes)
  }

  /// Writes a new file; on the disk when this returns.
  ///
  /// - Throws: `.alreadyExists`; `.stopped` after a failed flush, then and ever after.
  package func create(_ name: String, _ bytes: [UInt8]) throws(VaultStoreError) {
    try core.create(try path(name), bytes)
  }

  /// Puts new contents in the place of the old at once; on the disk when this returns. A crash leaves the one or the other.
  ///
  /// - Throws: `.stopped` after a failed flush, then and ever after.
  package func replace(_ name: String, _ bytes: [UInt8]) throws(VaultStoreError) {
    try core.replace(try path(name), bytes, durably: true)
  }

  /// Names of the files, sorted.
  package func names() throws(VaultStoreError) -> [String] {
    do throws(FileSystemError) {
      return try core.files.list(Self.files).filter { $0.kind == .file }.map(\.name).sorted()
    } catch {
      throw error.storeError(Self.files)
    }
  }

  /// Runs `body` while no other process, and nobody else in this one, is inside a `locked` of this folder.
  ///
  /// - Throws: `.busy` after 2 seconds, and what `body` throws.
  package func locked<R>(_ body: () throws(VaultStoreError) -> R) throws(VaultStoreError) -> R {
    let lock = WriterLock(files: core.files)
    let file = try lock.acquire(exclusive: true)
    defer { lock.release(file) }
    return try body()
  }

  private func path(_ name: String) throws(VaultStoreError) -> String {
    guard !name.isEmpty, name.utf8.first != UInt8(ascii: "."), !name.utf8.contains(UInt8(ascii: "/")),
      name.utf8.count <= 200
    else { throw .invalidName(name) }
    return Self.files + "/" + name
  }
}
