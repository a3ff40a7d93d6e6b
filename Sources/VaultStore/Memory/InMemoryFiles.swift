/// Named files that last as long as the process.
package actor InMemoryFiles: NamedFileStorage {
  /// Owned by this actor; keyed by vault-relative path, so that two names of one file cannot differ.
  private var stored: [String: [UInt8]] = [:]

  package init() {}

  package func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? {
    stored[try name.relativePath]
  }

  package func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    let path = try checked(name, bytes)
    guard stored[path] == nil else { throw .alreadyExists(path) }
    stored[path] = bytes
  }

  package func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    stored[try checked(name, bytes)] = bytes
  }

  package func remove(_ name: VaultFileName) async throws(VaultStoreError) {
    stored[try name.relativePath] = nil
  }

  package func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    stored.keys.sorted().compactMap(VaultFileName.init(relativePath:)).filter(folder.contains)
  }

  private func checked(_ name: VaultFileName, _ bytes: [UInt8]) throws(VaultStoreError) -> String {
    let path = try name.relativePath
    guard bytes.count <= name.limit else { throw .limitExceeded(name: path, limit: name.limit) }
    return path
  }
}
