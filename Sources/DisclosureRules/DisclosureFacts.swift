/// Exactly what the rules see of one request, and nothing that identifies the child.
///
/// A decision is a function of these facts and a policy set, so it can be taken again years later from the ledger.
/// Member references are the vault's opaque ones. JSON keys are snake_case; every key is written, and a document that
/// lacks one, or holds a word this version does not know, does not decode: the caller must refuse then.
package struct DisclosureFacts: Codable, Hashable, Sendable {
  package var phase: Phase
  package var today: CalendarDate
  /// One of the policy's `setting_types`.
  package var setting: String
  /// The id of the one gateway relied on; gateways are never mixed.
  package var gateway: String
  package var requester: Person
  /// A recipient kind of the policy's vocabulary.
  package var recipient: String
  package var documents: [Document]
  package var subject: Subject
  package var consent: Consent
  package var evidence: [Evidence]
  package var approvals: [Person]
  package var restrictions: [Restriction]
  /// Somebody entitled to approve has turned the request down.
  package var declined: Bool
  /// Whole days since the request was first allowed; nil if it never was.
  package var daysSinceAllowed: Int?
  /// Days by which the gateway's deadline has passed; nil if it has not, or has none, or is not known.
  package var lateByDays: Int?

  package init(
    phase: Phase = .request, today: CalendarDate, setting: String, gateway: String, requester: Person,
    recipient: String, documents: [Document], subject: Subject, consent: Consent = .none,
    evidence: [Evidence] = [], approvals: [Person] = [], restrictions: [Restriction] = [],
    declined: Bool = false, daysSinceAllowed: Int? = nil, lateByDays: Int? = nil
  ) {
    self.phase = phase
    self.today = today
    self.setting = setting
    self.gateway = gateway
    self.requester = requester
    self.recipient = recipient
    self.documents = documents
    self.subject = subject
    self.consent = consent
    self.evidence = evidence
    self.approvals = approvals
    self.restrictions = restrictions
    self.declined = declined
    self.daysSinceAllowed = daysSinceAllowed
    self.lateByDays = lateByDays
  }

  private enum CodingKeys: String, CodingKey {
    case phase, today, setting, gateway, requester, recipient, documents, subject, consent, evidence
    case approvals, restrictions, declined
    case daysSinceAllowed = "days_since_allowed"
    case lateByDays = "late_by_days"
  }

  /// Both are decided by the same rules; `lasts` is looked at on release only.
  package enum Phase: String, Codable, Hashable, Sendable, CaseIterable { case request, release }

  /// A member of the vault and the role they acted in at that moment.
  package struct Person: Codable, Hashable, Sendable {
    package var member: String
    package var role: String
    package init(member: String, role: String) {
      self.member = member
      self.role = role
    }
  }

  package struct Document: Codable, Hashable, Sendable {
    /// A document kind of the policy's vocabulary.
    package var kind: String
    /// This version was filed after the consent relied on was given.
    package var versionAfterConsent: Bool
    package init(kind: String, versionAfterConsent: Bool = false) {
      self.kind = kind
      self.versionAfterConsent = versionAfterConsent
    }
    private enum CodingKeys: String, CodingKey {
      case kind
      case versionAfterConsent = "version_after_consent"
    }
  }

  package struct Subject: Codable, Hashable, Sendable {
    package var stage: LifeStage
    /// Whole years; nil if the date of birth is not known.
    package var age: Int?
    package var care: CareStatus
    /// A note in force on whether the child understands enough to decide, whichever way it came out.
    package var competenceNote: Bool
    /// A note in force, for this decision, that capacity is lacking.
    package var capacityNote: Bool
    package init(
      stage: LifeStage, age: Int?, care: CareStatus = .none, competenceNote: Bool = false,
      capacityNote: Bool = false
    ) {
      self.stage = stage
      self.age = age
      self.care = care
      self.competenceNote = competenceNote
      self.capacityNote = capacityNote
    }
    private enum CodingKeys: String, CodingKey {
      case stage, age, care
      case competenceNote = "competence_note"
      case capacityNote = "capacity_note"
    }
  }

  /// The consent that fits this request best: the caller picks it, the rules judge it.
  package struct Consent: Codable, Hashable, Sendable {
    package var state: State
    /// Who gave it, or, for a conflict, who is for it; nil if there is none.
    package var giver: ConsentGiver?
    package var coversRecipient: Bool
    package var coversDocuments: Bool
    package var coversVersion: Bool
    package init(
      state: State, giver: ConsentGiver?, coversRecipient: Bool = true, coversDocuments: Bool = true,
      coversVersion: Bool = true
    ) {
      self.state = state
      self.giver = giver
      self.coversRecipient = coversRecipient
      self.coversDocuments = coversDocuments
      self.coversVersion = coversVersion
    }
    private enum CodingKeys: String, CodingKey {
      case state, giver
      case coversRecipient = "covers_recipient"
      case coversDocuments = "covers_documents"
      case coversVersion = "covers_version"
    }

    /// No consent is on file.
    package static let none = Consent(
      state: .none, giver: nil, coversRecipient: false, coversDocuments: false, coversVersion: false)

    package enum State: String, Codable, Hashable, Sendable, CaseIterable {
      case none, given, refused, withdrawn, expired, conflict
      /// Somebody wants to talk before answering.
      case followUp = "follow-up"
      /// It was good until a status event ended it, such as the end of compulsory school age.
      case invalidated
    }
  }

  package struct Evidence: Codable, Hashable, Sendable {
    /// The id of the gateway's evidence this answers.
    package var id: String
    /// Lower-case hex of the SHA-256 of the text's UTF-8 or of the document's bytes.
    package var sha256: String
    package var form: EvidenceForm
    /// `Gateway.isWellFormed(evidence:text:)` said yes; for a document, that it was readable and not empty.
    package var wellFormed: Bool
    /// The same evidence was relied on for another request or another child.
    package var usedBefore: Bool
    package init(
      id: String, sha256: String, form: EvidenceForm, wellFormed: Bool = true, usedBefore: Bool = false
    ) {
      self.id = id
      self.sha256 = sha256
      self.form = form
      self.wellFormed = wellFormed
      self.usedBefore = usedBefore
    }
    private enum CodingKeys: String, CodingKey {
      case id, sha256, form
      case wellFormed = "well_formed"
      case usedBefore = "used_before"
    }
  }

  /// A restriction in force on the child's file.
  package struct Restriction: Codable, Hashable, Sendable {
    package var kind: RestrictionKind
    /// The person restricted is the recipient of this request.
    package var recipient: Bool
    package init(kind: RestrictionKind, recipient: Bool = false) {
      self.kind = kind
      self.recipient = recipient
    }
  }
}

/// Whether evidence is typed words or an attached document.
package enum EvidenceForm: String, Codable, Hashable, Sendable, CaseIterable { case text, document }

/// What may override a permission. A closed list: the ledger records these words.
package enum RestrictionKind: String, Codable, Hashable, Sendable, CaseIterable {
  case shieldedAddress = "shielded-address"
  case courtRestrictedParent = "court-restricted-parent"
  case sealedIdentity = "sealed-identity"
  case legalHold = "legal-hold"
  case childProtectionMaterial = "child-protection-material"
  case harmFlag = "harm-flag"
  case thirdPartyPassages = "third-party-passages"
}
