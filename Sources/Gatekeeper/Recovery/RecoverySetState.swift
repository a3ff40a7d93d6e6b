package import AgeFormat
package import TransparencyLog

/// The recovery set in force, as the ledger has it.
package struct RecoverySetState: Hashable, Sendable, Codable {
  /// Stands where a member's would in the one entry that the set may sign.
  package let reference: MemberReference
  package let recipient: X25519Recipient
  package let signingKey: VerifierKey
  package let shape: RecoveryShape
  package let since: Timestamp
  package let entry: UInt64

  /// The role in that entry; no policy knows it, so it may do nothing else.
  static let role = "recovery"

  static let name = "Recovery set"

  /// The set as an actor.
  var member: MemberState {
    MemberState(
      reference: reference, name: Self.name, role: Self.role, recipient: recipient, signingKey: signingKey,
      since: since, entry: entry)
  }
}

extension RecoveryShape: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let shape = RecoveryShape(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "shape")
    }
    self = shape
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension VaultState {
  mutating func takeRecovery(_ event: Event) throws(EntryFault) {
    let texts = try event.texts("recipients")
    let reference: MemberReference = try event.reference("set")
    guard texts.count == 1, let recipient = try? X25519Recipient(parsing: texts[0]),
      let key = try? VerifierKey(parsing: try event.text("key")), key.algorithm == .ed25519,
      key.name == MemberCard.signingKeyName, let shape = RecoveryShape(try event.text("shares"))
    else { throw .malformed }
    // Nobody's own key: a set is to be opened by several people or not at all.
    let isHeld = members.values.contains {
      $0.signingKey.publicKey == key.publicKey || $0.recipient == recipient
    }
    guard members[reference] == nil, recoverySet?.reference != reference, !isHeld else { throw .idReused }
    recovery = texts
    recoverySet = RecoverySetState(
      reference: reference, recipient: recipient, signingKey: key, shape: shape, since: event.at, entry: size)
  }

  /// A custodian made by the recovery set.
  mutating func takeRecoveryUse(_ event: Event) throws(EntryFault) {
    guard Custodians.contains(role: try event.text("role")) else { throw .malformed }
    try takeMember(event)
  }
}
