import DisclosureRules
import StrongroomCrypto
import VaultStore

extension Gatekeeper {
  /// Asks "would this be allowed?" and shares nothing. The question is itself an entry, so that probing is visible.
  package func checkDisclosure(_ draft: DisclosureDraft) async throws(GateError) -> DecisionReport {
    let reason = try checked(draft)
    let state = try await current()
    if let refused = try await precheck(draft, in: state) { return refused }
    let evidence = try await prepare(
      draft.evidence, for: draft.child, gateway: draft.gateway, isFiled: false, in: state)
    let answer: Answer<DecisionReport> = try await act(.request, child: draft.child) { gate, commit in
      try commit.state.checkThere(draft)
      let view = RequestView(draft, requester: commit.actor, evidence: evidence.pieces)
      let facts = try await gate.facts(of: view, phase: .request, at: commit.at, in: commit.state)
      let decision = try await gate.policySet(commit.state.policy).decide(facts)
      var event = try commit.event(.requestChecked)
      event.child = draft.child
      event.gateway = draft.gateway
      event.take(decision, facts: facts, policy: commit.state.policy)
      event.fields["recipient"] = .string(draft.recipient.description)
      event.fields["records"] = .array(draft.records.map { .string($0.description) })
      event.fields["evidence"] = .array(evidence.pieces.map(\.json))
      try await gate.seal(
        ["reason": .string(reason.text)], into: &event, for: draft.child, in: commit.state)
      let names = draft.names(request: nil)
      return (
        [event],
        DecisionReport(decision, gateway: draft.gateway, state: commit.state, names: names)
      )
    }
    return answer.report
  }

  /// Files a request and decides it.
  ///
  /// - Returns: the new reference, nil if this role may not ask at all; and the decision.
  package func requestDisclosure(
    _ draft: DisclosureDraft
  ) async throws(GateError) -> (RequestReference?, DecisionReport) {
    let reason = try checked(draft)
    let state = try await current()
    if let refused = try await precheck(draft, in: state) { return (nil, refused) }
    let evidence = try await prepare(
      draft.evidence, for: draft.child, gateway: draft.gateway, isFiled: true, in: state)
    let reference = RequestReference(randomBytes: try random(8))
    let answer: Answer<DecisionReport> = try await keeping(evidence.documents) {
      () throws(GateError) in
      try await self.act(.request, child: draft.child) { gate, commit in
        try commit.state.checkThere(draft)
        return try await gate.file(draft, as: reference, reason: reason, evidence: evidence, commit)
      }
    }
    guard case .done = answer else { return (nil, answer.report) }
    return (reference, answer.report)
  }

  private func file(
    _ draft: DisclosureDraft, as reference: RequestReference, reason: PersonalText,
    evidence: PreparedEvidence, _ commit: Draft
  ) async throws -> (events: [Event], value: DecisionReport) {
    var events: [Event] = []
    for document in evidence.documents {
      events.append(try await event(for: document, child: draft.child, commit))
    }
    var made = try commit.event(.requestMade)
    made.child = draft.child
    made.request = reference
    made.gateway = draft.gateway
    made.fields = [
      "recipient": .string(draft.recipient.description),
      "records": .array(draft.records.map { .string($0.description) }),
      "evidence": .array(evidence.pieces.map(\.json)),
    ]
    try await seal(
      ["reason": .string(reason.text), "evidence": .array(evidence.texts)], into: &made,
      for: draft.child, in: commit.state)
    events.append(made)
    var view = RequestView(draft, requester: commit.actor, evidence: evidence.pieces)
    view.reference = reference
    let (decided, report) = try await decide(view, commit, names: draft.names(request: reference))
    return (events + [decided], report)
  }

  /// The decision on a request as it will stand after the entries before this one.
  func decide(
    _ view: RequestView, _ draft: Draft, names: [String: String]
  ) async throws(GateError) -> (Event, DecisionReport) {
    let facts = try await facts(of: view, phase: .request, at: draft.at, in: draft.state)
    let decision = try await policySet(draft.state.policy).decide(facts)
    let event = try decidedEvent(view, facts, decision, draft)
    return (event, DecisionReport(decision, gateway: view.gateway, state: draft.state, names: names))
  }

  func decidedEvent(
    _ view: RequestView, _ facts: DisclosureFacts, _ decision: Decision, _ draft: Draft
  ) throws(GateError) -> Event {
    var event = try draft.event(.requestDecided)
    event.child = view.child
    event.request = view.reference
    event.gateway = view.gateway
    event.take(decision, facts: facts, policy: draft.state.policy)
    let scope = RequestState.scope(
      child: view.child, recipient: view.recipient, gateway: view.gateway, records: view.records,
      evidence: view.evidence)
    event.fields["scope"] = .string(scope.hex)
    event.fields["phase"] = .string(facts.phase.rawValue)
    return event
  }

  /// Adds evidence to a request and decides it again. Approvals given before were for other evidence and drop out.
  package func attachEvidence(
    _ inputs: [EvidenceInput], to reference: RequestReference
  ) async throws(GateError) -> DecisionReport {
    guard !inputs.isEmpty else { throw .invalidInput(.evidence, .empty) }
    let state = try await current()
    let isAllowed = try await mayAct(.request, in: state)
    guard isAllowed, let request = state.requests[reference] else {
      return try await actOnRequest(.request, reference) { _, _, _ in throw GateError.busy }.report
    }
    let evidence = try await prepare(
      inputs, for: request.child, gateway: request.gateway, isFiled: true, in: state)
    let answer: Answer<DecisionReport> = try await keeping(evidence.documents) {
      () throws(GateError) in
      try await self.actOnRequest(.request, reference) { gate, commit, request in
        try await gate.attach(evidence, to: request, commit)
      }
    }
    return answer.report
  }

  private func attach(
    _ evidence: PreparedEvidence, to request: RequestState, _ commit: Draft
  ) async throws -> (events: [Event], value: DecisionReport) {
    guard request.release == nil else { throw GateError.wrongState(.alreadyReleased) }
    guard request.declined == nil else { throw GateError.wrongState(.alreadyDeclined) }
    var events: [Event] = []
    for document in evidence.documents {
      events.append(try await event(for: document, child: request.child, commit))
    }
    var attached = try commit.event(.evidenceAttached)
    attached.child = request.child
    attached.request = request.reference
    attached.fields = ["evidence": .array(evidence.pieces.map(\.json))]
    try await seal(
      ["evidence": .array(evidence.texts)], into: &attached, for: request.child, in: commit.state)
    events.append(attached)
    var view = RequestView(request)
    view.evidence = RequestState.merging(request.evidence, with: evidence.pieces)
    // New evidence makes another scope, for which nobody has approved yet; the same evidence again does not.
    let scope = RequestState.scope(
      child: view.child, recipient: view.recipient, gateway: view.gateway, records: view.records,
      evidence: view.evidence)
    view.approvals = request.approvals.filter { $0.scope == scope }
    let (decided, report) = try await decide(view, commit, names: request.names)
    return (events + [decided], report)
  }

  // MARK: Checks that come before the work

  private func checked(_ draft: DisclosureDraft) throws(GateError) -> PersonalText {
    guard !draft.records.isEmpty else { throw .invalidInput(.records, .empty) }
    guard draft.records.count <= DisclosureDraft.recordLimit else {
      throw .invalidInput(.records, .tooMany(limit: DisclosureDraft.recordLimit))
    }
    guard Set(draft.records).count == draft.records.count else { throw .invalidInput(.records, .twice) }
    guard Self.isWord(draft.gateway) else { throw .invalidInput(.gateway, .malformed) }
    return try PersonalText(draft.reason, field: .reason, limitBytes: 2000)
  }

  func mayAct(_ action: AccessAction, in state: VaultState) async throws(GateError) -> Bool {
    let facts = AccessFacts(role: try member(in: state).role, action: action, reason: true)
    return try await policySet(state.policy).decideAccess(facts).outcome == .allowed
  }

  /// Role first, then what can be seen; either way the attempt is recorded.
  private func precheck(
    _ draft: DisclosureDraft, in state: VaultState
  ) async throws(GateError) -> DecisionReport? {
    guard try await mayAct(.request, in: state) else {
      let answer: Answer<DecisionReport> = try await act(.request, child: draft.child) { _, _ in
        throw GateError.busy
      }
      return answer.report
    }
    guard state.visibleChild(draft.child, on: effects.now().date) != nil,
      state.recipients[draft.recipient] != nil,
      draft.records.allSatisfy({ state.records[$0]?.child == draft.child })
    else { throw try await recordNotVisible(.request, child: draft.child) }
    try state.checkThere(draft)
    return nil
  }

  /// An act on one request: not there and not visible read the same, and leave the same entry.
  func actOnRequest<Value: Sendable>(
    _ action: AccessAction, _ reference: RequestReference,
    _ build:
      @Sendable (isolated Gatekeeper, Draft, RequestState) async throws -> (
        events: [Event], value: Value
      )
  ) async throws(GateError) -> Answer<Value> {
    let answer = try await act(action, request: reference) {
      gate, draft -> (events: [Event], value: Value?) in
      guard let request = draft.state.requests[reference] else {
        return ([try gate.notVisible(draft, action, request: reference)], nil)
      }
      let (events, value) = try await build(gate, draft, request)
      return (events, value)
    }
    switch answer {
    case .refused(let report): return .refused(report)
    case .done(let value?, let entry): return .done(value, entry: entry)
    case .done(nil, _): throw .notFoundOrNotVisible
    }
  }
}

extension Event {
  /// What a decision says, as the ledger keeps it.
  mutating func take(_ decision: Decision, facts: DisclosureFacts, policy: String) {
    outcome = EventOutcome(decision.outcome)
    reasons = decision.recordedReasonCodes
    self.policy = policy
    self.facts = JSONValue(facts: facts)
    let needs = decision.recordedNeedCodes
    if !needs.isEmpty { fields["needs"] = .array(needs.map { .string($0) }) }
  }
}

extension Answer<DecisionReport> {
  /// The report, with the entry that says so.
  var report: DecisionReport {
    switch self {
    case .done(let report, let entry): report.recorded(at: entry)
    case .refused(let report): report
    }
  }
}

extension VaultState {
  /// What a request is about may have been erased or disposed of since it was begun.
  fileprivate func checkThere(_ draft: DisclosureDraft) throws(GateError) {
    guard child(draft.child)?.erased == nil else { throw .wrongState(.childErased) }
    guard draft.records.allSatisfy({ records[$0]?.disposed == nil }) else {
      throw .wrongState(.recordDisposed)
    }
  }
}

extension DisclosureDraft {
  func names(request: RequestReference?) -> [String: String] {
    var names = ["CHILD": child.description, "RECIPIENT": recipient.description]
    names["REQUEST"] = request?.description
    names["RECORD"] = records.first?.description
    return names
  }
}

extension RequestState {
  var names: [String: String] {
    var names = [
      "CHILD": child.description, "RECIPIENT": recipient.description, "REQUEST": reference.description,
    ]
    names["RECORD"] = records.first?.description
    return names
  }
}
