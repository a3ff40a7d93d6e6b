import StrongroomCrypto
import TransparencyLog
import VaultStore

/// What a build step hands to `commit`: events to append, and the answer once they are durable.
struct Plan<Value: Sendable>: Sendable {
  /// Empty: nothing is written and the answer stands as it is.
  var events: [Event]
  /// Gets the index of the first event.
  var value: @Sendable (_ firstEntry: UInt64) -> Value
}

/// What a build step may rest on: one state of the ledger and one moment.
struct Draft: Sendable {
  /// The newest state there is. Its last entries may not be durable yet; no answer is given before they are.
  let state: VaultState
  let at: Timestamp
  let me: MemberState
  let newID: @Sendable () throws(GateError) -> EventID

  var actor: EventActor { EventActor(member: me.reference, role: me.role) }

  func event(_ kind: EventKind) throws(GateError) -> Event {
    Event(
      id: try newID(), vault: state.vault, seen: state.head, kind: kind, at: at,
      actor: actor)
  }
}

extension Event {
  /// Refusals, what is taken back, and what officers do are written as long as there is room for anything; whatever shows or
  /// releases something stops before that, so that a full disk cannot be used to look without a trace.
  var mayTakeTheLastRoom: Bool {
    switch kind {
    case .accessRefused, .approvalDeclined, .consentWithdrawn, .memberRemoved, .keyRotated,
      .restrictionPlaced, .holdPlaced, .recordDisposed, .childErased, .auditViewed, .auditExported,
      .auditVerified, .systemRecovered:
      true
    case .requestDecided: outcome != .allowed
    default: false
    }
  }

  /// What must be followed by something else than entries before anything is decided on it: files that go, keys that change.
  /// Such an act has a commit to itself, and the gate until that is done.
  var standsAlone: Bool { kind.leavesRemovals || kind == .keyRotated }
}

/// A decision taken on one state, and the batch after which that state is durable.
private struct Decided<Value: Sendable> {
  /// The answer; or the error that the state gave rise to, which is an answer too.
  let answer: Result<Value, GateError>
  /// nil: everything it rests on is durable already.
  let batch: Int?
}

extension Gatekeeper {
  /// Other writers may be faster this many times before we give up.
  static let attempts = 20
  /// A commit of this many bytes fills half a segment; waiting for more would cost more than it saves.
  static let batchLimitBytes = 512 << 10

  /// The one way anything is written: decide on the state at size n, append if the size is still n, else decide again.
  ///
  /// Decisions are taken one after another, in order of arrival, on the newest state in memory; the entries of several wait
  /// together for the disk. Returns only when this act's entries, and all that it was decided on, are durable under a signed
  /// head. A task that is cancelled meanwhile still gets its answer: its entry may be on the disk.
  func commit<Value: Sendable>(
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> Plan<Value>
  ) async throws(GateError) -> Value {
    for _ in 0..<Self.attempts {
      guard let decided = try await decide(build) else { continue }
      guard let batch = decided.batch else { return try decided.answer.get() }
      switch await outcome(of: batch) {
      case .durable: return try decided.answer.get()
      case .moved: continue
      case .failed(let error): throw error
      }
    }
    throw .busy
  }

  /// Takes one decision inside the gate, and puts its entries in line for the disk.
  ///
  /// - Returns: nil if the state it was taken on was thrown away meanwhile.
  private func decide<Value: Sendable>(
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> Plan<Value>
  ) async throws(GateError) -> Decided<Value>? {
    await enterGate()
    defer { leaveGate() }
    let base = try await newest()
    let generation = queue.generation
    let plan: Plan<Value>
    do {
      plan = try await build(self, try makeDraft(on: base))
    } catch {
      guard queue.generation == generation, !isSnapshotBroken else { return nil }
      return Decided(answer: .failure(GateError(wrapping: error)), batch: queue.last?.number)
    }
    // What was decided on may have been lost while the build step waited for a file, or turned out not to be readable.
    guard queue.generation == generation, !isSnapshotBroken else { return nil }
    guard try await write(plan.events, on: base, generation) else { return nil }
    return Decided(answer: .success(plan.value(base.size)), batch: queue.last?.number)
  }

  /// Puts the entries of one act in line, or makes them durable at once if they stand alone.
  ///
  /// - Returns: false if the state they were decided on is gone.
  private func write(
    _ events: [Event], on base: VaultState, _ generation: Int
  )
    async throws(GateError) -> Bool
  {
    guard !events.isEmpty else { return true }
    do {
      if !events.allSatisfy(\.mayTakeTheLastRoom), try await storage.ledger.isShortOfRoom() {
        throw VaultStoreError.diskFull("ledger")
      }
      guard events.contains(where: \.standsAlone) else {
        guard queue.generation == generation else { return false }
        try enqueue(events, on: base)
        return true
      }
      while let batch = queue.last?.number { _ = await outcome(of: batch) }
      guard queue.generation == generation else { return false }
      try await append(events, on: base)
      return true
    } catch VaultStoreError.conflict(let actualSize) {
      unsignedSize = actualSize
      return false
    } catch {
      if isSnapshotBroken { return false }
      throw GateError(wrapping: error)
    }
  }

  /// The state to decide on: with the entries that are not durable yet, else as the ledger has it now.
  private func newest() async throws(GateError) -> VaultState {
    if let last = queue.last, !isSnapshotBroken { return last.end }
    try await refresh()
    if let doubt { throw doubt }
    // Larger than every signed head: a crash left entries behind, and they happened.
    if unsignedSize > state.size { try await adoptTail() }
    if state.isAtClosing { try await keepClosing() }
    return state
  }

  func makeDraft(on base: VaultState) throws(GateError) -> Draft {
    let effects = effects
    return Draft(
      state: base, at: time(after: base), me: try member(in: base),
      newID: { () throws(GateError) in
        guard let bytes = try? effects.randomBytes(16), let id = EventID(bytes) else {
          throw .crypto(.invalidKey)
        }
        return id
      })
  }

  /// What counts as now on top of `state`: the clock, but never before the newest entry. A clock that was put back makes the
  /// vault's time stand still; it revives nothing that has run out.
  func time(after state: VaultState) -> Timestamp { max(effects.now(), state.newestAt) }

  /// Adopts what a crash left without a signed head, in a commit of its own: what it says that files go, or that keys change,
  /// is done before anything is decided on it.
  private func adoptTail() async throws(GateError) {
    unsignedSize = 0
    do {
      var base = state
      let events = try await adoptTail(into: &base)
      if !events.isEmpty { try await append(events, on: base) }
    } catch VaultStoreError.conflict {
      // Somebody else was faster at it.
      try await refresh()
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Takes the entries in that a crash left without a signed head, and says so in an entry of our own.
  func adoptTail(into base: inout VaultState) async throws -> [Event] {
    let tail = try await storage.ledger.unsignedTail()
    // Behind the head that was folded, and not behind one that another process has signed since.
    guard !tail.isEmpty, try await storage.ledger.head()?.range == base.range else { return [] }
    for entry in tail { try await take(entry, into: &base) }
    if let doubt { throw doubt }
    if base.isAtClosing { try await signClosing(base) }
    var event = try makeDraft(on: base).event(.systemRecovered)
    event.fields = ["count": .integer(Int64(tail.count))]
    return [event]
  }

  /// Appends at once, for acts that stand alone. Only inside the gate, with nothing in line.
  ///
  /// - Parameter new: the epoch that the last of the events begins.
  /// - Throws: `VaultStoreError.conflict` with nothing stored; `GateError` for everything else.
  func append(_ events: [Event], on base: VaultState, beginning new: NewEpoch? = nil) async throws {
    precondition(queue.isEmpty, "what is in line goes first")
    let (entries, next) = try seal(events, on: base)
    let keys = new.map { self.keys.adding($0.keys, [$0.keys.number: $0.identity]) } ?? self.keys
    let head = try await storage.ledger.append(
      entries, ifSize: base.size, after: new?.files ?? [],
      sign: LedgerCodec(keys: keys).signer(expecting: next.range))
    guard head.range == next.range else { throw GateError.integrity(.ledgerHead(.root)) }
    self.keys = keys
    state = next
    try await settle()
  }

  /// What must follow from the entries in `state` before anything else is done.
  private func settle() async throws(GateError) {
    await forgetErased()
    try await settleRemovals()
  }

  /// Puts the events of one act in line for the disk; none of them if it throws.
  private func enqueue(_ events: [Event], on base: VaultState) throws(GateError) {
    let (entries, next) = try seal(events, on: base)
    let isIdle = queue.isEmpty
    _ = queue.join(entries, base: base.size, end: next)
    // In a task of its own: no caller's cancellation stops a commit that others wait for.
    if isIdle { Task { await flushQueue() } }
  }

  /// Signs and seals the events of one act.
  ///
  /// - Throws: `.integrity(.entry)` if a reader would refuse one, `.storage(.limitExceeded)`; `.busy` if the snapshot broke.
  private func seal(
    _ events: [Event], on base: VaultState
  ) throws(GateError) -> (entries: [[UInt8]], next: VaultState) {
    var next = base
    var entries: [[UInt8]] = []
    var byteCount = 0
    for event in events {
      var event = event
      let index = next.size
      // In a long commit the later events would claim a history older than the rules allow: they vouch for the earlier
      // ones, which the same hand has just made.
      if index - event.seen.size >= UInt64(VaultState.seenWindow) { event.seen = next.head }
      do { try event.sign(with: identity.signingKey) } catch { throw .crypto(error) }
      let entry = try codec.seal(event, at: index, salt: try random(SealedEntry.saltByteCount))
      // The writer is held to what every reader will check.
      do {
        try next.apply(event, leafHash: MerkleTree.leafHash(entry), isSignatureChecked: false)
      } catch {
        throw .integrity(.entry(index, error))
      }
      entries.append(entry)
      byteCount += entry.count
    }
    // Looked at here, since a commit that the store refuses takes all that wait behind it with it.
    guard byteCount <= LedgerLimits.commit else {
      throw .storage(.limitExceeded(name: "ledger", limit: LedgerLimits.commit))
    }
    // The checks above may have read what cannot be read.
    guard !isSnapshotBroken else { throw .busy }
    return (entries, next)
  }

  /// Makes batch after batch durable until none is left; what is decided meanwhile collects in the next one.
  private func flushQueue() async {
    while let batch = queue.begin() {
      do {
        let head = try await storage.ledger.append(
          batch.entries, ifSize: batch.base, sign: codec.signer(expecting: batch.end.range))
        guard head.range == batch.end.range else { throw GateError.integrity(.ledgerHead(.root)) }
        verifiedHead = try codec.verify(head)
        state = batch.end
        queue.succeed()
        answer([batch.number], .durable)
      } catch VaultStoreError.conflict(let actualSize) {
        unsignedSize = actualSize
        answer(queue.fail(), .moved)
      } catch {
        answer(queue.fail(), .failed(GateError(wrapping: error)))
      }
    }
  }

  /// What becomes of a batch that is in line now.
  private func outcome(of batch: Int) async -> CommitOutcome {
    precondition(queue.holds(batch), "unreachable: nothing ran since it was put in line")
    return await withCheckedContinuation { waitingForBatch[batch, default: []].append($0) }
  }

  private func answer(_ batches: [Int], _ outcome: CommitOutcome) {
    for batch in batches {
      for waiter in waitingForBatch.removeValue(forKey: batch) ?? [] {
        waiter.resume(returning: outcome)
      }
    }
  }

  /// The newest durable state, for views: with everything that any process had made durable when it was asked for.
  func current() async throws(GateError) -> VaultState {
    while true {
      await enterGate()
      guard let batch = queue.last?.number else {
        defer { leaveGate() }
        try await refresh()
        return state
      }
      leaveGate()
      // Its commit goes through only if no other process has written meanwhile.
      if case .durable = await outcome(of: batch) { return state }
    }
  }

  /// Catches up with what the ledger holds now, checking every new entry and the head over them.
  ///
  /// Only called while nobody else decides: inside the gate, and when the vault is opened. What is in line for the disk is
  /// waited for first.
  func refresh() async throws(GateError) {
    while let batch = queue.last?.number { _ = await outcome(of: batch) }
    repeat {
      if isSnapshotBroken { await forgetSnapshot() }
      do { try await catchUp() } catch {
        if !isSnapshotBroken { throw error }
      }
    } while isSnapshotBroken
  }

  private func catchUp() async throws(GateError) {
    do {
      guard let head = try await storage.ledger.head() else {
        throw GateError.integrity(.ledgerHead(.missing))
      }
      guard head.size >= state.size else {
        throw GateError.integrity(.ledgerHead(.rolledBack(seen: state.size)))
      }
      guard head.size > state.size || head.range == state.range else {
        throw GateError.integrity(.ledgerHead(.forked(at: state.size)))
      }
      var next = state
      try await fold(into: &next, to: head.size)
      guard next.range == head.range else { throw GateError.integrity(.ledgerHead(.root)) }
      // After the entries, since they say whose signature it has to be. Nothing is believed before.
      if verifiedHead?.signedNote != head.checkpoint { verifiedHead = try codec.verify(head) }
      state = next
      try await settle()
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Applies entries up to `size`, in pieces so that a long ledger is not held in memory at once.
  private func fold(into state: inout VaultState, to size: UInt64) async throws {
    while state.size < size {
      let end = min(state.size + 512, size)
      let entries = try await storage.ledger.entries(from: state.size, to: end)
      guard entries.count == Int(end - state.size) else {
        throw GateError.integrity(.ledgerHead(.root))
      }
      for entry in entries { try await take(entry, into: &state) }
    }
  }

  /// Opens, judges and applies the next entry.
  private func take(_ entry: [UInt8], into state: inout VaultState) async throws(GateError) {
    let index = state.size
    let event = try codec.open(entry, at: index)
    try await judge(event, at: index, in: state)
    do { try state.apply(event, leafHash: MerkleTree.leafHash(entry)) } catch {
      throw .integrity(.entry(index, error))
    }
    if event.kind == .keyRotated { try await loadKeys(in: state) }
  }

  /// Holds an entry to the rules in force before it. Every member holds the ledger's key and the log's, so what stands in
  /// the ledger is only what its actor could sign: that the actor's role may write such a thing, and that a decision is
  /// the one the rules give, is asked here before anything rests on it.
  ///
  /// - Throws: `.integrity(.entry)`. A policy set that cannot be read becomes `doubt` instead.
  private func judge(_ event: Event, at index: UInt64, in state: VaultState) async throws(GateError) {
    guard doubt == nil else { return }
    do {
      try await replayDecision(event, before: state)
    } catch EntryFault.policyUnknown {
      doubt = .integrity(.entry(index, .policyUnknown))
      for hash in [state.policy, event.policy].compactMap({ $0 }) where !hash.isEmpty {
        do { _ = try await policySet(hash) } catch { doubt = error }
      }
    } catch let fault as EntryFault {
      throw .integrity(.entry(index, fault))
    } catch {
      throw GateError(wrapping: error)
    }
  }
}
