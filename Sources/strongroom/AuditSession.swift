import Gatekeeper
import TransparencyLog
import VaultStore

/// A visit to the access record by somebody who remembers it: before anything is shown or written, the record has to continue what
/// they accepted last, and what they accept now is on their own disk.
///
/// The order: compare, remember durably, cosign, act, remember. A crash in between forgets nothing that was accepted.
struct AuditSession {
  let gatekeeper: Gatekeeper
  let folder: StateFolder
  /// What this visit began with.
  let memory: LogMemory
  private let storage: VaultStorage

  static func open(_ options: VaultOptions) async throws -> AuditSession {
    let visit = try Session.visit(options)
    let folder = try StateFolder.open()
    let name = file(of: try await LogWatch.vault(in: visit.storage))
    // Somebody else of the same account may be looking too; then what they have remembered counts.
    for _ in 0..<20 {
      let kept = try folder.read(name)
      guard let kept else {
        let session = try await Session.open(visit, options)
        guard let memory = try await begin(session, name, in: folder, options) else { continue }
        return try await begun(session, memory, in: folder, visit)
      }
      let old = try await remembered(kept, name, in: folder, visit.storage)
      let memory = try await advance(old, in: folder, visit.storage)
      let session = try await Session.open(visit, options)
      guard try store(memory, over: old, name, in: folder) else { continue }
      return try await begun(session, memory, in: folder, visit)
    }
    throw GateError.busy
  }

  /// Remembers what the record has become by what was done here, so that one's own entry cannot be taken away unseen either.
  func remember() async throws {
    let name = Self.file(of: memory.vault)
    for _ in 0..<20 {
      guard let kept = try folder.read(name) else { return }
      let old = try await Self.remembered(kept, name, in: folder, storage)
      if try Self.store(try await Self.advance(old, in: folder, storage), over: old, name, in: folder) {
        return
      }
    }
    throw GateError.busy
  }

  /// Where the last checkpoint accepted of a vault is kept.
  static func file(of vault: VaultID) -> String { "seen/" + vault.hex }

  // MARK: Steps

  private static func begun(
    _ session: Session, _ memory: LogMemory, in folder: StateFolder, _ visit: Session.Visit
  ) async throws -> AuditSession {
    // Whoever may not write to the vault's folder leaves no cosignature; that is not theirs to mend.
    try await session.gatekeeper.cosign(memory)
    return AuditSession(
      gatekeeper: session.gatekeeper, folder: folder, memory: memory, storage: visit.storage)
  }

  /// The first look from here; nil if another process was faster.
  private static func begin(
    _ session: Session, _ name: String, in folder: StateFolder, _ options: VaultOptions
  ) async throws -> LogMemory? {
    switch try await session.gatekeeper.firstLook() {
    case .conflict(let conflict): throw try kept(conflict, in: folder)
    case .new(let memory, let lastCosigned):
      guard try folder.replace(name, memory.bytes, ifStill: nil) else { return nil }
      if !options.output.json { for line in words(memory, lastCosigned) { Output.note(line) } }
      return memory
    }
  }

  static func remembered(
    _ kept: [UInt8], _ name: String, in folder: StateFolder, _ storage: VaultStorage
  ) async throws -> LogMemory {
    do {
      return try LogMemory(parsing: kept, vault: try await LogWatch.vault(in: storage))
    } catch GateError.integrity(.memory) {
      throw CommandFailure.memoryDamaged(path: folder.path(of: name))
    }
  }

  private static func advance(
    _ old: LogMemory, in folder: StateFolder, _ storage: VaultStorage
  ) async throws -> LogMemory {
    switch try await LogWatch.compare(storage, with: old, now: Effects.system.now()) {
    case .extends(let memory): return memory
    case .conflict(let conflict): throw try kept(conflict, in: folder)
    }
  }

  /// False if another process was faster. A memory that says nothing new is left alone.
  private static func store(
    _ memory: LogMemory, over old: LogMemory, _ name: String, in folder: StateFolder
  ) throws -> Bool {
    if memory.head == old.head { return true }
    return try folder.replace(name, memory.bytes, ifStill: old.bytes)
  }

  /// Keeps both checkpoints before anything is said about them.
  static func kept(_ conflict: LogConflict, in folder: StateFolder) throws(CommandFailure) -> CommandFailure {
    let name = "evidence/" + conflict.name
    if try folder.read(name) == nil { try folder.replace(name, conflict.evidence) }
    return .logConflict(conflict, kept: folder.path(of: name))
  }

  private static func words(_ memory: LogMemory, _ lastCosigned: UInt64?) -> [String] {
    let entries = Words.count(Int(memory.head.size), "entry", "entries")
    if let lastCosigned {
      return [
        "strongroom: note: nothing was remembered here of this access record; you cosigned its first \(Words.count(Int(lastCosigned), "entry", "entries")) before, and it continues them",
        "strongroom: note: its \(entries) are remembered from now on; signing key \(memory.keyFingerprint)",
      ]
    }
    return [
      "strongroom: note: this is the first look at this access record from here; its \(entries) are remembered from now on",
      "strongroom: hint: its signing key is \(memory.keyFingerprint): compare that with what 'strongroom status' shows another member",
    ]
  }
}
