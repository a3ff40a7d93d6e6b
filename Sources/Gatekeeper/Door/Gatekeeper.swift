import AgeFormat
import DisclosureRules
import StrongroomCrypto
import TransparencyLog
package import VaultStore

/// The one door. Decides, appends to the ledger and makes that durable, and only then releases.
///
/// One actor for one member's visit to one vault. It owns the fold and the keys in memory; other processes may write to
/// the same vault, so each act is decided on a known ledger size and appended on condition that the size is still that.
/// Nothing here knows a path, a terminal or the time: those come in as values.
package actor Gatekeeper {
  let storage: VaultStorage
  let effects: Effects
  let identity: MemberIdentity
  let keyFiles: KeyFiles
  /// Of all epochs that `state` knows. Written by `loadKeys` and when this gatekeeper changes the keys itself.
  var keys: VaultKeys
  var codec: LedgerCodec { LedgerCodec(keys: keys) }
  /// As it was when the vault was opened; the ledger's keys are those of `state`.
  let description: VaultDescription
  /// This is a visit with the recovery key, which belongs to no member.
  private let byRecovery: Bool

  /// Durable entries under a signed head, and no others. Written by `refresh` and `flushQueue` alone.
  var state: VaultState
  /// What was decided on top of `state` and waits for the disk.
  var queue = CommitQueue(limitBytes: Gatekeeper.batchLimitBytes)
  var waitingForBatch: [Int: [CheckedContinuation<CommitOutcome, Never>]] = [:]
  /// Entries that the ledger said it holds when it refused ours; more than any signed head covers if a crash left some.
  var unsignedSize: UInt64 = 0
  /// The identities of children met so far; custodians only.
  var childKeys: [ChildReference: X25519Identity] = [:]
  var registerKey: X25519Identity?
  /// Epoch identities that were found to be the ones the ledger names, by number.
  var provenIdentities: [Int: X25519Identity] = [:]
  /// Loaded policy sets by hash.
  var policySets: [String: PolicySet] = [:]
  /// Opened boxes by event; they never change.
  var openedBoxes: [EventID: JSONValue] = [:]
  /// What lists show, from the register cache or opened for it; nothing is decided on these.
  var listedBoxes: [EventID: JSONValue] = [:]
  var isRegisterLoaded = false
  var unsavedListed = 0
  var snapshotSize: UInt64 = 0
  /// The snapshot that the state's tables lie in.
  var frozen: FrozenSource?
  /// Why what was folded cannot be acted on: a policy set that would have to be asked about it cannot be read. Looking
  /// into the vault still works, so that `check` can say what is wrong.
  var doubt: GateError?
  /// The head last checked against the log's key.
  var verifiedHead: VerifiedCheckpoint?
  /// Where erasures are kept outside the vault; nil: nowhere.
  let erasureListStorage: (any ErasureListStorage)?
  var knownErasureList: ErasureList?
  var isErasureListCurrent = false
  /// Of `state.erasedCount`, what this process has forgotten already.
  var knownErasures: Int?
  var settledRemovals: PendingRemovals?
  /// Keys of erased children that were found on opening.
  package internal(set) var repeatedErasures: [RepeatedErasure] = []
  /// Children whose key must not be used although this ledger knows of no erasure.
  var unopenable: Set<ChildReference> = []

  // An `await` between reading the state and putting entries in line lets another call of this actor in, so whoever decides
  // holds this gate from the first to the last, in order of arrival. Nobody holds it while waiting for the disk.
  private var isGateHeld = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Opens a vault for a member.
  ///
  /// - Parameter erasures: what was erased according to a list outside the vault; applied before any box is opened.
  /// - Throws: `.storage(.notAVault)`, `.keyNotAvailable`, `.exampleKeyRefused`, `.integrity`.
  package init(
    opening storage: VaultStorage, as identity: MemberIdentity, effects: Effects, byRecovery: Bool = false,
    erasures: (any ErasureListStorage)? = nil
  ) async throws(GateError) {
    let text: [UInt8]?
    do { text = try await storage.files.read(.description) } catch { throw GateError(error) }
    guard let text else { throw .storage(.notAVault) }
    let description: VaultDescription
    do { description = try VaultDescription.parse(text) } catch { throw GateError(error) }
    guard description.isExample || !ExampleKeys.contains(identity.recipient) else {
      throw .exampleKeyRefused
    }
    let keyFiles = KeyFiles(files: storage.files, identity: identity.identity)
    keys = try await keyFiles.whileTheyStand { () async throws(GateError) in
      try await keyFiles.openFirst(description)
    }
    self.keyFiles = keyFiles
    self.byRecovery = byRecovery
    self.storage = storage
    self.effects = effects
    self.identity = identity
    self.description = description
    erasureListStorage = erasures
    state = VaultState(vault: description.vault)
    await loadSnapshot()
    try await loadKeys(in: state)
    try await refresh()
    guard isDescribed(by: description) else {
      throw .integrity(.file(VaultFileName.description.displayName, .swapped))
    }
    // Somebody who was removed may still hold key files from before.
    _ = try member(in: state)
    try await checkEpochFile()
    try await reapplyErasures()
    await saveSnapshotIfDue()
    if isCustodian { try await mendKeyFiles() }
  }

  /// Whoever may not open the epoch's file says so too if it is gone: the vault's life hangs on it.
  private func checkEpochFile() async throws(GateError) {
    for _ in 0..<Self.attempts {
      let number = state.epochs.count
      do {
        _ = try await keyFiles.identity(in: .epochIdentity(number), with: [identity.identity])
        return
      } catch {
        // Another process may have changed the keys since.
        try await refresh()
        if state.epochs.count == number { throw error }
      }
    }
    throw .busy
  }

  /// The newest keys may be missing from the description: a crash came before the last step of a change of keys.
  private func isDescribed(by description: VaultDescription) -> Bool {
    let logKeys = state.epochs.map(\.logKey)
    let named = description.verifierKeys.map { try? VerifierKey(parsing: $0) }
    return state.origin == description.origin && state.isExample == description.isExample
      && !named.isEmpty && named.count <= logKeys.count && zip(named, logKeys).allSatisfy { $0 == $1 }
      && keys.epochs[0].logKey == logKeys.first
  }

  package var isExampleVault: Bool { state.isExample }

  package var me: MemberSummary {
    get throws(GateError) { MemberSummary(try member(in: state)) }
  }

  /// This member as the state has them; somebody else may have removed them meanwhile.
  func member(in state: VaultState) throws(GateError) -> MemberState {
    if byRecovery, let set = state.recoverySet, set.signingKey == identity.verifierKey { return set.member }
    guard !byRecovery, let member = state.activeMember(with: identity.verifierKey) else {
      throw .keyNotAvailable(.opensNothingHere)
    }
    return member
  }

  /// Holds the children's keys, and in a role that goes with them: a recovery key does not make an officer one.
  package var isCustodian: Bool {
    keys.epoch != nil
      && (byRecovery
        || state.activeMember(with: identity.verifierKey).map { Custodians.contains(role: $0.role) } ?? false)
  }

  // MARK: The gate

  func enterGate() async {
    if !isGateHeld {
      isGateHeld = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  func leaveGate() {
    // The gate passes straight to the next in line, so nobody can slip in between.
    if waiting.isEmpty { isGateHeld = false } else { waiting.removeFirst().resume() }
  }
}
