import Gatekeeper
import Testing
import TransparencyLog
import VaultStore

extension School {
  /// The vault as it is now, in storage of its own: an older copy, once the vault has gone on.
  func copy() async throws -> VaultStorage {
    let copy = VaultStorage.inMemory()
    for item in try await storage.inventory.items() {
      switch item.kind {
      case .named(let name):
        if let bytes = try await storage.files.read(name) { try await copy.files.replace(name, bytes) }
      case .object(let id):
        let bytes = try await storage.objects.read(id, range: 0..<item.length)
        _ = try await copy.objects.put(id, exactSize: bytes.count) { try $0(bytes.span.bytes) }
      default: break
      }
    }
    if let head = try await storage.ledger.head() {
      _ = try await copy.ledger.append(storage.ledger.entries(from: 0, to: head.size), ifSize: 0) { _ in
        head.checkpoint
      }
    }
    return copy
  }

  func visit(_ key: MemberIdentity, in storage: VaultStorage) async throws -> Gatekeeper {
    try await Gatekeeper(opening: storage, as: key, effects: clock.effects)
  }

  /// Some entries more.
  func goOn(_ count: Int, in storage: VaultStorage? = nil) async throws {
    let senco = try await visit(sencoKey, in: storage ?? self.storage)
    for _ in 0..<count { _ = try await senco.children().seen() }
  }

  func memory(_ key: MemberIdentity) async throws -> LogMemory {
    guard case .new(let memory, _) = try await visit(key).firstLook() else { throw TestFailure.missing }
    return memory
  }

  func compare(
    _ storage: VaultStorage? = nil, with memory: LogMemory
  ) async throws -> LogWatch.Finding {
    try await LogWatch.compare(storage ?? self.storage, with: memory, now: clock.time)
  }
}

extension LogWatch.Finding {
  var memory: LogMemory? { if case .extends(let memory) = self { memory } else { nil } }
  var conflict: LogConflict? { if case .conflict(let conflict) = self { conflict } else { nil } }
}
