package import AgeFormat
import DisclosureRules
import StrongroomCrypto
import TransparencyLog
package import VaultStore

/// What a drill proved.
package struct RecoveryDrill: Hashable, Sendable {
  /// Documents opened on trial.
  package let documents: Int
  package let shape: String
  /// The entry that says so; nil if no member took part.
  package var entry: UInt64?
}

extension Gatekeeper {
  /// Whether this member may make a recovery set: asked before secrets are written anywhere. A refusal is recorded.
  package func mayChangeRecovery() async throws(GateError) -> Answer<Void> {
    try await act(.manageRecovery) { _, _ in ([], ()) }
  }

  /// Recovery keys that the epoch is sealed to.
  package func recoveryKeyCount() async throws(GateError) -> Int { try await current().recovery.count }

  /// Makes a recovery set the vault's, in the place of every recovery key before.
  ///
  /// What is true if power fails after each step: (1) the epoch is sealed to the new key too: the next custodian takes that back;
  /// (2) the entry is durable: the set is the vault's, and the next custodian seals the epoch to it alone; (3) the epoch is sealed so;
  /// (4) the set's files lie in the vault as well as where they were written first.
  package func changeRecovery(to set: RecoverySet) async throws(GateError) -> Answer<Void> {
    let reference = MemberReference(randomBytes: try random(8))
    let answer: Answer<Void> = try await act(.manageRecovery) { gate, draft in
      // One key more than any state asks for, before and after the entry: a crash between is noticed by their number.
      try await gate.sealEpoch(addingRecovery: set.key.recipient, in: draft.state)
      var event = try draft.event(.recoveryChanged)
      event.fields = [
        "recipients": [.string(set.key.recipient.text)], "set": .string(reference.description),
        "key": .string(set.key.verifierKey.text), "shares": .string(set.shape.description),
      ]
      return ([event], ())
    }
    guard case .done = answer else { return answer }
    try await sealKeyFiles()
    do {
      for name in try await storage.files.list(.recovery) {
        guard case .recoverySet(let choice) = name, set.files[choice] == nil else { continue }
        try await storage.files.remove(name)
      }
      for (choice, bytes) in set.files.sorted(by: { $0.key < $1.key }) {
        try await storage.files.replace(.recoverySet(choice), bytes)
      }
    } catch {
      throw GateError(wrapping: error)
    }
    return answer
  }

  /// Files that the set in force has in the vault.
  func recoveryFiles(in state: VaultState) -> [VaultFileName] {
    state.recoverySet?.shape.choices.map { .recoverySet(RecoveryShape.name(of: $0)) } ?? []
  }

  /// Records that a recovery set was tried out.
  package func recordDrill() async throws(GateError) -> Answer<Void> {
    try await act(.manageRecovery) { _, draft in ([try draft.event(.recoveryDrilled)], ()) }
  }

  /// Opens the vault with a recovery key as if it were needed, and some documents with it. Nothing is kept or written.
  ///
  /// - Parameter storage: opened for reading only.
  /// - Throws: `.recovery(.notThisVaults)`.
  package static func drill(
    _ storage: VaultStorage, with key: X25519Identity, effects: Effects
  ) async throws(GateError) -> RecoveryDrill {
    let visit = try await visit(storage, with: key, effects: effects)
    let (opened, failed) = try await visit.openSamples(3)
    if let failed = failed.first { throw .integrity(.record(failed, .damaged)) }
    return RecoveryDrill(
      documents: opened, shape: await visit.state.recoverySet?.shape.description ?? "", entry: nil)
  }

  /// Makes somebody a custodian by the recovery set, when nobody is left who could. The entry is signed by the recovery key, which
  /// the vault's own members named in `recovery.changed`, and stands out in the access record.
  package static func takeOver(
    _ storage: VaultStorage, with key: X25519Identity, card: MemberCard, role: String, effects: Effects
  ) async throws(GateError) -> (member: MemberReference, entry: UInt64) {
    guard Custodians.contains(role: role) else {
      throw .invalidInput(.role, .unknownWord(known: Custodians.roles.sorted()))
    }
    let visit = try await visit(storage, with: key, effects: effects)
    return try await visit.takeOver(card, role)
  }

  private static func visit(
    _ storage: VaultStorage, with key: X25519Identity, effects: Effects
  ) async throws(GateError) -> Gatekeeper {
    do throws(GateError) {
      return try await Gatekeeper(
        opening: storage, as: try MemberIdentity(key), effects: effects, byRecovery: true)
    } catch .keyNotAvailable(.opensNothingHere) {
      throw .recovery(.notThisVaults)
    }
  }

  private func takeOver(
    _ card: MemberCard, _ role: String
  ) async throws(GateError) -> (member: MemberReference, entry: UInt64) {
    let reference = MemberReference(randomBytes: try random(8))
    let entry: UInt64 = try await commit { gate, draft in
      guard draft.state.isExample || !ExampleKeys.contains(card.recipient) else {
        throw GateError.exampleKeyRefused
      }
      let isHeld = draft.state.activeMembers().contains {
        $0.signingKey == card.signingKey || $0.recipient == card.recipient
      }
      guard !isHeld else { throw GateError.wrongState(.alreadyMember) }
      var event = try draft.event(.recoveryUsed)
      event.fields = [
        "member": .string(reference.description), "name": .string(card.name),
        "card_recipient": .string(card.recipient.text), "card_key": .string(card.signingKey.text),
        "role": .string(role),
      ]
      return Plan(events: [event]) { $0 }
    }
    try await sealKeyFiles()
    return (reference, entry)
  }
}
