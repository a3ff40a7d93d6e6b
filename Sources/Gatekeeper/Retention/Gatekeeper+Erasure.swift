package import DisclosureRules
import VaultStore

// Erasing a child's file and disposing of documents: one person proposes, another carries it out after the time the rules
// set. Nothing goes before an entry says so; from that entry on it is gone, whatever a crash leaves of it.

extension Gatekeeper {
  /// Proposes to erase a child's file for good. Nothing goes yet.
  ///
  /// - Parameter reason: sealed under the child's key, and so unreadable once it is carried out.
  package func proposeErasure(
    of child: ChildReference, ground: ErasureGround, reason: String
  ) async throws(GateError) -> Answer<ProposalSummary> {
    let reason = try PersonalText(reason, field: .because, limitBytes: 2000)
    return try await propose(child, ground, reason) { _, _ in nil }
  }

  /// Proposes to dispose of some of a child's documents. Nothing goes yet.
  package func proposeDisposal(
    of child: ChildReference, _ choice: DisposalChoice, ground: ErasureGround, reason: String
  ) async throws(GateError) -> Answer<ProposalSummary> {
    let reason = try PersonalText(reason, field: .because, limitBytes: 2000)
    return try await propose(child, ground, reason) { gate, draft in
      switch choice {
      case .allDue:
        let due = try await gate.due(draft.state.keptRecords(of: child), of: child, draft)
        guard !due.isEmpty else { throw GateError.wrongState(.nothingDue) }
        return due.map(\.reference)
      case .records(let asked):
        guard !asked.isEmpty else { throw GateError.invalidInput(.records, .empty) }
        guard Set(asked).count == asked.count else { throw GateError.invalidInput(.records, .twice) }
        for record in asked
        where !draft.state.keptRecords(of: child).contains(where: { $0.reference == record }) {
          throw draft.state.absence(of: record, child)
        }
        return asked
      }
    }
  }

  private func propose(
    _ child: ChildReference, _ ground: ErasureGround, _ reason: PersonalText,
    choosing choose: @Sendable (isolated Gatekeeper, Draft) async throws -> [RecordReference]?
  ) async throws(GateError) -> Answer<ProposalSummary> {
    let reference = ProposalReference(randomBytes: try random(8))
    let answer: Answer<ProposalSummary?> = try await commit { gate, draft in
      if let early: Plan<Answer<ProposalSummary?>> = try await gate.precheck(child, draft) { return early }
      let records = try await choose(gate, draft)
      guard records.map({ $0.count <= Self.disposalLimit }) ?? true else {
        throw GateError.invalidInput(.records, .tooMany(limit: Self.disposalLimit))
      }
      for open in draft.state.openProposals(of: child) {
        let overlaps = open.records.flatMap { old in records.map { !Set(old).isDisjoint(with: $0) } } ?? true
        if overlaps { throw GateError.wrongState(.alreadyProposed) }
      }
      let facts = draft.state.erasureFacts(
        of: child, records: records, ground: ground,
        due: try await gate.isDue(records, of: child, draft), at: draft.at)
      let policy = try await gate.policySet(draft.state.policy)
      let decision = policy.decideErasure(facts)
      guard decision.outcome == .allowed else {
        return try await gate.refusing(decision, facts, child, records, draft)
      }
      var event = try draft.event(.erasureProposed)
      event.child = child
      event.fields = ["proposal": .string(reference.description)]
      event.fields["records"] = records.map { .array($0.map { .string($0.description) }) }
      event.take(facts, policy: draft.state.policy)
      try await gate.seal(["reason": .string(reason.text)], into: &event, for: child, in: draft.state)
      let summary = ProposalSummary(
        reference: reference, child: child, records: records, ground: ground,
        proposer: draft.me.reference, at: draft.at, from: draft.at.date.adding(days: policy.erasure.waitDays))
      return Plan(events: [event]) { .done(summary, entry: $0) }
    }
    return try answer.found()
  }

  /// So many references fit into one entry with room to spare.
  static let disposalLimit = 1000

  /// Takes a proposal back.
  package func withdrawErasure(
    _ reference: ProposalReference
  ) async throws(GateError) -> Answer<ProposalReference> {
    let answer = try await act(.erase) { gate, draft -> (events: [Event], value: ProposalReference?) in
      guard let proposal = draft.state.proposals[reference] else {
        return ([try gate.notVisible(draft, .erase)], nil)
      }
      try draft.state.checkOpen(proposal)
      var event = try draft.event(.erasureWithdrawn)
      event.child = proposal.child
      event.fields = ["proposal": .string(reference.description)]
      return ([event], reference)
    }
    return try answer.found()
  }

  /// Carries out what somebody else proposed, if the rules still allow it at this moment.
  ///
  /// Order: the entry, durable -> the list outside the vault -> the child's key file -> the documents' files -> what is in
  /// memory and in caches. Power failing anywhere after the entry leaves work that whoever opens next does first.
  ///
  /// - Parameter child: the proposal's; another one is not found.
  package func carryOut(
    _ reference: ProposalReference, on child: ChildReference
  ) async throws(GateError) -> Answer<CarriedOut> {
    let answer: Answer<CarriedOut?> = try await commit { gate, draft in
      if let early: Plan<Answer<CarriedOut?>> = try await gate.precheck(child, draft) { return early }
      guard let proposal = draft.state.proposals[reference], proposal.child == child else {
        let event = try gate.notVisible(draft, .erase, child: child)
        return Plan(events: [event]) { .done(nil, entry: $0) }
      }
      try draft.state.checkOpen(proposal)
      let facts = draft.state.erasureFacts(
        of: child, records: proposal.records, ground: proposal.ground,
        due: try await gate.isDue(proposal.records, of: child, draft), at: draft.at, carryingOut: proposal,
        by: draft.me.reference)
      let policy = try await gate.policySet(draft.state.policy)
      let decision = policy.decideErasure(facts)
      guard decision.outcome == .allowed else {
        return try await gate.refusing(decision, facts, child, proposal.records, draft)
      }
      var event = try draft.event(proposal.records == nil ? .childErased : .recordDisposed)
      event.child = child
      event.fields = ["proposal": .string(reference.description)]
      event.fields["records"] = proposal.records.map { .array($0.map { .string($0.description) }) }
      event.take(facts, policy: draft.state.policy)
      let days = policy.erasure.backupDays
      let records = proposal.records ?? draft.state.keptRecords(of: child).map(\.reference)
      let scope = proposal.scope
      let at = draft.at.date
      return Plan(events: [event]) { entry in
        .done(
          CarriedOut(
            child: child, scope: scope, records: records, finalFrom: days.map { at.adding(days: $0) },
            backupDays: days, isRemembered: false), entry: entry)
      }
    }
    guard case .done(let done, let entry) = try answer.found() else { return try answer.found() }
    return .done(
      CarriedOut(
        child: done.child, scope: done.scope, records: done.records, finalFrom: done.finalFrom,
        backupDays: done.backupDays, isRemembered: isErasureListCurrent), entry: entry)
  }

  // MARK: Parts

  /// The answer, if it does not come to deciding: not for this role, or no such child. An erased file has nothing to decide.
  private func precheck<Value: Sendable>(
    _ child: ChildReference, _ draft: Draft
  ) async throws -> Plan<Answer<Value?>>? {
    let access = AccessFacts(role: draft.me.role, action: .erase, reason: true)
    if let refusal = try await refusal(access, draft, child: child) {
      return Plan(events: [refusal.event]) { .refused(refusal.report.recorded(at: $0)) }
    }
    guard let known = draft.state.visibleChild(child, on: draft.at.date) else {
      let event = try notVisible(draft, .erase, child: child)
      return Plan(events: [event]) { .done(nil, entry: $0) }
    }
    guard known.erased == nil else { throw GateError.wrongState(.childErased) }
    return nil
  }

  /// Whether the date is reached of all that is to go.
  private func isDue(
    _ records: [RecordReference]?, of child: ChildReference, _ draft: Draft
  ) async throws -> Bool {
    let kept = draft.state.keptRecords(of: child)
    guard let records else {
      let born = try await childDetails(child, in: draft.state).born
      return try await policySet(draft.state.policy).keepUntil(kept.map(\.kind), born: born) <= draft.at.date
    }
    let due = try await due(kept, of: child, draft).map(\.reference)
    return records.allSatisfy(due.contains)
  }

  private func due(
    _ records: [RecordState], of child: ChildReference, _ draft: Draft
  ) async throws -> [RecordState] {
    let born = try await childDetails(child, in: draft.state).born
    let policy = try await policySet(draft.state.policy)
    return records.filter { policy.keepUntil($0.kind, born: born) <= draft.at.date }
  }

  /// The entry and the answer when the rules are against it; the answer says which document is kept until when.
  private func refusing<Value: Sendable>(
    _ decision: Decision, _ facts: ErasureFacts, _ child: ChildReference, _ records: [RecordReference]?,
    _ draft: Draft
  ) async throws -> Plan<Answer<Value?>> {
    var event = try draft.event(.accessRefused)
    event.child = child
    event.outcome = .refused
    event.reasons = decision.recordedReasonCodes
    event.policy = draft.state.policy
    event.facts = JSONValue(facts: facts)
    event.fields = ["action": .string(AccessAction.erase.rawValue)]
    var names = ["CHILD": child.description]
    names["REQUEST"] = draft.state.openRequests(of: child, needing: records).first?.reference.description
    var report = DecisionReport(decision, gateway: nil, state: draft.state, names: names)
    if facts.ground == .retention, !facts.due {
      let kept = try await keptDocuments(of: child, on: draft.at.date, in: draft.state)
      for document in kept where !document.isDue && (records?.contains(document.record) ?? true) {
        report.remedies.append(
          DecisionReport.Remedy(
            text: "\(document.record) (\(document.kind)) is kept until \(document.keepUntil).", command: nil))
      }
    }
    return Plan(events: [event]) { [report] in .refused(report.recorded(at: $0)) }
  }
}

extension VaultState {
  fileprivate func checkOpen(_ proposal: ProposalState) throws(GateError) {
    guard child(proposal.child)?.erased == nil else { throw .wrongState(.childErased) }
    guard proposal.closedAt == nil else { throw .wrongState(.proposalClosed) }
  }
}

extension Event {
  fileprivate mutating func take(_ facts: ErasureFacts, policy: String) {
    outcome = .allowed
    self.policy = policy
    self.facts = JSONValue(facts: facts)
  }
}
