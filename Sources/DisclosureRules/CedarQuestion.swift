/// One question in the form that a Cedar engine takes: principal, action, resource and context, with the principal's
/// roles. Encodes as JSON; entity references have the form `{"__entity": {"type": ..., "id": ...}}`.
package struct CedarQuestion: Encodable, Sendable {
  package let principal: String
  package let action: String
  package let resource: String
  package let context: Context
  /// The principal and the approvers with their roles, and the resource.
  package let entities: [Entity]

  /// What the language cannot work out is worked out here: see `CedarExport`.
  package enum Context: Encodable, Sendable {
    case disclosure(Disclosure)
    case access(Access)

    package func encode(to encoder: any Encoder) throws {
      switch self {
      case .disclosure(let context): try context.encode(to: encoder)
      case .access(let context): try context.encode(to: encoder)
      }
    }
  }

  /// The two questions about one request: whether it may be pursued, and whether the disclosure may be made.
  package static func about(_ facts: DisclosureFacts, in set: PolicySet) -> [CedarQuestion] {
    var people = [facts.requester.member: [facts.requester.role]]
    // Approvers act in the roles they approved in; the requester's roles are only those of the request.
    for approval in facts.approvals where approval.member != facts.requester.member {
      people[approval.member, default: []].append(approval.role)
    }
    let entities =
      people.sorted { $0.key < $1.key }.map { Entity(member: $0.key, roles: $0.value) }
      + [Entity(type: "Gateway", id: facts.gateway)]
    return ["pursue", "disclose"].map { action in
      CedarQuestion(
        principal: Entity.Name(type: "Member", id: facts.requester.member).text,
        action: Entity.Name(type: "Action", id: action).text,
        resource: Entity.Name(type: "Gateway", id: facts.gateway).text,
        context: .disclosure(Disclosure(facts, missing: set.missingApprovals(facts))), entities: entities)
    }
  }

  package static func about(_ facts: AccessFacts) -> CedarQuestion {
    CedarQuestion(
      principal: Entity.Name(type: "Member", id: "MBR").text,
      action: Entity.Name(type: "Action", id: "act").text,
      resource: Entity.Name(type: "Vault", id: "vault").text,
      context: .access(
        Access(
          action: facts.action.rawValue, document: facts.document, linked: facts.linked, reason: facts.reason)
      ),
      entities: [Entity(member: "MBR", roles: [facts.role]), Entity(type: "Vault", id: "vault")])
  }

  /// The answer our rules give, as the engine's answers to `about` would show it.
  package static func expected(_ outcome: Decision.Outcome) -> [Bool] {
    switch outcome {
    case .allowed: [true, true]
    case .waiting: [true, false]
    case .refused: [false, false]
    }
  }

  /// One entity of the question; also what `entities.json` of an export lists for roles and gateways.
  package struct Entity: Encodable, Sendable {
    package let uid: Name
    package let attrs: [String: String] = [:]
    package let parents: [Name]

    package init(type: String, id: String) {
      uid = Name(type: type, id: id)
      parents = []
    }

    init(member: String, roles: [String]) {
      uid = Name(type: "Member", id: member)
      parents = Set(roles).sorted().map { Name(type: "Role", id: $0) }
    }

    package struct Name: Encodable, Sendable {
      package let type: String
      package let id: String

      init(type: String, id: String) {
        self.type = "\(CedarExport.namespace)::\(type)"
        self.id = id
      }

      var text: String { "\(type)::\(cedar: id)" }
    }
  }

  package struct Access: Encodable, Sendable {
    let action: String
    let document: String?
    let linked: Bool
    let reason: Bool
  }

  package struct Disclosure: Encodable, Sendable {
    let today: Int
    let setting: String
    let recipient: String
    let documents: [String]
    let documentsAfterConsent: Bool
    let stage: String
    let age: Int?
    let care: String
    let competenceNote: Bool
    let capacityNote: Bool
    let consent: Consent
    let texts: [String]
    let textsUsed: [String]
    let documentsAttached: [String]
    let documentsAttachedUsed: [String]
    let restrictions: [String]
    let restrictionsOnRecipient: [String]
    let approvalsMissing: Int
    let approvers: [Reference]
    let declined: Bool
    let daysSinceAllowed: Int?

    init(_ facts: DisclosureFacts, missing: Int) {
      func ids(_ form: EvidenceForm, used: Bool) -> [String] {
        facts.evidence.filter { $0.form == form && $0.wellFormed && $0.usedBefore == used }.map(\.id)
      }
      today = facts.today.daysSince1970
      setting = facts.setting
      recipient = facts.recipient
      documents = facts.documents.map(\.kind)
      documentsAfterConsent = facts.documents.contains(where: \.versionAfterConsent)
      stage = facts.subject.stage.rawValue
      age = facts.subject.age
      care = facts.subject.care.rawValue
      competenceNote = facts.subject.competenceNote
      capacityNote = facts.subject.capacityNote
      consent = Consent(facts.consent)
      texts = ids(.text, used: false)
      textsUsed = ids(.text, used: true)
      documentsAttached = ids(.document, used: false)
      documentsAttachedUsed = ids(.document, used: true)
      restrictions = facts.restrictions.map(\.kind.rawValue)
      restrictionsOnRecipient = facts.restrictions.filter(\.recipient).map(\.kind.rawValue)
      approvalsMissing = missing
      approvers = facts.approvals.map { Reference(entity: .init(type: "Member", id: $0.member)) }
      declined = facts.declined
      daysSinceAllowed = facts.daysSinceAllowed
    }

    private enum CodingKeys: String, CodingKey {
      case today, setting, recipient, documents, stage, age, care, consent, texts, restrictions, approvers
      case declined
      case documentsAfterConsent = "documents_after_consent"
      case competenceNote = "competence_note"
      case capacityNote = "capacity_note"
      case textsUsed = "texts_used"
      case documentsAttached = "documents_attached"
      case documentsAttachedUsed = "documents_attached_used"
      case restrictionsOnRecipient = "restrictions_on_recipient"
      case approvalsMissing = "approvals_missing"
      case daysSinceAllowed = "days_since_allowed"
    }

    struct Reference: Encodable, Sendable {
      let entity: Entity.Name
      private enum CodingKeys: String, CodingKey { case entity = "__entity" }
    }

    struct Consent: Encodable, Sendable {
      let state: String
      let giver: String?
      let coversRecipient: Bool
      let coversDocuments: Bool
      let coversVersion: Bool

      init(_ consent: DisclosureFacts.Consent) {
        state = consent.state.rawValue
        giver = consent.giver?.rawValue
        coversRecipient = consent.coversRecipient
        coversDocuments = consent.coversDocuments
        coversVersion = consent.coversVersion
      }

      private enum CodingKeys: String, CodingKey {
        case state, giver
        case coversRecipient = "covers_recipient"
        case coversDocuments = "covers_documents"
        case coversVersion = "covers_version"
      }
    }
  }
}

extension PolicySet {
  /// How many approvals the request still lacks, over all groups; 0 for a gateway the set does not have.
  fileprivate func missingApprovals(_ facts: DisclosureFacts) -> Int {
    guard let gateway = gateway(facts.gateway) else { return 0 }
    let groups = Evaluation(core: core, gateway: gateway, facts: facts).approvalGroups
    return ApprovalMatching.missing(
      groups: groups, approvals: facts.approvals, requester: facts.requester.member
    ).reduce(0, +)
  }
}
