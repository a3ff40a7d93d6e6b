import AgeFormat
import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

extension Gatekeeper {
  /// Every member there ever was, in order of joining. Anybody who opens the vault may know who uses it.
  package func members() async throws(GateError) -> [MemberSummary] {
    try await current().members.values.sorted { $0.entry < $1.entry }.map(MemberSummary.init)
  }

  /// Adds a person and seals the key files their role needs to their card too.
  ///
  /// The entry comes first, so nobody ever holds keys without one; if a crash comes between, the next custodian who opens
  /// the vault mends the key files.
  package func addMember(card: MemberCard, role: String) async throws(GateError) -> Answer<MemberReference> {
    let reference = MemberReference(randomBytes: try random(8))
    let answer: Answer<MemberReference> = try await act(.manageMembers) { gate, draft in
      let policy = try await gate.policySet(draft.state.policy)
      guard policy.vocabulary.roles.contains(role) else {
        throw GateError.invalidInput(.role, .unknownWord(known: policy.vocabulary.roles.all))
      }
      guard draft.state.isExample || !ExampleKeys.contains(card.recipient) else {
        throw GateError.exampleKeyRefused
      }
      let isHeld = draft.state.activeMembers().contains {
        $0.signingKey == card.signingKey || $0.recipient == card.recipient
      }
      guard !isHeld else { throw GateError.wrongState(.alreadyMember) }
      // A key file that were too long to open again would lock everybody out.
      guard draft.state.activeMembers().count + draft.state.recovery.count < Gatekeeper.memberLimit else {
        throw GateError.invalidInput(.card, .tooMany(limit: Gatekeeper.memberLimit))
      }
      var event = try draft.event(.memberAdded)
      event.fields = [
        "member": .string(reference.description), "name": .string(card.name),
        "card_recipient": .string(card.recipient.text), "card_key": .string(card.signingKey.text),
        "role": .string(role),
      ]
      return ([event], reference)
    }
    if case .done = answer { try await sealKeyFiles() }
    return answer
  }

  /// Takes a person's access away: the key files are sealed again to the others.
  ///
  /// What they copied before stays readable to them: keys change with rotation, which this is not.
  package func removeMember(_ reference: MemberReference) async throws(GateError) -> Answer<MemberReference> {
    let answer: Answer<MemberReference> = try await act(.manageMembers) { gate, draft in
      guard let member = draft.state.members[reference] else { throw GateError.notFoundOrNotVisible }
      guard member.isActive else { throw GateError.wrongState(.alreadyRemoved) }
      let policy = try await gate.policySet(draft.state.policy)
      let remaining = draft.state.activeMembers().filter { $0.reference != reference }
      let canManage = remaining.contains {
        Custodians.contains(role: $0.role)
          && policy.decideAccess(AccessFacts(role: $0.role, action: .manageMembers)).outcome == .allowed
      }
      guard canManage else { throw GateError.wrongState(.lastManager) }
      var event = try draft.event(.memberRemoved)
      event.fields = ["member": .string(reference.description)]
      return ([event], reference)
    }
    if case .done = answer { try await sealKeyFiles() }
    return answer
  }

  /// A key file has one stanza for each recipient, and age files are read with 256 at most.
  static let memberLimit = 200

  /// Seals the key files again if they are for another number of people than the ledger says: a crash came between an
  /// entry and its key files. That matters most for somebody who was removed.
  func mendKeyFiles() async throws(GateError) {
    let members = state.activeMembers()
    let custodians = members.count { Custodians.contains(role: $0.role) }
    let wanted = [
      (VaultFileName.epochIdentity(VaultKeys.epochNumber), custodians + state.recovery.count),
      (VaultFileName.ledgerKey(VaultKeys.epochNumber), 1 + members.count - custodians),
    ]
    do {
      for (name, count) in wanted {
        guard let file = try await storage.files.read(name) else { continue }
        if try Age.stanzas(ofHeader: file.span.bytes).count != count { return try await sealKeyFiles() }
      }
    } catch VaultStoreError.readOnly {
      // Looking only: somebody who writes will mend them.
    } catch GateError.storage(.diskFull) {
      // A full disk must not keep anybody from looking; the next visit that finds room mends them.
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Seals `epoch/0001.age` to the custodians and the recovery recipients, and `ledger/keys/0001.age` to the epoch and to
  /// every other member, so that a refusal of a teacher or governor stands under their own signature.
  ///
  /// Another process may do the same for another change of members. Whoever writes looks again afterwards and writes
  /// anew if members changed, so the files that stay are those of the last change, and nobody removed gets them back.
  func sealKeyFiles() async throws(GateError) {
    await enterGate()
    defer { leaveGate() }
    var sealed: [MemberState]?
    for _ in 0..<Self.attempts {
      try await refresh()
      let members = state.activeMembers()
      if sealed == members { return }
      try await sealKeyFiles(to: members)
      sealed = members
    }
    throw .busy
  }

  /// Seals the epoch's identity to those who may open it and to one recovery key more.
  func sealEpoch(addingRecovery new: X25519Recipient, in state: VaultState) async throws(GateError) {
    let epoch = try await epochKey(in: state)
    let custodians = state.activeMembers().filter { Custodians.contains(role: $0.role) }.map(\.recipient)
    do {
      let recovery = try state.recovery.map { try X25519Recipient(parsing: $0) }
      try await storage.files.replace(
        .epochIdentity(VaultKeys.epochNumber),
        try VaultKeys.seal(epoch, to: custodians + recovery + [new], at: effects.now()))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  private func sealKeyFiles(to members: [MemberState]) async throws(GateError) {
    let epoch = try await epochKey(in: state)
    let custodians = members.filter { Custodians.contains(role: $0.role) }.map(\.recipient)
    let others = members.filter { !Custodians.contains(role: $0.role) }.map(\.recipient)
    do {
      var recovery: [X25519Recipient] = []
      for text in state.recovery { recovery.append(try X25519Recipient(parsing: text)) }
      let files = storage.files
      try await files.replace(
        .epochIdentity(VaultKeys.epochNumber),
        try VaultKeys.seal(epoch, to: custodians + recovery, at: effects.now()))
      let name = VaultFileName.ledgerKey(VaultKeys.epochNumber)
      guard let sealed = try await files.read(name) else {
        throw GateError.integrity(.file(name.displayName, .missing))
      }
      let text = try Age.open(sealed, identities: [epoch], limit: LedgerKeyFile.limit)
      try await files.replace(name, try Age.seal(text.bytes, to: [epoch.recipient] + others))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  func random(_ count: Int) throws(GateError) -> [UInt8] {
    do { return try effects.randomBytes(count) } catch { throw .crypto(.invalidKey) }
  }
}
