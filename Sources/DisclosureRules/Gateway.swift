/// One lawful route by which records may leave: a file under `gateways/`.
///
/// A class so that a decision can point at it for the price of one reference; immutable.
package final class Gateway: Sendable {
  package let id: String
  /// The short code of the domain notes (`G02`); empty if the file gives none.
  package let code: String
  package let title: String
  package let summary: String
  package let authority: [Authority]
  package let kind: Kind
  /// Whom the law addresses, as words: `local-authority`, `school`.
  package let addressedTo: [String]
  package let isEnabled: Bool
  /// nil: every setting of the policy.
  package let settingTypes: [String]?
  package let effectiveFrom: CalendarDate?
  package let effectiveTo: CalendarDate?
  package let recipients: WordFilter
  package let documents: WordFilter
  /// nil: does not rest on consent.
  package let consent: ConsentRule?
  package let subject: SubjectRule?
  package let requires: [EvidenceRule]
  package let requestBy: [String]
  package let approvals: ApprovalRule
  /// nil: an allowed decision does not run out.
  package let lasts: Lasts?
  package let evidenceUse: EvidenceUse
  package let tellFamily: TellFamily
  package let clock: Clock?
  package let obligations: [String]
  package let hints: [String]
  package let traps: [String]
  package let notThis: [String]
  /// Where the file's `id` stands.
  package let location: RuleLocation
  /// Line of each top-level key that the file has.
  let lines: [String: Int]

  init(
    id: String, code: String, title: String, summary: String, authority: [Authority], kind: Kind,
    addressedTo: [String], isEnabled: Bool, settingTypes: [String]?, effectiveFrom: CalendarDate?,
    effectiveTo: CalendarDate?, recipients: WordFilter, documents: WordFilter, consent: ConsentRule?,
    subject: SubjectRule?, requires: [EvidenceRule], requestBy: [String], approvals: ApprovalRule,
    lasts: Lasts?, evidenceUse: EvidenceUse, tellFamily: TellFamily, clock: Clock?, obligations: [String],
    hints: [String], traps: [String], notThis: [String], location: RuleLocation, lines: [String: Int]
  ) {
    self.id = id
    self.code = code
    self.title = title
    self.summary = summary
    self.authority = authority
    self.kind = kind
    self.addressedTo = addressedTo
    self.isEnabled = isEnabled
    self.settingTypes = settingTypes
    self.effectiveFrom = effectiveFrom
    self.effectiveTo = effectiveTo
    self.recipients = recipients
    self.documents = documents
    self.consent = consent
    self.subject = subject
    self.requires = requires
    self.requestBy = requestBy
    self.approvals = approvals
    self.lasts = lasts
    self.evidenceUse = evidenceUse
    self.tellFamily = tellFamily
    self.clock = clock
    self.obligations = obligations
    self.hints = hints
    self.traps = traps
    self.notThis = notThis
    self.location = location
    self.lines = lines
  }

  /// Where a top-level key stands, or the gateway's own line if the file leaves it out.
  package func location(of key: String) -> RuleLocation {
    RuleLocation(file: location.file, line: lines[key] ?? location.line)
  }

  /// The evidence rule with an id.
  package func evidence(_ id: String) -> EvidenceRule? { requires.first { $0.id == id } }

  /// Whether typed evidence looks as its rule wants: right form, something there, and fitting the mask if there is one.
  ///
  /// Pure; called before facts are made, so that the facts hold the answer and a hash rather than the text. Evidence that
  /// no rule of this gateway asks for is not well-formed.
  package func isWellFormed(evidence id: String, text: String) -> Bool {
    guard let rule = evidence(id), rule.form == .text, text.utf8.count <= EvidenceMask.textLimit else {
      return false
    }
    if !rule.choices.isEmpty { return rule.choices.contains { EvidenceMask.isSame(text, $0) } }
    return rule.pattern?.matches(text) ?? !EvidenceMask.trimmed(text).isEmpty
  }

  /// The first provision in full, for reasons and cover notes; empty if the file gives none.
  package var provision: String { authority.first?.provision ?? "" }

  package struct Authority: Hashable, Sendable {
    package let provision: String
    package let confidence: Confidence
    package let note: String?
    /// How the provision came to be known; a data protection officer checks all of them.
    package enum Confidence: String, Hashable, Sendable, CaseIterable {
      case read, secondary
      case fromMemory = "from-memory"
    }
  }

  /// The law lets the setting share, or makes it.
  package enum Kind: String, Hashable, Sendable, CaseIterable { case permits, compels }

  package enum EvidenceUse: String, Hashable, Sendable, CaseIterable { case single, `repeat` }

  package enum TellFamily: String, Hashable, Sendable, CaseIterable { case yes, no, decide }

  package struct EvidenceRule: Sendable {
    package let id: String
    package let question: String
    package let form: EvidenceForm
    package let pattern: EvidenceMask?
    /// The only answers that count, spaces at the ends and case aside; empty: any.
    package let choices: [String]
    /// Asked only of these recipient kinds; nil: of all.
    package let onlyFor: [String]?
    /// Ids of other evidence that makes this one unnecessary once it is there and good. Two rules that name each other
    /// mean that either will do.
    package let unless: [String]
    /// Whether it counts once or again; nil: as the gateway says.
    package let use: EvidenceUse?
    package let location: RuleLocation

    func applies(to recipient: String) -> Bool { onlyFor?.contains(recipient) ?? true }
  }

  package struct ConsentRule: Sendable {
    package let givers: [LifeStage: [ConsentGiver]]
    /// A child of this age or more, consent by somebody else, and no competence note: wait for one.
    package let checkCompetenceFromAge: Int?
    /// Somebody who acts for a young person waits for a capacity note for this decision.
    package let checksCapacity: Bool
    /// Whose consent stands although another person refused.
    package let prevails: [Prevails]
    package let location: RuleLocation
    package let giversLocation: RuleLocation

    package struct Prevails: Hashable, Sendable {
      package let giver: ConsentGiver
      /// Only for a child with one of these; nil: always.
      package let care: [CareStatus]?
    }
  }

  package struct SubjectRule: Sendable {
    package let stages: [LifeStage]?
    /// Stages wanted when the recipient is of one kind, beside `stages`.
    package let stagesFor: [String: [LifeStage]]
    package let minimumAge: Int?
    package let maximumAge: Int?
    package let care: [CareStatus]?
    package let location: RuleLocation
  }

  package struct ApprovalRule: Sendable {
    package let base: ApprovalGroup
    package let moreFor: [ApprovalCondition]
  }

  package struct Lasts: Hashable, Sendable {
    package let days: Int?
    package let until: String?
  }

  /// A deadline that goes with the disclosure; counted by the caller, who has the calendars.
  package struct Clock: Hashable, Sendable {
    package let days: Int
    package let calendar: Calendar
    package let from: String
    package enum Calendar: String, Hashable, Sendable, CaseIterable { case calendar, working, school }
  }
}

/// This many approvals by different people, each in one of these roles, none of them the requester.
package struct ApprovalGroup: Hashable, Sendable {
  package let count: Int
  package let roles: [String]
  package let location: RuleLocation
}

/// Approvals asked for beyond the base when any of the things named here is in the request.
package struct ApprovalCondition: Sendable {
  package let documents: [String]
  package let recipients: [String]
  package let stages: [LifeStage]
  package let group: ApprovalGroup

  func applies(to facts: DisclosureFacts) -> Bool {
    recipients.contains(facts.recipient) || stages.contains(facts.subject.stage)
      || facts.documents.contains { documents.contains($0.kind) }
  }
}
