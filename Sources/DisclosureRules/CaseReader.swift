/// Reads the files under `cases/`: situations in the words of the facts, everything optional with a stated default.
struct CaseReader {
  let header: PolicySet.Header
  let gateways: [Gateway]

  private var vocabulary: Vocabulary { header.vocabulary }

  /// Defaults of a situation: a SENCo asks at an academy about a nine-year-old's plan.
  private static let today = CalendarDate(year: 2026, month: 11, day: 21)!

  func read(_ root: PolicyValue) -> [PolicyCase] {
    guard var map = root.map() else { return [] }
    let items = map.need("cases")?.items("cases", mayBeEmpty: true) ?? []
    map.finish()
    return items.compactMap(readCase)
  }

  private func readCase(_ item: PolicyValue) -> PolicyCase? {
    guard var map = item.map() else { return nil }
    let name = map.need("name")?.filledString()
    let vector = map.take("vector")?.integer(1...1000, what: "vector")
    let pending = map.take("pending")?.filledString()
    let gatewayValue = map.take("gateway")
    let gateway = gatewayValue?.word(among: gateways.map(\.id), "gateway").flatMap { id in
      gateways.first { $0.id == id }
    }
    let asIfEnabled = map.take("as_if_enabled").flatMap { $0.boolean() } ?? false
    let situationValue = map.take("situation")
    let accessValue = map.take("access")
    let erasureValue = map.take("erasure")
    let expectValue = map.take("expect")
    map.finish()
    guard let name else { return nil }

    var situation = PolicyCase.Situation.outsideTheRules
    if let accessValue {
      if let clash = gatewayValue ?? situationValue ?? erasureValue {
        clash.report(.contradiction("a case is about a gateway or about access, not both"))
      }
      guard let facts = readAccess(accessValue) else { return nil }
      situation = .access(facts)
    } else if let erasureValue {
      if let clash = gatewayValue ?? situationValue {
        clash.report(.contradiction("a case is about a gateway or about erasing, not both"))
      }
      guard let facts = readErasure(erasureValue) else { return nil }
      situation = .erasure(facts)
    } else if let gateway, situationValue != nil || pending == nil {
      guard let facts = readSituation(situationValue, gateway) else { return nil }
      situation = .disclosure(facts)
    } else if pending == nil {
      if gatewayValue == nil { item.report(.missingKey("gateway")) }
      return nil
    }

    var expected: PolicyCase.Expectation?
    if case .outsideTheRules = situation {
      if let expectValue { expectValue.report(.contradiction("there is no situation to expect this of")) }
    } else if let expectValue {
      expected = readExpectation(expectValue)
      if expected == nil { return nil }
    } else {
      item.report(.missingKey("expect"))
      return nil
    }
    return PolicyCase(
      name: name, gateway: gateway?.id, vector: vector, pending: pending, asIfEnabled: asIfEnabled,
      situation: situation, expected: expected, location: item.location)
  }

  private func readAccess(_ value: PolicyValue) -> AccessFacts? {
    guard var map = value.map() else { return nil }
    let role = map.need("role")?.word(among: vocabulary.roles.all, "role")
    let action = map.need("action")?.word(AccessAction.self, "action")
    let document = map.take("document")?.word(among: vocabulary.documentKinds.all, "document kind")
    let linked = map.take("linked").flatMap { $0.boolean() } ?? false
    let reason = map.take("reason").flatMap { $0.boolean() } ?? false
    map.finish()
    guard let role, let action else { return nil }
    return AccessFacts(role: role, action: action, document: document, linked: linked, reason: reason)
  }

  private func readErasure(_ value: PolicyValue) -> ErasureFacts? {
    guard var map = value.map() else { return nil }
    let phase = map.take("phase")?.word(ErasureFacts.Phase.self, "phase") ?? .propose
    let scope = map.need("scope")?.word(ErasureFacts.Scope.self, "scope")
    let ground = map.need("ground")?.word(ErasureGround.self, "ground")
    let due = map.take("due").flatMap { $0.boolean() } ?? false
    let held = map.take("held").flatMap { $0.boolean() } ?? false
    let requested = map.take("requested").flatMap { $0.boolean() } ?? false
    let samePerson = map.take("same_person").flatMap { $0.boolean() } ?? false
    let daysWaited = map.take("days_waited")?.integer(0...36_600, what: "days_waited") ?? 0
    map.finish()
    guard let scope, let ground else { return nil }
    return ErasureFacts(
      phase: phase, scope: scope, ground: ground, due: due, held: held, requested: requested,
      samePerson: samePerson, daysWaited: daysWaited)
  }

  private func readSituation(_ value: PolicyValue?, _ gateway: Gateway) -> DisclosureFacts? {
    var facts = DisclosureFacts(
      today: CaseReader.today,
      setting: header.settingTypes.contains("academy") ? "academy" : header.settingTypes.first ?? "",
      gateway: gateway.id, requester: .init(member: "m1", role: "senco"),
      recipient: gateway.recipients.words.first ?? "", documents: [.init(kind: "ehc-plan")],
      subject: .init(stage: .child, age: 9))
    guard let value else { return facts }
    guard var map = value.map() else { return nil }
    if let phase = map.take("phase")?.word(DisclosureFacts.Phase.self, "phase") { facts.phase = phase }
    if let today = map.take("today")?.date() { facts.today = today }
    if let setting = map.take("setting")?.word(among: header.settingTypes, "setting type") {
      facts.setting = setting
    }
    if let requester = map.take("requester").flatMap(readPerson) { facts.requester = requester }
    if let recipient = map.take("recipient")?.word(among: vocabulary.recipientKinds.all, "recipient kind") {
      facts.recipient = recipient
    }
    if let documents = map.take("documents") { facts.documents = readDocuments(documents) }
    if let subject = map.take("subject").flatMap({ readSubject($0, today: facts.today) }) {
      facts.subject = subject
    }
    if let consent = map.take("consent").flatMap(readConsent) { facts.consent = consent }
    if let evidence = map.take("evidence") { facts.evidence = readEvidence(evidence, gateway) }
    if let approvals = map.take("approvals") {
      facts.approvals = (approvals.items("approvals", mayBeEmpty: true) ?? []).compactMap(readPerson)
    }
    if let restrictions = map.take("restrictions") {
      facts.restrictions = (restrictions.items("restrictions", mayBeEmpty: true) ?? [])
        .compactMap(readRestriction)
    }
    if let declined = map.take("declined").flatMap({ $0.boolean() }) { facts.declined = declined }
    facts.daysSinceAllowed = map.take("days_since_allowed")?.integer(0...36_600, what: "days_since_allowed")
    facts.lateByDays = map.take("late_by_days")?.integer(0...36_600, what: "late_by_days")
    map.finish()
    return facts
  }

  private func readPerson(_ value: PolicyValue) -> DisclosureFacts.Person? {
    guard var map = value.map() else { return nil }
    let member = map.need("member")?.filledString()
    let role = map.need("role")?.word(among: vocabulary.roles.all, "role")
    map.finish()
    guard let member, let role else { return nil }
    return DisclosureFacts.Person(member: member, role: role)
  }

  private func readDocuments(_ value: PolicyValue) -> [DisclosureFacts.Document] {
    (value.items("documents", mayBeEmpty: true) ?? []).compactMap { item in
      if item.peekedString != nil {
        return item.word(among: vocabulary.documentKinds.all, "document kind").map {
          DisclosureFacts.Document(kind: $0)
        }
      }
      guard var map = item.map() else { return nil }
      let kind = map.need("kind")?.word(among: vocabulary.documentKinds.all, "document kind")
      let after = map.take("version_after_consent").flatMap { $0.boolean() } ?? false
      map.finish()
      return kind.map { DisclosureFacts.Document(kind: $0, versionAfterConsent: after) }
    }
  }

  private func readSubject(_ value: PolicyValue, today: CalendarDate) -> DisclosureFacts.Subject? {
    guard var map = value.map() else { return nil }
    let bornValue = map.take("born")
    let born = bornValue.flatMap { $0.date() }
    let stageValue = map.take("stage")
    var stage = stageValue?.word(LifeStage.self, "life stage") ?? .child
    let ageValue = map.take("age")
    var age = ageValue?.integer(0...120, what: "age")
    let competentValue = map.take("competent")
    let competent = competentValue.flatMap { $0.boolean() } ?? false
    let care = map.take("care")?.word(CareStatus.self, "care") ?? .none
    let competenceNote = map.take("competence_note").flatMap { $0.boolean() } ?? competent
    let capacityNote = map.take("capacity_note").flatMap { $0.boolean() } ?? false
    map.finish()
    if let born {
      if let extra = stageValue ?? ageValue {
        extra.report(.contradiction("with born, stage and age are worked out"))
      }
      guard born <= today else {
        bornValue?.report(.contradiction("born is after today"))
        return nil
      }
      stage = LifeStage.on(
        today, born: born, hasCompetenceNote: competent, lacksCapacityNote: capacityNote)
      age = born.age(on: today)
    } else {
      competentValue?.report(.contradiction("competent goes with born; otherwise say stage: competent-child"))
    }
    if age == nil { age = stage == .child || stage == .competentChild ? 9 : 17 }
    return DisclosureFacts.Subject(
      stage: stage, age: age, care: care, competenceNote: competenceNote, capacityNote: capacityNote)
  }

  private func readConsent(_ value: PolicyValue) -> DisclosureFacts.Consent? {
    guard var map = value.map() else { return nil }
    let state = map.need("state")?.word(DisclosureFacts.Consent.State.self, "consent state")
    let giver = map.take("giver")?.word(ConsentGiver.self, "consent giver")
    let isThere = state != DisclosureFacts.Consent.State.none
    let recipient = map.take("covers_recipient").flatMap { $0.boolean() } ?? isThere
    let documents = map.take("covers_documents").flatMap { $0.boolean() } ?? isThere
    let version = map.take("covers_version").flatMap { $0.boolean() } ?? isThere
    map.finish()
    guard let state else { return nil }
    return DisclosureFacts.Consent(
      state: state, giver: giver, coversRecipient: recipient, coversDocuments: documents,
      coversVersion: version)
  }

  private func readEvidence(_ value: PolicyValue, _ gateway: Gateway) -> [DisclosureFacts.Evidence] {
    (value.items("evidence", mayBeEmpty: true) ?? []).compactMap { item in
      guard var map = item.map() else { return nil }
      let id = map.need("id")?.word(among: gateway.requires.map(\.id), "evidence")
      let text = map.take("text")?.string()
      let documentValue = map.take("document")
      let isDocument = documentValue.flatMap { $0.boolean() } ?? false
      let usedBefore = map.take("used_before").flatMap { $0.boolean() } ?? false
      let wellFormed = map.take("well_formed").flatMap { $0.boolean() }
      map.finish()
      if (text == nil) == !isDocument {
        item.report(.contradiction("evidence is either text: \"...\" or document: true"))
        return nil
      }
      guard let id else { return nil }
      let looksRight = text.map { gateway.isWellFormed(evidence: id, text: $0) } ?? true
      return DisclosureFacts.Evidence(
        id: id, sha256: String(repeating: "0", count: 64), form: isDocument ? .document : .text,
        wellFormed: wellFormed ?? looksRight, usedBefore: usedBefore)
    }
  }

  private func readRestriction(_ value: PolicyValue) -> DisclosureFacts.Restriction? {
    guard var map = value.map() else { return nil }
    let kind = map.need("kind")?.word(RestrictionKind.self, "restriction")
    let recipient = map.take("recipient").flatMap { $0.boolean() } ?? false
    map.finish()
    return kind.map { DisclosureFacts.Restriction(kind: $0, recipient: recipient) }
  }

  private func readExpectation(_ value: PolicyValue) -> PolicyCase.Expectation? {
    guard var map = value.map() else { return nil }
    let outcome = map.need("outcome")?.word(Decision.Outcome.self, "outcome")
    let reasons = map.take("reasons")?.words(among: Finding.refusalCodes, "reason") ?? []
    let needs = map.take("needs").map(readNeeds) ?? []
    let obligations = map.take("obligations")?.strings("obligations") ?? []
    let hidden = map.take("hidden").flatMap { $0.boolean() }
    map.finish()
    return outcome.map {
      PolicyCase.Expectation(
        outcome: $0, reasons: reasons, needs: needs, obligations: obligations, isHidden: hidden)
    }
  }

  private func readNeeds(_ value: PolicyValue) -> [String] {
    let evidence = gateways.flatMap(\.requires).map { "evidence:\($0.id)" }
    return value.words(among: Finding.needCodes + Array(Set(evidence)).sorted(), "need")
  }
}

extension Finding {
  /// Every code a refusal may carry, for checking the words of cases.
  static let refusalCodes: [String] =
    [
      "gateway-unknown", "gateway-off", "gateway-not-in-force", "wrong-setting", "role-may-not-request",
      "recipient-not-in-gateway", "no-documents", "documents-outside-gateway", "subject-condition",
      "evidence-missing", "evidence-malformed", "evidence-reused", "restricted", "not-found-or-not-visible",
      "consent-refused", "consent-withdrawn", "consent-expired", "consent-invalidated", "consent-wrong-giver",
      "consent-does-not-cover-documents", "consent-does-not-cover-version", "approval-by-requester",
      "declined",
      "expired", "role-unknown", "action-not-allowed", "documents-not-for-role", "not-linked",
      "reason-missing",
    ] + ErasureFinding.allCases.map(\.rawValue)

  /// Every code of something missing, but for evidence, which is `evidence:ID`.
  static let needCodes: [String] = [
    "consent", "competence-note", "capacity-note", "consent-conflict", "consent-follow-up", "approval",
  ]
}
