import TransparencyLog

/// A vault in a folder, laid out as DESIGN section 5 says.
package enum VaultDirectory {
  /// Stands in a folder while a vault is being made there. It goes when `STRONGROOM` has come; a folder with it and without
  /// `STRONGROOM` is a beginning that a crash cut short, and may be begun again.
  static let creationMark = "CREATING"

  package enum Mode: Hashable, Sendable {
    case readWrite
    /// Nothing is written or swept; the writer lock is taken shared, for moments.
    case readOnly
  }

  /// Makes the folder (mode 0700) and an empty vault in it. It is a vault once the caller has created `.description`, which comes last.
  ///
  /// - Throws: `.alreadyExists("")` if the folder holds anything that is not a vault's unfinished beginning; `.networkFileSystem`.
  package static func create(
    at path: String, geometry: JournalGeometry = .standard
  ) throws(VaultStoreError) -> VaultStorage {
    let files: LinuxFileSystem
    do { files = try folder(at: path) } catch { throw error.storeError("") }
    return try create(on: files, geometry: geometry)
  }

  /// The folder, made if it does not exist.
  static func folder(at path: String) throws(FileSystemError) -> LinuxFileSystem {
    do throws(FileSystemError) {
      try Descriptor.makeDirectory(Descriptor.currentDirectory, path)
    } catch {
      if error.code != Errno.exists { throw error }
    }
    let files = try LinuxFileSystem(root: path)
    // The folder's own name lies in the one above it.
    let above = try Descriptor.open(Descriptor.currentDirectory, path + "/..", .directory)
    defer { Descriptor.close(above) }
    try Descriptor.sync(above)
    return files
  }

  /// Opens a finished vault.
  ///
  /// - Throws: `.notAVault`, `.unsupportedFormat`; `.networkFileSystem` unless it is opened for reading only.
  package static func open(
    at path: String, mode: Mode = .readWrite, geometry: JournalGeometry = .standard
  ) throws(VaultStoreError) -> VaultStorage {
    let files: LinuxFileSystem
    do { files = try LinuxFileSystem(root: path) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .notAVault }
      throw error.storeError("")
    }
    return try open(on: files, mode: mode, geometry: geometry)
  }

  /// The same on any file system.
  package static func create(
    on files: any FileSystem, geometry: JournalGeometry
  ) throws(VaultStoreError) -> VaultStorage {
    let core = try begin(on: files)
    let journal = JournalFiles(core: core)
    let start = SegmentStart(number: 0, capacity: geometry.segmentSize, range: CompactRange())
    try journal.make(start, head: nil, usingReserve: false)
    try journal.replenishReserve(size: geometry.segmentSize)
    return storage(core, geometry)
  }

  /// Makes the folders of a vault and the mark that one is being made. Whoever goes on writes `STRONGROOM` last.
  ///
  /// - Throws: `.alreadyExists` if the folder holds anything that is not a vault's unfinished beginning.
  static func begin(on files: any FileSystem) throws(VaultStoreError) -> DirectoryCore {
    try refuseNetwork(files)
    let core = DirectoryCore(files, isWritable: true)
    if try core.status(of: "STRONGROOM") != nil { throw .alreadyExists("STRONGROOM") }
    if try core.status(of: creationMark) != nil {
      try sweepBeginning(core)
    } else {
      let found: [DirectoryEntry]
      do { found = try files.list("") } catch { throw error.storeError("") }
      // The root of a fresh file system has this one.
      guard found.allSatisfy({ $0.name == "lost+found" }) else { throw .alreadyExists("") }
    }
    do throws(FileSystemError) {
      try makeSkeleton(files)
    } catch {
      throw error.operation == .sync || error.operation == .syncDirectory
        ? core.health.fail(.stopped(operation: error.operation, name: "", code: error.code))
        : error.storeError("")
    }
    return core
  }

  package static func open(
    on files: any FileSystem, mode: Mode, geometry: JournalGeometry
  ) throws(VaultStoreError) -> VaultStorage {
    let core = DirectoryCore(files, isWritable: mode == .readWrite)
    guard let text = try core.read("STRONGROOM", limit: VaultDescription.limit) else {
      throw try wasFinished(core) ? .missing("STRONGROOM") : .notAVault
    }
    do throws(VaultStoreError) {
      _ = try VaultDescription.parse(text)
    } catch .notAVault {
      throw try wasFinished(core) ? .malformed(name: "STRONGROOM", line: 1) : .notAVault
    }
    if mode == .readWrite {
      try refuseNetwork(files)
      // Left by a crash between the last two steps of creation.
      if try core.status(of: creationMark) != nil { try core.remove(creationMark, durably: true) }
      core.sweepTemporaries()
    }
    return storage(core, geometry)
  }

  /// Reading is another matter: a copy on a server may be looked at.
  private static func refuseNetwork(_ files: any FileSystem) throws(VaultStoreError) {
    let kind: VolumeKind
    do { kind = try files.volumeKind() } catch { throw error.storeError("") }
    if case .network(let name) = kind { throw .networkFileSystem(name) }
  }

  /// Whether a folder without a readable `STRONGROOM` was a vault once: it has a ledger and keys, and is no beginning that was cut
  /// short.
  private static func wasFinished(_ core: DirectoryCore) throws(VaultStoreError) -> Bool {
    guard try core.status(of: creationMark) == nil, try core.status(of: "epoch") != nil else { return false }
    return try core.status(of: "ledger/keys") != nil
  }

  private static func storage(_ core: DirectoryCore, _ geometry: JournalGeometry) -> VaultStorage {
    VaultStorage(
      ledger: DirectoryLedger(core: core, geometry: geometry), objects: DirectoryObjects(core: core),
      files: DirectoryFiles(core: core), inventory: DirectoryInventory(core: core))
  }

  private static func makeSkeleton(_ files: any FileSystem) throws(FileSystemError) {
    if try files.status(of: creationMark) == nil {
      files.close(try files.createExclusive(creationMark))
      // On the disk before anything else, so that whatever a crash leaves can be told from somebody's files.
      try files.syncDirectory("")
    }
    for folder in DirectoryCore.folders + DirectoryCore.disposableFolders {
      do throws(FileSystemError) { try files.makeDirectory(folder) } catch {
        if error.code != Errno.exists { throw error }
      }
    }
    if try files.status(of: WriterLock.path) == nil {
      files.close(try files.createExclusive(WriterLock.path))
    }
    try files.syncDirectory("ledger")
    try files.syncDirectory("")
  }

  /// Removes the files of an unfinished beginning; its folders may stay.
  private static func sweepBeginning(_ core: DirectoryCore) throws(VaultStoreError) {
    for folder in DirectoryCore.folders + DirectoryCore.disposableFolders {
      for item in try core.walk(folder) {
        do { try core.files.remove(item.path) } catch {
          if error.code != Errno.noSuchFile { throw error.storeError(item.path) }
        }
      }
    }
  }
}
