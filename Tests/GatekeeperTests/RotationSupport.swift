import AgeFormat
import Gatekeeper
import StrongroomCrypto
import Synchronization
import Testing
import TransparencyLog
import VaultStore

/// Every small file of a vault, by its path.
func smallFiles(_ storage: VaultStorage) async throws -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for item in try await storage.inventory.items() {
    guard case .named(let name) = item.kind else { continue }
    files[item.path] = try await storage.files.read(name)
  }
  return files
}

/// SHA-256 of every document's sealed bytes.
func documentHashes(_ storage: VaultStorage) async throws -> [ObjectID: SHA256Digest] {
  var hashes: [ObjectID: SHA256Digest] = [:]
  for (id, length) in try await storage.objects.list() {
    hashes[id] = SHA256.digest(of: try await storage.objects.read(id, range: 0..<length))
  }
  return hashes
}

/// What `identities` find in the files given: opened with any of them, or with an identity found so on the way. Text by path.
///
/// This is what somebody with `age` and patience gets at.
func plunder(
  _ files: [String: [UInt8]], with identities: [X25519Identity]
) -> (
  texts: [String: [UInt8]], identities: [X25519Identity]
) {
  var known = identities
  var texts: [String: [UInt8]] = [:]
  var grew = true
  while grew {
    grew = false
    for (path, bytes) in files where texts[path] == nil && path.hasSuffix(".age") {
      guard let text = try? Age.open(bytes, identities: known, limit: 16_384) else { continue }
      texts[path] = [UInt8](copying: text.bytes)
      grew = true
      if let found = try? IdentityFile.parse(text.bytes) { known += found }
    }
  }
  return (texts, known)
}

/// The ledger keys among the texts.
func ledgerKeys(in texts: [String: [UInt8]]) -> [LedgerKey] {
  texts.filter { $0.key.hasPrefix("ledger/keys/") }.sorted { $0.key < $1.key }.compactMap {
    try? LedgerKeyFile.parse($0.value.span.bytes).key
  }
}

/// A vault's storage whose n-th change fails, and everything after it: what a process leaves that is killed there.
final class DyingStorage: Sendable {
  /// Changes still let through; nil for all.
  private let left = Mutex<Int?>(nil)
  private let made = Mutex(0)
  /// Whether the change at which it dies still happens.
  private let lastOneHappens = Mutex(false)

  var changes: Int { made.withLock { $0 } }

  func dieAfter(_ count: Int, lastOneHappens: Bool) {
    made.withLock { $0 = 0 }
    left.withLock { $0 = count }
    self.lastOneHappens.withLock { $0 = lastOneHappens }
  }

  static let death = VaultStoreError.stopped(operation: .sync, name: "", code: 5)

  func change<R>(
    _ body: () async throws(VaultStoreError) -> R
  ) async throws(VaultStoreError) -> R {
    let before = left.withLock { left in
      defer { left = left.map { $0 - 1 } }
      return left
    }
    made.withLock { $0 += 1 }
    if let before, before <= 0 {
      if before == 0, lastOneHappens.withLock({ $0 }) { _ = try await body() }
      throw Self.death
    }
    return try await body()
  }

  func wrap(_ storage: VaultStorage) -> VaultStorage {
    VaultStorage(
      ledger: DyingLedger(inner: storage.ledger, dying: self), objects: storage.objects,
      files: DyingFiles(inner: storage.files, dying: self), inventory: storage.inventory)
  }
}

struct DyingFiles: NamedFileStorage {
  let inner: any NamedFileStorage
  let dying: DyingStorage

  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? { try await inner.read(name) }
  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    try await inner.list(folder)
  }
  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try await dying.change { () throws(VaultStoreError) in try await inner.create(name, bytes) }
  }
  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try await dying.change { () throws(VaultStoreError) in try await inner.replace(name, bytes) }
  }
  /// One after another: a crash leaves any of them old.
  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) {
    for file in files { try await replace(file.name, file.bytes) }
  }
  func remove(_ name: VaultFileName) async throws(VaultStoreError) {
    try await dying.change { () throws(VaultStoreError) in try await inner.remove(name) }
  }
}

struct DyingLedger: LedgerStorage {
  let inner: any LedgerStorage
  let dying: DyingStorage

  func head() async throws(VaultStoreError) -> LedgerHead? { try await inner.head() }
  func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]] {
    try await inner.entries(from: from, to: to)
  }
  func unsignedTail() async throws(VaultStoreError) -> [[UInt8]] { try await inner.unsignedTail() }
  func inspect() async throws(VaultStoreError) -> LedgerInspection { try await inner.inspect() }

  /// Four places to die: before the files, after them, after the entries, after the head.
  func append(
    _ entries: [[UInt8]], ifSize: UInt64, after files: [NamedFile],
    sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try await dying.change { () throws(VaultStoreError) in }
    if !files.isEmpty {
      try await dying.change { () throws(VaultStoreError) in
        // As the store does: whole under the lock, but not together with the entries.
        _ = try? await inner.append(entries, ifSize: ifSize, after: files) { _ in throw Self.death }
      }
    }
    return try await dying.change { () throws(VaultStoreError) in
      files.isEmpty
        ? try await inner.append(entries, ifSize: ifSize, sign: sign)
        : try await inner.signTail(ifSize: ifSize + UInt64(entries.count), sign: sign)
    }
  }

  func signTail(
    ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try await dying.change { () throws(VaultStoreError) in
      try await inner.signTail(ifSize: ifSize, sign: sign)
    }
  }

  private static let death = VaultStoreError.signingFailed
}
