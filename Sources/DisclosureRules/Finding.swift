/// One thing a decision found against a request: why it is refused, or what it waits for. No text, no allocation.
///
/// Integers are positions in the facts or in the gateway, as each case says.
enum Finding: Hashable, Sendable {
  // Refusals.
  case gatewayUnknown
  case gatewayOff
  case policyNotInForce
  case gatewayNotInForce
  case wrongSetting
  case roleMayNotRequest
  case recipientNotInGateway
  case noDocuments
  /// Position in `facts.documents`; one finding a kind.
  case documentOutsideGateway(Int)
  case subjectStage
  case subjectTooYoung
  case subjectTooOld
  case subjectAgeUnknown
  case subjectCare
  /// Position in `gateway.requires`, here and in the next three.
  case evidenceMissing(Int)
  case evidenceWrongForm(Int)
  case evidenceMalformed(Int)
  case evidenceReused(Int)
  /// Position in the set's `restrictions`.
  case restricted(Int)
  /// A restriction is in force that the set has no rule for.
  case restrictionUnknown(RestrictionKind)
  case consentRefused
  case consentWithdrawn
  case consentExpired
  case consentInvalidated
  case consentWrongGiver
  case consentDoesNotCoverDocuments
  case consentDoesNotCoverVersion
  case approvalByRequester
  case declined
  case expired
  // Inside the setting.
  case roleUnknown
  case actionNotAllowed
  case documentsNotForRole
  case notLinked
  case reasonMissing
  case erasure(ErasureFinding)

  // Needs.
  case needsConsent
  case needsConsentForRecipient
  case needsCompetenceNote
  case needsCapacityNote
  case consentConflict
  case consentFollowUp
  /// Position in the approval groups of the request, and how many are missing there.
  case needsApproval(group: Int, count: Int)

  var isRefusal: Bool {
    switch self {
    case .needsConsent, .needsConsentForRecipient, .needsCompetenceNote, .needsCapacityNote, .consentConflict,
      .consentFollowUp, .needsApproval:
      false
    default: true
    }
  }

  /// The word programs and the ledger rely on. One word may stand for several findings.
  var code: String {
    switch self {
    case .gatewayUnknown: "gateway-unknown"
    case .gatewayOff: "gateway-off"
    case .policyNotInForce, .gatewayNotInForce: "gateway-not-in-force"
    case .wrongSetting: "wrong-setting"
    case .roleMayNotRequest: "role-may-not-request"
    case .recipientNotInGateway: "recipient-not-in-gateway"
    case .noDocuments: "no-documents"
    case .documentOutsideGateway: "documents-outside-gateway"
    case .subjectStage, .subjectTooYoung, .subjectTooOld, .subjectAgeUnknown, .subjectCare:
      "subject-condition"
    case .evidenceMissing: "evidence-missing"
    case .evidenceWrongForm, .evidenceMalformed: "evidence-malformed"
    case .evidenceReused: "evidence-reused"
    case .restricted, .restrictionUnknown: "restricted"
    case .consentRefused: "consent-refused"
    case .consentWithdrawn: "consent-withdrawn"
    case .consentExpired: "consent-expired"
    case .consentInvalidated: "consent-invalidated"
    case .consentWrongGiver: "consent-wrong-giver"
    case .consentDoesNotCoverDocuments: "consent-does-not-cover-documents"
    case .consentDoesNotCoverVersion: "consent-does-not-cover-version"
    case .approvalByRequester: "approval-by-requester"
    case .declined: "declined"
    case .expired: "expired"
    case .roleUnknown: "role-unknown"
    case .actionNotAllowed: "action-not-allowed"
    case .documentsNotForRole: "documents-not-for-role"
    case .notLinked: "not-linked"
    case .reasonMissing: "reason-missing"
    case .erasure(let finding): finding.rawValue
    case .needsConsent, .needsConsentForRecipient: "consent"
    case .needsCompetenceNote: "competence-note"
    case .needsCapacityNote: "capacity-note"
    case .consentConflict: "consent-conflict"
    case .consentFollowUp: "consent-follow-up"
    case .needsApproval: "approval"
    }
  }
}
