import Synchronization

/// Named files that last as long as the process.
package final class InMemoryFiles: NamedFileStorage {
  /// Keyed by vault-relative path, so that two names of one file cannot differ.
  private let stored = Mutex<[String: [UInt8]]>([:])

  package init() {}

  package func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? {
    let path = try name.relativePath
    return stored.withLock { $0[path] }
  }

  package func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    let path = try checked(name, bytes)
    let isNew = stored.withLock { files in
      guard files[path] == nil else { return false }
      files[path] = bytes
      return true
    }
    guard isNew else { throw .alreadyExists(path) }
  }

  package func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try put([NamedFile(name, bytes)])
  }

  package func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) { try put(files) }

  /// For the ledger, which puts files in place in the middle of an append and must not suspend there.
  func put(_ files: [NamedFile]) throws(VaultStoreError) {
    var paths: [(String, [UInt8])] = []
    for file in files { paths.append((try checked(file.name, file.bytes), file.bytes)) }
    stored.withLock { [paths] stored in
      for (path, bytes) in paths { stored[path] = bytes }
    }
  }

  package func remove(_ name: VaultFileName) async throws(VaultStoreError) {
    let path = try name.relativePath
    stored.withLock { $0[path] = nil }
  }

  package func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    stored.withLock { $0.keys.sorted() }.compactMap(VaultFileName.init(relativePath:)).filter(folder.contains)
  }

  private func checked(_ name: VaultFileName, _ bytes: [UInt8]) throws(VaultStoreError) -> String {
    let path = try name.relativePath
    guard bytes.count <= name.limit else { throw .limitExceeded(name: path, limit: name.limit) }
    return path
  }
}
