/// A backup as it lies there: the newest finished run of its two parts. Only read.
package struct BackupCopy: Sendable {
  let data: BackupPart
  let keys: BackupPart
  package let dataManifest: BackupManifest
  package let keysManifest: BackupManifest
  /// Whether files of the run may still wait in `next/`.
  private let isDataWaiting: Bool
  private let isKeysWaiting: Bool

  package var vault: VaultID { dataManifest.vault }
  package var run: BackupManifest.Run? { dataManifest.lastRun }
  /// Whether both parts are of the same run. Parts of different runs may go together or not: keys that were changed, or children
  /// that were filed in between, may be missing.
  package var isOfOneRun: Bool {
    dataManifest.lastRun?.size == keysManifest.lastRun?.size
      && dataManifest.lastRun?.root == keysManifest.lastRun?.root
  }

  /// - Throws: `.notABackup` if one of the folders is none; `.anothersBackup` if they do not belong together.
  package static func open(data: String, keys: String) throws(BackupError) -> BackupCopy {
    try BackupCopy(data: part(.data, at: data), keys: part(.keys, at: keys))
  }

  private static func part(_ part: BackupManifest.Part, at path: String) throws(BackupError) -> BackupPart {
    let files: LinuxFileSystem
    do { files = try LinuxFileSystem(root: path) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .notABackup }
      throw .folder(error.storeError(""))
    }
    return BackupPart(part: part, core: DirectoryCore(files, isWritable: false))
  }

  init(data: BackupPart, keys: BackupPart) throws(BackupError) {
    self.data = data
    self.keys = keys
    guard let finishedData = try data.manifest(), let finishedKeys = try keys.manifest() else {
      throw .notABackup
    }
    let waitingData = try data.waitingManifest()
    dataManifest = waitingData ?? finishedData
    isDataWaiting = waitingData != nil
    // The keys wait first, but what they wait for is the data.
    let size = dataManifest.lastRun?.size
    let waitingKeys = try keys.waitingManifest()
    isKeysWaiting =
      waitingKeys != nil && waitingKeys?.lastRun?.size == size && finishedKeys.lastRun?.size != size
    keysManifest = isKeysWaiting ? waitingKeys ?? finishedKeys : finishedKeys
    guard dataManifest.vault == keysManifest.vault else { throw .anothersBackup }
  }

  func openFile(_ path: String, in part: BackupManifest.Part) throws(BackupError) -> OpenFile? {
    switch part {
    case .data: try data.openFile(path, of: dataManifest, isWaiting: isDataWaiting)
    case .keys: try keys.openFile(path, of: keysManifest, isWaiting: isKeysWaiting)
    }
  }

  func core(_ part: BackupManifest.Part) -> DirectoryCore { part == .data ? data.core : keys.core }
  func manifest(_ part: BackupManifest.Part) -> BackupManifest { part == .data ? dataManifest : keysManifest }
}
