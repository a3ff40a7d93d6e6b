extension PolicySet {
  /// Decides one request: a function of the facts and this set, nothing else.
  ///
  /// Every finding is gathered, so that the answer names all that is wrong at once. Any refusal refuses; else anything
  /// missing waits; else it is allowed. Whatever the set does not know refuses. No gateways are mixed: only the one asked
  /// for is looked at. Restrictions only ever add findings, so they cannot widen what is allowed.
  ///
  /// Cost: under a microsecond with the shipped sets; no text is made.
  package func decide(_ facts: DisclosureFacts) -> Decision { decide(facts, asIfEnabled: false) }

  /// As `decide`; `asIfEnabled` is for cases only, which test rules that are shipped switched off.
  func decide(_ facts: DisclosureFacts, asIfEnabled: Bool) -> Decision {
    let core = core
    guard let gateway = core.gatewaysByID[facts.gateway] else {
      return Decision(
        outcome: .refused, gatewayID: facts.gateway, isHidden: false, findings: [.gatewayUnknown],
        context: .disclosure(core, nil, facts))
    }
    var evaluation = Evaluation(core: core, gateway: gateway, facts: facts)
    evaluation.run(asIfEnabled: asIfEnabled)
    return Decision(
      outcome: evaluation.findings.contains(where: \.isRefusal)
        ? .refused : evaluation.findings.isEmpty ? .allowed : .waiting,
      gatewayID: gateway.id, isHidden: evaluation.isHidden, findings: evaluation.findings,
      context: .disclosure(core, gateway, facts))
  }

  /// Decides what a member may do inside the setting; whatever `access.yaml` does not grant is refused.
  package func decideAccess(_ facts: AccessFacts) -> Decision {
    let finding = accessFinding(facts)
    return Decision(
      outcome: finding == nil ? .allowed : .refused, gatewayID: "access", isHidden: false,
      findings: finding.map { [$0] } ?? [], context: .access(core, facts))
  }

  private func accessFinding(_ facts: AccessFacts) -> Finding? {
    guard let role = access.roles[facts.role] else { return .roleUnknown }
    guard facts.action == .open else { return role.may.contains(facts.action) ? nil : .actionNotAllowed }
    // Of several openings that name the kind, the one that asks least counts; so the finding told is the one of the
    // opening that came nearest: a missing reason is nearer than a missing link.
    var nearest = Finding.documentsNotForRole
    for opening in role.opens where facts.document.map(opening.documents.contains) ?? false {
      if opening.children == .linked, !facts.linked {
        if nearest == .documentsNotForRole { nearest = .notLinked }
      } else if opening.needsReason, !facts.reason {
        nearest = .reasonMissing
      } else {
        return nil
      }
    }
    return nearest
  }
}

/// One run of the rules over one request.
struct Evaluation {
  let core: PolicySet.Core
  let gateway: Gateway
  let facts: DisclosureFacts
  private(set) var findings: [Finding] = []
  private(set) var isHidden = false
  /// Positions in the set's restrictions of those that bite on this request, in the order of the file.
  let restrictionsInPlay: [Int]

  init(core: PolicySet.Core, gateway: Gateway, facts: DisclosureFacts) {
    self.core = core
    self.gateway = gateway
    self.facts = facts
    self.restrictionsInPlay = Evaluation.restrictionsInPlay(core, gateway, facts)
  }

  /// The order is that of DOMAIN.md section 1: route, people, scope, subject, evidence, consent, restrictions, approvals,
  /// time. It decides which finding is told first, never the outcome.
  mutating func run(asIfEnabled: Bool) {
    if !gateway.isEnabled, !asIfEnabled { findings.append(.gatewayOff) }
    checkRoute()
    checkPeople()
    checkDocuments()
    checkSubject()
    checkEvidence()
    checkConsent()
    checkRestrictions()
    checkApprovals()
    checkTime()
  }

  private mutating func checkRoute() {
    if facts.today < core.header.inForceFrom { findings.append(.policyNotInForce) }
    if let from = gateway.effectiveFrom, facts.today < from {
      findings.append(.gatewayNotInForce)
    } else if let to = gateway.effectiveTo, facts.today > to {
      findings.append(.gatewayNotInForce)
    }
    if !(gateway.settingTypes ?? core.header.settingTypes).contains(facts.setting) {
      findings.append(.wrongSetting)
    }
  }

  private mutating func checkPeople() {
    if !gateway.requestBy.contains(facts.requester.role) { findings.append(.roleMayNotRequest) }
    if !gateway.recipients.contains(facts.recipient) { findings.append(.recipientNotInGateway) }
  }

  private mutating func checkDocuments() {
    if facts.documents.isEmpty { findings.append(.noDocuments) }
    for index in facts.documents.indices where !gateway.documents.contains(facts.documents[index].kind) {
      let kind = facts.documents[index].kind
      if !facts.documents[..<index].contains(where: { $0.kind == kind }) {
        findings.append(.documentOutsideGateway(index))
      }
    }
  }

  private mutating func checkSubject() {
    guard let rule = gateway.subject else { return }
    let stage = facts.subject.stage
    if !(rule.stages?.contains(stage) ?? true) || !(rule.stagesFor[facts.recipient]?.contains(stage) ?? true)
    {
      findings.append(.subjectStage)
    }
    if rule.minimumAge != nil || rule.maximumAge != nil {
      if let age = facts.subject.age {
        if let least = rule.minimumAge, age < least { findings.append(.subjectTooYoung) }
        if let most = rule.maximumAge, age > most { findings.append(.subjectTooOld) }
      } else {
        findings.append(.subjectAgeUnknown)
      }
    }
    if let care = rule.care, !care.contains(facts.subject.care) { findings.append(.subjectCare) }
  }

  private mutating func checkEvidence() {
    for index in gateway.requires.indices {
      let rule = gateway.requires[index]
      guard rule.applies(to: facts.recipient), let finding = evidenceFinding(index) else { continue }
      if !rule.unless.isEmpty, isMetByOther(rule) { continue }
      findings.append(finding)
    }
  }

  /// What is wrong with the evidence for one rule; nil if it is met.
  ///
  /// A rule is met if any one piece of evidence for it is of the right form, well-formed and, where evidence counts once,
  /// fresh. So taking evidence away never helps, and a bad first try does not spoil a good second one.
  func evidenceFinding(_ index: Int) -> Finding? {
    let rule = gateway.requires[index]
    var nearest = Finding.evidenceMissing(index)
    for evidence in facts.evidence where evidence.id == rule.id {
      if evidence.form != rule.form {
        if nearest == .evidenceMissing(index) { nearest = .evidenceWrongForm(index) }
      } else if !evidence.wellFormed {
        if nearest != .evidenceReused(index) { nearest = .evidenceMalformed(index) }
      } else if (rule.use ?? gateway.evidenceUse) == .single, evidence.usedBefore {
        nearest = .evidenceReused(index)
      } else {
        return nil
      }
    }
    return nearest
  }

  /// Another piece of evidence that makes a rule unnecessary is there and good.
  func isMetByOther(_ rule: Gateway.EvidenceRule) -> Bool {
    gateway.requires.indices.contains {
      rule.unless.contains(gateway.requires[$0].id) && evidenceFinding($0) == nil
    }
  }

  private mutating func checkConsent() {
    guard let rule = gateway.consent else { return }
    switch facts.consent.state {
    case .none: findings.append(.needsConsent)
    case .refused: findings.append(.consentRefused)
    case .withdrawn: findings.append(.consentWithdrawn)
    case .expired: findings.append(.consentExpired)
    case .invalidated: findings.append(.consentInvalidated)
    case .followUp: findings.append(.consentFollowUp)
    case .conflict:
      if consentPrevails(rule) { checkGivenConsent(rule) } else { findings.append(.consentConflict) }
    case .given: checkGivenConsent(rule)
    }
  }

  func consentPrevails(_ rule: Gateway.ConsentRule) -> Bool {
    guard let giver = facts.consent.giver else { return false }
    return rule.prevails.contains { $0.giver == giver && ($0.care?.contains(facts.subject.care) ?? true) }
  }

  private mutating func checkGivenConsent(_ rule: Gateway.ConsentRule) {
    let consent = facts.consent
    // A consent for somebody else is no consent for this; what else it says does not matter.
    guard consent.coversRecipient else { return findings.append(.needsConsentForRecipient) }
    let subject = facts.subject
    let givers = rule.givers[subject.stage] ?? []
    let isRightGiver = consent.giver.map(givers.contains) ?? false
    if !isRightGiver { findings.append(.consentWrongGiver) }
    if !consent.coversDocuments { findings.append(.consentDoesNotCoverDocuments) }
    if !consent.coversVersion || facts.documents.contains(where: \.versionAfterConsent) {
      findings.append(.consentDoesNotCoverVersion)
    }
    guard isRightGiver else { return }
    if subject.stage == .child, let fromAge = rule.checkCompetenceFromAge, consent.giver != .child,
      !subject.competenceNote, subject.age.map({ $0 >= fromAge }) ?? true
    {
      findings.append(.needsCompetenceNote)
    }
    if rule.checksCapacity, subject.stage == .youngPersonLackingCapacity, consent.giver != .youngPerson,
      !subject.capacityNote
    {
      findings.append(.needsCapacityNote)
    }
  }

  private mutating func checkRestrictions() {
    for index in restrictionsInPlay where core.restrictions[index].effect == .refuse {
      findings.append(.restricted(index))
      if !core.restrictions[index].isReasonShown { isHidden = true }
    }
    for restriction in facts.restrictions where core.restrictionByKind[restriction.kind] == nil {
      let finding = Finding.restrictionUnknown(restriction.kind)
      if !findings.contains(finding) { findings.append(finding) }
    }
  }

  private static func restrictionsInPlay(
    _ core: PolicySet.Core, _ gateway: Gateway, _ facts: DisclosureFacts
  ) -> [Int] {
    var positions: [Int] = []
    for restriction in facts.restrictions {
      guard let index = core.restrictionByKind[restriction.kind], !positions.contains(index) else { continue }
      let rule = core.restrictions[index]
      if rule.when == .always || restriction.recipient, rule.touches(gateway: gateway.id) {
        positions.append(index)
      }
    }
    for index in core.documentRestrictions where !positions.contains(index) {
      let rule = core.restrictions[index]
      if facts.documents.contains(where: { rule.documents.contains($0.kind) }),
        rule.touches(gateway: gateway.id)
      {
        positions.append(index)
      }
    }
    positions.sort()
    return positions
  }

  /// Base, conditional and restriction approvals that this request needs, in the order of the files. All approvers are
  /// different people.
  var approvalGroups: [ApprovalGroup] {
    var groups: [ApprovalGroup] = []
    if gateway.approvals.base.count > 0 { groups.append(gateway.approvals.base) }
    for condition in gateway.approvals.moreFor where condition.applies(to: facts) {
      groups.append(condition.group)
    }
    for index in restrictionsInPlay {
      if let group = core.restrictions[index].approvals { groups.append(group) }
    }
    return groups
  }

  private mutating func checkApprovals() {
    let requester = facts.requester.member
    if facts.approvals.contains(where: { $0.member == requester }) { findings.append(.approvalByRequester) }
    let groups = approvalGroups
    if groups.isEmpty { return }
    let missing = ApprovalMatching.missing(groups: groups, approvals: facts.approvals, requester: requester)
    for (index, count) in missing.enumerated() where count > 0 {
      findings.append(.needsApproval(group: index, count: count))
    }
  }

  private mutating func checkTime() {
    if facts.declined { findings.append(.declined) }
    if let days = gateway.lasts?.days, let since = facts.daysSinceAllowed, since > days {
      findings.append(.expired)
    }
  }
}
