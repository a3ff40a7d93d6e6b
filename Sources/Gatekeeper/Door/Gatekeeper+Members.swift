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

  /// Takes a person's access away: in the same commit the epoch ends, and the keys they held open nothing that comes after.
  ///
  /// What they copied before stays readable to them.
  package func removeMember(_ reference: MemberReference) async throws(GateError) -> Answer<MemberReference> {
    try await actChangingKeys(.manageMembers, .leaver) { gate, draft in
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
  }

  /// A key file has one stanza for each recipient, and age files are read with 256 at most.
  static let memberLimit = 200

  /// Seals the epoch's identity to those who may open it and to one recovery key more.
  func sealEpoch(addingRecovery new: X25519Recipient, in state: VaultState) async throws(GateError) {
    let epoch = try await epochKey(in: state)
    do {
      try await storage.files.replace(
        .epochIdentity(state.epochs.count),
        try KeyFiles.seal(epoch, to: try KeyHolders(state).ofTheEpoch + [new], at: effects.now()))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  func random(_ count: Int) throws(GateError) -> [UInt8] {
    do { return try effects.randomBytes(count) } catch { throw .crypto(.invalidKey) }
  }
}
