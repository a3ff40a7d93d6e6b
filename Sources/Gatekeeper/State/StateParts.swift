package import AgeFormat
package import DisclosureRules
package import StrongroomCrypto
package import TransparencyLog
package import VaultStore

// What the fold keeps of each thing. Names and texts stay in their boxes: the fold needs no key, and a snapshot of it
// holds nothing that identifies a child.

/// A sealed part, with what opening it needs.
package struct BoxedDetails: Hashable, Sendable, Codable {
  let event: EventID
  let kind: EventKind
  let box: SealedBox
  /// Where the event stands, to name it if the box does not open.
  let entry: UInt64

  func open(with identity: X25519Identity, in state: VaultState) throws(EntryFault) -> JSONValue {
    try box.open(identity: identity, vault: state.vault, event: event, kind: kind)
  }
}

package struct MemberState: Hashable, Sendable, Codable {
  package let reference: MemberReference
  /// Members' names are not boxed: officers must see who acted.
  package let name: String
  package let role: String
  package let recipient: X25519Recipient
  package let signingKey: VerifierKey
  package let since: Timestamp
  package let entry: UInt64
  package var removedAt: UInt64?

  package var isActive: Bool { removedAt == nil }
}

package struct ChildState: Hashable, Sendable, Codable {
  package let reference: ChildReference
  /// Names the child's key file.
  package let key: KeyID
  package let entry: UInt64
  package var notes = ChildNotes()
  /// Set for good: the key is gone, and what stays is that there was a file.
  package var erased: ErasedState?
  let details: BoxedDetails
}

/// What somebody entitled to it noted about who decides for a child; the latest note of each sort counts.
package struct ChildNotes: Hashable, Sendable, Codable {
  /// Whether a child not over compulsory school age understands enough to decide; nil: nobody has looked.
  package enum Competence: String, Hashable, Sendable, Codable, CaseIterable {
    case competent
    case notCompetent = "not-competent"
  }

  /// Whether a young person can make decisions about these records; presumed until noted otherwise (Mental Capacity Act
  /// 2005, section 1).
  package enum Capacity: String, Hashable, Sendable, Codable, CaseIterable {
    case has, lacks
  }

  package var competence: Competence?
  /// Capacity is judged for one decision: whether to share with this recipient.
  package var capacity: [RecipientReference: Capacity]
  package var care: CareStatus?

  package init(
    competence: Competence? = nil, capacity: [RecipientReference: Capacity] = [:], care: CareStatus? = nil
  ) {
    self.competence = competence
    self.capacity = capacity
    self.care = care
  }

  /// These notes with the newer ones in their place.
  func updated(by newer: ChildNotes) -> ChildNotes {
    ChildNotes(
      competence: newer.competence ?? competence,
      capacity: capacity.merging(newer.capacity) { _, newer in newer }, care: newer.care ?? care)
  }

  package var isEmpty: Bool { competence == nil && capacity.isEmpty && care == nil }
}

/// The first signature under a change of the rules.
package struct ProposedPolicy: Hashable, Sendable, Codable {
  /// Hash of the set.
  package let policy: String
  package let name: String
  package let by: EventActor
  package let at: Timestamp
  package let entry: UInt64
}

package struct ContactState: Hashable, Sendable, Codable {
  package let reference: ContactReference
  package let child: ChildReference
  package let entry: UInt64
  let details: BoxedDetails
}

package struct RecordState: Hashable, Sendable, Codable {
  package let reference: RecordReference
  package let child: ChildReference
  package let kind: String
  package let dated: CalendarDate?
  package let object: ObjectID
  /// Of the sealed file, bytes.
  package let objectSize: Int
  package let objectSHA256: SHA256Digest
  package let at: Timestamp
  package let entry: UInt64
  /// Set for good: the file is gone.
  package var disposed: DisposedState?
  let details: BoxedDetails

  var stored: StoredObject { StoredObject(id: object, length: objectSize, sha256: objectSHA256) }
}

package struct ConsentState: Hashable, Sendable, Codable {
  package let reference: ConsentReference
  package let child: ChildReference
  /// nil when the child or young person gave it themself.
  package let contact: ContactReference?
  package let recipient: RecipientReference
  package let documentKinds: [String]
  /// Last day it counts on.
  package let until: CalendarDate
  package let answer: ConsentAnswer
  package let at: Timestamp
  package let entry: UInt64
  package var withdrawnAt: UInt64?
  let details: BoxedDetails
}

package enum ConsentAnswer: String, Hashable, Sendable, Codable, CaseIterable {
  case given, refused
  /// They want to talk before answering.
  case followUp = "follow-up"
}

package struct RecipientState: Hashable, Sendable, Codable {
  package let reference: RecipientReference
  package let kind: String
  package let key: X25519Recipient?
  /// The person in a child's file that this recipient is; nil for bodies and strangers.
  package let contact: ContactReference?
  package let entry: UInt64
  let details: BoxedDetails
}

package struct EvidenceState: Hashable, Sendable, Codable {
  package let id: String
  package let form: EvidenceForm
  /// Of a document's bytes; for text a keyed hash, so that it tells reuse and nothing else.
  package let sha256: SHA256Digest
  package let wellFormed: Bool
  /// Where the document is filed.
  package let record: RecordReference?
}

package struct ApprovalState: Hashable, Sendable, Codable {
  package let actor: EventActor
  /// What was approved: a later change of records, recipient or evidence makes another scope.
  package let scope: SHA256Digest
  package let entry: UInt64
}

package struct DecisionState: Hashable, Sendable, Codable {
  package let outcome: EventOutcome
  package let facts: DisclosureFacts
  package let policy: String
  package let at: Timestamp
  package let entry: UInt64
}

package struct ReleaseState: Hashable, Sendable, Codable {
  package let entry: UInt64
  package let at: Timestamp
  package let packageSHA256: SHA256Digest
  package let packageSizeBytes: Int
}

package struct RequestState: Hashable, Sendable, Codable {
  package let reference: RequestReference
  package let child: ChildReference
  package let requester: EventActor
  package let recipient: RecipientReference
  package let gateway: String
  package let records: [RecordReference]
  package var evidence: [EvidenceState]
  /// In order; those for another scope than the present one do not count.
  package var approvals: [ApprovalState] = []
  package var declined: ApprovalState?
  package var lastDecision: DecisionState?
  package var firstAllowedAt: Timestamp?
  package var release: ReleaseState?
  package let at: Timestamp
  package let entry: UInt64
  let details: BoxedDetails

  /// What an approval is for: child, gateway, recipient, records and evidence.
  package var scope: SHA256Digest {
    Self.scope(
      child: child, recipient: recipient, gateway: gateway, records: records, evidence: evidence)
  }

  /// SHA-256 of their canonical JSON, in which order counts for nothing.
  static func scope(
    child: ChildReference, recipient: RecipientReference, gateway: String,
    records: [RecordReference], evidence: [EvidenceState]
  ) -> SHA256Digest {
    let json: JSONValue = [
      "child": .string(child.description), "recipient": .string(recipient.description),
      "gateway": .string(gateway),
      "records": .array(records.map(\.description).sorted().map { .string($0) }),
      "evidence": .array(evidence.map { "\($0.id) \($0.sha256.hex)" }.sorted().map { .string($0) }),
    ]
    return SHA256.digest(of: json.canonicalBytes)
  }

  /// Evidence of the same id takes the place of what was there.
  static func merging(_ old: [EvidenceState], with new: [EvidenceState]) -> [EvidenceState] {
    let ids = Set(new.map(\.id))
    return old.filter { !ids.contains($0.id) } + new
  }

  package var countingApprovals: [ApprovalState] {
    let scope = scope
    return approvals.filter { $0.scope == scope }
  }
}

/// What overrides a permission on one child's file, from a day to a day or until it is lifted.
package struct RestrictionState: Hashable, Sendable, Codable {
  package let reference: RestrictionReference
  package let child: ChildReference
  package let kind: RestrictionKind
  package let from: CalendarDate
  /// Last day it holds; nil: until it is lifted.
  package let until: CalendarDate?
  /// Whom a court has restricted, as a person in the child's file and, if known, as an address.
  package let contact: ContactReference?
  package let recipient: RecipientReference?
  package let entry: UInt64
  package var liftedAt: UInt64?
  let details: BoxedDetails

  package func isInForce(on day: CalendarDate) -> Bool {
    liftedAt == nil && from <= day && until.map { day <= $0 } ?? true
  }
}

/// A decision that a log may go on although it lost what its maker had seen.
package struct RestoreState: Hashable, Sendable, Codable {
  /// The largest tree that its maker had accepted before.
  package let lostSize: UInt64
  package let lostRoot: SHA256Digest
  package let actor: EventActor
  package let at: Timestamp
  package let entry: UInt64
}
