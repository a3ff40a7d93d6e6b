import StrongroomCrypto
import TransparencyLog

/// One run of a backup, from the lock to the new manifests. Used by one caller at a time; the lock goes with it.
///
/// A run that stops anywhere, by an error or with its process, leaves the last finished run as it was; the next one keeps the
/// documents that were copied already.
package final class BackupRun {
  private let source: DirectoryCore
  private let data: BackupPart
  private let keys: BackupPart
  private let lock: WriterLock
  private let held: OpenFile

  /// Those of the last finished run: what a restore gives until this run is finished.
  private let finishedData: BackupManifest
  private let finishedKeys: BackupManifest
  private var newData: BackupManifest
  private var newKeys: BackupManifest
  private var report: BackupReport
  /// A run was cut short before: there may be files that no manifest names.
  private let needsSweep: Bool
  private static let mark = "UNFINISHED"
  private static let pieceByteCount = 1 << 20

  init(_ backup: VaultBackup, vault: VaultID) throws(BackupError) {
    source = backup.source
    data = backup.data
    keys = backup.keys
    // Looked at before anything is written, so that a wrong folder stays as it is.
    if let other = try data.manifest(), other.vault != vault { throw .anothersBackup }
    if let other = try keys.manifest(), other.vault != vault { throw .anothersBackup }
    _ = try data.claim(for: vault)
    lock = WriterLock(files: data.core.files)
    do { held = try lock.acquire(exclusive: true) } catch { throw .folder(error) }
    do throws(BackupError) {
      let claimed = try keys.claim(for: vault)
      if try data.waitingManifest() != nil {
        // That run was finished; only its last steps are missing.
        try keys.adopt()
        try data.adopt()
      }
      try keys.discardWaiting()
      try data.discardWaiting()
      data.core.sweepTemporaries()
      keys.core.sweepTemporaries()
      finishedKeys = try keys.manifest() ?? claimed
      finishedData = try data.claim(for: vault)
      needsSweep = try Self.isMarked(data)
      newKeys = BackupManifest(vault: vault, part: .keys, runs: finishedKeys.runs)
      newData = BackupManifest(vault: vault, part: .data, runs: finishedData.runs)
      report = BackupReport(run: BackupManifest.Run(at: "", size: 0, root: MerkleTree.emptyRoot))
      if !needsSweep { try Self.folder { () throws(VaultStoreError) in try data.core.create(Self.mark, []) } }
    } catch {
      lock.release(held)
      throw error
    }
  }

  deinit { lock.release(held) }

  /// The newest finished run, nil for a new backup.
  package var lastRun: BackupManifest.Run? { finishedData.lastRun }

  // MARK: Documents

  /// Copies the documents that the backup does not have. Those it has, by the ledger's length and SHA-256, are left alone.
  ///
  /// May be called again with more of them; each is looked at once.
  ///
  /// - Parameter progress: gets the bytes of each document as it is done.
  /// - Returns: the paths of those that the vault does not have.
  package func copy(
    _ objects: [StoredObject], progress: (Int) -> Void
  ) throws(BackupError) -> [String] {
    var missing: [String] = []
    for object in objects {
      let path = object.id.relativePath
      guard newData.files[path] == nil else { continue }
      let file = BackupManifest.File(length: object.length, sha256: object.sha256)
      if try hasCopy(path, file) {
        newData.files[path] = file
        progress(object.length)
        continue
      }
      switch try copy(path, expecting: file, progress: progress) {
      case .copied:
        newData.files[path] = file
        report.filesCopied += 1
        report.bytesCopied += file.length
      case .missing: missing.append(path)
      case .differs:
        report.findings.append(BackupFinding(path: path, problem: .differs, isKept: false))
      }
    }
    return missing
  }

  /// Notes that documents the ledger names are not in the vault, once that is known to be so.
  package func noteMissing(_ paths: [String]) {
    report.findings += paths.map { BackupFinding(path: $0, problem: .missing, isKept: false) }
  }

  private func hasCopy(_ path: String, _ file: BackupManifest.File) throws(BackupError) -> Bool {
    let status = try Self.folder { () throws(VaultStoreError) in try data.core.status(of: path) }
    guard let status, status.kind == .file else { return false }
    if status.size == file.length {
      if finishedData.files[path] == file { return true }
      // Copied by a run that was cut short, or by hand.
      if try digest(path) == file.sha256 { return true }
    }
    try Self.folder { () throws(VaultStoreError) in try data.core.remove(path, durably: true) }
    return false
  }

  private func digest(_ path: String) throws(BackupError) -> SHA256Digest? {
    guard let file = try data.openFile(path) else { return nil }
    defer { data.core.files.close(file) }
    var hash = SHA256()
    var offset = 0
    do throws(FileSystemError) {
      while true {
        let bytes = try data.core.files.read(file, at: offset, count: Self.pieceByteCount)
        hash.update(bytes.span.bytes)
        offset += bytes.count
        if bytes.count < Self.pieceByteCount { return hash.finish() }
      }
    } catch {
      throw .folder(error.storeError(path))
    }
  }

  private enum Copied { case copied, missing, differs }

  private func copy(
    _ path: String, expecting file: BackupManifest.File, progress: (Int) -> Void
  ) throws(BackupError) -> Copied {
    let input: OpenFile
    do { input = try source.files.open(path, writable: false) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { return .missing }
      throw .vault(error.storeError(path))
    }
    defer { source.files.close(input) }
    let copier = FileCopier(from: source, to: data.core)
    switch copier.copy(input, to: path, expecting: file, progress: progress) {
    case .success(let isSame): return isSame ? .copied : .differs
    case .failure(.reading(let error)): throw .vault(error)
    case .failure(.writing(let error)): throw .folder(error)
    }
  }

  // MARK: Small files

  /// Reads every small file of the vault; nothing is written.
  package func readNamedFiles() throws(BackupError) -> NamedFiles {
    do { return try NamedFiles.read(source) } catch { throw .vault(error) }
  }

  /// Copies the small files that differ from the backup's.
  ///
  /// - Parameters:
  ///   - wanted: files without which the vault is not whole. One that is missing is a finding, and the backup keeps the copy it has.
  ///   - isKey: whether the bytes of a key file may take the place of those in the backup: a damaged one must not.
  package func copy(
    _ files: NamedFiles, wanted: [VaultFileName], isKey: (VaultFileName, [UInt8]) -> Bool
  ) throws(BackupError) {
    for (path, bytes) in files.bytes {
      guard let name = VaultFileName(relativePath: path), let part = BackupManifest.Part(holding: name) else {
        continue
      }
      try put(path, bytes, in: part) { part == .data || isKey(name, bytes) }
    }
    for name in wanted {
      guard let path = try? name.relativePath, files.bytes[path] == nil,
        let part = BackupManifest.Part(holding: name)
      else { continue }
      note(path, .missing, in: part)
    }
  }

  /// Copies files that never change once they are written, such as rules.
  package func copy(
    _ names: [VaultFileName], reading read: (VaultFileName) throws(VaultStoreError) -> [UInt8]?
  ) throws(BackupError) {
    for name in names {
      guard let part = BackupManifest.Part(holding: name), let path = try? name.relativePath else { continue }
      let bytes: [UInt8]?
      do { bytes = try read(name) } catch { throw .vault(error) }
      guard let bytes else {
        note(path, .missing, in: part)
        continue
      }
      try put(path, bytes, in: part) { true }
    }
  }

  private func put(
    _ path: String, _ bytes: [UInt8], in part: BackupManifest.Part, isGood: () -> Bool
  ) throws(BackupError) {
    let file = BackupManifest.File(bytes)
    let finished = part == .keys ? finishedKeys : finishedData
    let target = part == .keys ? keys : data
    if finished.files[path] == file {
      let status = try Self.folder { () throws(VaultStoreError) in try target.core.status(of: path) }
      if status?.size == file.length {
        set(path, file, in: part)
        return
      }
    }
    guard isGood() else {
      note(path, .notAKey, in: part)
      return
    }
    try target.put(path, bytes, replacing: finished)
    set(path, file, in: part)
    report.filesCopied += 1
    report.bytesCopied += bytes.count
  }

  /// Notes a finding; the copy of an earlier run stays.
  private func note(_ path: String, _ problem: BackupFinding.Problem, in part: BackupManifest.Part) {
    let kept = (part == .keys ? finishedKeys : finishedData).files[path]
    if let kept { set(path, kept, in: part) }
    report.findings.append(BackupFinding(path: path, problem: problem, isKept: kept != nil))
  }

  private func set(_ path: String, _ file: BackupManifest.File, in part: BackupManifest.Part) {
    switch part {
    case .keys: newKeys.files[path] = file
    case .data: newData.files[path] = file
    }
  }

  // MARK: The ledger

  /// Copies the journal up to the record of this signed head, and zeros behind it.
  ///
  /// - Throws: `.rolledBack` and `.forked` if the vault's ledger does not go on from the backup's; nothing is written then.
  package func copyJournal(through head: LedgerHead) throws(BackupError) {
    try checkContinues(to: head)
    // Whole segments that the backup has are never written again: their last one holds every hash before it.
    var number = lastSegment ?? 0
    for path in finishedData.files.keys
    where JournalFiles.segment(String(path.dropFirst(7))).map({ $0 < number }) == true {
      newData.files[path] = finishedData.files[path]
    }
    while true {
      var bytes = try readSegment(number)
      let heads = try readHeads(bytes, number)
      let end = heads.heads.first { $0.size == head.size && $0.root == head.range.root }?.end
      if let end {
        bytes.replaceSubrange(end..., with: repeatElement(0, count: bytes.count - end))
      }
      try put(JournalFiles.path(number), bytes, in: .data) { true }
      if end != nil { break }
      number += 1
    }
    report.run = BackupManifest.Run(at: "", size: head.size, root: head.range.root)
    newData.checkpoint = head.checkpoint
    newKeys.checkpoint = head.checkpoint
  }

  /// Number of the last segment in the finished run.
  private var lastSegment: Int? {
    finishedData.files.keys.compactMap { path in
      path.hasPrefix("ledger/") ? JournalFiles.segment(String(path.dropFirst(7))) : nil
    }.max()
  }

  /// The vault's journal must hold the head that the backup ends with.
  private func checkContinues(to head: LedgerHead) throws(BackupError) {
    guard let last = lastRun, var number = lastSegment else { return }
    guard head.size >= last.size else { throw .rolledBack(backup: last.size, vault: head.size) }
    while true {
      let heads = try readHeads(try readSegment(number), number)
      if let same = heads.heads.first(where: { $0.size == last.size }) {
        guard same.root == last.root else { throw .forked(at: last.size) }
        return
      }
      guard heads.range.size < last.size else { throw .forked(at: last.size) }
      number += 1
    }
  }

  private func readSegment(_ number: Int) throws(BackupError) -> [UInt8] {
    let path = JournalFiles.path(number)
    do throws(FileSystemError) {
      let file = try source.files.open(path, writable: false)
      defer { source.files.close(file) }
      return try source.files.read(file, at: 0, count: try source.files.status(file).size)
    } catch {
      throw .vault(error.code == Errno.noSuchFile ? .missing(path) : error.storeError(path))
    }
  }

  private func readHeads(_ bytes: [UInt8], _ number: Int) throws(BackupError) -> SegmentHeads {
    do { return try SegmentHeads(bytes, segment: number) } catch { throw .vault(error) }
  }

  // MARK: The end

  /// Writes the manifests, puts what waited into its place and removes what the ledger names no more.
  package func finish(at: String) throws(BackupError) -> BackupReport {
    let run = BackupManifest.Run(at: at, size: report.run.size, root: report.run.root)
    newData.runs.append(run)
    newKeys.runs.append(run)
    try keys.propose(newKeys)
    try data.propose(newData)
    report.keysRemoved = try keys.adopt().count
    report.documentsRemoved = try data.adopt().count { ObjectID(relativePath: $0) != nil }
    if needsSweep {
      try keys.sweep(newKeys)
      try data.sweep(newData)
    }
    try Self.folder { () throws(VaultStoreError) in try data.core.remove(Self.mark, durably: true) }
    report.run = run
    report.filesTotal = newData.files.count + newKeys.files.count
    report.bytesTotal = newData.byteCount + newKeys.byteCount
    report.findings.sort { $0.path < $1.path }
    return report
  }

  private static func isMarked(_ part: BackupPart) throws(BackupError) -> Bool {
    try folder { () throws(VaultStoreError) in try part.core.status(of: mark) != nil }
  }

  private static func folder<R>(_ body: () throws(VaultStoreError) -> R) throws(BackupError) -> R {
    do { return try body() } catch { throw .folder(error) }
  }
}
