/// Lists everything in a vault directory, whether or not it belongs there.
struct DirectoryInventory: VaultInventory {
  let core: DirectoryCore

  func items() async throws(VaultStoreError) -> [VaultItem] {
    var items: [VaultItem] = []
    for (path, kind) in try core.walk("") {
      guard kind == .file, let status = try core.status(of: path) else {
        items.append(VaultItem(path: path, kind: .notAnOrdinaryFile, length: 0))
        continue
      }
      items.append(VaultItem(path: path, kind: Self.kind(path), length: status.size))
    }
    return items.sorted { $0.path < $1.path }
  }

  private static func kind(_ path: String) -> VaultItem.Kind {
    if let name = VaultFileName(relativePath: path) { return .named(name) }
    if let id = ObjectID(relativePath: path) { return .object(id) }
    if path == WriterLock.path || path == JournalFiles.reserve || path == VaultDirectory.creationMark {
      return .ledger
    }
    if path.hasPrefix("ledger/"), JournalFiles.segment(String(path.dropFirst(7))) != nil { return .ledger }
    return path.hasPrefix("tmp/") ? .temporary : .unknown
  }
}
