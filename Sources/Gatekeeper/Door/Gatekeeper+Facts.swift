package import DisclosureRules
import StrongroomCrypto
import VaultStore

/// What facts are derived from: a request as filed, or one that is only being asked about.
struct RequestView: Sendable {
  /// nil while it is only asked about.
  var reference: RequestReference?
  var child: ChildReference
  var requester: EventActor
  var recipient: RecipientReference
  var gateway: String
  var records: [RecordReference]
  var evidence: [EvidenceState]
  var approvals: [ApprovalState] = []
  var isDeclined = false
  var firstAllowedAt: Timestamp?

  init(_ request: RequestState) {
    reference = request.reference
    child = request.child
    requester = request.requester
    recipient = request.recipient
    gateway = request.gateway
    records = request.records
    evidence = request.evidence
    approvals = request.countingApprovals
    isDeclined = request.declined != nil
    firstAllowedAt = request.firstAllowedAt
  }

  init(_ draft: DisclosureDraft, requester: EventActor, evidence: [EvidenceState]) {
    child = draft.child
    self.requester = requester
    recipient = draft.recipient
    gateway = draft.gateway
    records = draft.records
    self.evidence = evidence
  }
}

extension Gatekeeper {
  /// What the rules see of a request: the fold, and from the boxes the date of birth and who is what to the child.
  ///
  /// Deterministic: the same state, phase and moment give the same facts, which is how verification replays them.
  func facts(
    of request: RequestView, phase: DisclosureFacts.Phase, at: Timestamp, in state: VaultState
  ) async throws(GateError) -> DisclosureFacts {
    let today = at.date
    let personal = try await childDetails(request.child, in: state)
    let notes = state.child(request.child)?.notes ?? ChildNotes()
    let stage = LifeStage.on(
      today, born: personal.born, hasCompetenceNote: notes.competence == .competent,
      lacksCapacityNote: notes.capacity == .lacks)
    var records: [RecordState] = []
    for reference in request.records {
      guard let record = state.records[reference] else { throw .notFoundOrNotVisible }
      records.append(record)
    }
    guard let recipient = state.recipients[request.recipient] else { throw .notFoundOrNotVisible }
    let candidates = try await consentCandidates(request, records, stage: stage, in: state)
    let (consent, versionsAfter) = ConsentSelection(today: today, candidates: candidates).selected(
      documentCount: records.count)
    return DisclosureFacts(
      phase: phase, today: today, setting: state.settingType, gateway: request.gateway,
      requester: request.requester.person, recipient: recipient.kind,
      documents: zip(records, versionsAfter).map { record, isAfter in
        DisclosureFacts.Document(kind: record.kind, versionAfterConsent: isAfter)
      },
      subject: DisclosureFacts.Subject(
        stage: stage, age: personal.born.age(on: today), care: notes.care ?? .none,
        competenceNote: notes.competence != nil, capacityNote: notes.capacity == .lacks),
      consent: consent,
      evidence: request.evidence.map { piece in
        DisclosureFacts.Evidence(
          id: piece.id, sha256: piece.sha256.hex, form: piece.form, wellFormed: piece.wellFormed,
          usedBefore: state.evidenceWasUsed(piece.sha256, before: request.reference))
      },
      approvals: request.approvals.map(\.actor.person), declined: request.isDeclined,
      daysSinceAllowed: request.firstAllowedAt.map { max(0, $0.date.days(until: today)) })
  }

  private func consentCandidates(
    _ request: RequestView, _ records: [RecordState], stage: LifeStage, in state: VaultState
  ) async throws(GateError) -> [ConsentSelection.Candidate] {
    var candidates: [ConsentSelection.Candidate] = []
    for consent in state.consents(of: request.child) where consent.recipient == request.recipient {
      var giver: ConsentGiver =
        stage == .child || stage == .competentChild ? .child : .youngPerson
      if let contact = consent.contact.flatMap({ state.contacts[$0] }) {
        let details = try await details(contact.details, of: request.child, in: state)
        giver = ConsentGiver(
          relationship: details["relationship"]?.string ?? "",
          parentalResponsibility: details["parental_responsibility"]?.bool ?? false, stage: stage)
      }
      let kinds = Set(consent.documentKinds)
      candidates.append(
        ConsentSelection.Candidate(
          consent: consent, giver: giver,
          coversDocuments: records.allSatisfy { kinds.contains($0.kind) },
          versionsAfter: records.map { state.isVersionAfter(consent: consent, $0) }))
    }
    return candidates
  }

  /// The facts of the last decision with the approvals and the day of now: all that a member without the children's keys
  /// can see, and no more than a forecast.
  func forecastFacts(
    of request: RequestState, at: Timestamp
  ) throws(GateError) -> DisclosureFacts {
    guard var facts = request.lastDecision?.facts else { throw .keyNotAvailable(.holdsNoChildKeys) }
    facts.today = at.date
    facts.approvals = request.countingApprovals.map(\.actor.person)
    facts.declined = request.declined != nil
    return facts
  }

  /// The best answer this member can give about a request as it stands.
  func assess(
    _ request: RequestState, at: Timestamp, in state: VaultState
  ) async throws(GateError) -> Decision {
    let facts =
      isCustodian
      ? try await facts(of: RequestView(request), phase: .request, at: at, in: state)
      : try forecastFacts(of: request, at: at)
    return try await policySet(state.policy).decide(facts)
  }
}

extension EventActor {
  var person: DisclosureFacts.Person {
    DisclosureFacts.Person(member: member.description, role: role)
  }
}

extension Timestamp {
  /// The day in UTC.
  package var date: CalendarDate {
    CalendarDate(daysSince1970: Int(millisecondsSinceEpoch / 86_400_000))
  }
}
