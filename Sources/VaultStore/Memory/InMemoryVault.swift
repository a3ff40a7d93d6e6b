extension VaultStorage {
  /// A vault that lasts as long as the process.
  package static func inMemory() -> VaultStorage {
    let objects = InMemoryObjects()
    let files = InMemoryFiles()
    return VaultStorage(
      ledger: InMemoryLedger(files: files), objects: objects, files: files,
      inventory: InMemoryInventory(objects: objects, files: files))
  }
}

/// Lists what the in-memory storages hold; nothing can be planted there.
struct InMemoryInventory: VaultInventory {
  let objects: InMemoryObjects
  let files: InMemoryFiles

  func items() async throws(VaultStoreError) -> [VaultItem] {
    var items: [VaultItem] = []
    for (id, length) in try await objects.list() {
      items.append(VaultItem(path: id.relativePath, kind: .object(id), length: length))
    }
    var names: [VaultFileName] = [.description]
    for folder: VaultFolder in [
      .epochIdentities, .childIdentities, .ledgerKeys, .closedCheckpoints, .cosigned, .recovery, .policies,
      .caches,
    ] {
      names += try await files.list(folder)
    }
    for name in names {
      guard let bytes = try await files.read(name) else { continue }
      items.append(VaultItem(path: try name.relativePath, kind: .named(name), length: bytes.count))
    }
    return items.sorted { $0.path < $1.path }
  }
}
