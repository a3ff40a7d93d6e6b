package import StrongroomCrypto
import TransparencyLog

/// A vault's folder that some other program copied (`cp`, `rsync`, `restic`), perhaps while the vault was in use.
///
/// Such a program reads one file after the other, and one file piece by piece, so the copy is no moment of the vault: a document or a
/// key may be missing that the ledger names already, and the journal's last segment may have an older piece in front of a newer one.
/// A vault with such a hole is refused, as it must be: nobody can tell it from damage. Here its owner says that it is a copy, and gets
/// a vault of everything up to the last signed head before the first hole, in a new folder; the copy stays as it is.
package struct PlainCopy: Sendable {
  private let core: DirectoryCore

  /// What came of it.
  package struct Report: Hashable, Sendable {
    /// Entries in the restored ledger.
    package var size: UInt64 = 0
    package var root: SHA256Digest
    package var files = 0
    package var bytes = 0
    /// There was something behind the last signed head, and it was left out.
    package var hasLeftOut = false
  }

  /// - Throws: `.notABackup` if the folder is no vault's.
  package static func open(at path: String) throws(BackupError) -> PlainCopy {
    let files: LinuxFileSystem
    do { files = try LinuxFileSystem(root: path) } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .notABackup }
      throw .folder(error.storeError(""))
    }
    return try PlainCopy(DirectoryCore(files, isWritable: false))
  }

  init(_ core: DirectoryCore) throws(BackupError) {
    self.core = core
    do {
      guard try core.status(of: "STRONGROOM") != nil else { throw BackupError.notABackup }
    } catch let error as VaultStoreError {
      throw .folder(error)
    } catch {
      throw .notABackup
    }
  }

  /// Makes a vault of the copy in a new folder. Nothing says what the files should be but the ledger itself: `check` on the result
  /// does, and names what is missing.
  ///
  /// - Throws: `.targetNotEmpty`, `.unusable`.
  package func restore(to path: String) throws(BackupError) -> Report {
    let files: LinuxFileSystem
    do { files = try VaultDirectory.folder(at: path) } catch { throw .target(error.storeError("")) }
    return try restore(on: files)
  }

  func restore(on files: any FileSystem) throws(BackupError) -> Report {
    let journal = try readJournal()
    let description = try read("STRONGROOM", limit: VaultDescription.limit)
    let target: DirectoryCore
    do { target = try VaultDirectory.begin(on: files) } catch .alreadyExists {
      throw .targetNotEmpty
    } catch {
      throw .target(error)
    }
    var report = Report(size: journal.head.size, root: journal.head.root, hasLeftOut: journal.hasLeftOut)
    for (path, length) in try otherFiles() {
      try copy(path, to: target)
      report.files += 1
      report.bytes += length
    }
    do throws(VaultStoreError) {
      for (number, bytes) in journal.segments.enumerated() {
        try target.create(JournalFiles.path(number), bytes)
        report.files += 1
        report.bytes += bytes.count
      }
      try target.create("STRONGROOM", description)
      try target.remove(VaultDirectory.creationMark, durably: true)
    } catch {
      throw .target(error)
    }
    return report
  }

  // MARK: The journal

  private struct Journal {
    var segments: [[UInt8]] = []
    var head: SegmentHeads.Head
    var hasLeftOut = false
  }

  /// The segments up to the last signed head that everything before it leads to without a gap.
  private func readJournal() throws(BackupError) -> Journal {
    var journal: Journal?
    var range = CompactRange()
    var number = 0
    while let bytes = try readSegment(number), let heads = try? SegmentHeads(bytes, segment: number),
      heads.start == range
    {
      guard let last = heads.heads.last else { break }
      // What an earlier segment has behind its last head is lost with this one's beginning, or belongs to it.
      var segments = journal?.segments ?? []
      segments.append(bytes)
      journal = Journal(segments: segments, head: last)
      range = heads.range
      number += 1
      guard last.size == heads.range.size else { break }
    }
    guard var found = journal else { throw .unusable(JournalFiles.path(number)) }
    let index = found.segments.count - 1
    let end = found.head.end
    let segment = found.segments[index]
    let hasNext = try readSegment(index + 1) != nil
    found.hasLeftOut = hasNext || !Descriptor.isAllZero(segment.span.bytes.extracting(end..<segment.count))
    found.segments[index].replaceSubrange(end..., with: repeatElement(0, count: segment.count - end))
    return found
  }

  private func readSegment(_ number: Int) throws(BackupError) -> [UInt8]? {
    let path = JournalFiles.path(number)
    do throws(FileSystemError) {
      let file = try core.files.open(path, writable: false)
      defer { core.files.close(file) }
      return try core.files.read(file, at: 0, count: try core.files.status(file).size)
    } catch {
      if error.code == Errno.noSuchFile { return nil }
      throw .folder(error.storeError(path))
    }
  }

  // MARK: The rest

  private func otherFiles() throws(BackupError) -> [(path: String, length: Int)] {
    do throws(VaultStoreError) {
      var found: [(path: String, length: Int)] = []
      for item in try core.walk("") where item.kind == .file && item.path != "STRONGROOM" {
        guard BackupManifest.Part(holding: item.path) != nil,
          JournalFiles.segment(String(item.path.dropFirst(7))) == nil || !item.path.hasPrefix("ledger/")
        else { continue }
        found.append((item.path, try core.status(of: item.path)?.size ?? 0))
      }
      return found.sorted { $0.path < $1.path }
    } catch {
      throw .folder(error)
    }
  }

  private func read(_ path: String, limit: Int) throws(BackupError) -> [UInt8] {
    do throws(VaultStoreError) {
      guard let bytes = try core.read(path, limit: limit) else { throw .missing(path) }
      return bytes
    } catch {
      throw .folder(error)
    }
  }

  private func copy(_ path: String, to target: DirectoryCore) throws(BackupError) {
    let input: OpenFile
    do { input = try core.files.open(path, writable: false) } catch { throw .folder(error.storeError(path)) }
    defer { core.files.close(input) }
    switch FileCopier(from: core, to: target).copy(input, to: path) {
    case .success: return
    case .failure(.reading(let error)): throw .folder(error)
    case .failure(.writing(let error)): throw .target(error)
    }
  }
}
