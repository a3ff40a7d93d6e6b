import DisclosureRules
import Synchronization
import Testing
import VaultStore

@testable import Gatekeeper

/// A list of erasures in memory, as a state folder would keep it.
final class KeptErasures: ErasureListStorage {
  private let bytes: Mutex<[UInt8]?>

  init(_ text: String? = nil) { bytes = Mutex(text.map { Array($0.utf8) }) }

  var text: String? { bytes.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }

  func read(for vault: VaultID) throws -> [UInt8]? { bytes.withLock { $0 } }
  func replace(_ new: [UInt8], for vault: VaultID) throws { bytes.withLock { $0 = new } }
}

/// A list that cannot be written, as on a full disk.
struct BrokenErasures: ErasureListStorage {
  func read(for vault: VaultID) throws -> [UInt8]? { nil }
  func replace(_ bytes: [UInt8], for vault: VaultID) throws { throw TestFailure.missing }
}

/// Named files between the vault and its storage: the process may die before a removal, or after so many.
actor MeddledFiles: NamedFileStorage {
  private let inner: any NamedFileStorage
  /// Removals that still succeed; nil: all.
  private var removalsLeft: Int?
  private(set) var removed: [VaultFileName] = []

  init(_ inner: any NamedFileStorage) { self.inner = inner }

  func dieAtRemoval(_ count: Int?) { removalsLeft = count }

  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? { try await inner.read(name) }
  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try await inner.create(name, bytes)
  }
  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try await inner.replace(name, bytes)
  }

  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) {
    for file in files { try await replace(file.name, file.bytes) }
  }
  func remove(_ name: VaultFileName) async throws(VaultStoreError) {
    if case .childIdentity = name {
      if let left = removalsLeft {
        guard left > 0 else { throw .stopped(operation: .syncDirectory, name: "keys", code: 5) }
        removalsLeft = left - 1
      }
      removed.append(name)
    }
    try await inner.remove(name)
  }
  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    try await inner.list(folder)
  }
}

extension School {
  /// The same school over files that can be made to fail.
  static func openWithMeddledFiles(policy: PolicySource = .england) async throws -> (School, MeddledFiles) {
    let plain = VaultStorage.inMemory()
    let files = MeddledFiles(plain.files)
    let storage = VaultStorage(
      ledger: plain.ledger, objects: plain.objects, files: files, inventory: plain.inventory)
    return (try await School.open(policy: policy, storage: storage), files)
  }

  /// Proposed by the SENCo on an upheld request for erasure, and two weeks gone by.
  func proposedErasure(_ ground: ErasureGround = .erasureRequest) async throws -> ProposalReference {
    let proposal = try await senco.proposeErasure(of: child, ground: ground, reason: Self.reason).done()
    clock.advance(days: 14)
    return proposal.reference
  }

  /// Erased by the head.
  @discardableResult
  func erase(by head: Gatekeeper? = nil) async throws -> CarriedOut {
    let proposal = try await proposedErasure()
    let visit: Gatekeeper
    if let head { visit = head } else { visit = try await self.visit(headKey) }
    return try await visit.carryOut(proposal, on: child).done()
  }

  func proposedDisposal(
    _ records: [RecordReference], ground: ErasureGround = .filedInError
  ) async throws -> ProposalReference {
    let proposal = try await senco.proposeDisposal(
      of: child, .records(records), ground: ground, reason: Self.reason
    ).done()
    clock.advance(days: 14)
    return proposal.reference
  }

  var keyFile: VaultFileName {
    get async throws { .childIdentity(try #require(await senco.state.child(child)).key) }
  }

  func object(of record: RecordReference) async throws -> ObjectID {
    try #require(await senco.state.records[record]).object
  }

  func visit(_ key: MemberIdentity, remembering list: any ErasureListStorage) async throws -> Gatekeeper {
    try await Gatekeeper(opening: storage, as: key, effects: clock.effects, erasures: list)
  }

  /// Entries of the access record of one kind, as the head sees them.
  func lines(_ kind: EventKind) async throws -> [AuditLine] {
    try await visit(headKey).auditList(AuditFilter(kind: kind.rawValue)).seen()
  }
}

/// What an act was stopped by, when it does not fit what happened before.
func stateFault(_ body: () async throws -> Void) async -> StateFault? {
  do {
    try await body()
    return nil
  } catch GateError.wrongState(let fault) {
    return fault
  } catch {
    Issue.record("another error: \(error)")
    return nil
  }
}
