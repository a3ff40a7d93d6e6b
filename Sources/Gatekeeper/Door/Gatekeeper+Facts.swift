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
    let authority = try await consentAuthority(
      of: request.child, born: personal.born, deciding: request.recipient, on: today, in: state)
    var givers: [ConsentReference: ConsentGiver] = [:]
    for consent in state.consents(of: request.child) where consent.recipient == request.recipient {
      givers[consent.reference] = giver(of: consent, born: personal.born, authority)
    }
    let subject = state.subject(
      request.child, deciding: request.recipient, stage: authority.stage,
      age: personal.born.age(on: today))
    let facts = state.facts(of: request, phase: phase, at: at, subject: subject) {
      givers[$0.reference] ?? .other
    }
    guard let facts else { throw .notFoundOrNotVisible }
    return facts
  }

  /// Who may decide about sharing with a recipient on a day; persons are named by their contact reference.
  func consentAuthority(
    of child: ChildReference, born: CalendarDate, deciding recipient: RecipientReference?,
    on day: CalendarDate, in state: VaultState
  ) async throws(GateError) -> ConsentAuthority {
    let notes = state.child(child)?.notes ?? ChildNotes()
    var people: [ConsentSituation.Person] = []
    for contact in state.contacts(of: child) {
      let details = try await details(contact.details, of: child, in: state)
      people.append(
        ConsentSituation.Person(
          id: contact.reference.description,
          relationship: Relationship(words: details["relationship"]?.string ?? ""),
          hasParentalResponsibility: details["parental_responsibility"]?.bool ?? false,
          isRestricted: state.isRestricted(contact.reference, on: day)))
    }
    return ConsentAuthority(
      ConsentSituation(
        today: day, born: born, isCompetent: notes.competence.map { $0 == .competent },
        lacksCapacity: recipient.map { notes.capacity[$0] == .lacks } ?? false, care: notes.care ?? .none,
        people: people))
  }

  private func giver(
    of consent: ConsentState, born: CalendarDate, _ authority: ConsentAuthority
  ) -> ConsentGiver {
    guard let contact = consent.contact else {
      // A child's yes does not grow into a young person's: they are asked again.
      let stage = LifeStage.on(
        consent.at.date, born: born, hasCompetenceNote: false, lacksCapacityNote: false)
      return stage == .youngPerson ? .youngPerson : .child
    }
    return authority.standings.first { $0.person == contact.description }?.giver ?? .other
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
      isCustodian && state.child(request.child)?.erased == nil
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
