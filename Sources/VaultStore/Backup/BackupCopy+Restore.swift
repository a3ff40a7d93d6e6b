/// What came of a restore.
package struct RestoreReport: Hashable, Sendable {
  package var run: BackupManifest.Run
  package var files = 0
  package var bytes = 0
  /// Files of the backup that are missing or damaged there; the restored vault goes without them.
  package var findings: [BackupFinding] = []
}

extension BackupCopy {
  /// Bytes that a restore writes.
  package var byteCount: Int { dataManifest.byteCount + keysManifest.byteCount }

  /// Makes a vault of the backup in a new folder. Every file is compared with its manifest while it is copied.
  ///
  /// Without the ledger, the keys of an epoch or `STRONGROOM` there is no vault; without any other file there is one, and it is named.
  /// A crash leaves a beginning that may be begun again; the folder is a vault only when everything is on the disk.
  ///
  /// - Parameters:
  ///   - path: a folder that does not exist, is empty, or holds such a beginning.
  ///   - progress: gets the bytes of each piece.
  /// - Throws: `.targetNotEmpty`, `.neverFinished`, `.unusable`.
  package func restore(
    to path: String, progress: (Int) -> Void
  ) async throws(BackupError) -> RestoreReport {
    guard run != nil, keysManifest.lastRun != nil else { throw .neverFinished }
    let files: LinuxFileSystem
    do { files = try VaultDirectory.folder(at: path) } catch { throw .target(error.storeError("")) }
    return try await restore(on: files, progress: progress)
  }

  func restore(
    on files: any FileSystem, progress: (Int) -> Void
  ) async throws(BackupError) -> RestoreReport {
    guard let run, keysManifest.lastRun != nil else { throw .neverFinished }
    var report = RestoreReport(run: run)
    // Looked at first: without it nothing else is worth copying.
    let description = try readWhole("STRONGROOM")
    let target: DirectoryCore
    do { target = try VaultDirectory.begin(on: files) } catch .alreadyExists {
      throw .targetNotEmpty
    } catch {
      throw .target(error)
    }
    for (isNeeded, part) in [(true, BackupManifest.Part.keys), (true, .data), (false, .keys), (false, .data)]
    {
      for (path, file) in manifest(part).files.sorted(by: { $0.key < $1.key })
      where Self.isNeeded(path) == isNeeded && path != "STRONGROOM" {
        if let problem = try copy(path, file, of: part, to: target, progress: progress) {
          if isNeeded { throw .unusable(path) }
          report.findings.append(BackupFinding(path: path, problem: problem, isKept: false))
        } else {
          report.files += 1
          report.bytes += file.length
        }
      }
    }
    try await checkLedger(on: target)
    do throws(VaultStoreError) {
      try target.create("STRONGROOM", description)
      try target.remove(VaultDirectory.creationMark, durably: true)
    } catch {
      throw .target(error)
    }
    report.files += 1
    report.bytes += description.count
    return report
  }

  /// Without these files no vault opens.
  private static func isNeeded(_ path: String) -> Bool {
    switch VaultFileName(relativePath: path) {
    case .epochIdentity, .ledgerKey: true
    case .none: path.hasPrefix("ledger/")
    default: false
    }
  }

  private func readWhole(_ path: String) throws(BackupError) -> [UInt8] {
    guard let file = dataManifest.files[path], file.length <= VaultDescription.limit,
      let input = try openFile(path, in: .data)
    else { throw .unusable(path) }
    defer { data.core.files.close(input) }
    let bytes: [UInt8]
    do { bytes = try data.core.files.read(input, at: 0, count: file.length + 1) } catch {
      throw .folder(error.storeError(path))
    }
    guard BackupManifest.File(bytes) == file else { throw .unusable(path) }
    return bytes
  }

  private func copy(
    _ path: String, _ file: BackupManifest.File, of part: BackupManifest.Part, to target: DirectoryCore,
    progress: (Int) -> Void
  ) throws(BackupError) -> BackupFinding.Problem? {
    guard let input = try openFile(path, in: part) else { return .missing }
    defer { core(part).files.close(input) }
    switch FileCopier(from: core(part), to: target).copy(input, to: path, expecting: file, progress: progress)
    {
    case .success(let isSame): return isSame ? nil : .differs
    case .failure(.reading(let error)): throw .folder(error)
    case .failure(.writing(let error)): throw .target(error)
    }
  }

  /// The journal is read as a vault's would be, and must end with the checkpoint of the run.
  private func checkLedger(on target: DirectoryCore) async throws(BackupError) {
    let ledger = DirectoryLedger(core: target, geometry: .standard)
    do throws(VaultStoreError) {
      let found = try await ledger.inspect()
      if let damage = found.damage.first { throw .damaged(damage) }
      guard try await ledger.head()?.checkpoint == dataManifest.checkpoint else { throw .missing("ledger") }
    } catch {
      switch error {
      case .damaged(let damage): throw .unusable(damage.file)
      case .missing(let name): throw .unusable(name)
      default: throw .target(error)
      }
    }
  }
}
