import CStrongroom

/// The vault's folder on a Linux file system, held by its descriptor: the folder may be renamed while it is open, and no path
/// given here can leave it.
package final class LinuxFileSystem: FileSystem {
  private let root: Int32

  /// - Throws: with `.open` and errno if `path` is not a folder that may be read.
  package init(root path: String) throws(FileSystemError) {
    root = try Descriptor.open(Descriptor.currentDirectory, path, .directory)
  }

  deinit { Descriptor.close(root) }

  /// Which folder this is, whatever it is called.
  var identity: FileStatus.Identity? { (try? Descriptor.status(root)).map { FileStatus($0).identity } }

  package func open(_ path: String, writable: Bool) throws(FileSystemError) -> OpenFile {
    let descriptor = try Descriptor.openBeneath(root, path, writable ? .readWrite : .read)
    do throws(FileSystemError) {
      // A folder opens for reading and a pipe in either way; the store deals in ordinary files only.
      guard try Descriptor.status(descriptor).kind == .file else {
        throw FileSystemError(operation: .open, code: Errno.isDirectory)
      }
    } catch {
      Descriptor.close(descriptor)
      throw error
    }
    return OpenFile(number: descriptor)
  }

  package func createExclusive(_ path: String) throws(FileSystemError) -> OpenFile {
    OpenFile(number: try Descriptor.openBeneath(root, path, .createExclusive))
  }

  package func close(_ file: OpenFile) { Descriptor.close(file.number) }

  package func read(_ file: OpenFile, at offset: Int, count: Int) throws(FileSystemError) -> [UInt8] {
    try Descriptor.read(file.number, at: offset, count: count)
  }

  package func read(
    _ file: OpenFile, at offset: Int, into target: inout MutableRawSpan
  ) throws(FileSystemError) -> Int {
    try Descriptor.read(file.number, at: offset, into: &target)
  }

  package func write(_ file: OpenFile, at offset: Int, _ bytes: RawSpan) throws(FileSystemError) {
    try Descriptor.write(file.number, at: offset, bytes)
  }

  package func allocate(_ file: OpenFile, size: Int) throws(FileSystemError) {
    try Descriptor.allocate(file.number, size: size)
  }

  package func status(_ file: OpenFile) throws(FileSystemError) -> FileStatus {
    FileStatus(try Descriptor.status(file.number))
  }

  package func status(of path: String) throws(FileSystemError) -> FileStatus? {
    do throws(FileSystemError) {
      return try inFolder(of: path) { (folder, name) throws(FileSystemError) in
        try Descriptor.status(folder, name).map(FileStatus.init)
      }
    } catch {
      if error.operation == .open, error.code == Errno.noSuchFile || error.code == Errno.notADirectory {
        return nil
      }
      throw error
    }
  }

  package func syncData(_ file: OpenFile) throws(FileSystemError) { try Descriptor.syncData(file.number) }
  package func syncAll(_ file: OpenFile) throws(FileSystemError) { try Descriptor.sync(file.number) }

  package func syncDirectory(_ path: String) throws(FileSystemError) {
    let descriptor = try Descriptor.openBeneath(root, path, .directory)
    defer { Descriptor.close(descriptor) }
    do { try Descriptor.sync(descriptor) } catch {
      throw FileSystemError(operation: .syncDirectory, code: error.code)
    }
  }

  /// The root's descriptor was opened before anything was written through it, so a write that fails from then on is
  /// reported here, once.
  package func syncEverything() throws(FileSystemError) -> Bool {
    guard Descriptor.syncFileSystemReportsErrors else { return false }
    try Descriptor.syncFileSystem(root)
    return true
  }

  package func beginWriting(_ file: OpenFile, _ range: Range<Int>) {
    Descriptor.beginWriting(file.number, range)
  }

  package func renameWithoutReplacing(_ from: String, _ to: String) throws(FileSystemError) {
    try rename(from, to, replacing: false)
  }

  package func rename(_ from: String, _ to: String) throws(FileSystemError) {
    try rename(from, to, replacing: true)
  }

  package func remove(_ path: String) throws(FileSystemError) {
    try inFolder(of: path) { (folder, name) throws(FileSystemError) in try Descriptor.remove(folder, name) }
  }

  package func makeDirectory(_ path: String) throws(FileSystemError) {
    try inFolder(of: path) { (folder, name) throws(FileSystemError) in
      try Descriptor.makeDirectory(folder, name)
    }
  }

  private func rename(_ from: String, _ to: String, replacing: Bool) throws(FileSystemError) {
    try inFolder(of: from) { (oldFolder, oldName) throws(FileSystemError) in
      try inFolder(of: to) { (folder, name) throws(FileSystemError) in
        try Descriptor.rename(oldFolder, oldName, folder, name, replacing: replacing)
      }
    }
  }

  /// Calls that take a path follow links in the folders on the way; so the folder is opened first, which does not, and the call gets
  /// its descriptor and a bare name.
  private func inFolder<R>(
    of path: String, _ body: (Int32, String) throws(FileSystemError) -> R
  ) throws(FileSystemError) -> R {
    guard let cut = path.lastIndex(of: "/") else { return try body(root, path) }
    let folder = try Descriptor.openBeneath(root, String(path[..<cut]), .directory)
    defer { Descriptor.close(folder) }
    return try body(folder, String(path[path.index(after: cut)...]))
  }

  package func list(_ path: String) throws(FileSystemError) -> [DirectoryEntry] {
    try Descriptor.list(root, path)
  }

  package func tryLock(_ file: OpenFile, exclusive: Bool) throws(FileSystemError) -> Bool {
    try Descriptor.tryLock(file.number, exclusive: exclusive)
  }

  package func unlock(_ file: OpenFile) { Descriptor.unlock(file.number) }
  package func volumeKind() throws(FileSystemError) -> VolumeKind { try Descriptor.volumeKind(root) }
  package func pause(milliseconds: Int) { Descriptor.pause(milliseconds: milliseconds) }
}

extension FileStatus {
  init(_ status: strongroom_status) {
    self.init(
      identity: Identity(device: status.device, inode: status.inode), kind: status.kind,
      size: Int(status.size), links: Int(status.links), isPrivate: status.isPrivate)
  }
}
