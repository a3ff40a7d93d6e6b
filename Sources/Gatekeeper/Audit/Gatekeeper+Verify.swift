import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

extension Gatekeeper {
  /// Checks the whole record from its first byte, believing no cache: the tree and its signature, that every entry opens
  /// at its place, every actor's signature and role, and every decision replayed under the rules then in force. A
  /// custodian also opens the boxes and derives each decision's facts again.
  ///
  /// Goes on after a fault, so that one flipped byte does not hide another. Anybody who opens the ledger may verify it.
  ///
  /// - Parameters:
  ///   - seen: a size and root from an earlier verification, kept outside the vault: the record must still begin with exactly
  ///     that. Without it, an older copy of the whole vault verifies.
  ///   - progress: entries done, entries in all.
  package func auditVerify(
    seen: SeenHead? = nil,
    progress: @Sendable (UInt64, UInt64) -> Void = { _, _ in }
  ) async throws(GateError) -> VerifyReport {
    let head: LedgerHead
    do {
      guard let found = try await storage.ledger.head() else {
        throw GateError.integrity(.ledgerHead(.missing))
      }
      head = found
    } catch {
      throw GateError(wrapping: error)
    }
    var findings: [VerifyReport.Finding] = []
    do { _ = try codec.verify(head) } catch {
      if case .integrity(let fault) = error {
        findings.append(VerifyReport.Finding(entry: nil, fault: fault))
      }
    }
    if let seen, seen.size > head.size {
      findings.append(.init(entry: nil, fault: .ledgerHead(.rolledBack(seen: seen.size))))
    }
    // What was erased meanwhile must not be opened with keys still in memory. A ledger that cannot be folded is named below.
    _ = try? await current()
    var replay = VaultState(vault: description.vault)
    var closedBoxes = 0
    while replay.size < head.size {
      let index = replay.size
      let entry: [UInt8]
      do {
        guard let read = try await storage.ledger.entries(from: index, to: index + 1).first else {
          throw VaultStoreError.entryRejected(index: index, .malformed)
        }
        entry = read
      } catch {
        let fault = GateError(wrapping: error)
        guard case .integrity(let found) = fault else { throw fault }
        // What cannot be read cannot be hashed: nothing behind it can be checked either.
        findings.append(VerifyReport.Finding(entry: index, fault: found))
        break
      }
      for fault in try await faults(of: entry, at: index, replay: &replay, &closedBoxes) {
        findings.append(VerifyReport.Finding(entry: index, fault: .entry(index, fault)))
      }
      if let seen, seen.size == replay.size, seen.root != replay.head.root {
        findings.append(.init(entry: nil, fault: .ledgerHead(.forked(at: seen.size))))
      }
      progress(replay.size, head.size)
    }
    let isRead = replay.size == head.size
    if isRead, replay.range != head.range {
      findings.append(VerifyReport.Finding(entry: nil, fault: .ledgerHead(.root)))
    }
    var report = VerifyReport(
      size: head.size, root: head.range.root, depths: depths(head.size, seen: seen), findings: findings,
      closedBoxes: closedBoxes)
    if report.isWhole { report.entry = try await recordVerification(report) }
    return report
  }

  private func depths(_ size: UInt64, seen: SeenHead?) -> [String] {
    var depths = [
      "the tree over \(size) entries, and the log's signature on it",
      "that every entry opens at its place and nowhere else",
      "every actor's own signature and role", "every decision, under the rules then in force",
    ]
    if let seen { depths.append("that it still begins with the \(seen.size) entries seen before") }
    if isCustodian { depths.append("every sealed part, and every decision's facts, derived again") }
    return depths
  }

  private func recordVerification(_ report: VerifyReport) async throws(GateError) -> UInt64? {
    guard try await mayAct(.verifyLog, in: try await current()) else { return nil }
    let depth = isCustodian ? "facts" : "decisions"
    let answer: Answer<UInt64> = try await act(.verifyLog) { _, draft in
      var event = try draft.event(.auditVerified)
      event.fields = [
        "size": .integer(Int64(report.size)), "findings": .integer(0), "depth": .string(depth),
      ]
      return ([event], report.size)
    }
    if case .done(_, let entry) = answer { return entry }
    return nil
  }

  /// Everything wrong with one entry. Afterwards `replay` has it, as far as it could be believed.
  private func faults(
    of entry: [UInt8], at index: UInt64, replay: inout VaultState, _ closedBoxes: inout Int
  ) async throws(GateError) -> [EntryFault] {
    let leafHash = MerkleTree.leafHash(entry)
    let event: Event
    do { event = try codec.open(entry, at: index) } catch {
      replay.pass(over: leafHash)
      guard case .integrity(.entry(_, let fault)) = error else { throw error }
      return [fault]
    }
    let before = replay
    do { try replay.apply(event, leafHash: leafHash) } catch {
      replay.pass(over: leafHash)
      return [error]
    }
    var faults: [EntryFault] = []
    do {
      try await replayDecision(event, before: before)
      if isCustodian {
        if isErased(event.child) {
          if event.box?.scope == .child { closedBoxes += 1 }
        } else {
          try await rederive(event, before: before, after: replay)
        }
      }
    } catch let fault as EntryFault {
      faults.append(fault)
    } catch {
      throw GateError(wrapping: error)
    }
    return faults
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

  /// What only a custodian can: the sealed parts open, and the facts are those of the ledger at that size.
  private func rederive(_ event: Event, before: VaultState, after: VaultState) async throws {
    if let box = event.box {
      let identity =
        try await box.scope == .register
        ? registerIdentity(in: after)
        : key(of: event.child ?? missingChild(), in: after)
      _ = try box.open(identity: identity, vault: after.vault, event: event.id, kind: event.kind)
    }
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

extension VaultState {
  /// Counts an entry that is not believed, so that what follows it keeps its place in the tree.
  mutating func pass(over leafHash: SHA256Digest) {
    range.append(leafHash)
    recentRoots.append(range.root)
    if recentRoots.count > Self.seenWindow { recentRoots.removeFirst() }
  }
}

extension EventKind {
  /// What the policy must let a role do for it to write such an entry; nil where the role does not decide, or where the
  /// entry carries its own facts.
  func action(_ event: Event) -> AccessAction? {
    switch self {
    case .memberAdded, .memberRemoved: .manageMembers
    case .policyProposed, .policyAdopted: .adoptPolicy
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
    case .vaultCreated, .recordOpened, .accessRefused, .requestDecided, .auditViewed, .recoveryUsed,
      .systemRecovered:
      nil
    }
  }
}
