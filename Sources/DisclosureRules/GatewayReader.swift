/// Reads one file under `gateways/`.
struct GatewayReader {
  let header: PolicySet.Header
  let gatewayIDs: [String]

  private var vocabulary: Vocabulary { header.vocabulary }

  func read(_ root: PolicyValue) -> Gateway? {
    guard var map = root.map() else { return nil }
    let idValue = map.need("id")
    let id = idValue?.newWord("id")
    if let id, id != PolicyLoader.id(ofGatewayPath: root.file.path) {
      idValue?.report(.contradiction("the file must be named after its id: gateways/\(id).yaml"))
    }
    if id == "access" { idValue?.report(.contradiction("\"access\" stands for acts inside the setting")) }
    let code = map.need("code")?.filledString()
    let title = map.need("title")?.filledString()
    let summary = map.need("summary")?.filledString()
    let authority = map.need("authority").map(readAuthority) ?? []
    let kind = map.need("kind")?.word(Gateway.Kind.self, "kind")
    let addressedTo =
      map.take("addressed_to")?.words(among: ["local-authority", "school"], "addressee") ?? []
    let enabled = map.take("enabled").flatMap { $0.boolean() } ?? true
    let settings = map.take("setting_types")?.words(among: header.settingTypes, "setting type")
    let fromValue = map.take("effective_from")
    let from = fromValue.flatMap { $0.date() }
    let to = map.take("effective_to").flatMap { $0.date() }
    if let from, let to, to < from {
      fromValue?.report(.contradiction("effective_from is after effective_to"))
    }
    let recipients = map.need("recipients")?.filter(among: vocabulary.recipientKinds.all, "recipient kind")
    let documents = map.need("documents")?.filter(among: vocabulary.documentKinds.all, "document kind")
    let consent = map.take("consent").flatMap { readConsent($0, at: map.location(of: "consent")) }
    let subject = map.take("subject").flatMap { readSubject($0, at: map.location(of: "subject")) }
    let requires = map.take("requires").map(readEvidence) ?? []
    let requestBy = map.need("request_by")?.words(among: vocabulary.roles.all, "role") ?? []
    let approvals = map.need("approvals").flatMap { readApprovals($0, at: map.location(of: "approvals")) }
    let lasts = map.take("lasts").flatMap(readLasts)
    let use = map.need("evidence_use")?.word(Gateway.EvidenceUse.self, "evidence use")
    let tell = map.need("tell_family")?.word(Gateway.TellFamily.self, "answer")
    let clock = map.take("clock").flatMap(readClock)
    let obligations = map.take("obligations")?.strings("obligations") ?? []
    let hints = map.take("hints")?.strings("hints") ?? []
    let traps = map.take("traps")?.strings("traps") ?? []
    let notThis = map.take("not_this")?.strings("not_this") ?? []
    map.finish()
    guard let id, let code, let title, let summary, let kind, let recipients, let documents, let approvals,
      let use, let tell
    else { return nil }
    return Gateway(
      id: id, code: code, title: title, summary: summary, authority: authority, kind: kind,
      addressedTo: addressedTo, isEnabled: enabled, settingTypes: settings, effectiveFrom: from,
      effectiveTo: to, recipients: recipients, documents: documents, consent: consent, subject: subject,
      requires: requires, requestBy: requestBy, approvals: approvals, lasts: lasts, evidenceUse: use,
      tellFamily: tell, clock: clock, obligations: obligations, hints: hints, traps: traps, notThis: notThis,
      location: idValue?.location ?? root.location, lines: map.lines)
  }

  private func readAuthority(_ value: PolicyValue) -> [Gateway.Authority] {
    // None at all is for lint to remark on.
    (value.items("authority", mayBeEmpty: true) ?? []).compactMap { item in
      guard var map = item.map() else { return nil }
      let provision = map.need("provision")?.filledString()
      let confidence = map.need("confidence")?.word(Gateway.Authority.Confidence.self, "confidence")
      let note = map.take("note")?.filledString()
      map.finish()
      guard let provision, let confidence else { return nil }
      return Gateway.Authority(provision: provision, confidence: confidence, note: note)
    }
  }

  private func readConsent(_ value: PolicyValue, at location: RuleLocation) -> Gateway.ConsentRule? {
    guard var map = value.map() else { return nil }
    let giversValue = map.need("givers")
    var givers: [LifeStage: [ConsentGiver]] = [:]
    for entry in giversValue?.map()?.all ?? [] {
      guard let stage = entry.key.word(LifeStage.self, "life stage") else { continue }
      givers[stage] = entry.value.words(ConsentGiver.self, "consent giver")
    }
    if givers.isEmpty { giversValue?.report(.emptyList("givers")) }
    let age = map.take("check_competence_from_age")?.integer(0...25, what: "check_competence_from_age")
    let capacity = map.take("check_capacity").flatMap { $0.boolean() } ?? true
    let prevails = map.take("prevails").map(readPrevails) ?? []
    map.finish()
    return Gateway.ConsentRule(
      givers: givers, checkCompetenceFromAge: age, checksCapacity: capacity, prevails: prevails,
      location: location, giversLocation: map.location(of: "givers"))
  }

  private func readPrevails(_ value: PolicyValue) -> [Gateway.ConsentRule.Prevails] {
    (value.items("prevails") ?? []).compactMap { item in
      guard var map = item.map() else { return nil }
      let giver = map.need("giver")?.word(ConsentGiver.self, "consent giver")
      let care = map.take("care")?.words(CareStatus.self, "care")
      map.finish()
      return giver.map { Gateway.ConsentRule.Prevails(giver: $0, care: care) }
    }
  }

  private func readSubject(_ value: PolicyValue, at location: RuleLocation) -> Gateway.SubjectRule? {
    guard var map = value.map() else { return nil }
    let stages = map.take("stages")?.words(LifeStage.self, "life stage")
    var stagesFor: [String: [LifeStage]] = [:]
    for entry in map.take("stages_for")?.map()?.all ?? [] {
      guard let kind = entry.key.word(among: vocabulary.recipientKinds.all, "recipient kind") else {
        continue
      }
      stagesFor[kind] = entry.value.words(LifeStage.self, "life stage")
    }
    let minimum = map.take("minimum_age")?.integer(0...25, what: "minimum_age")
    let maximum = map.take("maximum_age")?.integer(0...30, what: "maximum_age")
    if let minimum, let maximum, maximum < minimum {
      value.report(.contradiction("minimum_age is greater than maximum_age"))
    }
    let care = map.take("care")?.words(CareStatus.self, "care")
    map.finish()
    return Gateway.SubjectRule(
      stages: stages, stagesFor: stagesFor, minimumAge: minimum, maximumAge: maximum, care: care,
      location: location)
  }

  private func readEvidence(_ value: PolicyValue) -> [Gateway.EvidenceRule] {
    let items = (value.items("requires", mayBeEmpty: true) ?? []).compactMap { item in item.map() }
    // Ids first: `unless` may name evidence further down.
    let ids = items.compactMap { map in map.all.first { $0.name == "evidence" }?.value.peekedString }
    var seen: [String] = []
    return items.compactMap { item in
      var map = item
      let idValue = map.need("evidence")
      let id = idValue?.newWord("evidence id")
      if let id {
        if seen.contains(id) { idValue?.report(.duplicateWord(noun: "evidence", word: id)) }
        seen.append(id)
      }
      let question = map.need("question")?.filledString()
      let form = map.need("form")?.word(EvidenceForm.self, "form")
      let patternValue = map.take("pattern")
      let pattern = patternValue?.filledString()
      let choicesValue = map.take("choices")
      let choices = choicesValue?.strings("choices") ?? []
      if form == .document, let extra = patternValue ?? choicesValue {
        extra.report(.contradiction("a document is not compared with words"))
      }
      if patternValue != nil, let choicesValue {
        choicesValue.report(.contradiction("give a pattern or choices, not both"))
      }
      let onlyFor = map.take("for")?.words(among: vocabulary.recipientKinds.all, "recipient kind")
      let unless = map.take("unless")?.words(among: ids.filter { $0 != id }, "evidence") ?? []
      let use = map.take("use")?.word(Gateway.EvidenceUse.self, "evidence use")
      map.finish()
      guard let id, let question, let form else { return nil }
      return Gateway.EvidenceRule(
        id: id, question: question, form: form, pattern: pattern.map(EvidenceMask.init), choices: choices,
        onlyFor: onlyFor, unless: unless, use: use, location: idValue?.location ?? item.value.location)
    }
  }

  private func readApprovals(_ value: PolicyValue, at location: RuleLocation) -> Gateway.ApprovalRule? {
    guard var map = value.map() else { return nil }
    let base = readGroup(&map, at: location)
    let more = (map.take("more_for")?.items("more_for") ?? []).compactMap { item -> ApprovalCondition? in
      guard var entry = item.map() else { return nil }
      let documents =
        entry.take("documents")?.words(among: vocabulary.documentKinds.all, "document kind") ?? []
      let recipients =
        entry.take("recipients")?.words(among: vocabulary.recipientKinds.all, "recipient kind") ?? []
      let stages = entry.take("stages")?.words(LifeStage.self, "life stage") ?? []
      let group = readGroup(&entry, at: item.location)
      entry.finish()
      if documents.isEmpty, recipients.isEmpty, stages.isEmpty {
        item.report(.contradiction("say what more approvals are for: documents, recipients or stages"))
      }
      return group.map {
        ApprovalCondition(documents: documents, recipients: recipients, stages: stages, group: $0)
      }
    }
    map.finish()
    return base.map { Gateway.ApprovalRule(base: $0, moreFor: more) }
  }

  private func readGroup(_ map: inout PolicyMap, at location: RuleLocation) -> ApprovalGroup? {
    ApprovalGroup.read(&map, roles: vocabulary.roles.all, at: location)
  }

  private func readLasts(_ value: PolicyValue) -> Gateway.Lasts? {
    guard var map = value.map() else { return nil }
    let days = map.take("days")?.integer(0...3660, what: "days")
    let until = map.take("until")?.filledString()
    map.finish()
    if days == nil, until == nil { value.report(.missingKey("days")) }
    return Gateway.Lasts(days: days, until: until)
  }

  private func readClock(_ value: PolicyValue) -> Gateway.Clock? {
    guard var map = value.map() else { return nil }
    let days = map.need("days")?.integer(0...3660, what: "days")
    let calendar = map.take("calendar").map { $0.word(Gateway.Clock.Calendar.self, "calendar") } ?? .calendar
    let from = map.need("from")?.filledString()
    map.finish()
    guard let days, let calendar, let from else { return nil }
    return Gateway.Clock(days: days, calendar: calendar, from: from)
  }
}

extension ApprovalGroup {
  /// `count` and `roles` out of a map that may hold more.
  static func read(_ map: inout PolicyMap, roles known: [String], at location: RuleLocation) -> ApprovalGroup?
  {
    let countValue = map.need("count")
    let count = countValue?.integer(0...8, what: "count")
    let roles = map.need("roles")?.words(among: known, "role", mayBeEmpty: count == 0)
    guard let count, let roles else { return nil }
    return ApprovalGroup(count: count, roles: roles, location: location)
  }
}
