import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

extension Gatekeeper {
  /// Checks the whole record in full depth, believing no cache.
  ///
  /// - Parameters:
  ///   - seen: a size and root from an earlier verification, kept outside the vault.
  ///   - progress: entries done, entries in all.
  package func auditVerify(
    seen: SeenHead? = nil,
    progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
  ) async throws(GateError) -> VerifyReport {
    try await auditVerify(VerifyOptions(seen: seen), progress: progress)
  }

  /// Checks the record from its first byte, believing no cache: the tree and its signature; that every entry opens at its place; every
  /// actor's signature and role; every decision replayed under the rules then in force. A custodian also opens the boxes and derives each
  /// decision's facts again. How far it goes, and from where, `options` say; every entry is read and hashed in any case.
  ///
  /// Goes on after a fault, so that one flipped byte does not hide another. Anybody who opens the ledger may verify it. Entries
  /// are opened and their signatures checked on all cores, one piece ahead of the fold, which goes from entry to entry.
  ///
  /// - Parameters:
  ///   - progress: entries done, entries in all.
  ///   - keep: gets how far verification came without a finding, sealed for this member: `VerifyOptions.earlier` of the next one.
  package func auditVerify(
    _ options: VerifyOptions,
    progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in },
    keep: @escaping @Sendable ([UInt8]) async throws -> Void = { _ in }
  ) async throws(GateError) -> VerifyReport {
    // For the keys of an epoch that began since the vault was opened; what is wrong with the record is found below.
    _ = try? await current()
    let head = try await ledgerHead()
    let cosigned = try await cosignedMarks(options.policy, head: head)
    let earlier = usable(options, head: head)
    var walk = Verification(
      vault: description.vault, head: head, options: options,
      marks: cosigned.marks + (options.seen.map { [Verification.Mark(head: $0, isSeen: true)] } ?? []))
    do { _ = try codec.verify(head) } catch {
      if case .integrity(let fault) = error { walk.add(nil, fault) }
    }
    // What was erased meanwhile must not be opened with keys still in memory. A ledger that cannot be folded is named below.
    _ = try? await current()
    let isResumed = try await skip(to: earlier, &walk, progress)
    if !isResumed { walk.restart() }
    try await check(&walk, progress, keep)
    if let fault = try await closingFault(in: state) { walk.add(nil, fault) }
    let now = state
    walk.checkMarks { now.isRestored(after: $0) }
    var quorum: QuorumReport?
    if let policy = options.policy, !policy.asksForNobody {
      quorum = largestQuorum(policy, cosigned, walk)
      if quorum == nil { walk.add(nil, .ledgerHead(.quorumMissing)) }
    }
    var report = VerifyReport(
      size: head.size, root: head.range.root, depths: depths(options, head.size), findings: walk.findings,
      closedBoxes: walk.closedBoxes)
    report.depth = options.depth
    report.quorum = quorum
    report.earlier = isResumed ? earlier.map { EarlierPart(size: $0.state.size, at: $0.at) } : nil
    if report.isWhole { report.entry = try await recordVerification(report) }
    return report
  }

  private func ledgerHead() async throws(GateError) -> LedgerHead {
    do {
      guard let found = try await storage.ledger.head() else {
        throw GateError.integrity(.ledgerHead(.missing))
      }
      return found
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// An earlier verification of this member's that saves work: of this depth at least, and of something.
  private func usable(_ options: VerifyOptions, head: LedgerHead) -> VerifiedPart? {
    guard options.depth > .tree, let bytes = options.earlier,
      let part = VerifiedPart(opening: bytes, vault: description.vault, for: identity),
      part.depth >= options.depth, part.hasFacts || !isCustodian || options.depth < .decisions,
      part.state.size > 0, part.state.size <= head.size
    else { return nil }
    return part
  }

  // MARK: Walking

  /// Hashes the entries that an earlier verification checked. They are the same bytes if they give the same root.
  ///
  /// - Returns: false if there is nothing to go on from, or the bytes are others: then everything is checked.
  private func skip(
    to earlier: VerifiedPart?, _ walk: inout Verification, _ progress: @Sendable (UInt64, UInt64) -> Void
  ) async throws(GateError) -> Bool {
    guard let earlier else { return true }
    let size = earlier.state.size
    let examiner = EntryExaminer(
      codec: codec, depth: .tree, isParallel: walk.options.isParallel, pieceSize: walk.options.pieceSize)
    while walk.range.size < size {
      let piece = try await piece(from: walk.range.size, to: size, examiner, keys: [:])
      for entry in piece.entries { walk.pass(entry.leafHash) }
      if piece.unreadable != nil { return false }
      progress(walk.range.size, walk.head.size)
    }
    guard walk.range == earlier.state.range else { return false }
    walk.resume(earlier.state)
    return true
  }

  private func check(
    _ walk: inout Verification, _ progress: @Sendable (UInt64, UInt64) -> Void,
    _ keep: @Sendable ([UInt8]) async throws -> Void
  ) async throws(GateError) {
    let examiner = EntryExaminer(
      codec: codec, depth: walk.options.depth, isParallel: walk.options.isParallel,
      pieceSize: walk.options.pieceSize)
    let end = walk.head.size
    var kept = walk.range.size
    var next: ExaminedPiece? = try await piece(
      from: walk.range.size, to: end, examiner, keys: walk.replay.members.mapValues(\.signingKey))
    while let piece = next {
      // Examined on the other cores while this one is folded.
      async let ahead =
        piece.unreadable == nil && piece.end < end
        ? self.piece(from: piece.end, to: end, examiner, keys: piece.keys) : nil
      for entry in piece.entries { try await take(entry, &walk) }
      progress(walk.range.size, end)
      if let error = piece.unreadable {
        guard case .integrity(let fault) = error else { throw error }
        // What cannot be read cannot be hashed: nothing behind it can be checked either.
        walk.add(piece.end, fault)
      }
      do { next = try await ahead } catch { throw GateError(wrapping: error) }
      if walk.findings.isEmpty, walk.options.depth >= .signatures,
        walk.range.size >= kept + walk.options.keepEvery || walk.range.size == end
      {
        kept = walk.range.size
        await self.keep(walk, keep)
      }
    }
    if walk.range.size == end, walk.range != walk.head.range { walk.add(nil, .ledgerHead(.root)) }
  }

  /// Entries that were checked once need not be again; that this could not be kept is no finding.
  private func keep(
    _ walk: Verification, _ keep: @Sendable ([UInt8]) async throws -> Void
  ) async {
    let part = VerifiedPart(
      depth: walk.options.depth, hasFacts: isCustodian, at: effects.now(), state: walk.replay)
    guard let bytes = try? part.sealed(for: identity, effects: effects) else { return }
    try? await keep(bytes)
  }

  /// Reads and examines the next entries; nil behind the last.
  private nonisolated func piece(
    from first: UInt64, to end: UInt64, _ examiner: EntryExaminer, keys: [MemberReference: VerifierKey]
  ) async throws(GateError) -> ExaminedPiece {
    let last = min(first + examiner.pieceSize, end)
    var sealed: [[UInt8]] = []
    var unreadable: GateError?
    do {
      sealed = try await storage.ledger.entries(from: first, to: last)
      guard sealed.count == Int(last - first) else {
        throw VaultStoreError.entryRejected(index: first + UInt64(sealed.count), .malformed)
      }
    } catch {
      // One of them is damaged; those before it are not.
      sealed = []
      while unreadable == nil, first + UInt64(sealed.count) < last {
        let index = first + UInt64(sealed.count)
        do {
          guard let entry = try await storage.ledger.entries(from: index, to: index + 1).first else {
            throw VaultStoreError.entryRejected(index: index, .malformed)
          }
          sealed.append(entry)
        } catch {
          unreadable = GateError(wrapping: error)
        }
      }
    }
    var piece = try await examiner.examine(sealed, from: first, keys: keys)
    piece.unreadable = unreadable
    return piece
  }

  /// Takes one entry in, with everything that is wrong with it. Afterwards `walk` has it, as far as it could be believed.
  private func take(_ entry: ExaminedEntry, _ walk: inout Verification) async throws(GateError) {
    let index = walk.range.size
    switch entry.event {
    case nil: walk.pass(entry.leafHash)
    case .failure(let fault):
      walk.add(index, .entry(index, fault))
      walk.pass(entry.leafHash)
    case .success(let event):
      guard walk.options.depth >= .signatures else { return walk.pass(entry.leafHash) }
      var fault: EntryFault?
      if walk.options.depth >= .decisions { fault = try await decisionFault(event, before: walk.replay) }
      do throws(EntryFault) {
        try walk.apply(event, entry)
      } catch {
        walk.add(index, .entry(index, error))
        walk.pass(entry.leafHash)
        return
      }
      if event.kind == .keyRotated { try await loadKeys(in: walk.replay) }
      if fault == nil, walk.options.depth >= .decisions, isCustodian {
        if isErased(event.child) {
          walk.countClosed(event)
        } else {
          fault = try await boxFault(event, after: walk.replay)
        }
      }
      if let fault { walk.add(index, .entry(index, fault)) }
    }
  }

  private func decisionFault(
    _ event: Event, before: VaultState
  ) async throws(GateError) -> EntryFault? {
    do {
      try await replayDecision(event, before: before)
      if isCustodian, !isErased(event.child) { try await rederive(event, before: before) }
      return nil
    } catch let fault as EntryFault {
      return fault
    } catch {
      throw GateError(wrapping: error)
    }
  }

  private func boxFault(_ event: Event, after: VaultState) async throws(GateError) -> EntryFault? {
    do {
      try await openBox(event, after: after)
      return nil
    } catch let fault as EntryFault {
      return fault
    } catch {
      throw GateError(wrapping: error)
    }
  }

  // MARK: Cosigned checkpoints

  private struct Cosigned {
    var marks: [Verification.Mark] = []
    /// Largest first.
    var checkpoints: [VerifiedCheckpoint] = []
  }

  /// The cosigned checkpoints that the log did sign: each must be a tree that this one began with.
  private func cosignedMarks(
    _ policy: WitnessPolicy?, head: LedgerHead
  ) async throws(GateError) -> Cosigned {
    if let policy { try await check(policy) }
    let chain = try await keyChain
    var cosigned = Cosigned()
    do {
      for (_, bytes) in try await cosignedNotes() {
        guard let note = try? UnverifiedCheckpoint(parsing: bytes),
          let verified = try? chain.verified(note, cosigners: policy?.witnesses.map(\.key) ?? [])
        else { continue }
        let tree = SeenHead(size: verified.checkpoint.size, root: verified.checkpoint.root)
        cosigned.marks.append(Verification.Mark(head: tree, isSeen: false))
        cosigned.checkpoints.append(verified)
      }
      return cosigned
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// A policy without logs is one for whatever log it is used on.
  private func check(_ policy: WitnessPolicy) async throws(GateError) {
    let firstKey = try await keyChain.firstKey
    guard policy.logs.isEmpty || policy.logs.contains(firstKey) else {
      throw .integrity(.ledgerHead(.keyNotInPolicy))
    }
  }

  private func largestQuorum(
    _ policy: WitnessPolicy, _ cosigned: Cosigned, _ walk: Verification
  ) -> QuorumReport? {
    for checkpoint in cosigned.checkpoints where walk.holds(checkpoint.checkpoint) {
      let keys = checkpoint.cosignatures.map(\.key)
      if policy.isSatisfied(by: keys) {
        return QuorumReport(
          size: checkpoint.checkpoint.size, newer: walk.head.size - checkpoint.checkpoint.size,
          cosigners: keys.map(\.name))
      }
    }
    return nil
  }

  // MARK: Saying so

  private func depths(_ options: VerifyOptions, _ size: UInt64) -> [String] {
    var depths = ["the tree over \(size) entries, and the log's signature on it"]
    if options.depth >= .entries { depths.append("that every entry opens at its place and nowhere else") }
    if options.depth >= .signatures { depths.append("every actor's own signature and role") }
    if options.depth >= .decisions { depths.append("every decision, under the rules then in force") }
    if let seen = options.seen {
      depths.append("that it still begins with the \(seen.size) entries seen before")
    }
    if isCustodian, options.depth >= .decisions {
      depths.append("every sealed part, and every decision's facts, derived again")
    }
    return depths
  }

  private func recordVerification(_ report: VerifyReport) async throws(GateError) -> UInt64? {
    guard try await mayAct(.verifyLog, in: try await current()) else { return nil }
    let depth = isCustodian && report.depth == .decisions ? "facts" : report.depth.rawValue
    do throws(GateError) {
      let answer: Answer<UInt64> = try await act(.verifyLog) { _, draft in
        var event = try draft.event(.auditVerified)
        event.fields = [
          "size": .integer(Int64(report.size)), "findings": .integer(0), "depth": .string(depth),
        ]
        return ([event], report.size)
      }
      if case .done(_, let entry) = answer { return entry }
      return nil
    } catch .storage(let error) where error.isForbidden {
      // A copy for reading only can be verified; it cannot be told.
      return nil
    }
  }

  /// The rules then in force, asked again with the facts recorded.
  func replayDecision(_ event: Event, before: VaultState) async throws {
    if event.kind.carriesDecision && !event.isAgain || event.kind == .policyAdopted {
      let hash = event.policy ?? ""
      do { _ = try await policySet(hash) } catch { throw EntryFault.policyUnknown }
    }
    guard !before.policy.isEmpty else { return }
    let policy: PolicySet
    do { policy = try await policySet(before.policy) } catch { throw EntryFault.policyUnknown }
    // Whoever finds an erased child's key says so; that a file this ledger holds was erased takes somebody who may erase.
    let isNews = event.isAgain && event.child.flatMap { before.child($0)?.erased } == nil
    if let action = isNews ? .erase : event.kind.action(event) {
      let facts = AccessFacts(role: event.actor.role, action: action, reason: true)
      guard policy.decideAccess(facts).outcome == .allowed else { throw EntryFault.roleNotHeld }
    }
    switch event.kind {
    case .erasureProposed, .recordDisposed, .childErased:
      if event.isAgain { return }
      guard let facts = event.facts?.erasureFacts else { throw EntryFault.factsDiffer }
      guard policy.decideErasure(facts).outcome == .allowed else { throw EntryFault.decisionDiffers }
    case .recordOpened, .accessRefused:
      guard let recorded = event.facts else { return }
      if event.kind == .accessRefused, let facts = recorded.erasureFacts {
        let decision = policy.decideErasure(facts)
        guard decision.outcome == .refused, decision.recordedReasonCodes == event.reasons else {
          throw EntryFault.decisionDiffers
        }
        return
      }
      guard let facts = recorded.accessFacts, facts.role == event.actor.role else {
        throw EntryFault.factsDiffer
      }
      let decision = policy.decideAccess(facts)
      guard EventOutcome(decision.outcome) == event.outcome else { throw EntryFault.decisionDiffers }
      if event.kind == .recordOpened {
        let kind = event.record.flatMap { before.records[$0]?.kind }
        guard facts.document == kind else { throw EntryFault.factsDiffer }
      }
    case .requestDecided, .requestChecked:
      guard let facts = event.facts?.disclosureFacts, facts.gateway == event.gateway else {
        throw EntryFault.factsDiffer
      }
      let decision = policy.decide(facts)
      guard EventOutcome(decision.outcome) == event.outcome,
        decision.recordedReasonCodes == event.reasons
      else { throw EntryFault.decisionDiffers }
    default: break
    }
  }

  /// What only a custodian can: the sealed part opens under the key of whom it is about.
  private func openBox(_ event: Event, after: VaultState) async throws {
    guard let box = event.box else { return }
    let identity =
      try await box.scope == .register
      ? registerIdentity(in: after)
      : key(of: event.child ?? missingChild(), in: after)
    _ = try box.open(identity: identity, vault: after.vault, event: event.id, kind: event.kind)
  }

  /// What only a custodian can: the facts are those of the ledger at that size.
  private func rederive(_ event: Event, before: VaultState) async throws {
    if let recorded = event.facts?.erasureFacts, let child = event.child, event.kind != .accessRefused {
      guard try await isDue(event, of: child, before) == recorded.due else { throw EntryFault.factsDiffer }
    }
    guard let request = event.request.flatMap({ before.requests[$0] }) else { return }
    switch event.kind {
    case .requestDecided:
      guard let phase = event.facts?.disclosureFacts?.phase else { throw EntryFault.factsDiffer }
      let derived = try await facts(of: RequestView(request), phase: phase, at: event.at, in: before)
      guard JSONValue(facts: derived) == event.facts else { throw EntryFault.factsDiffer }
    case .disclosureReleased:
      let derived = try await facts(of: RequestView(request), phase: .release, at: event.at, in: before)
      guard try await policySet(before.policy).decide(derived).outcome == .allowed else {
        throw EntryFault.undecided
      }
    default: break
    }
  }

  /// Whether the dates of what an entry takes away, or proposes to, were reached by the retention table of then.
  private func isDue(_ event: Event, of child: ChildReference, _ before: VaultState) async throws -> Bool {
    let policy = try await policySet(before.policy)
    let born = try await childDetails(child, in: before).born
    var records = before.keptRecords(of: child)
    guard event.fields["records"] != nil else {
      return policy.keepUntil(records.map(\.kind), born: born) <= event.at.date
    }
    let named: [RecordReference] = try event.references("records")
    records.removeAll { !named.contains($0.reference) }
    return records.allSatisfy { policy.keepUntil($0.kind, born: born) <= event.at.date }
  }

  /// Erased by now: what was sealed under the child's key is closed for good, and of its decisions the rules alone can be
  /// replayed.
  private func isErased(_ child: ChildReference?) -> Bool {
    guard let child else { return false }
    return state.child(child)?.erased != nil || unopenable.contains(child)
  }

  private func missingChild() throws(EntryFault) -> ChildReference { throw .danglingReference }
}

extension EventKind {
  /// What the policy must let a role do for it to write such an entry; nil where the role does not decide, or where the
  /// entry carries its own facts.
  func action(_ event: Event) -> AccessAction? {
    switch self {
    case .memberAdded, .memberRemoved: .manageMembers
    case .policyProposed, .policyAdopted: .adoptPolicy
    // Whoever takes somebody's access away changes the keys that person had.
    case .keyRotated:
      event.fields["cause"]?.string == RotationCause.leaver.rawValue ? .manageMembers : .rotateKeys
    case .childAdded, .childChanged: .manageChildren
    case .contactAdded: .manageContacts
    // Evidence is filed with a request, by whoever may make one.
    case .recordStored: event.fields["document_kind"]?.string == "evidence" ? nil : .file
    case .consentRecorded, .consentWithdrawn: .recordConsent
    case .recipientAdded: .manageRecipients
    case .restrictionPlaced, .restrictionLifted: .restrict
    case .requestMade, .requestChecked, .evidenceAttached, .disclosureReleased: .request
    case .approvalGiven, .approvalDeclined: .approve
    case .registerViewed: .viewRegister
    case .holdPlaced, .holdLifted: .hold
    case .erasureProposed, .erasureWithdrawn, .recordDisposed: .erase
    case .childErased: event.isAgain ? nil : .erase
    case .auditExported: .publishLog
    case .auditVerified: .verifyLog
    case .backupCreated, .backupVerified: .backUp
    case .recoveryChanged, .recoveryDrilled: .manageRecovery
    case .auditProved: .proveEntry
    case .systemRestored: .acceptRestore
    case .vaultCreated, .recordOpened, .accessRefused, .requestDecided, .auditViewed, .recoveryUsed,
      .systemRecovered:
      nil
    }
  }
}
