package import DisclosureRules

// Restrictions on a child's file: what the fold keeps, and what the rules see of them.

extension VaultState {
  mutating func takeRestriction(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: RestrictionReference = try event.reference("restriction")
    guard let kind: RestrictionKind = try event.word("restriction_kind"), kind.isPlaced,
      let from = try event.optionalDate("from")
    else { throw .malformed }
    let until = try event.optionalDate("until")
    guard until.map({ from <= $0 }) ?? true else { throw .malformed }
    var contact: ContactReference?
    if event.fields["contact"] != nil {
      let named: ContactReference = try event.reference("contact")
      guard contacts[named]?.child == child else { throw .danglingReference }
      contact = named
    }
    var recipient: RecipientReference?
    if event.fields["recipient"] != nil {
      let named: RecipientReference = try event.reference("recipient")
      guard recipients[named] != nil else { throw .danglingReference }
      recipient = named
    }
    // A court restricts somebody.
    guard (kind == .courtRestrictedParent) == (contact != nil) else { throw .malformed }
    guard restrictions[reference] == nil else { throw .idReused }
    restrictions[reference] = RestrictionState(
      reference: reference, child: child, kind: kind, from: from, until: until, contact: contact,
      recipient: recipient, entry: size, details: try event.details(.child, at: size))
  }

  mutating func takeLifting(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: RestrictionReference = try event.reference("restriction")
    guard let restriction = restrictions[reference], restriction.child == child,
      restriction.liftedAt == nil
    else { throw .danglingReference }
    let entry = size
    restrictions[reference]?.liftedAt = entry
  }

  /// In order of placing.
  package func restrictions(of child: ChildReference) -> [RestrictionState] {
    restrictions.values.filter { $0.child == child }.sorted { $0.entry < $1.entry }
  }

  /// A former identity that is sealed answers to nobody, as if there were no such child.
  package func isSealed(_ child: ChildReference, on day: CalendarDate) -> Bool {
    restrictions.values.contains {
      $0.kind == .sealedIdentity && $0.child == child && $0.isInForce(on: day)
    }
  }

  /// The child, unless there is none or their identity is sealed.
  package func visibleChild(_ reference: ChildReference, on day: CalendarDate) -> ChildState? {
    isSealed(reference, on: day) ? nil : child(reference)
  }

  /// Whether a court restricts this person on a day.
  package func isRestricted(_ contact: ContactReference, on day: CalendarDate) -> Bool {
    restrictions.values.contains {
      $0.kind == .courtRestrictedParent && $0.contact == contact && $0.isInForce(on: day)
    }
  }

  /// What the rules see of the restrictions on a child's file when something is to go to a recipient.
  func restrictionFacts(
    of child: ChildReference, recipient: RecipientState, on day: CalendarDate
  ) -> [DisclosureFacts.Restriction] {
    var facts = restrictions(of: child).filter { $0.isInForce(on: day) }.map { restriction in
      DisclosureFacts.Restriction(
        kind: restriction.kind, recipient: restriction.isAgainst(recipient))
    }
    // Placed as a hold of its own, since it stops destruction too.
    if isHeld(child, on: day) { facts.append(DisclosureFacts.Restriction(kind: .legalHold)) }
    return facts
  }
}

extension RestrictionState {
  /// Whether a recipient is, or may be, the restricted person. An address of a parent that nobody has tied to a person in
  /// the child's file may be anybody's, so it counts as theirs until it is tied to somebody else.
  func isAgainst(_ other: RecipientState) -> Bool {
    guard let contact else { return false }
    if recipient == other.reference || other.contact == contact { return true }
    return other.contact == nil && other.kind == Self.parentKind
  }

  /// The recipient kind of parents in every policy's vocabulary.
  private static let parentKind = "parent"
}

extension RestrictionKind {
  /// Placed and lifted on a child's file. A legal hold has entries of its own; child protection material is told by the
  /// kind of document.
  package var isPlaced: Bool { self != .legalHold && self != .childProtectionMaterial }
}
