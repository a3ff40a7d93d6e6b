import AgeFormat
import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

// A change of the vault's keys, step by step, and what is true if power fails after each:
//
// 1. The new epoch's identity and ledger key file are written: leftovers, which the next change replaces.
// 2. `key.rotated` is appended as the last entry under the old ledger key, on the ledger size the files were made for, under the
//    same lock: the new epoch has begun. Old and new key sign the head over it, the closing checkpoint. A crash before the head
//    leaves the entry as an unsigned tail; whoever adopts it signs exactly that tree before anything follows.
// 3. The closing checkpoint is kept as `ledger/closed/NNNN`. Nobody appends before that.
// 4. The key files of children and register are sealed to the new epoch. Until all are, either epoch's identity opens some.
// 5. The old epoch's ledger key file loses the signing key: from here on nobody can sign for the old epoch.
// 6. The old epoch's identity goes.
// 7. The STRONGROOM file names the new key.
//
// Steps 3 to 7 are done again from the start by the next custodian who opens the vault, until nothing is left to do.

extension Gatekeeper {
  /// Changes the epoch's identity, the ledger's key and the log's signing key. Documents stay untouched.
  ///
  /// - Returns: the number of the new epoch.
  package func rotateKeys(because cause: RotationCause) async throws(GateError) -> Answer<Int> {
    let action: AccessAction = cause == .leaver ? .manageMembers : .rotateKeys
    return try await actChangingKeys(action, cause) { _, draft in ([], draft.state.epochs.count + 1) }
  }

  /// `act` for an act that also ends the epoch, in one commit with it.
  ///
  /// - Parameter build: gives the entries that come before, and the answer. Members whom they remove get no key of the new epoch.
  func actChangingKeys<Value: Sendable>(
    _ action: AccessAction, _ cause: RotationCause,
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> (events: [Event], value: Value)
  ) async throws(GateError) -> Answer<Value> {
    let answer = try await commitChangingKeys(action, cause, build)
    if case .done = answer { try await sealKeyFiles() }
    return answer
  }

  private func commitChangingKeys<Value: Sendable>(
    _ action: AccessAction, _ cause: RotationCause,
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> (events: [Event], value: Value)
  ) async throws(GateError) -> Answer<Value> {
    await enterGate()
    defer { leaveGate() }
    do {
      for _ in 0..<Self.attempts {
        try await refresh()
        if let doubt { throw doubt }
        if state.isAtClosing { try await keepClosing() }
        let base = state
        let draft = try makeDraft(on: base)
        do {
          let facts = AccessFacts(role: draft.me.role, action: action, reason: true)
          if let refusal = try await refusal(facts, draft) {
            try await append([refusal.event], on: base)
            return .refused(refusal.report.recorded(at: base.size))
          }
          let (events, value) = try await build(self, draft)
          let (rotation, new) = try await newEpoch(cause, draft, after: events)
          try await append(events + [rotation], on: base, beginning: new)
          try await keepClosing()
          return .done(value, entry: base.size + UInt64(max(events.count, 1)) - 1)
        } catch VaultStoreError.conflict(let actualSize) {
          try await refresh()
          if actualSize > state.size { try await settleTail() }
        }
      }
    } catch {
      throw GateError(wrapping: error)
    }
    throw .busy
  }

  /// Adopts what a crash left without a signed head, in a commit of its own.
  private func settleTail() async throws {
    var base = state
    let events = try await adoptTail(into: &base)
    guard !events.isEmpty else { return }
    do { try await append(events, on: base) } catch VaultStoreError.conflict {
      // Somebody else was faster at it.
    }
  }

  /// Makes the keys of the next epoch, seals them, and writes the entry that names them.
  private func newEpoch(
    _ cause: RotationCause, _ draft: Draft, after events: [Event]
  ) async throws -> (event: Event, new: NewEpoch) {
    let number = draft.state.epochs.count + 1
    guard number <= VaultState.epochLimit else {
      throw GateError.invalidInput(.key, .tooMany(limit: VaultState.epochLimit))
    }
    let identity = try X25519Identity.generate()
    let seed = try SecretBytes.random(count: Ed25519SigningKey.seedByteCount)
    let signer = try NoteSigner(name: keys.origin, key: Ed25519SigningKey(seed: seed.duplicate()))
    let ledger = try LedgerKey.generate(epoch: UInt32(number))
    let file = LedgerKeyFile(key: ledger, origin: keys.origin, signingSeed: seed)
    let leaving = events.filter { $0.kind == .memberRemoved }.compactMap { $0.fields["member"]?.string }
    let holders = try KeyHolders(draft.state, without: Set(leaving))

    var event = try draft.event(.keyRotated)
    event.fields = [
      "epoch": .integer(Int64(number)), "log_key": .string(signer.verifierKey.text),
      "cause": .string(cause.rawValue),
    ]
    // As in the first entry: whoever can write key files must not be able to put an epoch of their own in place of this one.
    event.box = try SealedBox(
      sealing: ["epoch": .string(identity.recipient.text)], scope: .register,
      identity: try await registerIdentity(in: draft.state), vault: event.vault, event: event.id,
      kind: event.kind)
    let keys = EpochKeys(
      number: number, firstEntry: draft.state.size + UInt64(events.count) + 1, ledger: ledger,
      logKey: signer.verifierKey, signer: signer)
    let new = NewEpoch(
      keys: keys, identity: identity,
      files: [
        NamedFile(
          .epochIdentity(number), try KeyFiles.seal(identity, to: holders.ofTheEpoch, at: draft.at)),
        NamedFile(
          .ledgerKey(number), try KeyFiles.seal(file, to: holders.ofTheLedger(identity.recipient))),
      ])
    return (event, new)
  }

  // MARK: The closing checkpoint

  /// Signs an adopted tail that ends with a change of keys, as it is.
  func signClosing(_ base: VaultState) async throws {
    // If it is kept already, the old signing key may be gone, and the head was lost after that.
    let kept = try? await logKeyChain(in: base).closedEpochs.last?.closing.signedNote
    let head = try await storage.ledger.signTail(
      ifSize: base.size, sign: codec.signer(expecting: base.range, kept: kept))
    guard head.range == base.range else { throw GateError.integrity(.ledgerHead(.root)) }
    verifiedHead = try codec.verify(head)
    state = base
    try await keepClosing()
  }

  /// Keeps the head as the closing checkpoint, if it is one and is not kept yet: the first entry of an epoch comes after that.
  func keepClosing() async throws(GateError) {
    let number = state.epochs.count - 1
    let name = VaultFileName.closedCheckpoint(number)
    do {
      let head = try await storage.ledger.head()
      // Looked for after the head was read: whoever has appended since has kept it first.
      if try await storage.files.read(name) == nil {
        guard let head, head.range == state.range else {
          throw GateError.integrity(.file(name.displayName, .missing))
        }
        _ = try codec.verify(head)
        try await storage.files.replace(name, head.checkpoint)
      }
      _ = try await logKeyChain(in: state)
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// The log's keys one after another, each closing checkpoint held against the entries.
  ///
  /// - Throws: `.integrity` naming the closing checkpoint that is missing, damaged or another's.
  func logKeyChain(in state: VaultState) async throws(GateError) -> LogKeyChain {
    guard let first = state.epochs.first,
      var chain = try? LogKeyChain(origin: state.origin, firstKey: first.logKey)
    else { throw .integrity(.entry(0, .malformed)) }
    for (ended, next) in zip(state.epochs, state.epochs.dropFirst()) {
      let name = VaultFileName.closedCheckpoint(ended.number)
      let bytes: [UInt8]?
      do { bytes = try await storage.files.read(name) } catch { throw GateError(error) }
      guard let bytes else { throw .integrity(.file(name.displayName, .missing)) }
      guard let closing = try? UnverifiedCheckpoint(parsing: bytes) else {
        throw .integrity(.file(name.displayName, .damaged))
      }
      guard let tree = ended.closing, closing.claimed.size == tree.size,
        (try? chain.close(closing, next: next.logKey, recomputedRoot: tree.root)) != nil
      else { throw .integrity(.file(name.displayName, .swapped)) }
    }
    return chain
  }

  /// What is wrong with the kept closing checkpoints, nil if nothing is.
  func closingFault(in state: VaultState) async throws(GateError) -> IntegrityFault? {
    do { _ = try await logKeyChain(in: state) } catch .integrity(let fault) {
      return fault
    }
    return nil
  }

  // MARK: Keys at hand

  /// Loads the keys of epochs that the ledger has begun since.
  ///
  /// - Throws: `.keyNotAvailable(.opensNothingHere)` for somebody who was not meant to have them.
  func loadKeys(in state: VaultState) async throws(GateError) {
    while keys.epochNumber < state.epochs.count {
      let (keyFiles, known) = (keyFiles, keys)
      keys = try await keyFiles.whileTheyStand { () async throws(GateError) in
        let found = try await keyFiles.epochIdentities()
        let new = try await keyFiles.keys(
          of: state.epochs[known.epochNumber], origin: known.origin, logKey: nil,
          identities: known.identities.merging(found) { $1 })
        return known.adding(new, found)
      }
    }
  }

  /// Forgets the signing keys of epochs that have ended.
  func forgetClosedSigners() {
    let epochs = keys.epochs.map { epoch in
      epoch.number == keys.epochNumber || epoch.signer == nil
        ? epoch
        : EpochKeys(
          number: epoch.number, firstEntry: epoch.firstEntry, ledger: epoch.ledger, logKey: epoch.logKey,
          signer: nil)
    }
    keys = VaultKeys(origin: keys.origin, epochs: epochs, identities: keys.identities)
  }
}

/// To whom key files are sealed.
struct KeyHolders: Sendable {
  /// The epoch's identity: every custodian, and the recovery recipients.
  let ofTheEpoch: [X25519Recipient]
  private let others: [X25519Recipient]

  /// - Parameter leaving: members who are active in the state and are not any more.
  init(_ state: VaultState, without leaving: Set<String> = []) throws(GateError) {
    let members = state.activeMembers().filter { !leaving.contains($0.reference.description) }
    var recovery: [X25519Recipient] = []
    for text in state.recovery {
      guard let recipient = try? X25519Recipient(parsing: text) else {
        throw .integrity(.entry(0, .malformed))
      }
      recovery.append(recipient)
    }
    ofTheEpoch = members.filter { Custodians.contains(role: $0.role) }.map(\.recipient) + recovery
    others = members.filter { !Custodians.contains(role: $0.role) }.map(\.recipient)
  }

  /// The ledger's key: whoever has the epoch's identity, and every other member, so that a refusal of a teacher or governor
  /// stands under their own signature.
  func ofTheLedger(_ epoch: X25519Recipient) -> [X25519Recipient] { [epoch] + others }
  var countOfTheLedger: Int { 1 + others.count }
}
