package import AgeFormat
package import DisclosureRules
package import StrongroomCrypto

// What custodians are shown. These hold names, so none of them prints itself.

/// A value that holds personal text: interpolating or dumping it shows its type only.
package protocol Personal: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{}

extension Personal {
  package var description: String { "\(Self.self)(personal)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

package struct MemberSummary: Hashable, Personal {
  package let reference: MemberReference
  package let name: String
  package let role: String
  package let since: Timestamp
  package let fingerprint: String
  package let isActive: Bool

  init(_ state: MemberState) {
    reference = state.reference
    name = state.name
    role = state.role
    since = state.since
    fingerprint = MemberCard.fingerprint(recipient: state.recipient, signingKey: state.signingKey)
    isActive = state.isActive
  }
}

package struct ChildSummary: Hashable, Personal {
  package let reference: ChildReference
  package let name: String
  package let born: CalendarDate
  package let upn: String?
  package let recordCount: Int
  package let notes: ChildNotes
}

package struct ContactSummary: Hashable, Personal {
  package let reference: ContactReference
  package let name: String
  package let relationship: String
  package let parentalResponsibility: Bool
}

package struct RecordSummary: Hashable, Personal {
  package let reference: RecordReference
  package let child: ChildReference
  package let kind: String
  package let dated: CalendarDate?
  package let title: String?
  package let fileName: String
  package let mediaType: String
  package let sizeBytes: Int
  package let filedAt: Timestamp
}

package struct ConsentSummary: Hashable, Personal {
  package let reference: ConsentReference
  package let child: ChildReference
  /// nil when the child or young person gave it themself.
  package let contact: ContactReference?
  package let recipient: RecipientReference
  package let kinds: [String]
  package let purpose: String
  package let until: CalendarDate
  /// `given`, `refused`, `follow-up`, `withdrawn` or `expired`.
  package let state: String
}

package struct RecipientSummary: Hashable, Personal {
  package let reference: RecipientReference
  package let kind: String
  package let key: X25519Recipient?
  package let name: String
}

/// A request without anything personal.
package struct RequestSummary: Hashable, Sendable {
  package let reference: RequestReference
  package let child: ChildReference
  package let gateway: String
  package let recipient: RecipientReference
  /// `allowed`, `waiting`, `refused`, `declined` or `released`.
  package let state: String
  package let requester: MemberReference
  package let at: Timestamp
}

package struct RequestDetail: Personal {
  package let summary: RequestSummary
  package let recipientName: String?
  package let reason: String?
  package let records: [RecordReference]
  package let requester: EventActor
  /// A line each: id, and text or the reference of the document.
  package let evidence: [String]
  /// A line each: role and member.
  package let approvals: [String]
  package let decision: DecisionReport
}

package struct ChildFile: Personal {
  package let child: ChildSummary
  package let contacts: [ContactSummary]
  /// Those whose files are there.
  package let records: [RecordSummary]
  /// Until when each of them is kept, in the same order.
  package let kept: [KeptDocument]
  /// Those that were disposed of.
  package let disposed: [GoneRecord]
  package let consents: [ConsentSummary]
  package let requests: [RequestSummary]
  /// Those not lifted, ended ones included.
  package let holds: [HoldSummary]
  /// Proposals to erase or dispose that wait for a second person.
  package let proposals: [ProposalSummary]
}

package struct FindResult: Hashable, Personal {
  package let child: ChildReference
  package let record: RecordReference?
  package let kind: String?
  package let title: String
}

/// What was filed.
package struct StoredRecord: Hashable, Sendable {
  package let reference: RecordReference
  package let mediaType: String
  package let sizeBytes: Int
  /// Of the document itself.
  package let sha256: SHA256Digest
  /// What the name claimed, where the bytes say otherwise.
  package let mismatchedClaim: String?
  /// The first day on which the rules in force let it go, and their number of years from birth.
  package let keepUntil: CalendarDate
  package let yearsKept: Int
}

package struct OpenedRecord: Hashable, Personal {
  package let reference: RecordReference
  package let name: String
  package let mediaType: String
  package let sizeBytes: Int
}

package struct CreatedVault: Hashable, Sendable {
  package let vault: String
  package let member: MemberReference
  package let origin: String
  package let vkey: String
  package let isExample: Bool
}

package struct VaultStatus: Sendable {
  package let vault: String
  package let isExample: Bool
  package let me: MemberSummary
  package let entries: UInt64
  package let root: SHA256Digest
  package let members: Int
  /// Files that were not erased, and documents that are there.
  package let children: Int
  package let records: Int
  package let erasedChildren: Int
  package let openRequests: Int
  package let policyName: String
  package let policyHash: String
  package let origin: String
  package let vkey: String
  /// Of the log's first key, for people to compare.
  package let keyFingerprint: String
}

/// A released package. Holds the passphrase, if one had to be made, until it was shown.
package final class ReleasedPackage: Sendable {
  package let sha256: SHA256Digest
  package let sizeBytes: Int
  package let obligations: [String]
  private let passphrase: SecretBytes?

  init(
    sha256: SHA256Digest, sizeBytes: Int, obligations: [String], passphrase: consuming SecretBytes?
  ) {
    self.sha256 = sha256
    self.sizeBytes = sizeBytes
    self.obligations = obligations
    self.passphrase = passphrase
  }

  package var hasPassphrase: Bool { passphrase != nil }

  /// Hands out the passphrase, if there is one, to be shown once. It is nowhere stored; the text given leaves wiped
  /// memory, so do nothing with it but print it.
  package func withPassphrase<E: Error>(_ body: (String) throws(E) -> Void) throws(E) {
    guard passphrase != nil else { return }
    let bytes = [UInt8](copying: Self.copy(passphrase!).bytes)
    try body(String(decoding: bytes, as: UTF8.self))
  }

  private static func copy(_ secret: borrowing SecretBytes) -> SecretBytes { secret.duplicate() }
}
