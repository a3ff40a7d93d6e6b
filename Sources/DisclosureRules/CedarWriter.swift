/// Writes Cedar policies one after another; the order of the calls is the order of the file.
struct CedarWriter {
  private(set) var text = ""

  /// What a shortfall forbids.
  enum Reach: String {
    /// It refuses.
    case both = "[Strongroom::Action::\"pursue\", Strongroom::Action::\"disclose\"]"
    /// It waits.
    case disclosing = "[Strongroom::Action::\"disclose\"]"
  }

  mutating func comment(_ line: String) {
    text += "// " + String(line.map { $0.isNewline ? " " : $0 }) + "\n"
  }

  /// - Parameters:
  ///   - id: annotation `@id`; names gateway, code and what it is about.
  ///   - resource: the gateways it is for; nil: all, an empty list: none.
  mutating func forbid(_ id: String, _ reach: Reach, gateways: [String]? = nil, when condition: String) {
    guard let gateways else { return write(id, "forbid", reach, "", condition) }
    for gateway in gateways { write("\(id)/\(gateway)", "forbid", reach, Self.resource(gateway), condition) }
  }

  private mutating func write(
    _ id: String, _ effect: String, _ reach: Reach, _ resource: String, _ condition: String?
  ) {
    text += "\n@id(\(cedar: id))\n\(effect) (principal, action in \(reach.rawValue), resource\(resource))"
    text += condition.map { " when {\n  \($0)\n};\n" } ?? ";\n"
  }

  private static func resource(_ gateway: String) -> String { " == Strongroom::Gateway::\(cedar: gateway)" }

  // MARK: The whole set

  mutating func setRules(_ core: PolicySet.Core) {
    forbid(
      "set/gateway-not-in-force", .both, when: "context.today < \(core.header.inForceFrom.daysSince1970)")
    forbid("set/no-documents", .both, when: "context.documents.isEmpty()")
    forbid("set/approval-by-requester", .both, when: "context.approvers.contains(principal)")
    forbid("set/approval", .disclosing, when: "context.approvals_missing > 0")
    forbid("set/declined", .both, when: "context.declined")
  }

  mutating func refusal(_ restriction: Restriction) {
    let kind = restriction.kind.rawValue
    let list = restriction.when == .always ? "restrictions" : "restrictions_on_recipient"
    var condition = "context.\(list).contains(\(cedar: kind))"
    if !restriction.documents.isEmpty {
      condition += " || context.documents.containsAny(\(cedar: restriction.documents))"
    }
    forbid("restricted/\(kind)", .both, gateways: restriction.gateways, when: condition)
  }

  mutating func access(_ role: String, _ access: AccessPolicy.Role) {
    var conditions: [String] = []
    let actions = access.may.filter { $0 != .open }.map(\.rawValue).sorted()
    if !actions.isEmpty { conditions.append("\(cedar: actions).contains(context.action)") }
    for opening in access.opens {
      var condition =
        "context.action == \"open\" && context has document && \(cedar: opening.documents.words).contains(context.document)"
      if opening.children == .linked { condition += " && context.linked" }
      if opening.needsReason { condition += " && context.reason" }
      conditions.append("(\(condition))")
    }
    guard !conditions.isEmpty else { return }
    text += "\n@id(\(cedar: "access/" + role))\n"
    text += "permit (principal in Strongroom::Role::\(cedar: role), "
    text += "action == Strongroom::Action::\"act\", resource) when {\n  "
    text += conditions.joined(separator: "\n  || ") + "\n};\n"
  }

  // MARK: One gateway

  mutating func gateway(_ gateway: Gateway, in core: PolicySet.Core) {
    text += "\n"
    comment("\(gateway.code) \(gateway.title). \(gateway.provision)")
    guard gateway.isEnabled else { return comment("Switched off: nothing permits it.") }
    write(gateway.id, "permit", .both, Self.resource(gateway.id), nil)
    let place = Self.resource(gateway.id)

    func refuse(_ code: String, unless condition: String) -> (String, Reach, String) {
      ("\(gateway.id)/\(code)", .both, "!(\(condition))")
    }
    var shortfalls: [(id: String, reach: Reach, condition: String)] = []
    if let from = gateway.effectiveFrom {
      shortfalls.append(refuse("gateway-not-in-force", unless: "context.today >= \(from.daysSince1970)"))
    }
    if let to = gateway.effectiveTo {
      shortfalls.append(refuse("gateway-no-longer-in-force", unless: "context.today <= \(to.daysSince1970)"))
    }
    let settings = gateway.settingTypes ?? core.header.settingTypes
    shortfalls.append(refuse("wrong-setting", unless: "\(cedar: settings).contains(context.setting)"))
    let askers = gateway.requestBy.map { "principal in Strongroom::Role::\(cedar: $0)" }
    shortfalls.append(refuse("role-may-not-request", unless: askers.any))
    shortfalls.append(
      refuse(
        "recipient-not-in-gateway", unless: "\(cedar: gateway.recipients.words).contains(context.recipient)"))
    shortfalls.append(
      refuse(
        "documents-outside-gateway",
        unless: "\(cedar: gateway.documents.words).containsAll(context.documents)"))
    shortfalls += subject(gateway).map { refuse("subject-condition", unless: $0) }
    shortfalls += evidence(gateway).map { refuse("evidence/\($0.id)", unless: $0.isMet) }
    if let rule = gateway.consent { shortfalls += consent(rule, gateway.id) }
    if let days = gateway.lasts?.days {
      shortfalls.append(
        refuse(
          "expired", unless: "!(context has days_since_allowed && context.days_since_allowed > \(days))"))
    }
    for shortfall in shortfalls {
      write(shortfall.id, "forbid", shortfall.reach, place, shortfall.condition)
    }
  }

  private func subject(_ gateway: Gateway) -> [String] {
    guard let rule = gateway.subject else { return [] }
    var conditions: [String] = []
    if let stages = rule.stages {
      conditions.append("\(cedar: stages.map(\.rawValue)).contains(context.stage)")
    }
    for (recipient, stages) in rule.stagesFor.sorted(by: { $0.key < $1.key }) {
      conditions.append(
        "context.recipient != \(cedar: recipient) || \(cedar: stages.map(\.rawValue)).contains(context.stage)"
      )
    }
    if let least = rule.minimumAge { conditions.append("context has age && context.age >= \(least)") }
    if let most = rule.maximumAge { conditions.append("context has age && context.age <= \(most)") }
    if let care = rule.care {
      conditions.append("\(cedar: care.map(\.rawValue)).contains(context.care)")
    }
    return conditions
  }

  private func evidence(_ gateway: Gateway) -> [(id: String, isMet: String)] {
    func isGood(_ rule: Gateway.EvidenceRule) -> String {
      let list = rule.form == .text ? "texts" : "documents_attached"
      var good = ["context.\(list).contains(\(cedar: rule.id))"]
      if (rule.use ?? gateway.evidenceUse) == .repeat {
        good.append("context.\(list)_used.contains(\(cedar: rule.id))")
      }
      return good.any
    }
    return gateway.requires.map { rule in
      var ways = [isGood(rule)]
      ways += rule.unless.compactMap { gateway.evidence($0) }.map(isGood)
      if let onlyFor = rule.onlyFor { ways.append("!\(cedar: onlyFor).contains(context.recipient)") }
      return (rule.id, ways.any)
    }
  }

  private func consent(
    _ rule: Gateway.ConsentRule, _ gateway: String
  ) -> [(id: String, reach: Reach, condition: String)] {
    let consent = "context.consent"
    let prevails = rule.prevails.map { prevailing in
      let care =
        prevailing.care.map { " && \(cedar: $0.map(\.rawValue)).contains(context.care)" } ?? ""
      return "(\(consent).giver == \(cedar: prevailing.giver.rawValue)\(care))"
    }
    let conflictStands = "\(consent) has giver && (\(prevails.any))"
    let isJudged =
      "(\(consent).state == \"given\" || (\(consent).state == \"conflict\" && \(conflictStands)))"
    let covered = "\(isJudged) && \(consent).covers_recipient"
    let givers = LifeStage.allCases.compactMap { stage in
      rule.givers[stage].map { givers in
        "(context.stage == \(cedar: stage.rawValue) && \(cedar: givers.map(\.rawValue)).contains(\(consent).giver))"
      }
    }
    let isRightGiver = "\(consent) has giver && (\(givers.any))"
    var shortfalls: [(id: String, reach: Reach, condition: String)] = []
    func add(_ code: String, _ reach: Reach, _ condition: String) {
      shortfalls.append(("\(gateway)/\(code)", reach, condition))
    }
    for (state, code) in [
      ("refused", "consent-refused"), ("withdrawn", "consent-withdrawn"), ("expired", "consent-expired"),
      ("invalidated", "consent-invalidated"),
    ] { add(code, .both, "\(consent).state == \(cedar: state)") }
    add("consent", .disclosing, "\(consent).state == \"none\"")
    add("consent-follow-up", .disclosing, "\(consent).state == \"follow-up\"")
    add("consent-conflict", .disclosing, "\(consent).state == \"conflict\" && !(\(conflictStands))")
    add("consent-for-recipient", .disclosing, "\(isJudged) && !\(consent).covers_recipient")
    add("consent-wrong-giver", .both, "\(covered) && !(\(isRightGiver))")
    add("consent-does-not-cover-documents", .both, "\(covered) && !\(consent).covers_documents")
    add(
      "consent-does-not-cover-version", .both,
      "\(covered) && (!\(consent).covers_version || context.documents_after_consent)")
    if let age = rule.checkCompetenceFromAge {
      add(
        "competence-note", .disclosing,
        "\(covered) && \(isRightGiver) && context.stage == \"child\" && \(consent).giver != \"child\""
          + " && !context.competence_note && !(context has age && context.age < \(age))")
    }
    if rule.checksCapacity {
      add(
        "capacity-note", .disclosing,
        "\(covered) && \(isRightGiver) && context.stage == \"young-person-lacking-capacity\""
          + " && \(consent).giver != \"young-person\" && !context.capacity_note")
    }
    return shortfalls
  }
}

extension [String] {
  /// One of the conditions; false if there are none.
  fileprivate var any: String { isEmpty ? "false" : joined(separator: " || ") }
}
