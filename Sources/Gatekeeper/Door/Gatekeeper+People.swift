package import AgeFormat
package import DisclosureRules
import VaultStore

// Contacts, recipients and consents.

extension Gatekeeper {
  /// Adds somebody to a child's file. What they are to the child is sealed with their name.
  package func addContact(
    child: ChildReference, name: String, relationship: String, parentalResponsibility: Bool
  ) async throws(GateError) -> Answer<ContactReference> {
    let details: JSONValue = [
      "name": .string(try PersonalText(name, field: .name).text),
      "relationship": .string(try PersonalText(relationship, field: .relationship, limitBytes: 100).text),
      "parental_responsibility": .bool(parentalResponsibility),
    ]
    let reference = ContactReference(randomBytes: try random(8))
    return try await actOnChild(.manageContacts, child) { gate, draft in
      var event = try draft.event(.contactAdded)
      event.child = child
      event.fields = ["contact": .string(reference.description)]
      try await gate.seal(details, into: &event, for: child, in: draft.state)
      return ([event], reference)
    }
  }

  package func contacts(of child: ChildReference) async throws(GateError) -> Look<[ContactSummary]> {
    try await lookAtChild(child, at: .contacts) { gate, state, _ in
      try await gate.contactSummaries(of: child, in: state)
    }
  }

  func contactSummaries(
    of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> [ContactSummary] {
    var summaries: [ContactSummary] = []
    for contact in state.contacts(of: child) {
      let details = try await details(contact.details, of: child, in: state)
      summaries.append(
        ContactSummary(
          reference: contact.reference, name: details["name"]?.string ?? "",
          relationship: details["relationship"]?.string ?? "",
          parentalResponsibility: details["parental_responsibility"]?.bool ?? false))
    }
    return summaries
  }

  /// Adds somebody outside to the address book.
  ///
  /// - Parameters:
  ///   - key: what packages are sealed to; nil makes a passphrase for each package.
  ///   - contact: the person in a child's file that this is. Parents are tied to theirs, so that an order against one
  ///     of them is not taken to be against the other.
  package func addRecipient(
    name: String, kind: String, key: X25519Recipient?, contact: ContactReference? = nil
  ) async throws(GateError) -> Answer<RecipientReference> {
    let details: JSONValue = ["name": .string(try PersonalText(name, field: .name).text)]
    let reference = RecipientReference(randomBytes: try random(8))
    return try await act(.manageRecipients) { gate, draft in
      let policy = try await gate.policySet(draft.state.policy)
      guard policy.vocabulary.recipientKinds.contains(kind) else {
        throw GateError.invalidInput(.kind, .unknownWord(known: policy.vocabulary.recipientKinds.all))
      }
      if let key, ExampleKeys.contains(key), !draft.state.isExample { throw GateError.exampleKeyRefused }
      var event = try draft.event(.recipientAdded)
      event.fields = ["recipient": .string(reference.description), "recipient_kind": .string(kind)]
      event.fields["key"] = key.map { .string($0.text) }
      if let contact {
        guard draft.state.contacts[contact] != nil else { throw GateError.notFoundOrNotVisible }
        event.fields["contact"] = .string(contact.description)
      }
      event.box = try SealedBox(
        sealing: details, scope: .register, identity: try await gate.registerIdentity(in: draft.state),
        vault: event.vault, event: event.id, kind: event.kind)
      return ([event], reference)
    }
  }

  package func recipients() async throws(GateError) -> Look<[RecipientSummary]> {
    try await look(.viewRegister, at: .recipients) { gate, state in
      var summaries: [RecipientSummary] = []
      for recipient in state.recipients.values.sorted(by: { $0.entry < $1.entry }) {
        summaries.append(
          RecipientSummary(
            reference: recipient.reference, kind: recipient.kind, key: recipient.key,
            name: try await gate.recipientName(recipient, in: state)))
      }
      return summaries
    }
  }

  func recipientName(_ recipient: RecipientState, in state: VaultState) async throws(GateError) -> String {
    try await registerDetails(recipient.details, in: state)["name"]?.string ?? ""
  }

  /// Records what somebody answered.
  ///
  /// - Parameters:
  ///   - givenBy: nil when the child or young person answered for themself.
  ///   - until: the last day it counts on; not in the past.
  package func recordConsent(
    child: ChildReference, givenBy contact: ContactReference?, to recipient: RecipientReference,
    kinds: [String], purpose: String, until: CalendarDate, answer: ConsentAnswer = .given
  ) async throws(GateError) -> Answer<ConsentReference> {
    let details: JSONValue = [
      "purpose": .string(try PersonalText(purpose, field: .purpose, limitBytes: 2000).text)
    ]
    guard !kinds.isEmpty else { throw .invalidInput(.documents, .empty) }
    guard Set(kinds).count == kinds.count else { throw .invalidInput(.documents, .twice) }
    let reference = ConsentReference(randomBytes: try random(8))
    return try await actOnChild(.recordConsent, child) {
      gate, draft -> (events: [Event], value: ConsentReference?) in
      guard until >= draft.at.date else { throw GateError.invalidInput(.until, .inThePast) }
      let known = try await gate.policySet(draft.state.policy).vocabulary.documentKinds
      guard kinds.allSatisfy(known.contains) else {
        throw GateError.invalidInput(.documents, .unknownWord(known: known.all))
      }
      guard draft.state.recipients[recipient] != nil,
        contact.map({ draft.state.contacts[$0] != nil }) ?? true
      else { return ([try gate.notVisible(draft, .recordConsent, child: child)], nil) }
      var event = try draft.event(.consentRecorded)
      event.child = child
      event.fields = [
        "consent": .string(reference.description), "recipient": .string(recipient.description),
        "document_kinds": .array(kinds.sorted().map { .string($0) }),
        "until": .string(until.description), "answer": .string(answer.rawValue),
      ]
      if let contact {
        guard draft.state.contacts[contact]?.child == child else {
          throw GateError.invalidInput(.contact, .belongsElsewhere)
        }
        event.fields["contact"] = .string(contact.description)
      } else {
        event.fields["given_by_subject"] = true
      }
      try await gate.seal(details, into: &event, for: child, in: draft.state)
      return ([event], reference)
    }
  }

  /// Takes a consent back: from this entry on nothing is released under it.
  package func withdrawConsent(
    _ reference: ConsentReference
  ) async throws(GateError) -> Answer<ConsentReference> {
    let answer = try await act(.recordConsent) {
      gate, draft -> (events: [Event], value: ConsentReference?) in
      guard let consent = draft.state.consents[reference] else {
        return ([try gate.notVisible(draft, .recordConsent)], nil)
      }
      guard draft.state.child(consent.child)?.erased == nil else { throw GateError.wrongState(.childErased) }
      guard consent.withdrawnAt == nil else { throw GateError.wrongState(.alreadyWithdrawn) }
      var event = try draft.event(.consentWithdrawn)
      event.child = consent.child
      event.fields = ["consent": .string(reference.description)]
      return ([event], reference)
    }
    return try answer.found()
  }

  package func consents(of child: ChildReference) async throws(GateError) -> Look<[ConsentSummary]> {
    try await lookAtChild(child, at: .consents) { gate, state, _ in
      try await gate.consentSummaries(of: child, in: state)
    }
  }

  func consentSummaries(
    of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> [ConsentSummary] {
    let today = time(after: state).date
    var summaries: [ConsentSummary] = []
    for consent in state.consents(of: child) {
      let details = try await details(consent.details, of: child, in: state)
      summaries.append(
        ConsentSummary(
          reference: consent.reference, child: child, contact: consent.contact,
          recipient: consent.recipient, kinds: consent.documentKinds,
          purpose: details["purpose"]?.string ?? "", until: consent.until,
          state: consent.withdrawnAt != nil
            ? "withdrawn" : consent.until < today ? "expired" : consent.answer.rawValue))
    }
    return summaries
  }

  /// An act on one child's file: not there and not visible read the same, and leave the same entry.
  func actOnChild<Value: Sendable>(
    _ action: AccessAction, _ child: ChildReference,
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> (events: [Event], value: Value?)
  ) async throws(GateError) -> Answer<Value> {
    let answer = try await act(action, child: child) { gate, draft -> (events: [Event], value: Value?) in
      guard let known = draft.state.visibleChild(child, on: draft.at.date) else {
        return ([try gate.notVisible(draft, action, child: child)], nil)
      }
      guard known.erased == nil else { throw GateError.wrongState(.childErased) }
      return try await build(gate, draft)
    }
    return try answer.found()
  }
}

extension Answer {
  /// The value; none means that the thing was not found, which the entry says.
  func found<Found: Sendable>() throws(GateError) -> Answer<Found> where Value == Found? {
    switch self {
    case .refused(let report): return .refused(report)
    case .done(let value?, let entry): return .done(value, entry: entry)
    case .done(nil, _): throw .notFoundOrNotVisible
    }
  }
}
