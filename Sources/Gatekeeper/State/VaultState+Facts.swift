import DisclosureRules
import StrongroomCrypto

extension VaultState {
  /// What the rules see of a request: all of it from the fold, but for what the boxes hold, which the caller brings.
  ///
  /// - Parameters:
  ///   - subject: stage and age, from the date of birth.
  ///   - giver: in what capacity a consent was given, from the contact's relationship.
  /// - Returns: nil if the request names a document or a recipient that is not there.
  func facts(
    of request: RequestView, phase: DisclosureFacts.Phase, at: Timestamp, subject: DisclosureFacts.Subject,
    giver: (ConsentState) -> ConsentGiver
  ) -> DisclosureFacts? {
    let today = at.date
    let asked = request.records.compactMap { records[$0] }
    guard asked.count == request.records.count, let recipient = recipients[request.recipient] else {
      return nil
    }
    let candidates = consents(of: request.child).filter { $0.recipient == request.recipient }.map {
      consent in
      let kinds = Set(consent.documentKinds)
      return ConsentSelection.Candidate(
        consent: consent, giver: giver(consent),
        coversDocuments: asked.allSatisfy { kinds.contains($0.kind) },
        versionsAfter: asked.map { isVersionAfter(consent: consent, $0) })
    }
    let (consent, versionsAfter) = ConsentSelection(today: today, candidates: candidates).selected(
      documentCount: asked.count)
    return DisclosureFacts(
      phase: phase, today: today, setting: settingType, gateway: request.gateway,
      requester: request.requester.person, recipient: recipient.kind,
      documents: zip(asked, versionsAfter).map { record, isAfter in
        DisclosureFacts.Document(kind: record.kind, versionAfterConsent: isAfter)
      },
      subject: subject, consent: consent,
      evidence: request.evidence.map { piece in
        DisclosureFacts.Evidence(
          id: piece.id, sha256: piece.sha256.hex, form: piece.form, wellFormed: piece.wellFormed,
          usedBefore: evidenceWasUsed(piece.sha256, before: request.reference))
      },
      approvals: request.approvals.map(\.actor.person),
      restrictions: restrictionFacts(of: request.child, recipient: recipient, on: today),
      declined: request.isDeclined,
      daysSinceAllowed: request.firstAllowedAt.map { max(0, $0.date.days(until: today)) })
  }

  /// The same facts without any key, for readers who hold none: what the boxes say is taken over from facts on record.
  func factsWithoutBoxes(
    of request: RequestState, like recorded: DisclosureFacts, at: Timestamp
  ) -> DisclosureFacts? {
    let notes = child(request.child)?.notes ?? ChildNotes()
    let stage = recorded.subject.stage
    // Of the stage only the date of birth is in a box; what notes make of it is not.
    guard
      stage == .child || stage == .competentChild
        ? (stage == .competentChild) == (notes.competence == .competent)
        : (stage == .youngPersonLackingCapacity) == (notes.capacity[request.recipient] == .lacks)
    else { return nil }
    let subject = subject(
      request.child, deciding: request.recipient, stage: stage, age: recorded.subject.age)
    return facts(of: RequestView(request), phase: recorded.phase, at: at, subject: subject) { consent in
      let giver = recorded.consent.giver ?? .other
      if let contact = consent.contact, isRestricted(contact, on: at.date) { return .other }
      if consent.contact == nil, giver != .child, giver != .youngPerson { return .child }
      return giver
    }
  }

  /// The child as the rules see them: what is noted about them, with stage and age from the date of birth.
  ///
  /// - Parameter recipient: sharing with whom is to be decided, since capacity is judged for each decision.
  func subject(
    _ child: ChildReference, deciding recipient: RecipientReference, stage: LifeStage, age: Int?
  ) -> DisclosureFacts.Subject {
    let notes = self.child(child)?.notes ?? ChildNotes()
    return DisclosureFacts.Subject(
      stage: stage, age: age, care: notes.care ?? .none, competenceNote: notes.competence != nil,
      capacityNote: notes.capacity[recipient] == .lacks)
  }
}
