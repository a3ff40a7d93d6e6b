/// The small files of a vault, all read within one look: key files, `STRONGROOM` and what else has a fixed name, but for rules and
/// caches.
package struct NamedFiles: Hashable, Sendable {
  /// By path.
  package let bytes: [String: [UInt8]]

  static func read(_ core: DirectoryCore) throws(VaultStoreError) -> NamedFiles {
    var bytes: [String: [UInt8]] = [:]
    let top: [DirectoryEntry]
    do { top = try core.files.list("") } catch { throw error.storeError("") }
    for entry in top where !["records", "policies", "cache", "tmp"].contains(entry.name) {
      let paths =
        entry.kind == .directory
        ? try core.walk(entry.name).filter { $0.kind == .file }.map(\.path) : [entry.name]
      for path in paths {
        guard let name = VaultFileName(relativePath: path), BackupManifest.Part(holding: name) != nil else {
          continue
        }
        // One that was there when the folder was listed and is not any more was replaced or erased: the second look will tell.
        if let content = try core.read(path, limit: name.limit) { bytes[path] = content }
      }
    }
    return NamedFiles(bytes: bytes)
  }
}
