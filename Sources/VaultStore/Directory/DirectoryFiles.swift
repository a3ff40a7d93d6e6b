/// Named files of a vault directory.
struct DirectoryFiles: NamedFileStorage {
  let core: DirectoryCore

  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? {
    try core.read(try name.relativePath, limit: name.limit)
  }

  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    let path = try checked(name, bytes)
    try core.create(path, bytes)
    // The description is what makes a folder a vault: with it on the disk, creation is over.
    if name == .description { try core.remove(VaultDirectory.creationMark, durably: true) }
  }

  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try core.replace(try checked(name, bytes), bytes, durably: !name.isDisposable)
  }

  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) {
    var replacements: [(path: String, bytes: [UInt8])] = []
    for file in files { replacements.append((try checked(file.name, file.bytes), file.bytes)) }
    try core.replaceAll(replacements)
  }

  func remove(_ name: VaultFileName) async throws(VaultStoreError) {
    try core.remove(try name.relativePath, durably: true)
  }

  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    try core.walk(try folder.relativePath).filter { $0.kind == .file }.map(\.path).sorted()
      .compactMap(VaultFileName.init(relativePath:)).filter(folder.contains)
  }

  private func checked(_ name: VaultFileName, _ bytes: [UInt8]) throws(VaultStoreError) -> String {
    let path = try name.relativePath
    guard bytes.count <= name.limit else { throw .limitExceeded(name: path, limit: name.limit) }
    return path
  }
}

extension VaultFolder {
  fileprivate var relativePath: String {
    get throws(VaultStoreError) {
      switch self {
      case .epochIdentities: return "epoch"
      case .childIdentities: return "keys"
      case .ledgerKeys: return "ledger/keys"
      case .cosigned: return "ledger/cosigned"
      case .recovery: return "recovery"
      case .closedCheckpoints: return "ledger/closed"
      case .policies: return "policies"
      case .policySet(let set):
        return DirectoryCore.folder(of: try VaultFileName.policyFile(set: set, path: "x").relativePath)
      case .caches: return "cache"
      }
    }
  }
}
