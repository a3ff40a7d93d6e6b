/// A folder outside the vault in which one side keeps small files of its own: the last checkpoint that a person accepted, the logs that
/// a witness follows.
///
/// What lies there is compared with a vault, so whoever can write to the vault must not be able to write there: a folder or file that
/// belongs to another user, or that others may write to, is refused and never mended. Folders are made with mode 0700, files with 0600.
/// Names are one or two parts of `A-Z a-z 0-9 . _ -`, none beginning with a dot; calls block.
package final class PrivateFolder: Sendable {
  /// Bytes read or written of one file at most, unless the caller asks for more.
  package static let maximumFileBytes = 1 << 20

  private let core: DirectoryCore
  private let lock: WriterLock

  /// Opens the folder.
  ///
  /// - Parameter making: whether to make it, and the missing ones above it, if it is not there.
  /// - Throws: `.outside(.notPrivate)`, `.io`; `.missing("")` if it is not there and is not to be made.
  package static func open(at path: String, making: Bool = true) throws(VaultStoreError) -> PrivateFolder {
    let files: LinuxFileSystem
    do throws(FileSystemError) {
      if making { try make(path) }
      files = try LinuxFileSystem(root: path)
    } catch {
      if !making, error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .missing("") }
      throw error.storeError("")
    }
    return try PrivateFolder(on: files)
  }

  /// The same on any file system.
  package init(on files: any FileSystem) throws(VaultStoreError) {
    core = DirectoryCore(files, isWritable: true)
    lock = WriterLock(files: files)
    try check("")
    core.sweepTemporaries()
  }

  /// The whole file; nil if it is not there.
  ///
  /// - Throws: `.outside(.notPrivate)`, `.limitExceeded` before memory is taken, `.damaged` if it is not an ordinary file.
  package func read(
    _ name: String, limit: Int = PrivateFolder.maximumFileBytes
  ) throws(VaultStoreError) -> [UInt8]? {
    try checkName(name)
    let folder = DirectoryCore.folder(of: name)
    if !folder.isEmpty { try check(folder) }
    try check(name)
    return try core.read(name, limit: limit)
  }

  /// Puts the content in place of the old one, or makes the file. Durable when it returns; after a crash the file has the old bytes or the
  /// new ones, never a mixture.
  package func replace(
    _ name: String, _ bytes: [UInt8], limit: Int = PrivateFolder.maximumFileBytes
  ) throws(VaultStoreError) {
    try locked { () throws(VaultStoreError) in try write(name, bytes, limit: limit) }
  }

  /// The same, if the file still holds what the caller made up its mind on; nil where there was none.
  ///
  /// - Returns: false, with nothing written, if another process was faster: read again, and decide again.
  /// - Throws: `.busy` if another process holds the folder's lock for 2 s.
  package func replace(
    _ name: String, _ bytes: [UInt8], ifStill old: [UInt8]?, limit: Int = PrivateFolder.maximumFileBytes
  ) throws(VaultStoreError) -> Bool {
    try locked { () throws(VaultStoreError) in
      guard try read(name, limit: limit) == old else { return false }
      try write(name, bytes, limit: limit)
      return true
    }
  }

  /// Removes the file durably. One that is not there is no error.
  package func remove(_ name: String) throws(VaultStoreError) {
    try checkName(name)
    try locked { () throws(VaultStoreError) in try core.remove(name, durably: true) }
  }

  /// Names of the ordinary files in a folder of this one, sorted, each with the folder's name in front; none if it is not there.
  package func list(_ folder: String) throws(VaultStoreError) -> [String] {
    try checkName(folder)
    try check(folder)
    return try core.walk(folder, depth: 0).filter { $0.kind == .file }.map(\.path).sorted()
  }

  /// Whether nothing at all lies there.
  package func isEmpty() throws(VaultStoreError) -> Bool {
    do { return try core.files.list("").isEmpty } catch { throw error.storeError("") }
  }

  // MARK: Parts

  private func write(_ name: String, _ bytes: [UInt8], limit: Int) throws(VaultStoreError) {
    try checkName(name)
    guard bytes.count <= limit else { throw .limitExceeded(name: name, limit: limit) }
    let folder = DirectoryCore.folder(of: name)
    if !folder.isEmpty { try check(folder) }
    try core.replace(name, bytes, durably: true)
  }

  private func locked<R>(_ body: () throws(VaultStoreError) -> R) throws(VaultStoreError) -> R {
    let held = try lock.acquire(exclusive: true)
    defer { lock.release(held) }
    return try body()
  }

  /// What is not there is nobody's.
  private func check(_ path: String) throws(VaultStoreError) {
    guard try core.status(of: path)?.isPrivate != false else { throw .outside(.notPrivate) }
  }

  private func checkName(_ name: String) throws(VaultStoreError) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy(VaultFileName.isPart) else { throw .invalidName(name) }
  }

  /// Makes the folder and those above it that are missing. Each is flushed into the one above it.
  private static func make(_ path: String) throws(FileSystemError) {
    if try Descriptor.status(Descriptor.currentDirectory, path) != nil { return }
    let above = folder(above: path)
    if let above { try make(above) }
    do throws(FileSystemError) {
      try Descriptor.makeDirectory(Descriptor.currentDirectory, path)
    } catch {
      if error.code != Errno.exists { throw error }
    }
    let descriptor = try Descriptor.open(Descriptor.currentDirectory, above ?? "", .directory)
    defer { Descriptor.close(descriptor) }
    try Descriptor.sync(descriptor)
  }

  /// nil at the root, and for a single name, which lies in the folder the process works in.
  private static func folder(above path: String) -> String? {
    var rest = path[...]
    while rest.count > 1, rest.last == "/" { rest.removeLast() }
    guard let cut = rest.lastIndex(of: "/"), rest.count > 1 else { return nil }
    return cut == rest.startIndex ? "/" : String(rest[..<cut])
  }
}
