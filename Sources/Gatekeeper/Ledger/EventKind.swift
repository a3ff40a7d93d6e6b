/// What can happen in a vault. A closed list: a reader that meets another word refuses the entry.
package enum EventKind: String, Hashable, Sendable, CaseIterable, Codable {
  case vaultCreated = "vault.created"
  case memberAdded = "member.added"
  case memberRemoved = "member.removed"
  /// The first of the two signatures that a change of the rules needs.
  case policyProposed = "policy.proposed"
  case policyAdopted = "policy.adopted"
  /// The epoch ended: the last entry under its ledger key, which names the log's next key.
  case keyRotated = "key.rotated"
  case childAdded = "child.added"
  /// What bears on who decides for the child was noted or corrected.
  case childChanged = "child.changed"
  case contactAdded = "contact.added"
  case recordStored = "record.stored"
  case recordOpened = "record.opened"
  case accessRefused = "access.refused"
  case consentRecorded = "consent.recorded"
  case consentWithdrawn = "consent.withdrawn"
  case recipientAdded = "recipient.added"
  /// Something overrides what would be allowed: a court order against a person, a sealed identity, a hidden address.
  case restrictionPlaced = "restriction.placed"
  case restrictionLifted = "restriction.lifted"
  /// Asked whether a disclosure would be allowed, and nothing more.
  case requestChecked = "request.checked"
  case requestMade = "request.made"
  case evidenceAttached = "evidence.attached"
  case requestDecided = "request.decided"
  case approvalGiven = "approval.given"
  case approvalDeclined = "approval.declined"
  case disclosureReleased = "disclosure.released"
  case holdPlaced = "hold.placed"
  case holdLifted = "hold.lifted"
  /// To erase a child's file, or to dispose of some of its documents; a second person carries it out.
  case erasureProposed = "erasure.proposed"
  case erasureWithdrawn = "erasure.withdrawn"
  /// From this entry on the documents' files go.
  case recordDisposed = "record.disposed"
  /// From this entry on the child's key goes, and with it all that is sealed under it.
  case childErased = "child.erased"
  /// Names, titles or reasons were shown: a list, a child's file, one request.
  case registerViewed = "register.viewed"
  case auditViewed = "audit.viewed"
  case auditExported = "audit.exported"
  case auditVerified = "audit.verified"
  /// A copy of the vault came to its end; the entry is made after it, and is not in it.
  case backupCreated = "backup.created"
  case backupVerified = "backup.verified"
  /// A recovery set takes the place of every recovery key before.
  case recoveryChanged = "recovery.changed"
  case recoveryDrilled = "recovery.drilled"
  /// The recovery set made somebody a custodian.
  case recoveryUsed = "recovery.used"
  /// One entry was taken out of the vault, with its key and its place in the log.
  case auditProved = "audit.proved"
  /// Entries that a crash had left without a signed head were adopted.
  case systemRecovered = "system.recovered"
  /// Somebody entitled to it accepted that the log no longer has what they saw of it.
  case systemRestored = "system.restored"

  /// The fields of its own that an event of this kind may carry, beside the common ones. The writer refuses others;
  /// the reader keeps them, since a later version may have added some.
  var fieldNames: Set<String> {
    switch self {
    case .vaultCreated:
      [
        "member", "name", "card_recipient", "card_key", "role", "setting", "example", "register_key",
        "log_key", "origin", "recovery", "policy_name",
      ]
    case .memberAdded: ["member", "name", "card_recipient", "card_key", "role"]
    case .memberRemoved: ["member"]
    case .policyProposed, .policyAdopted: ["policy_name"]
    case .keyRotated: ["epoch", "log_key", "cause"]
    case .childAdded: ["key"]
    case .childChanged: ["competence", "capacity", "capacity_for", "care"]
    case .contactAdded: ["contact"]
    case .recordStored: ["document_kind", "dated", "object", "object_size", "object_sha256"]
    case .recordOpened: ["document_kind"]
    case .accessRefused: ["action", "document_kind"]
    case .consentRecorded:
      ["consent", "contact", "recipient", "document_kinds", "until", "answer", "given_by_subject"]
    case .consentWithdrawn: ["consent"]
    case .recipientAdded: ["recipient", "recipient_kind", "key", "contact"]
    case .restrictionPlaced:
      ["restriction", "restriction_kind", "from", "until", "contact", "recipient"]
    case .restrictionLifted: ["restriction"]
    case .requestChecked: ["recipient", "records", "evidence", "needs"]
    case .requestMade: ["recipient", "records", "evidence"]
    case .evidenceAttached: ["evidence"]
    case .requestDecided: ["scope", "phase", "needs", "manifest"]
    case .approvalGiven: ["scope"]
    case .approvalDeclined: ["scope"]
    case .disclosureReleased:
      ["recipient", "records", "decision", "package_sha256", "package_size", "sealed_to"]
    case .holdPlaced: ["hold", "until"]
    case .holdLifted: ["hold"]
    case .erasureProposed: ["proposal", "records"]
    case .erasureWithdrawn: ["proposal"]
    case .recordDisposed: ["proposal", "records"]
    case .childErased: ["proposal", "again", "key", "entry"]
    case .registerViewed: ["view"]
    case .auditViewed: ["from", "to", "filter"]
    case .auditExported: ["size"]
    case .auditVerified: ["size", "findings", "depth"]
    case .backupCreated: ["size", "root", "files", "bytes", "findings"]
    case .backupVerified: ["size", "root", "samples", "findings"]
    case .recoveryChanged: ["recipients", "set", "key", "shares"]
    case .recoveryDrilled: []
    case .recoveryUsed: ["member", "name", "card_recipient", "card_key", "role"]
    case .auditProved: ["entry"]
    case .systemRecovered: ["count"]
    case .systemRestored: ["lost_size", "lost_root", "reason"]
    }
  }

  /// Kinds that carry a decision: outcome, reasons and policy, and where the rules saw a request, its facts.
  var carriesDecision: Bool {
    switch self {
    case .recordOpened, .accessRefused, .requestChecked, .requestDecided, .disclosureReleased,
      .erasureProposed,
      .recordDisposed, .childErased:
      true
    default: false
    }
  }
}
