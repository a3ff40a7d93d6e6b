import AgeFormat
import DisclosureRules
package import StrongroomCrypto
import TransparencyLog
import VaultStore

extension VaultState {
  /// Takes the next entry in, or refuses it and stays as it was.
  ///
  /// Checked, in this order: vault, id, claimed history, time, actor, role, signature, what the role may write, and that the
  /// entry fits what happened before (references exist, invariants of DESIGN section 6). What the rules then in force
  /// would have said is not looked at here: that is replayed by verification.
  ///
  /// - Parameters:
  ///   - leafHash: of the sealed entry as stored.
  ///   - isSignatureChecked: false only for events this process has just signed itself.
  package mutating func apply(
    _ event: Event, leafHash: SHA256Digest, isSignatureChecked: Bool = true
  ) throws(EntryFault) {
    guard event.vault == vault else { throw .otherVault }
    guard !usedNames.contains(event.id) else { throw .idReused }
    try checkSeen(event.seen)
    // An expired consent must not come back to life under a clock that was put back.
    guard event.at >= newestAt else { throw .timeRanBack }
    try checkActor(event, isSignatureChecked: isSignatureChecked)
    try checkPermission(event)
    // Each `take` checks everything before it changes anything, so a refusal leaves the state as it was.
    try take(event)
    // Whoever writes anything else has first seen to the files that were to go.
    if !event.kind.leavesRemovals { removals = PendingRemovals() }
    usedNames.insert(event.id)
    newestAt = event.at
    range.append(leafHash)
    if event.kind == .keyRotated { epochs[epochs.count - 2].closing = head }
    recentRoots.append(range.root)
    if recentRoots.count > Self.seenWindow {
      recentRoots.removeFirst(recentRoots.count - Self.seenWindow)
    }
  }

  private func checkSeen(_ seen: SeenHead) throws(EntryFault) {
    guard seen.size <= size else { throw .seenFork }
    let behind = size - seen.size
    guard behind < UInt64(recentRoots.count),
      recentRoots[recentRoots.count - 1 - Int(behind)] == seen.root
    else { throw .seenFork }
  }

  private func checkActor(_ event: Event, isSignatureChecked: Bool) throws(EntryFault) {
    let key: VerifierKey
    if event.kind == .vaultCreated {
      // The first entry introduces its own signer; which key that is, members compare by fingerprint.
      guard size == 0, let parsed = try? VerifierKey(parsing: try event.text("card_key")) else {
        throw .unknownActor
      }
      key = parsed
    } else if event.kind == .recoveryUsed {
      // The one thing the recovery set may sign, and nobody else may.
      guard let set = recoverySet, set.reference == event.actor.member else { throw .unknownActor }
      guard event.actor.role == RecoverySetState.role else { throw .roleNotHeld }
      key = set.signingKey
    } else {
      guard let member = members[event.actor.member], member.isActive else { throw .unknownActor }
      guard member.role == event.actor.role else { throw .roleNotHeld }
      key = member.signingKey
    }
    guard !isSignatureChecked || event.isSigned(by: key) else { throw .signature }
  }

  /// What only a custodian can have written honestly, whatever the policy says: the rules, and everything that needs a
  /// child's key. What the policy in force lets a role do is asked by the gatekeeper, who can read it.
  private func checkPermission(_ event: Event) throws(EntryFault) {
    switch event.kind {
    case .accessRefused, .approvalGiven, .approvalDeclined, .auditViewed, .auditExported,
      .auditVerified, .auditProved, .backupCreated, .backupVerified, .recoveryUsed, .systemRecovered,
      .systemRestored:
      return
    // That a key is gone again concerns whoever finds it.
    case .childErased where event.isAgain && event.child.flatMap { child($0)?.erased } != nil: return
    default:
      guard Custodians.contains(role: event.actor.role) else { throw .roleNotHeld }
    }
  }

  private mutating func take(_ event: Event) throws(EntryFault) {
    switch event.kind {
    case .vaultCreated: try takeCreation(event)
    case .memberAdded: try takeMember(event)
    case .memberRemoved: try takeRemoval(event)
    case .policyProposed: try takeProposal(event)
    case .policyAdopted: try takePolicy(event)
    case .keyRotated: try takeRotation(event)
    case .childAdded: try takeChild(event)
    case .childChanged: try takeNotes(event)
    case .contactAdded: try takeContact(event)
    case .recordStored: try takeRecord(event)
    case .recordOpened: try checkOpening(event)
    case .consentRecorded: try takeConsent(event)
    case .consentWithdrawn: try takeWithdrawal(event)
    case .recipientAdded: try takeRecipient(event)
    case .restrictionPlaced: try takeRestriction(event)
    case .restrictionLifted: try takeLifting(event)
    case .requestMade: try takeRequest(event)
    case .evidenceAttached: try takeEvidence(event)
    case .requestDecided: try takeDecision(event)
    case .approvalGiven: try takeApproval(event)
    case .approvalDeclined: try takeDecline(event)
    case .disclosureReleased: try takeRelease(event)
    case .holdPlaced: try takeHold(event)
    case .holdLifted: try takeHoldLifting(event)
    case .erasureProposed: try takeErasureProposal(event)
    case .erasureWithdrawn: try takeErasureWithdrawal(event)
    case .recordDisposed: try takeDisposal(event)
    case .childErased: try takeErasure(event)
    case .accessRefused, .requestChecked:
      guard event.outcome != nil else { throw .malformed }
    case .registerViewed:
      guard RegisterView(rawValue: try event.text("view")) != nil else { throw .malformed }
    case .auditViewed, .auditExported, .auditVerified: break
    case .backupCreated, .backupVerified: try checkBackup(event)
    case .recoveryChanged: try takeRecovery(event)
    case .recoveryDrilled: break
    case .recoveryUsed: try takeRecoveryUse(event)
    case .auditProved:
      guard UInt64(try event.number("entry")) < size else { throw .danglingReference }
    case .systemRecovered: _ = try event.number("count")
    case .systemRestored:
      restores.append(
        RestoreState(
          lostSize: UInt64(try event.number("lost_size")), lostRoot: try event.digest("lost_root"),
          actor: event.actor, at: event.at, entry: size))
    }
  }

  private mutating func takeCreation(_ event: Event) throws(EntryFault) {
    guard size == 0, let logKey = try? VerifierKey(parsing: try event.text("log_key")),
      let registerKey = KeyID(hex: try event.text("register_key")), let policy = event.policy,
      event.actor.role == (try event.text("role")),
      event.actor.member == (try event.reference("member", MemberReference.self))
    else { throw .malformed }
    let origin = try event.text("origin")
    let settingType = try event.text("setting")
    let isExample = try event.flag("example")
    let recovery = try event.texts("recovery")
    let policyName = try event.text("policy_name")
    let creation = try event.box.map { _ throws(EntryFault) in try event.details(.register, at: size) }
    try takeMember(event)
    self.origin = origin
    epochs = [
      EpochState(
        number: 1, logKey: logKey, since: event.at, cause: nil, entry: 0, firstEntry: 0, details: creation)
    ]
    self.registerKey = registerKey
    self.settingType = settingType
    self.isExample = isExample
    self.recovery = recovery
    self.policy = policy
    self.policyName = policyName
    policies[policy] = 0
  }

  mutating func takeMember(_ event: Event) throws(EntryFault) {
    let reference: MemberReference = try event.reference("member")
    guard let recipient = try? X25519Recipient(parsing: try event.text("card_recipient")),
      let key = try? VerifierKey(parsing: try event.text("card_key")), key.algorithm == .ed25519,
      key.name == MemberCard.signingKeyName
    else { throw .malformed }
    // One person, one membership: the same key twice could approve its own request.
    let isHeld = members.values.contains {
      $0.isActive && ($0.signingKey.publicKey == key.publicKey || $0.recipient == recipient)
    }
    guard members[reference] == nil, !isHeld else { throw .idReused }
    members[reference] = MemberState(
      reference: reference, name: try event.text("name"), role: try event.text("role"),
      recipient: recipient, signingKey: key, since: event.at, entry: size)
  }

  private mutating func takeRemoval(_ event: Event) throws(EntryFault) {
    let reference: MemberReference = try event.reference("member")
    guard members[reference]?.isActive == true else { throw .danglingReference }
    let entry = size
    members[reference]?.removedAt = entry
  }

  private mutating func takeProposal(_ event: Event) throws(EntryFault) {
    guard let policy = event.policy, SHA256Digest(hex: policy) != nil, policy != self.policy else {
      throw .malformed
    }
    proposedPolicy = ProposedPolicy(
      policy: policy, name: try event.text("policy_name"), by: event.actor, at: event.at, entry: size)
  }

  /// Rules change only with two people's signatures: this one's, and of whoever proposed this very set before.
  private mutating func takePolicy(_ event: Event) throws(EntryFault) {
    guard let policy = event.policy, policy != self.policy else { throw .malformed }
    guard let proposal = proposedPolicy, proposal.policy == policy,
      members[proposal.by.member]?.isActive == true,
      !isSamePerson(proposal.by.member, event.actor.member),
      proposal.name == (try event.text("policy_name"))
    else { throw .undecided }
    proposedPolicy = nil
    policyName = proposal.name
    self.policy = policy
    if policies[policy] == nil { policies[policy] = size }
  }

  private mutating func takeRotation(_ event: Event) throws(EntryFault) {
    guard let logKey = try? VerifierKey(parsing: try event.text("log_key")), logKey.algorithm == .ed25519,
      logKey.name == origin, let cause: RotationCause = try event.word("cause"),
      try event.number("epoch") == Int64(epochs.count) + 1, epochs.count < Self.epochLimit
    else { throw .malformed }
    // A log never goes back to a key it had, and a signature line must say which key it is by.
    let isKnown = epochs.contains {
      $0.logKey.publicKey == logKey.publicKey || $0.logKey.keyID == logKey.keyID
    }
    guard !isKnown else { throw .idReused }
    epochs.append(
      EpochState(
        number: epochs.count + 1, logKey: logKey, since: event.at, cause: cause, entry: size,
        firstEntry: size + 1, details: try event.details(.register, at: size)))
  }

  private mutating func takeChild(_ event: Event) throws(EntryFault) {
    guard let reference = event.child, let key = KeyID(hex: try event.text("key")) else {
      throw .malformed
    }
    let state = ChildState(
      reference: reference, key: key, entry: size, details: try event.details(.child, at: size))
    // In order of filing, and a key of its own.
    guard reference.number == children.count + 1, key != registerKey, useName(key.bytes) else {
      throw .idReused
    }
    children[reference] = state
  }

  private mutating func takeNotes(_ event: Event) throws(EntryFault) {
    let reference = try knownChild(event)
    var notes = ChildNotes(competence: try event.word("competence"), care: try event.word("care"))
    if let capacity: ChildNotes.Capacity = try event.word("capacity") {
      let recipient: RecipientReference = try event.reference("capacity_for")
      guard recipients[recipient] != nil else { throw .danglingReference }
      notes.capacity = [recipient: capacity]
    }
    guard !notes.isEmpty else { throw .malformed }
    let updated = children[reference]?.notes.updated(by: notes)
    if let updated { children[reference]?.notes = updated }
  }

  private mutating func takeContact(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: ContactReference = try event.reference("contact")
    guard contacts[reference] == nil else { throw .idReused }
    contacts[reference] = ContactState(
      reference: reference, child: child, entry: size, details: try event.details(.child, at: size))
    belongings[child, default: ChildIndex()].contacts.append(reference)
  }

  private mutating func takeRecord(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    guard let reference = event.record, let object = ObjectID(hex: try event.text("object")) else {
      throw .malformed
    }
    let state = RecordState(
      reference: reference, child: child, kind: try event.text("document_kind"),
      dated: try event.optionalDate("dated"), object: object,
      objectSize: Int(try event.number("object_size")),
      objectSHA256: try event.digest("object_sha256"), at: event.at, entry: size,
      details: try event.details(.child, at: size))
    guard records[reference] == nil, useName(object.bytes) else { throw .idReused }
    records[reference] = state
    belongings[child, default: ChildIndex()].records.append(reference)
  }

  private func checkOpening(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    guard let record = event.record.flatMap({ records[$0] }), record.child == child,
      record.disposed == nil
    else { throw .danglingReference }
    guard event.outcome == .allowed, event.policy == policy, let facts = event.facts else {
      throw .undecided
    }
    // Links between staff and children are not kept yet, so nobody can have decided on one.
    let seen = AccessFacts(role: event.actor.role, action: .open, document: record.kind, reason: true)
    guard JSONValue(facts: seen) == facts else { throw .factsDiffer }
  }

  /// Nobody can have backed up more than there was.
  private func checkBackup(_ event: Event) throws(EntryFault) {
    guard UInt64(try event.number("size")) <= size else { throw .malformed }
    _ = try event.digest("root")
    _ = try event.number("findings")
  }

  private mutating func takeRecipient(_ event: Event) throws(EntryFault) {
    let reference: RecipientReference = try event.reference("recipient")
    guard recipients[reference] == nil else { throw .idReused }
    var key: X25519Recipient?
    if let text = try event.optionalText("key") {
      guard let parsed = try? X25519Recipient(parsing: text) else { throw .malformed }
      key = parsed
    }
    var contact: ContactReference?
    if event.fields["contact"] != nil {
      let named: ContactReference = try event.reference("contact")
      guard contacts[named] != nil else { throw .danglingReference }
      contact = named
    }
    recipients[reference] = RecipientState(
      reference: reference, kind: try event.text("recipient_kind"), key: key, contact: contact, entry: size,
      details: try event.details(.register, at: size))
  }

  func knownChild(_ event: Event) throws(EntryFault) -> ChildReference {
    guard let reference = event.child else { throw .malformed }
    guard let known = child(reference), known.erased == nil else { throw .danglingReference }
    return reference
  }

  /// False if an event, key file or object has this name already.
  private mutating func useName(_ bytes: [UInt8]) -> Bool {
    usedNames.insert(EventID(checkedBytes: bytes))
  }
}

extension Event {
  func details(_ scope: SealedBox.Scope, at entry: UInt64) throws(EntryFault) -> BoxedDetails {
    guard let box, box.scope == scope else { throw .malformed }
    return BoxedDetails(event: id, kind: kind, box: box, entry: entry)
  }
}
