package import DisclosureRules

/// What somebody wants to place on a child's file.
package struct RestrictionDraft: Sendable {
  package var child: ChildReference
  /// Not a legal hold, which is placed as a hold.
  package var kind: RestrictionKind
  package var from: CalendarDate
  /// Last day it holds; nil: until it is lifted.
  package var until: CalendarDate?
  /// Whom a court has restricted; asked for with that kind, and with no other.
  package var contact: ContactReference?
  /// The address by which they are known, if they have one.
  package var recipient: RecipientReference?
  /// The order's reference and court, who saw it and when; sealed.
  package var ground: String

  package init(
    child: ChildReference, kind: RestrictionKind, from: CalendarDate, until: CalendarDate? = nil,
    contact: ContactReference? = nil, recipient: RecipientReference? = nil, ground: String
  ) {
    self.child = child
    self.kind = kind
    self.from = from
    self.until = until
    self.contact = contact
    self.recipient = recipient
    self.ground = ground
  }
}

/// A restriction as custodians are shown it.
package struct RestrictionSummary: Hashable, Personal {
  package let reference: RestrictionReference
  package let kind: RestrictionKind
  package let from: CalendarDate
  package let until: CalendarDate?
  package let contact: ContactReference?
  package let ground: String
  package let isInForce: Bool
}

extension Gatekeeper {
  /// Places a restriction: from its entry on, every decision and every release sees it.
  package func placeRestriction(
    _ wanted: RestrictionDraft
  ) async throws(GateError) -> Answer<RestrictionReference> {
    let details: JSONValue = ["ground": .string(try PersonalText(wanted.ground, field: .reason).text)]
    guard wanted.kind.isPlaced else { throw .invalidInput(.kind, .unknownWord(known: Self.placedKinds)) }
    guard (wanted.kind == .courtRestrictedParent) == (wanted.contact != nil) else {
      throw .invalidInput(.contact, wanted.contact == nil ? .empty : .malformed)
    }
    if let until = wanted.until, until < wanted.from { throw .invalidInput(.until, .inThePast) }
    let reference = RestrictionReference(randomBytes: try random(8))
    return try await actOnChild(.restrict, wanted.child) {
      gate, draft -> (events: [Event], value: RestrictionReference?) in
      guard wanted.contact.map({ draft.state.contacts[$0] != nil }) ?? true,
        wanted.recipient.map({ draft.state.recipients[$0] != nil }) ?? true
      else { return ([try gate.notVisible(draft, .restrict, child: wanted.child)], nil) }
      if let contact = wanted.contact, draft.state.contacts[contact]?.child != wanted.child {
        throw GateError.invalidInput(.contact, .belongsElsewhere)
      }
      var event = try draft.event(.restrictionPlaced)
      event.child = wanted.child
      event.fields = [
        "restriction": .string(reference.description), "restriction_kind": .string(wanted.kind.rawValue),
        "from": .string(wanted.from.description),
      ]
      event.fields["until"] = wanted.until.map { .string($0.description) }
      event.fields["contact"] = wanted.contact.map { .string($0.description) }
      event.fields["recipient"] = wanted.recipient.map { .string($0.description) }
      try await gate.seal(details, into: &event, for: wanted.child, in: draft.state)
      return ([event], reference)
    }
  }

  /// Lifts a restriction before its day, or one that has none. A sealed identity is lifted by the reference alone, since
  /// the child it is on answers to nobody.
  package func liftRestriction(
    _ reference: RestrictionReference, ground: String
  ) async throws(GateError) -> Answer<RestrictionReference> {
    let details: JSONValue = ["ground": .string(try PersonalText(ground, field: .reason).text)]
    let answer = try await act(.restrict) {
      gate, draft -> (events: [Event], value: RestrictionReference?) in
      guard let restriction = draft.state.restrictions[reference] else {
        return ([try gate.notVisible(draft, .restrict)], nil)
      }
      guard restriction.liftedAt == nil else { throw GateError.wrongState(.alreadyWithdrawn) }
      var event = try draft.event(.restrictionLifted)
      event.child = restriction.child
      event.fields = ["restriction": .string(reference.description)]
      try await gate.seal(details, into: &event, for: restriction.child, in: draft.state)
      return ([event], reference)
    }
    return try answer.found()
  }

  package func restrictions(of child: ChildReference) async throws(GateError) -> Look<[RestrictionSummary]> {
    try await lookAtChild(child, at: .restrictions) { gate, state, _ in
      var summaries: [RestrictionSummary] = []
      let today = gate.effects.now().date
      for restriction in state.restrictions(of: child) {
        let details = try await gate.details(restriction.details, of: child, in: state)
        summaries.append(
          RestrictionSummary(
            reference: restriction.reference, kind: restriction.kind, from: restriction.from,
            until: restriction.until, contact: restriction.contact, ground: details["ground"]?.string ?? "",
            isInForce: restriction.isInForce(on: today)))
      }
      return summaries
    }
  }

  /// Who may consent to sharing with a recipient, on a day; with the names on file.
  ///
  /// - Parameter recipient: nil asks in general, when nothing is known about capacity for the decision.
  package func whoMayConsent(
    for child: ChildReference, to recipient: RecipientReference?, on day: CalendarDate?
  ) async throws(GateError) -> Look<ConsentAuthorityView> {
    try await lookAtChild(child, at: .consents) { gate, state, _ in
      if let recipient, state.recipients[recipient] == nil { throw GateError.notFoundOrNotVisible }
      let personal = try await gate.childDetails(child, in: state)
      let authority = try await gate.consentAuthority(
        of: child, born: personal.born, deciding: recipient, on: day ?? gate.effects.now().date, in: state)
      var names: [String: String] = [ConsentAuthority.subjectID: personal.name]
      for contact in try await gate.contactSummaries(of: child, in: state) {
        names[contact.reference.description] = "\(contact.name) (\(contact.relationship))"
      }
      return ConsentAuthorityView(authority: authority, names: names)
    }
  }

  private static let placedKinds = RestrictionKind.allCases.filter(\.isPlaced).map(\.rawValue)
}

/// Who may consent, with names for the persons.
package struct ConsentAuthorityView: Personal {
  package let authority: ConsentAuthority
  /// By the person's id in `authority`.
  package let names: [String: String]
}
