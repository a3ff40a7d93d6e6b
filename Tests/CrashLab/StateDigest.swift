/// Tells disks of one recorded run apart: 128 bits over every name that can be reached and the bytes behind it. Two disks with the same
/// digest are the same but for a chance of one in 2^128; nobody chooses the bytes here.
package struct StateDigest: Hashable, Sendable {
  let low: Int
  let high: Int
}

/// Hashes of a disk's files, kept so that another disk which differs in a few files is told quickly.
package struct Fingerprint: Sendable {
  private var contents: [Int: StateDigest] = [:]

  package init(of disk: CrashFileSystem.Disk) {
    for inode in disk.files.keys { update(inode, of: disk) }
  }

  /// The file has other bytes now.
  package mutating func update(_ inode: Int, of disk: CrashFileSystem.Disk) {
    contents[inode] = Self.digest(disk.files[inode] ?? [])
  }

  /// - Parameters:
  ///   - changed: files whose bytes differ from those known here.
  ///   - ignored: folders of the vault that count as empty.
  package func digest(
    of disk: CrashFileSystem.Disk, changed: Set<Int> = [], acknowledged: Int = 0,
    ignoring ignored: Set<String> = []
  ) -> StateDigest {
    var low = 0
    var high = 0
    var folders = [0]
    var reached: Set = [0]
    while let folder = folders.popLast() {
      for (name, inode) in disk.folders[folder] ?? [:] {
        if folder == 0, ignored.contains(name) { continue }
        var content = StateDigest(low: 0, high: 1)
        if let bytes = disk.files[inode] {
          let known = changed.contains(inode) ? nil : contents[inode]
          content = known ?? Self.digest(bytes)
        } else if reached.insert(inode).inserted {
          folders.append(inode)
        }
        // A sum, so that the order of a folder's names does not matter.
        low &+= Self.hash(1, folder, name, inode, content)
        high &+= Self.hash(2, folder, name, inode, content)
      }
    }
    return StateDigest(low: low &+ acknowledged, high: high &- acknowledged)
  }

  private static func hash(
    _ half: Int, _ folder: Int, _ name: String, _ inode: Int, _ content: StateDigest
  ) -> Int {
    var hasher = Hasher()
    hasher.combine(half)
    hasher.combine(folder)
    hasher.combine(name)
    hasher.combine(inode)
    hasher.combine(content)
    return hasher.finalize()
  }

  private static func digest(_ bytes: [UInt8]) -> StateDigest {
    func half(_ salt: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(salt)
      hasher.combine(bytes.count)
      bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
      return hasher.finalize()
    }
    return StateDigest(low: half(1), high: half(2))
  }
}
