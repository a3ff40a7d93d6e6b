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
  /// Unsigned entries that are adopted with this commit included.
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

extension Gatekeeper {
  /// Other writers may be faster this many times before we give up.
  static let attempts = 20

  /// The one way anything is written: decide on the state at size n, append if the size is still n, else decide again.
  ///
  /// Returns only when the entries are durable under a signed head. Calls take turns in order of arrival.
  func commit<Value: Sendable>(
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> Plan<Value>
  ) async throws(GateError) -> Value {
    await enterGate()
    defer { leaveGate() }
    var adoptsTail = false
    do {
      for _ in 0..<Self.attempts {
        try await refresh()
        if let doubt { throw doubt }
        if state.isAtClosing { try await keepClosing() }
        var base = state
        var events: [Event] = []
        if adoptsTail { events = try await adoptTail(into: &base) }
        let draft = try makeDraft(on: base)
        let plan = try await build(self, draft)
        guard !plan.events.isEmpty else { return plan.value(base.size) }
        let firstEntry = base.size + UInt64(events.count)
        events += plan.events
        do {
          try await append(events, on: base)
          return plan.value(firstEntry)
        } catch VaultStoreError.conflict(let actualSize) {
          try await refresh()
          // Larger than every signed head: a crash left entries behind, and they happened.
          adoptsTail = actualSize > state.size
        }
      }
    } catch {
      throw GateError(wrapping: error)
    }
    throw .busy
  }

  func makeDraft(on base: VaultState) throws(GateError) -> Draft {
    let effects = effects
    return Draft(
      state: base, at: effects.now(), me: try member(in: base),
      newID: { () throws(GateError) in
        guard let bytes = try? effects.randomBytes(16), let id = EventID(bytes) else {
          throw .crypto(.invalidKey)
        }
        return id
      })
  }

  /// Takes the entries in that a crash left without a signed head, and says so in an entry of our own.
  func adoptTail(into base: inout VaultState) async throws -> [Event] {
    let tail = try await storage.ledger.unsignedTail()
    guard !tail.isEmpty else { return [] }
    for entry in tail {
      let index = base.size
      let event = try codec.open(entry, at: index)
      try await judge(event, at: index, in: base)
      do { try base.apply(event, leafHash: MerkleTree.leafHash(entry)) } catch {
        throw GateError.integrity(.entry(index, error))
      }
      if event.kind == .keyRotated { try await loadKeys(in: base) }
    }
    if let doubt { throw doubt }
    if base.isAtClosing { try await signClosing(base) }
    var event = try makeDraft(on: base).event(.systemRecovered)
    event.fields = ["count": .integer(Int64(tail.count))]
    return [event]
  }

  /// Signs, seals, appends. On success the entries are durable and `state` has them.
  ///
  /// - Throws: `VaultStoreError.conflict` with nothing stored; `GateError` for everything else.
  ///
  /// - Parameter new: the epoch that the last of the events begins.
  func append(_ events: [Event], on base: VaultState, beginning new: NewEpoch? = nil) async throws {
    var next = base
    var entries: [[UInt8]] = []
    for event in events {
      var event = event
      try event.sign(with: identity.signingKey)
      let index = next.size
      let entry = try codec.seal(event, at: index, salt: try effects.randomBytes(SealedEntry.saltByteCount))
      // The writer is held to what every reader will check.
      do {
        try next.apply(event, leafHash: MerkleTree.leafHash(entry), isSignatureChecked: false)
      } catch {
        throw GateError.integrity(.entry(index, error))
      }
      entries.append(entry)
    }
    let keys = new.map { self.keys.adding($0.keys, [$0.keys.number: $0.identity]) } ?? self.keys
    let head = try await storage.ledger.append(
      entries, ifSize: base.size, after: new?.files ?? [],
      sign: LedgerCodec(keys: keys).signer(expecting: next.range))
    guard head.range == next.range else { throw GateError.integrity(.ledgerHead(.root)) }
    self.keys = keys
    state = next
  }

  /// The newest state, for views.
  func current() async throws(GateError) -> VaultState {
    await enterGate()
    defer { leaveGate() }
    try await refresh()
    return state
  }

  /// Catches up with what the ledger holds now, checking every new entry and the head over them.
  ///
  /// Only called while nobody else decides: by `commit` inside the gate, and when the vault is opened.
  func refresh() async throws(GateError) {
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
      for entry in entries {
        let index = state.size
        let event = try codec.open(entry, at: index)
        try await judge(event, at: index, in: state)
        do { try state.apply(event, leafHash: MerkleTree.leafHash(entry)) } catch {
          throw GateError.integrity(.entry(index, error))
        }
        if event.kind == .keyRotated { try await loadKeys(in: state) }
      }
    }
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
