/// A vault and the two folders of its backup. Nothing is written before a run begins.
///
/// What a run copies is one moment of the vault, although others go on writing to it:
///
/// 1. the documents the ledger names are copied first, since they take the time; they never change, so when does not matter;
/// 2. the small files that are replaced (keys, `STRONGROOM`) are read; then the ledger's signed head is taken; then they are read
///    again. If none of them differs, all had these bytes at the moment of the head: what is copied is a state the vault was
///    in, the same that a power cut at that moment would have left. If one differs, all this again;
/// 3. the journal is copied up to that head and no further. The ledger only grows, so this part of it stands still;
/// 4. documents filed meanwhile and named by that head are copied. A document and a child's key file are durable before the entry
///    that names them, so they are there; one that is not there any more was erased by a later entry: then again from 2.
package struct VaultBackup: Sendable {
  let source: DirectoryCore
  let data: BackupPart
  let keys: BackupPart

  /// Opens the vault for reading and the backup's folders, making these if they do not exist.
  ///
  /// - Parameters:
  ///   - folder: gets `data` and `keys`; holds nothing else.
  ///   - keys: a folder for the keys elsewhere, so that the two parts lie on different disks.
  /// - Throws: `.insideVault`, `.notABackup`; `.vault`, `.folder`.
  package static func open(vault: String, folder: String, keys: String?) throws(BackupError) -> VaultBackup {
    let source: LinuxFileSystem
    do { source = try LinuxFileSystem(root: vault) } catch {
      throw .vault(error.code == Errno.noSuchFile ? .notAVault : error.storeError(""))
    }
    let above = try make(folder, besides: source)
    let found: [DirectoryEntry]
    do { found = try above.list("") } catch { throw .folder(error.storeError("")) }
    guard found.allSatisfy({ ["data", "keys", "lost+found"].contains($0.name) }) else { throw .notABackup }
    return VaultBackup(
      source: DirectoryCore(source, isWritable: false),
      data: BackupPart(part: .data, core: try core(BackupFolder.data(folder), besides: source)),
      keys: BackupPart(part: .keys, core: try core(keys ?? BackupFolder.keys(folder), besides: source)))
  }

  private static func core(
    _ path: String, besides vault: LinuxFileSystem
  ) throws(BackupError) -> DirectoryCore {
    DirectoryCore(try make(path, besides: vault), isWritable: true)
  }

  private static func make(
    _ path: String, besides vault: LinuxFileSystem
  ) throws(BackupError) -> LinuxFileSystem {
    let isInside: Bool
    do { isInside = try Descriptor.isBelow(path, vault.identity) } catch {
      throw .folder(error.storeError(""))
    }
    if isInside { throw .insideVault }
    do { return try VaultDirectory.folder(at: path) } catch { throw .folder(error.storeError("")) }
  }

  /// Takes the backup's lock and finishes or drops what an earlier run left.
  ///
  /// - Throws: `.anothersBackup`, `.notABackup`; `.folder(.busy)` if another process makes this backup now.
  package func begin(vault: VaultID) throws(BackupError) -> BackupRun {
    try BackupRun(self, vault: vault)
  }
}

/// Where the two parts lie when they lie together.
package enum BackupFolder {
  package static func data(_ folder: String) -> String { folder + "/data" }
  package static func keys(_ folder: String) -> String { folder + "/keys" }
}

/// How far a run is.
package struct BackupProgress: Hashable, Sendable {
  /// Bytes of documents and ledger copied, or found to be there already.
  package var bytesDone = 0
  package var bytesTotal = 0

  package init(bytesDone: Int = 0, bytesTotal: Int = 0) {
    self.bytesDone = bytesDone
    self.bytesTotal = bytesTotal
  }
}

/// One thing that is not in the backup as it should be; the rest is.
package struct BackupFinding: Hashable, Sendable {
  package enum Problem: Hashable, Sendable {
    /// The ledger names it and the vault does not have it.
    case missing
    /// The vault's file is not what the ledger says was filed.
    case differs
    /// The vault's key file is no key file, or does not open.
    case notAKey
  }

  /// Vault-relative.
  package let path: String
  package let problem: Problem
  /// The backup has an earlier, good copy, and keeps it.
  package let isKept: Bool
}

/// What a finished run did.
package struct BackupReport: Hashable, Sendable {
  package var run: BackupManifest.Run
  package var filesTotal = 0
  package var bytesTotal = 0
  package var filesCopied = 0
  package var bytesCopied = 0
  /// Key files of erased children, and others the ledger names no more, that were taken out of the backup.
  package var keysRemoved = 0
  package var documentsRemoved = 0
  package var findings: [BackupFinding] = []
}
