/// The seam under all storage: what the vault asks of an operating system, and nothing else. The product uses
/// `LinuxFileSystem`; tests put a recording one in its place that can lose, cut and zero what was not yet flushed.
///
/// Paths are relative to the vault's folder, parts separated by "/", "" for the folder itself. Calls block.
package protocol FileSystem: Sendable {
  /// Opens an existing ordinary file for reading, and for writing if asked. A link is refused (ELOOP).
  func open(_ path: String, writable: Bool) throws(FileSystemError) -> OpenFile
  /// Creates an empty file with mode 0600 and opens it for reading and writing; EEXIST if the name is taken.
  func createExclusive(_ path: String) throws(FileSystemError) -> OpenFile
  func close(_ file: OpenFile)

  /// Up to `count` bytes from `offset`; fewer only at the end of the file.
  func read(_ file: OpenFile, at offset: Int, count: Int) throws(FileSystemError) -> [UInt8]
  /// Fills `target` from `offset`; gives the number of bytes, fewer only where the file ends.
  func read(
    _ file: OpenFile, at offset: Int, into target: inout MutableRawSpan
  ) throws(FileSystemError) -> Int
  /// Writes all bytes, or throws with any part of them written.
  func write(_ file: OpenFile, at offset: Int, _ bytes: RawSpan) throws(FileSystemError)
  /// Takes room for `size` bytes from the start, so that writing them cannot meet a full disk.
  func allocate(_ file: OpenFile, size: Int) throws(FileSystemError)

  func status(_ file: OpenFile) throws(FileSystemError) -> FileStatus
  /// Does not follow a link; nil if nothing has this name.
  func status(of path: String) throws(FileSystemError) -> FileStatus?

  /// Contents and size (`fdatasync`).
  func syncData(_ file: OpenFile) throws(FileSystemError)
  /// Contents and all metadata (`fsync`).
  func syncAll(_ file: OpenFile) throws(FileSystemError)
  /// Names in a folder.
  func syncDirectory(_ path: String) throws(FileSystemError)

  /// Contents, metadata and names of everything in the vault, whatever else of the same disk has to be written with it
  /// (`syncfs`). An error says that some write failed since this file system was opened, not which.
  ///
  /// - Returns: false where the system would not tell of a failed write; nothing was promised then.
  func syncEverything() throws(FileSystemError) -> Bool
  /// Lets the disk begin with bytes that are going to be flushed soon. A hint: nothing is promised and nothing fails.
  func beginWriting(_ file: OpenFile, _ range: Range<Int>)

  /// Atomic; EEXIST if `to` is taken.
  func renameWithoutReplacing(_ from: String, _ to: String) throws(FileSystemError)
  /// Atomic; `to` goes if it exists.
  func rename(_ from: String, _ to: String) throws(FileSystemError)
  func remove(_ path: String) throws(FileSystemError)
  /// Mode 0700; EEXIST if it is there.
  func makeDirectory(_ path: String) throws(FileSystemError)
  func list(_ path: String) throws(FileSystemError) -> [DirectoryEntry]

  /// Takes the lock on an open file without waiting; false if another open file holds it.
  func tryLock(_ file: OpenFile, exclusive: Bool) throws(FileSystemError) -> Bool
  func unlock(_ file: OpenFile)
  /// Waits between two attempts to get a lock.
  func pause(milliseconds: Int)

  /// What the vault's folder lies on. Whatever does not say lies in this process's own memory.
  func volumeKind() throws(FileSystemError) -> VolumeKind
}

extension FileSystem {
  package func volumeKind() throws(FileSystemError) -> VolumeKind { .local("memory") }
}

/// An open file of a `FileSystem`; its number means nothing outside it.
package struct OpenFile: Hashable, Sendable {
  package let number: Int32
  package init(number: Int32) { self.number = number }
}

package struct FileStatus: Hashable, Sendable {
  /// Tells whether a name still stands for the file that was opened.
  package struct Identity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    package init(device: UInt64, inode: UInt64) {
      self.device = device
      self.inode = inode
    }
  }
  package enum Kind: Hashable, Sendable { case file, directory, other }

  package let identity: Identity
  package let kind: Kind
  package let size: Int
  /// Names the file has; 0 once it was removed.
  package let links: Int
  /// Owned by the user this process runs as, and nobody else may write to it.
  package let isPrivate: Bool

  package init(identity: Identity, kind: Kind, size: Int, links: Int, isPrivate: Bool = true) {
    self.identity = identity
    self.kind = kind
    self.size = size
    self.links = links
    self.isPrivate = isPrivate
  }
}

package struct DirectoryEntry: Hashable, Sendable {
  package let name: String
  package let kind: FileStatus.Kind
  package init(name: String, kind: FileStatus.Kind) {
    self.name = name
    self.kind = kind
  }
}

/// A failed call; `code` is errno.
package struct FileSystemError: Error, Hashable, Sendable {
  package let operation: FileOperation
  package let code: Int32
  package init(operation: FileOperation, code: Int32) {
    self.operation = operation
    self.code = code
  }
}
