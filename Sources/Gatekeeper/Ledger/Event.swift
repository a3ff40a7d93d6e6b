package import StrongroomCrypto
package import VaultStore

/// 128 random bits that name one event; a second use is refused.
package struct EventID: RandomName {
  package let bytes: [UInt8]
  package init(checkedBytes: [UInt8]) { bytes = checkedBytes }
}

/// The ledger as an actor had it before acting: their signature then vouches for that history too.
package struct SeenHead: Hashable, Sendable, Codable {
  package let size: UInt64
  package let root: SHA256Digest

  package init(size: UInt64, root: SHA256Digest) {
    self.size = size
    self.root = root
  }
}

/// Who acted, and in which role at that moment: a later change of role does not rewrite it.
package struct EventActor: Hashable, Sendable, Codable {
  package let member: MemberReference
  package let role: String

  package init(member: MemberReference, role: String) {
    self.member = member
    self.role = role
  }
}

package enum EventOutcome: String, Hashable, Sendable, Codable {
  case allowed, refused, waiting, error
}

/// One fact of the ledger, signed by the member who made it. Nothing in it but the box identifies a child.
///
/// Text form: canonical JSON, DESIGN section 6; `Event+Coding.swift` has the keys.
package struct Event: Hashable, Sendable {
  package static let version: Int64 = 1

  package var id: EventID
  package var vault: VaultID
  package var seen: SeenHead
  package var kind: EventKind
  package var at: Timestamp
  package var actor: EventActor
  package var child: ChildReference?
  package var record: RecordReference?
  package var request: RequestReference?
  package var outcome: EventOutcome?
  package var gateway: String?
  package var reasons: [String]
  /// Hash of the policy set that decided, 64 hexadecimal digits.
  package var policy: String?
  /// What the rules saw, without anything identifying.
  package var facts: JSONValue?
  /// The part under the child's key or the register key.
  package var box: SealedBox?
  /// Fields of this kind, and, when read from a later version, fields this one does not know.
  package var fields: [String: JSONValue]
  /// Ed25519 over the canonical bytes without `sig`, 64 bytes; empty until signed.
  package var signature: [UInt8]

  package init(
    id: EventID, vault: VaultID, seen: SeenHead, kind: EventKind, at: Timestamp, actor: EventActor,
    child: ChildReference? = nil, record: RecordReference? = nil, request: RequestReference? = nil,
    outcome: EventOutcome? = nil, gateway: String? = nil, reasons: [String] = [],
    policy: String? = nil, facts: JSONValue? = nil, box: SealedBox? = nil,
    fields: [String: JSONValue] = [:], signature: [UInt8] = []
  ) {
    self.id = id
    self.vault = vault
    self.seen = seen
    self.kind = kind
    self.at = at
    self.actor = actor
    self.child = child
    self.record = record
    self.request = request
    self.outcome = outcome
    self.gateway = gateway
    self.reasons = reasons
    self.policy = policy
    self.facts = facts
    self.box = box
    self.fields = fields
    self.signature = signature
  }
}

/// The kind-specific fields, read with a typed refusal.
extension Event {
  func text(_ field: String) throws(EntryFault) -> String {
    guard let value = fields[field]?.string else { throw .malformed }
    return value
  }

  func optionalText(_ field: String) throws(EntryFault) -> String? {
    guard let value = fields[field] else { return nil }
    guard let text = value.string else { throw .malformed }
    return text
  }

  /// One of a fixed set of words; nil where the field is absent.
  func word<Word: RawRepresentable>(_ field: String) throws(EntryFault) -> Word?
  where Word.RawValue == String {
    guard let text = try optionalText(field) else { return nil }
    guard let word = Word(rawValue: text) else { throw .malformed }
    return word
  }

  func flag(_ field: String) throws(EntryFault) -> Bool {
    guard let value = fields[field] else { return false }
    guard let flag = value.bool else { throw .malformed }
    return flag
  }

  func number(_ field: String) throws(EntryFault) -> Int64 {
    guard let value = fields[field]?.integer, value >= 0 else { throw .malformed }
    return value
  }

  func texts(_ field: String) throws(EntryFault) -> [String] {
    guard let elements = fields[field]?.array else { throw .malformed }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string else { throw .malformed }
      texts.append(text)
    }
    return texts
  }

  func reference<R: VaultReference>(_ field: String, _: R.Type = R.self) throws(EntryFault) -> R {
    guard let value = R(parsing: try text(field)) else { throw .malformed }
    return value
  }

  func references<R: VaultReference>(_ field: String, _: R.Type = R.self) throws(EntryFault) -> [R] {
    var references: [R] = []
    for text in try texts(field) {
      guard let value = R(parsing: text) else { throw .malformed }
      references.append(value)
    }
    return references
  }

  func digest(_ field: String) throws(EntryFault) -> SHA256Digest {
    guard let value = SHA256Digest(hex: try text(field)) else { throw .malformed }
    return value
  }
}
