import DisclosureRules
import StrongroomCrypto

// Consent, requests, approvals and releases: the part of the fold that decisions rest on.

extension VaultState {
  mutating func takeConsent(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: ConsentReference = try event.reference("consent")
    let recipient: RecipientReference = try event.reference("recipient")
    guard consents[reference] == nil else { throw .idReused }
    guard recipients[recipient] != nil else { throw .danglingReference }
    var contact: ContactReference?
    if try !event.flag("given_by_subject") {
      let given: ContactReference = try event.reference("contact")
      guard contacts[given]?.child == child else { throw .danglingReference }
      contact = given
    }
    guard let until = try event.optionalDate("until"),
      let answer = ConsentAnswer(rawValue: try event.text("answer"))
    else { throw .malformed }
    consents[reference] = ConsentState(
      reference: reference, child: child, contact: contact, recipient: recipient,
      documentKinds: try event.texts("document_kinds"), until: until, answer: answer, at: event.at,
      entry: size, details: try event.details(.child, at: size))
    belongings[child, default: ChildIndex()].consents.append(reference)
  }

  mutating func takeWithdrawal(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: ConsentReference = try event.reference("consent")
    guard let consent = consents[reference], consent.child == child,
      consent.withdrawnAt == nil
    else { throw .danglingReference }
    let entry = size
    consents[reference]?.withdrawnAt = entry
  }

  mutating func takeRequest(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let recipient: RecipientReference = try event.reference("recipient")
    let asked: [RecordReference] = try event.references("records")
    guard let reference = event.request, let gateway = event.gateway, !asked.isEmpty else {
      throw .malformed
    }
    guard requests[reference] == nil else { throw .idReused }
    guard recipients[recipient] != nil,
      asked.allSatisfy({ records[$0]?.child == child && records[$0]?.disposed == nil })
    else { throw .danglingReference }
    let evidence = try event.evidence()
    try checkEvidenceRecords(evidence, of: child)
    requests[reference] = RequestState(
      reference: reference, child: child, requester: event.actor, recipient: recipient,
      gateway: gateway, records: asked, evidence: evidence, at: event.at, entry: size,
      details: try event.details(.child, at: size))
    belongings[child, default: ChildIndex()].requests.append(reference)
    noteUses(of: evidence, by: reference)
  }

  mutating func takeEvidence(_ event: Event) throws(EntryFault) {
    let request = try openRequest(event)
    let evidence = try event.evidence()
    guard !evidence.isEmpty else { throw .malformed }
    try checkEvidenceRecords(evidence, of: request.child)
    let merged = RequestState.merging(request.evidence, with: evidence)
    requests[request.reference]?.evidence = merged
    noteUses(of: evidence, by: request.reference)
  }

  mutating func takeDecision(_ event: Event) throws(EntryFault) {
    let request = try openRequest(event)
    guard let outcome = event.outcome, event.gateway == request.gateway, event.policy == policy,
      try event.digest("scope") == request.scope, let facts = event.facts?.disclosureFacts,
      facts.phase.rawValue == (try event.text("phase"))
    else { throw .malformed }
    // Whoever decides may not choose what the rules see: approvals, evidence and consent are those of the ledger.
    guard let derived = factsWithoutBoxes(of: request, like: facts, at: event.at),
      JSONValue(facts: derived) == event.facts
    else { throw .factsDiffer }
    let decision = DecisionState(
      outcome: outcome, facts: facts, policy: policy, at: event.at, entry: size)
    requests[request.reference]?.lastDecision = decision
    if outcome == .allowed, request.firstAllowedAt == nil {
      requests[request.reference]?.firstAllowedAt = event.at
    }
  }

  mutating func takeApproval(_ event: Event) throws(EntryFault) {
    let request = try openRequest(event)
    let scope = try event.digest("scope")
    guard scope == request.scope else { throw .danglingReference }
    // Never the requester, never the same person twice.
    guard !isSamePerson(event.actor.member, request.requester.member),
      !request.countingApprovals.contains(where: { isSamePerson($0.actor.member, event.actor.member) })
    else { throw .roleNotHeld }
    let approval = ApprovalState(actor: event.actor, scope: scope, entry: size)
    requests[request.reference]?.approvals.append(approval)
  }

  mutating func takeDecline(_ event: Event) throws(EntryFault) {
    let request = try openRequest(event)
    let scope = try event.digest("scope")
    guard scope == request.scope else { throw .danglingReference }
    let decline = ApprovalState(actor: event.actor, scope: scope, entry: size)
    requests[request.reference]?.declined = decline
  }

  /// Only on an allowed decision to release, of the same scope, with nothing about the request since.
  mutating func takeRelease(_ event: Event) throws(EntryFault) {
    let request = try openRequest(event)
    guard let decision = request.lastDecision, decision.outcome == .allowed,
      decision.facts.phase == .release, event.outcome == .allowed, event.policy == policy,
      decision.policy == policy, try event.number("decision") == Int64(decision.entry),
      request.declined == nil,
      try event.references("records", RecordReference.self) == request.records,
      try event.reference("recipient", RecipientReference.self) == request.recipient
    else { throw .undecided }
    // A consent taken back after the decision and before this entry counts.
    let isWithdrawn = consents(of: request.child).contains {
      $0.recipient == request.recipient && ($0.withdrawnAt ?? 0) > decision.entry
    }
    guard !isWithdrawn else { throw .undecided }
    // So does an answer that came in, and evidence that was attached: the release is of what was decided.
    guard let facts = factsWithoutBoxes(of: request, like: decision.facts, at: event.at),
      facts.isSameCase(as: decision.facts)
    else { throw .undecided }
    let release = ReleaseState(
      entry: size, at: event.at, packageSHA256: try event.digest("package_sha256"),
      packageSizeBytes: Int(try event.number("package_size")))
    requests[request.reference]?.release = release
  }

  private func openRequest(_ event: Event) throws(EntryFault) -> RequestState {
    guard let reference = event.request else { throw .malformed }
    guard let request = requests[reference], event.child == request.child,
      child(request.child)?.erased == nil
    else { throw .danglingReference }
    return request
  }

  private func checkEvidenceRecords(
    _ evidence: [EvidenceState], of child: ChildReference
  ) throws(EntryFault) {
    for piece in evidence {
      switch (piece.form, piece.record) {
      case (.text, nil): continue
      case (.document, .some(let record)):
        guard records[record]?.child == child, records[record]?.disposed == nil else {
          throw .danglingReference
        }
      default: throw .malformed
      }
    }
  }

  private mutating func noteUses(of evidence: [EvidenceState], by request: RequestReference) {
    for piece in evidence where evidenceUses[piece.sha256]?.contains(request) != true {
      evidenceUses[piece.sha256, default: []].append(request)
    }
  }
}

extension DisclosureFacts {
  /// The same consent, documents and evidence, whatever the day and however many approved.
  func isSameCase(as other: DisclosureFacts) -> Bool {
    consent == other.consent && documents == other.documents && evidence == other.evidence
  }
}
