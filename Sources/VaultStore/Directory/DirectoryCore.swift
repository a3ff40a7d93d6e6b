import StrongroomCrypto
import Synchronization

/// What ledger, objects and named files of one vault directory share: the file system, the writer's health, and the way a file is
/// made durable.
final class DirectoryCore: Sendable {
  /// Folders that every finished vault has; made and flushed before the vault is one.
  static let folders = ["epoch", "keys", "ledger", "ledger/keys", "records", "policies"]
  /// Folders that may be deleted at any time.
  static let disposableFolders = ["cache", "tmp"]

  let files: any FileSystem
  let health = WriterHealth()
  let isWritable: Bool
  /// Folders whose own name is known to be on the disk.
  private let durableFolders: Mutex<Set<String>>

  init(_ files: any FileSystem, isWritable: Bool) {
    self.files = files
    self.isWritable = isWritable
    durableFolders = Mutex(Set(Self.folders))
  }

  func checkWritable() throws(VaultStoreError) {
    guard isWritable else { throw .readOnly }
    try health.check()
  }

  // MARK: Durable files

  /// Writes a new file so that a crash leaves it whole or not at all.
  ///
  /// What is true if power fails after each step: (1) temporary written: a leftover in `tmp/`; (2) flushed: the same; (3) renamed: the
  /// name is there or not, with the whole content; (4) folder flushed: it is there.
  func create(_ path: String, _ bytes: [UInt8]) throws(VaultStoreError) {
    try checkWritable()
    if try status(of: path) != nil { throw .alreadyExists(path) }
    let temporary = try writeTemporary(path, bytes, flushed: true)
    try publish(temporary, as: path)
  }

  /// Puts a file in the place of another at once. Unflushed for what is disposable.
  func replace(_ path: String, _ bytes: [UInt8], durably: Bool) throws(VaultStoreError) {
    try checkWritable()
    let temporary = try writeTemporary(path, bytes, flushed: durably)
    defer { files.close(temporary.file) }
    do throws(VaultStoreError) {
      try makeFolder(of: path, durably: durably)
      do { try files.rename(temporary.path, path) } catch { throw error.storeError(path) }
    } catch {
      discard(temporary)
      throw error
    }
    guard durably else { return }
    try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }
  }

  /// Puts many files in the place of others, each at once.
  ///
  /// What is true if power fails after each step: (1) temporaries written: leftovers in `tmp/`; (2) flushed: the same; (3) renamed: any
  /// of the names stands for the old file or the new one, whole; (4) folders flushed: all for the new ones.
  func replaceAll(_ replacements: [(path: String, bytes: [UInt8])]) throws(VaultStoreError) {
    try checkWritable()
    // No more open files than any system allows, nor bytes than a batch of key files has.
    for start in stride(from: 0, to: replacements.count, by: Self.batch) {
      try replaceBatch(replacements[start..<min(start + Self.batch, replacements.count)])
    }
  }

  private static let batch = 256

  private func replaceBatch(_ batch: ArraySlice<(path: String, bytes: [UInt8])>) throws(VaultStoreError) {
    var written: [(path: String, temporary: Temporary)] = []
    var folders: Set<String> = []
    defer { for item in written { files.close(item.temporary.file) } }
    do throws(VaultStoreError) {
      for (path, bytes) in batch {
        written.append((path, try writeTemporary(path, bytes, flushed: false)))
      }
      try flushContents(written.map { (temporary: $0.temporary, path: $0.path) })
      for item in written {
        try makeFolder(of: item.path, flushingLater: &folders)
        do { try files.rename(item.temporary.path, item.path) } catch { throw error.storeError(item.path) }
      }
    } catch {
      for item in written { discard(item.temporary) }
      throw error
    }
    try flushNames(of: written.map(\.path), folders)
  }

  func remove(_ path: String, durably: Bool) throws(VaultStoreError) {
    try checkWritable()
    do { try files.remove(path) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { return }
      throw error.storeError(path)
    }
    guard durably else { return }
    try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }
  }

  /// The whole file; nil if it is not there.
  func read(_ path: String, limit: Int) throws(VaultStoreError) -> [UInt8]? {
    do throws(FileSystemError) {
      let file = try files.open(path, writable: false)
      defer { files.close(file) }
      let size = try files.status(file).size
      if size > limit { throw FileSystemError(operation: .read, code: Errno.fileTooLarge) }
      return try files.read(file, at: 0, count: size)
    } catch {
      switch error {
      case FileSystemError(operation: .open, code: Errno.noSuchFile),
        FileSystemError(operation: .open, code: Errno.notADirectory):
        return nil
      case FileSystemError(operation: .read, code: Errno.fileTooLarge):
        throw .limitExceeded(name: path, limit: limit)
      default: throw error.storeError(path)
      }
    }
  }

  func status(of path: String) throws(VaultStoreError) -> FileStatus? {
    do { return try files.status(of: path) } catch { throw error.storeError(path) }
  }

  // MARK: Temporary files

  struct Temporary {
    let path: String
    let file: OpenFile
  }

  /// A new file in `tmp/`, locked while it is being written, so that a sweep tells it from one whose writer died.
  ///
  /// - Parameter path: the name it is going to have; for errors.
  func makeTemporary(for path: String) throws(VaultStoreError) -> Temporary {
    while true {
      guard let random = try? SecureRandom.bytes(count: 16) else { throw .cryptography }
      let temporary = "tmp/" + random.hex
      let file: OpenFile
      do { file = try files.createExclusive(temporary) } catch {
        guard error.code == Errno.noSuchFile else { throw error.storeError(path) }
        // Somebody tidied the folder away, which is allowed.
        do { try files.makeDirectory("tmp") } catch {
          if error.code != Errno.exists { throw error.storeError("tmp") }
        }
        continue
      }
      do throws(FileSystemError) {
        // A sweep between these two calls takes the name away; then another is made.
        if try files.tryLock(file, exclusive: true), try files.status(file).links > 0 {
          return Temporary(path: temporary, file: file)
        }
        files.close(file)
      } catch {
        files.close(file)
        throw error.storeError(path)
      }
    }
  }

  /// Removes a temporary file; what cannot be removed is left for `check` to name.
  func discard(_ temporary: Temporary) { try? files.remove(temporary.path) }

  /// Gives a flushed temporary file its name, makes the name durable, and closes it.
  func publish(_ temporary: Temporary, as path: String) throws(VaultStoreError) {
    defer { files.close(temporary.file) }
    do throws(VaultStoreError) {
      try makeFolder(of: path, durably: true)
      do { try files.renameWithoutReplacing(temporary.path, path) } catch {
        throw error.code == Errno.exists ? .alreadyExists(path) : error.storeError(path)
      }
    } catch {
      discard(temporary)
      throw error
    }
    try health.flush(path) { () throws(FileSystemError) in try files.syncDirectory(Self.folder(of: path)) }
  }

  /// Makes temporary files durable and gives them their names: one by its own flush, many by one flush of the file system for all
  /// their contents and a second one for all their names.
  ///
  /// What is true if power fails after each step: (1) contents flushed: leftovers in `tmp/`; (2) renamed: any of the names may be
  /// there, each with its whole content; (3) names flushed: all are there. Nothing is acknowledged before (3).
  func publishFlushing(_ items: [(temporary: Temporary, path: String)]) throws(VaultStoreError) {
    do throws(VaultStoreError) {
      try flushContents(items)
    } catch {
      for item in items {
        discard(item.temporary)
        files.close(item.temporary.file)
      }
      throw error
    }
    guard items.count > 1 else {
      for item in items { try publish(item.temporary, as: item.path) }
      return
    }
    defer { for item in items { files.close(item.temporary.file) } }
    var folders: Set<String> = []
    var named = 0
    do throws(VaultStoreError) {
      for item in items {
        try makeFolder(of: item.path, flushingLater: &folders)
        do { try files.renameWithoutReplacing(item.temporary.path, item.path) } catch {
          throw error.code == Errno.exists ? .alreadyExists(item.path) : error.storeError(item.path)
        }
        named += 1
      }
    } catch {
      // All or none: what has its name already loses it again. Nobody was told of it.
      for item in items[..<named] { try? files.remove(item.path) }
      for item in items[named...] { discard(item.temporary) }
      throw error
    }
    try flushNames(of: items.map(\.path), folders)
  }

  private func flushContents(_ items: [(temporary: Temporary, path: String)]) throws(VaultStoreError) {
    if items.count > 1, try flushEverything() { return }
    for item in items {
      try health.flush(item.path) { () throws(FileSystemError) in try files.syncAll(item.temporary.file) }
    }
  }

  /// - Parameter folders: those made, or first met, on the way.
  private func flushNames(of paths: [String], _ folders: Set<String>) throws(VaultStoreError) {
    if try !flushEverything() {
      // The deepest first: a folder's name counts for nothing before its content is there, and harms nothing.
      let above = folders.union(folders.map(Self.folder)).union(paths.map(Self.folder))
      for folder in above.sorted(by: { $0.utf8.count > $1.utf8.count }) {
        try health.flush(folder) { () throws(FileSystemError) in try files.syncDirectory(folder) }
      }
    }
    durableFolders.withLock { $0.formUnion(folders) }
  }

  /// False where the system cannot promise it: then each file and folder is flushed by itself.
  private func flushEverything() throws(VaultStoreError) -> Bool {
    var isDone = false
    try health.flush("") { () throws(FileSystemError) in isDone = try files.syncEverything() }
    return isDone
  }

  /// Removes what dead writers left in `tmp/`. What a living one holds is locked and stays.
  func sweepTemporaries() {
    for entry in (try? files.list("tmp")) ?? [] where entry.kind == .file {
      let path = "tmp/" + entry.name
      guard let file = try? files.open(path, writable: false) else { continue }
      if (try? files.tryLock(file, exclusive: true)) == true { try? files.remove(path) }
      files.close(file)
    }
  }

  private func writeTemporary(
    _ path: String, _ bytes: [UInt8], flushed: Bool
  ) throws(VaultStoreError) -> Temporary {
    let temporary = try makeTemporary(for: path)
    do throws(VaultStoreError) {
      do throws(FileSystemError) {
        if !bytes.isEmpty { try files.allocate(temporary.file, size: bytes.count) }
        try files.write(temporary.file, at: 0, bytes.span.bytes)
      } catch {
        throw error.storeError(path)
      }
      if flushed {
        try health.flush(path) { () throws(FileSystemError) in try files.syncAll(temporary.file) }
      }
      return temporary
    } catch {
      discard(temporary)
      files.close(temporary.file)
      throw error
    }
  }

  // MARK: Folders

  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  /// Makes the folders above `path`. Each is flushed into the one above it once in a process even if it exists, since another process
  /// may have made it and died before its flush.
  func makeFolder(of path: String, durably: Bool) throws(VaultStoreError) {
    let folder = Self.folder(of: path)
    if folder.isEmpty || durableFolders.withLock({ $0.contains(folder) }) { return }
    try makeFolder(of: folder, durably: durably)
    do { try files.makeDirectory(folder) } catch {
      if error.code != Errno.exists { throw error.storeError(folder) }
    }
    guard durably else { return }
    try health.flush(folder) { () throws(FileSystemError) in
      try files.syncDirectory(Self.folder(of: folder))
    }
    durableFolders.withLock { _ = $0.insert(folder) }
  }

  /// The same for many: the folders are flushed later, all together.
  private func makeFolder(
    of path: String, flushingLater folders: inout Set<String>
  ) throws(VaultStoreError) {
    let folder = Self.folder(of: path)
    if folder.isEmpty || folders.contains(folder) || durableFolders.withLock({ $0.contains(folder) }) {
      return
    }
    try makeFolder(of: folder, flushingLater: &folders)
    do { try files.makeDirectory(folder) } catch {
      if error.code != Errno.exists { throw error.storeError(folder) }
    }
    folders.insert(folder)
  }

  /// Every file below `folder`, deepest four levels, in no order; folders themselves are left out.
  func walk(
    _ folder: String, depth: Int = 6
  ) throws(VaultStoreError) -> [(path: String, kind: FileStatus.Kind)] {
    let entries: [DirectoryEntry]
    do { entries = try files.list(folder) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { return [] }
      throw error.storeError(folder)
    }
    var found: [(path: String, kind: FileStatus.Kind)] = []
    for entry in entries {
      let path = folder.isEmpty ? entry.name : folder + "/" + entry.name
      if entry.kind == .directory, depth > 0 {
        found += try walk(path, depth: depth - 1)
      } else {
        found.append((path, entry.kind))
      }
    }
    return found
  }
}
