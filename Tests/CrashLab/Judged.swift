import Synchronization

/// Disks that were judged after recovery. Most crash states recover to one of few disks, and what the product does from there on depends
/// on that disk alone, but for leftovers in `tmp/` and for `cache/`.
package final class Judged: Sendable {
  private let digests = Mutex<Set<StateDigest>>([])
  private let ignored: Set<String>

  /// - Parameter ignored: folders of the vault that count as empty.
  package init(ignoring ignored: Set<String> = ["tmp", "cache"]) { self.ignored = ignored }

  package func isNew(_ disk: CrashFileSystem.Disk, acknowledged: Int) -> Bool {
    let digest = Fingerprint(of: disk).digest(of: disk, acknowledged: acknowledged, ignoring: ignored)
    return digests.withLock { $0.insert(digest).inserted }
  }

  package var count: Int { digests.withLock { $0.count } }
}
