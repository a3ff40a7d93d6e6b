import CStrongroom
import Glibc
import StrongroomCrypto

/// What this computer says of itself, for `doctor`. Each is asked of the kernel when it is read; nil where it does not say.
package enum Machine {
  /// Whether something keeps the clock right (NTP or the like). The corresponding C function is `adjtimex`.
  package static var isClockSynchronised: Bool? {
    let result = strongroom_clock_is_synchronised()
    return result < 0 ? nil : result == 1
  }

  /// Bytes of swap in use or to be used. The corresponding C function is `sysinfo`.
  package static var swapBytes: UInt64? {
    var bytes: UInt64 = 0
    return strongroom_swap_bytes(&bytes) < 0 ? nil : bytes
  }

  /// Bytes that a process may keep out of swap (RLIMIT_MEMLOCK); nil for any number.
  package static var lockableBytes: UInt64? {
    let limit = strongroom_get_memory_lock_limit()
    return limit < 0 || limit == Int64.max ? nil : UInt64(limit)
  }

  /// Whether a crash of this process leaves its memory in a file.
  package static var writesCoreFiles: Bool {
    strongroom_get_core_limit() != 0 || strongroom_get_dumpable() != 0
  }

  /// The first of these programs' folders on the search path, by name.
  package static func program(_ name: String, path: String) -> String? {
    for folder in path.split(separator: ":") {
      let candidate = "\(folder)/\(name)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    return nil
  }
}

/// What can be told of a vault's folder from outside.
package struct FolderHealth: Hashable, Sendable {
  package let storage: VolumeKind
  package let freeBytes: UInt64
  package let totalBytes: UInt64
  /// Files and folders that others than their owner may read or change, or that are another user's, relative to the folder; "" is
  /// the folder itself. At most `exposedLimit`.
  package let exposed: [String]
  /// When the newest journal segment was written last, milliseconds since 1970; nil without one.
  package let journalChangedAt: Int64?
  /// Whether room for the next part of the access record is kept ready.
  package let hasReserve: Bool
  /// Whether another program is writing at this moment.
  package let isBeingWritten: Bool

  package static let exposedLimit = 20

  /// Looks at a folder; writes nothing.
  ///
  /// - Throws: `.notAVault` if there is no such folder; `.io`.
  package static func look(at path: String) throws(VaultStoreError) -> FolderHealth {
    do throws(FileSystemError) {
      let root = try Descriptor.open(Descriptor.currentDirectory, path, .directory)
      defer { Descriptor.close(root) }
      let space = try Descriptor.space(root)
      var exposed: [String] = []
      try gather(root, "", depth: 0, into: &exposed)
      var newest: Int64?
      for entry in (try? Descriptor.list(root, "ledger")) ?? [] where JournalFiles.segment(entry.name) != nil
      {
        guard let status = try Descriptor.status(root, "ledger/" + entry.name) else { continue }
        newest = max(newest ?? 0, status.modified_s * 1000 + status.modified_ns / 1_000_000)
      }
      return FolderHealth(
        storage: try Descriptor.volumeKind(root), freeBytes: space.free, totalBytes: space.total,
        exposed: Array(exposed.prefix(exposedLimit)), journalChangedAt: newest,
        hasReserve: try Descriptor.status(root, JournalFiles.reserve) != nil, isBeingWritten: isLocked(root))
    } catch {
      if error.code == Errno.noSuchFile || error.code == Errno.notADirectory { throw .notAVault }
      throw error.storeError("")
    }
  }

  private static func gather(
    _ root: Int32, _ path: String, depth: Int, into exposed: inout [String]
  ) throws(FileSystemError) {
    guard exposed.count < exposedLimit, let status = try Descriptor.status(root, path) else { return }
    if status.mode & 0o077 != 0 || status.owner != geteuid() { exposed.append(path) }
    guard status.kind == .directory, depth < 6 else { return }
    for entry in try Descriptor.list(root, path) {
      try gather(root, path.isEmpty ? entry.name : path + "/" + entry.name, depth: depth + 1, into: &exposed)
    }
  }

  private static func isLocked(_ root: Int32) -> Bool {
    guard let file = try? Descriptor.openBeneath(root, WriterLock.path, .read) else { return false }
    defer { Descriptor.close(file) }
    return (try? Descriptor.tryLock(file, exclusive: false)) == false
  }
}
