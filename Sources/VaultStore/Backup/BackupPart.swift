import StrongroomCrypto

/// One of the two folders of a backup: the files under the names they have in the vault, and `MANIFEST`, which lists them.
///
/// What a restore reads is always one finished run. A file that no run knows yet is written straight to its place. One that takes the
/// place of another, and the new manifest, wait in `next/` until everything of both parts is on the disk:
///
/// 1. new files written and flushed; what replaces something written to `next/` and flushed. The old manifest still holds;
/// 2. `next/MANIFEST` of the keys, then that of the data, written: *with the latter the run is finished*;
/// 3. each waiting file renamed to its place, files that the new manifest does not name removed, folders flushed;
/// 4. `next/MANIFEST` renamed to `MANIFEST`, first of the keys.
///
/// A crash before 2 ends leaves the old run; one after it the new one, read from `next/` where a file still waits there, and the next
/// run finishes step 3.
struct BackupPart: Sendable {
  static let waiting = "next"
  private static let waitingManifest = waiting + "/" + BackupManifest.name

  let part: BackupManifest.Part
  let core: DirectoryCore

  // MARK: Manifests

  func manifest() throws(BackupError) -> BackupManifest? { try read(BackupManifest.name) }
  func waitingManifest() throws(BackupError) -> BackupManifest? { try read(Self.waitingManifest) }

  private func read(_ path: String) throws(BackupError) -> BackupManifest? {
    let bytes: [UInt8]?
    do { bytes = try core.read(path, limit: BackupManifest.limit) } catch { throw .folder(error) }
    guard let bytes else { return nil }
    let manifest = try BackupManifest(parsing: bytes)
    guard manifest.part == part else { throw .anothersBackup }
    return manifest
  }

  /// Makes the folder this vault's if it is empty; throws if it is somebody else's.
  func claim(for vault: VaultID) throws(BackupError) -> BackupManifest {
    if let manifest = try manifest() {
      guard manifest.vault == vault else { throw .anothersBackup }
      try makeFolders()
      return manifest
    }
    do {
      let found = try core.files.list("").map(\.name)
      // The root of a fresh file system has the first; the others are what a beginning leaves that a crash cut short.
      let harmless = ["lost+found", "tmp", WriterLock.path, Self.waiting] + folders
      guard found.allSatisfy(harmless.contains), try holdsNoFiles() else { throw BackupError.notABackup }
    } catch let error as BackupError {
      throw error
    } catch let error as FileSystemError {
      throw .folder(error.storeError(""))
    } catch {
      throw .folder(.invalidName(""))
    }
    try makeFolders()
    let manifest = BackupManifest(vault: vault, part: part)
    try folder { () throws(VaultStoreError) in try core.create(BackupManifest.name, manifest.encoded()) }
    return manifest
  }

  private func holdsNoFiles() throws(BackupError) -> Bool {
    try folder { () throws(VaultStoreError) in
      for folder in folders where try !core.walk(folder).isEmpty { return false }
      return true
    }
  }

  /// Those of a vault's folders that this part has; `DirectoryCore` takes them for granted.
  private var folders: [String] {
    switch part {
    case .data: ["ledger", "records", "policies"]
    case .keys: ["epoch", "keys", "ledger", "ledger/keys"]
    }
  }

  private func makeFolders() throws(BackupError) {
    do throws(FileSystemError) {
      for folder in folders + [Self.waiting] {
        do throws(FileSystemError) { try core.files.makeDirectory(folder) } catch {
          if error.code != Errno.exists { throw error }
        }
      }
      try core.files.syncDirectory("ledger")
      try core.files.syncDirectory("")
    } catch {
      throw .folder(error.storeError(""))
    }
  }

  // MARK: Writing

  /// Writes a small file: at once if the finished run does not have it, else to wait.
  ///
  /// - Parameter finished: the manifest that holds until this run is finished.
  func put(_ path: String, _ bytes: [UInt8], replacing finished: BackupManifest) throws(BackupError) {
    let place = finished.files[path] == nil ? path : Self.waiting + "/" + path
    try folder { () throws(VaultStoreError) in try core.replace(place, bytes, durably: true) }
  }

  /// Step 2.
  func propose(_ manifest: BackupManifest) throws(BackupError) {
    try folder { () throws(VaultStoreError) in
      try core.replace(Self.waitingManifest, manifest.encoded(), durably: true)
    }
  }

  /// Steps 3 and 4; does nothing if nothing was proposed.
  ///
  /// - Returns: the paths removed.
  @discardableResult
  func adopt() throws(BackupError) -> [String] {
    guard let proposed = try waitingManifest() else { return [] }
    let finished = try manifest()
    let gone = (finished?.files.keys.filter { proposed.files[$0] == nil } ?? []).sorted()
    try folder { () throws(VaultStoreError) in
      var folders: Set<String> = []
      for item in try core.walk(Self.waiting) where item.path != Self.waitingManifest {
        let path = String(item.path.dropFirst(Self.waiting.utf8.count + 1))
        try core.makeFolder(of: path, durably: true)
        try move(item.path, to: path)
        folders.insert(DirectoryCore.folder(of: path))
      }
      for path in gone {
        try core.remove(path, durably: false)
        folders.insert(DirectoryCore.folder(of: path))
      }
      for folder in folders.sorted() {
        try core.health.flush(folder) { () throws(FileSystemError) in try core.files.syncDirectory(folder) }
      }
      try move(Self.waitingManifest, to: BackupManifest.name)
      try core.health.flush("") { () throws(FileSystemError) in
        try core.files.syncDirectory("")
        try core.files.syncDirectory(Self.waiting)
      }
    }
    return gone
  }

  private func move(_ from: String, to path: String) throws(VaultStoreError) {
    do { try core.files.rename(from, path) } catch { throw error.storeError(path) }
  }

  /// Drops what an unfinished run left waiting.
  func discardWaiting() throws(BackupError) {
    try folder { () throws(VaultStoreError) in
      // The manifest first: files without it wait for nothing.
      try core.remove(Self.waitingManifest, durably: true)
      for item in try core.walk(Self.waiting) { try core.remove(item.path, durably: false) }
    }
  }

  /// Removes files that a run left which a crash cut short and that the manifest does not name.
  func sweep(_ manifest: BackupManifest) throws(BackupError) {
    try folder { () throws(VaultStoreError) in
      for top in folders where !top.contains("/") {
        for item in try core.walk(top) where manifest.files[item.path] == nil {
          guard BackupManifest.Part(holding: item.path) == part else { continue }
          try core.remove(item.path, durably: false)
        }
      }
    }
  }

  // MARK: Reading

  /// Opens the bytes of one file of a manifest, from `next/` where it still waits there.
  func openFile(_ path: String, of manifest: BackupManifest, isWaiting: Bool) throws(BackupError) -> OpenFile?
  {
    if isWaiting, let file = try openFile(Self.waiting + "/" + path) { return file }
    return try openFile(path)
  }

  func openFile(_ path: String) throws(BackupError) -> OpenFile? {
    do { return try core.files.open(path, writable: false) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { return nil }
      throw .folder(error.storeError(path))
    }
  }

  private func folder<R>(_ body: () throws(VaultStoreError) -> R) throws(BackupError) -> R {
    do { return try body() } catch { throw .folder(error) }
  }
}
