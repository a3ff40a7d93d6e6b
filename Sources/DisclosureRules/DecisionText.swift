/// The sentences of a decision, made only when somebody asks.
extension Decision {
  func reason(for finding: Finding) -> Reason {
    Reason(code: finding.code, text: text(for: finding), location: location(of: finding))
  }

  private func text(for finding: Finding) -> String {
    switch context {
    case .disclosure(let core, let gateway, let facts):
      guard let gateway else {
        return "There is no way to share called \"\(printable(gatewayID))\" in the rules."
      }
      return Wording(core: core, gateway: gateway, facts: facts).text(for: finding)
    case .access(let core, let facts):
      return AccessWording(core: core, facts: facts).text(for: finding)
    case .erasure(let core, let facts):
      return ErasureWording(core: core, facts: facts).text(for: finding)
    }
  }

  func needs(for finding: Finding) -> [Need] {
    guard case .disclosure(let core, let gateway?, let facts) = context else { return [] }
    return Wording(core: core, gateway: gateway, facts: facts).needs(for: finding)
  }

  func makeRemedies() -> [Remedy] {
    switch context {
    case .disclosure(let core, nil, _): return Wording.remediesForUnknownGateway(gatewayID, core: core)
    case .disclosure(let core, let gateway?, let facts):
      return Wording(core: core, gateway: gateway, facts: facts).remedies(for: findings)
    case .access(let core, let facts):
      return AccessWording(core: core, facts: facts).remedies(for: findings)
    case .erasure(let core, let facts):
      return ErasureWording(core: core, facts: facts).remedies(for: findings)
    }
  }

  func makeObligations() -> [Obligation] {
    guard case .disclosure(let core, let gateway?, let facts) = context else { return [] }
    return Wording(core: core, gateway: gateway, facts: facts).obligations
  }

  func location(of finding: Finding) -> RuleLocation {
    switch context {
    case .disclosure(let core, let gateway, let facts):
      guard let gateway else { return ownLocation }
      return Wording(core: core, gateway: gateway, facts: facts).location(of: finding)
    case .access(let core, let facts):
      return core.access.roles[facts.role]?.location ?? RuleLocation(file: "access.yaml", line: 1)
    case .erasure: return ownLocation
    }
  }

  /// Where an allowed decision is written: the gateway, or the role.
  var ownLocation: RuleLocation {
    switch context {
    case .disclosure(let core, let gateway, _): gateway?.location ?? core.header.location
    case .access(let core, let facts):
      core.access.roles[facts.role]?.location ?? RuleLocation(file: "access.yaml", line: 1)
    case .erasure(let core, _): core.header.erasure.location ?? core.header.location
    }
  }
}

/// Words that came from outside, cut short and without control characters, to be shown inside a sentence.
func printable(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(80) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
      result.append("\u{FFFD}")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// `a`, `a or b`, `a, b or c`.
func list(_ words: [String], _ conjunction: String = "or") -> String {
  guard let last = words.last else { return "" }
  guard words.count > 1 else { return last }
  return "\(words.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

/// The same words with a small first letter, unless the word is an abbreviation (SENCo, EHC plan), to stand in a sentence.
func inSentence(_ title: String) -> String {
  let word = title.prefix { $0 != " " }
  let isAbbreviation = word.dropFirst().contains { $0.isUppercase }
  let isName = ["Ofsted", "Local", "Secretary", "Crown", "SEND"].contains(String(word))
  return isAbbreviation || isName ? title : title.prefix(1).lowercased() + title.dropFirst()
}

/// Sentences about one request under one gateway.
struct Wording {
  let core: PolicySet.Core
  let gateway: Gateway
  let facts: DisclosureFacts

  private var evaluation: Evaluation { Evaluation(core: core, gateway: gateway, facts: facts) }

  private func role(_ word: String) -> String {
    inSentence(core.header.vocabulary.roles.title(of: printable(word)))
  }
  private func document(_ word: String) -> String {
    inSentence(core.header.vocabulary.documentKinds.title(of: printable(word)))
  }
  private func recipient(_ word: String) -> String {
    inSentence(core.header.vocabulary.recipientKinds.title(of: printable(word)))
  }

  func text(for finding: Finding) -> String {
    switch finding {
    case .gatewayUnknown:
      return "There is no way to share called \"\(printable(facts.gateway))\" in the rules."
    case .gatewayOff:
      return
        "\"\(gateway.title)\" is switched off in the rules in force. Only those who set the rules can turn it on."
    case .policyNotInForce:
      return "These rules (\(core.header.name)) apply from \(core.header.inForceFrom.spoken)."
    case .gatewayNotInForce:
      if let from = gateway.effectiveFrom, facts.today < from {
        return "\"\(gateway.title)\" applies from \(from.spoken)."
      }
      return "\"\(gateway.title)\" applied until \(gateway.effectiveTo?.spoken ?? "an earlier day")."
    case .wrongSetting:
      let allowed = gateway.settingTypes ?? core.header.settingTypes
      return
        "\"\(gateway.title)\" is for a setting of type \(list(allowed)). This one is \"\(printable(facts.setting))\"."
    case .roleMayNotRequest:
      return
        "The \(role(facts.requester.role)) may not ask for this. It can be asked for by: \(list(gateway.requestBy.map(role)))."
    case .recipientNotInGateway:
      return
        "\"\(gateway.title)\" lets records go to: \(list(gateway.recipients.words.map(recipient))). It does not cover: \(recipient(facts.recipient))."
    case .noDocuments: return "The request names no documents."
    case .documentOutsideGateway(let index):
      return
        "\"\(gateway.title)\" does not cover: \(document(facts.documents[index].kind)). It covers: \(list(gateway.documents.words.map(document), "and"))."
    case .subjectStage:
      var stages = gateway.subject?.stages ?? LifeStage.allCases
      let narrowed = gateway.subject?.stagesFor[facts.recipient]
      if let narrowed { stages = stages.filter(narrowed.contains) }
      let whom = narrowed == nil ? "" : ", where the recipient is: \(recipient(facts.recipient))"
      return
        "\"\(gateway.title)\" is only for \(list(stages.map(\.spoken)))\(whom). In law the pupil is \(facts.subject.stage.spoken) today."
    case .subjectTooYoung:
      return "\"\(gateway.title)\" is only for somebody aged \(gateway.subject?.minimumAge ?? 0) or over."
    case .subjectTooOld:
      return "\"\(gateway.title)\" is only for somebody aged \(gateway.subject?.maximumAge ?? 0) or under."
    case .subjectAgeUnknown:
      return "\"\(gateway.title)\" depends on age, and the date of birth is not on file."
    case .subjectCare:
      let words = (gateway.subject?.care ?? []).map(spoken(care:))
      return "\"\(gateway.title)\" is only for a child who is \(list(words)). The file does not say so."
    case .evidenceMissing(let index):
      return "\(evidenceName(index)) is missing. \(gateway.requires[index].question)"
    case .evidenceWrongForm(let index):
      let wanted = gateway.requires[index].form == .document ? "an attached document" : "typed words"
      return "\(evidenceName(index)) must be \(wanted). \(gateway.requires[index].question)"
    case .evidenceMalformed(let index):
      let rule = gateway.requires[index]
      if rule.form == .document { return "\(evidenceName(index)) could not be read, or is empty." }
      if !rule.choices.isEmpty {
        return "\(evidenceName(index)) must be one of: \(list(rule.choices)). \(rule.question)"
      }
      guard let mask = rule.pattern else { return "\(evidenceName(index)) is empty. \(rule.question)" }
      return
        "\(evidenceName(index)) does not look right: expected \(mask.pattern), where \(mask.legend). \(rule.question)"
    case .evidenceReused(let index):
      return
        "\(evidenceName(index)) has been used for another request or another child, and under \"\(gateway.title)\" it counts once only."
    case .restricted(let index):
      let rule = core.restrictions[index]
      return "A restriction is in force on this child's file: \(inSentence(rule.title)). (\(rule.authority))"
    case .restrictionUnknown(let kind):
      return
        "A restriction is in force on this child's file (\(kind.rawValue)) that these rules do not deal with, so nothing is shared."
    case .consentRefused: return "Consent for this was asked for and refused."
    case .consentWithdrawn: return "The consent for this has been withdrawn."
    case .consentExpired: return "The consent for this has run out."
    case .consentInvalidated:
      return "The consent for this no longer counts, because who may decide has changed since it was given."
    case .consentWrongGiver: return wrongGiverText
    case .consentDoesNotCoverDocuments: return "The consent does not cover every document asked for."
    case .consentDoesNotCoverVersion:
      return "The consent was given before this version of the document was made, so it does not cover it."
    case .approvalByRequester: return "Nobody approves their own request. Somebody else has to."
    case .declined: return "The request has been turned down by somebody entitled to approve it."
    case .expired:
      return
        "This was allowed \(facts.daysSinceAllowed ?? 0) days ago, and an answer under \"\(gateway.title)\" lasts \(gateway.lasts?.days ?? 0) days."
    case .needsConsent: return "There is no consent on file."
    case .needsConsentForRecipient: return "There is no consent on file that covers this recipient."
    case .needsCompetenceNote:
      return
        "The child is \(facts.subject.age.map { "\($0)" } ?? "of an age that is not on file"), so somebody has to note whether they understand enough to decide for themselves."
    case .needsCapacityNote:
      return
        "There is no dated note that the young person cannot make this decision, so nobody else can make it for them."
    case .consentConflict:
      return
        "Two people who may decide disagree. The school does not choose between them, so the request waits."
    case .consentFollowUp: return "Somebody who may decide wants to talk about it before answering."
    case .needsApproval(let group, let count):
      let roles = evaluation.approvalGroups[group].roles.map(role)
      let people = count == 1 ? "1 more person has" : "\(count) more people have"
      return "\(people) to approve: \(list(roles)), but not whoever asked."
    case .roleUnknown, .actionNotAllowed, .documentsNotForRole, .notLinked, .reasonMissing, .erasure:
      // Unreachable: these findings are made for acts inside the setting only.
      return finding.code
    }
  }

  private var wrongGiverText: String {
    let stage = facts.subject.stage
    let given = facts.consent.giver?.spoken ?? "somebody whose position is not on file"
    let right = (gateway.consent?.givers[stage] ?? []).map(\.spoken)
    switch stage {
    case .youngPerson:
      return
        "The pupil is over compulsory school age, so they decide for themselves: the young person must consent. The consent on file is from \(given)."
    case .competentChild where right == [ConsentGiver.child.spoken]:
      return
        "The pupil understands enough to decide, so the child must consent. The consent on file is from \(given)."
    default:
      let who =
        right.isEmpty
        ? "Nobody can consent under these rules for" : "\(capitalised(list(right))) must consent for"
      return "\(who) \(stage.spoken). The consent on file is from \(given)."
    }
  }

  private func spoken(care: CareStatus) -> String {
    switch care {
    case .none: "not looked after"
    case .lookedAfter: "looked after by the local authority"
    case .careOrder: "under a care order"
    case .accommodated: "accommodated by the local authority"
    case .placementOrder: "under a placement order"
    case .healthPlacement: "placed by a health body"
    }
  }

  private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// `Evidence "appeal-number"`.
  private func evidenceName(_ index: Int) -> String { "Evidence \"\(gateway.requires[index].id)\"" }

  func needs(for finding: Finding) -> [Decision.Need] {
    switch finding {
    case .evidenceMissing(let index), .evidenceWrongForm(let index), .evidenceMalformed(let index),
      .evidenceReused(let index):
      let rule = gateway.requires[index]
      return [Decision.Need(code: "evidence:\(rule.id)", text: rule.question, count: 0, roles: [])]
    case .needsApproval(let group, let count):
      let roles = evaluation.approvalGroups[group].roles
      return [Decision.Need(code: "approval", text: text(for: finding), count: count, roles: roles)]
    case let other where !other.isRefusal:
      return [Decision.Need(code: other.code, text: text(for: other), count: 0, roles: [])]
    default: return []
    }
  }

  func location(of finding: Finding) -> RuleLocation {
    switch finding {
    case .gatewayUnknown: return core.header.location
    case .gatewayOff: return gateway.location(of: "enabled")
    case .policyNotInForce: return core.header.location(of: "in_force_from")
    case .gatewayNotInForce:
      let isEarly = gateway.effectiveFrom.map { facts.today < $0 } ?? false
      return gateway.location(of: isEarly ? "effective_from" : "effective_to")
    case .wrongSetting:
      return gateway.settingTypes == nil
        ? core.header.location(of: "setting_types") : gateway.location(of: "setting_types")
    case .roleMayNotRequest: return gateway.location(of: "request_by")
    case .recipientNotInGateway: return gateway.location(of: "recipients")
    case .noDocuments, .documentOutsideGateway: return gateway.location(of: "documents")
    case .subjectStage, .subjectTooYoung, .subjectTooOld, .subjectAgeUnknown, .subjectCare:
      return gateway.subject?.location ?? gateway.location
    case .evidenceMissing(let index), .evidenceWrongForm(let index), .evidenceMalformed(let index):
      return gateway.requires[index].location
    case .evidenceReused: return gateway.location(of: "evidence_use")
    case .restricted(let index): return core.restrictions[index].location
    case .restrictionUnknown: return RuleLocation(file: "restrictions.yaml", line: 1)
    case .consentWrongGiver: return gateway.consent?.giversLocation ?? gateway.location
    case .consentRefused, .consentWithdrawn, .consentExpired, .consentInvalidated,
      .consentDoesNotCoverDocuments, .consentDoesNotCoverVersion, .needsConsent, .needsConsentForRecipient,
      .needsCompetenceNote, .needsCapacityNote, .consentConflict, .consentFollowUp:
      return gateway.consent?.location ?? gateway.location
    case .needsApproval(let group, _): return evaluation.approvalGroups[group].location
    case .approvalByRequester, .declined: return gateway.location(of: "approvals")
    case .expired: return gateway.location(of: "lasts")
    case .roleUnknown, .actionNotAllowed, .documentsNotForRole, .notLinked, .reasonMissing, .erasure:
      return gateway.location
    }
  }

  // MARK: What goes with permission

  var obligations: [Decision.Obligation] {
    var result: [Decision.Obligation] = []
    func add(_ code: String, _ text: String) { result.append(Decision.Obligation(code: code, text: text)) }
    switch gateway.tellFamily {
    case .yes: add("tell-family", "Tell the family what was shared, with whom and why.")
    case .no: add("do-not-tell-family", "The family is not told about this.")
    case .decide:
      add("decide-telling-family", "Decide whether the family is told, and write down the reason.")
    }
    if let clock = gateway.clock {
      let kind =
        switch clock.calendar {
        case .calendar: ""
        case .working: "working "
        case .school: "school "
        }
      add("clock", "Deadline: \(clock.days) \(kind)\(clock.days == 1 ? "day" : "days") from \(clock.from).")
    }
    if let late = facts.lateByDays, late > 0 {
      add("late", "This is \(late) \(late == 1 ? "day" : "days") late. Record why.")
    }
    for text in gateway.obligations { add("condition", text) }
    if let rule = gateway.consent, facts.consent.state == .conflict, evaluation.consentPrevails(rule) {
      add(
        "record-disagreement",
        "Somebody else refused consent. Record the disagreement and whose decision stands.")
    }
    for index in evaluation.restrictionsInPlay {
      let rule = core.restrictions[index]
      if let text = rule.obligation { add("restriction:\(rule.kind.rawValue)", text) }
    }
    return result
  }

  // MARK: What would make it lawful

  func remedies(for findings: [Finding]) -> [Decision.Remedy] {
    var result: [Decision.Remedy] = []
    for finding in findings {
      for remedy in remedies(for: finding) where !result.contains(remedy) { result.append(remedy) }
    }
    if findings.contains(where: \.isRefusal) {
      for hint in gateway.hints {
        let remedy = Decision.Remedy(text: hint, command: nil)
        if !result.contains(remedy) { result.append(remedy) }
      }
    }
    return result
  }

  private func remedies(for finding: Finding) -> [Decision.Remedy] {
    func one(_ text: String, _ command: String? = nil) -> [Decision.Remedy] {
      [Decision.Remedy(text: text, command: command)]
    }
    switch finding {
    case .gatewayUnknown: return Wording.remediesForUnknownGateway(facts.gateway, core: core)
    case .gatewayOff:
      return one(
        "If it should be on, the data protection officer checks \(gateway.location.file), sets enabled: true and the changed rules are adopted.",
        "strongroom policy adopt FOLDER") + otherRoutes
    case .policyNotInForce, .gatewayNotInForce, .wrongSetting, .subjectStage, .subjectTooYoung,
      .subjectTooOld, .subjectCare, .documentOutsideGateway, .recipientNotInGateway:
      return otherRoutes
    case .subjectAgeUnknown: return one("Put the date of birth on file.", "strongroom child show CHILD")
    case .roleMayNotRequest:
      return one("Ask one of these to make the request: \(list(gateway.requestBy.map(role))).")
    case .noDocuments: return one("Name the documents with --record.", Wording.requestCommand(gateway.id))
    case .evidenceMissing(let index), .evidenceWrongForm(let index), .evidenceMalformed(let index):
      return one("Attach it: \(gateway.requires[index].question)", attachCommand(gateway.requires[index]))
    case .evidenceReused(let index):
      return one(
        "Get evidence made for this request and attach it.", attachCommand(gateway.requires[index]))
    case .restricted, .restrictionUnknown:
      return one(
        "Speak to the designated safeguarding lead or the data protection officer before going further.")
    case .consentRefused, .consentWithdrawn:
      return one("Consent can only come from the person who may decide, and must be freely given.")
        + otherRoutes
    case .needsConsent, .needsConsentForRecipient, .consentExpired, .consentInvalidated, .consentWrongGiver,
      .consentDoesNotCoverDocuments, .consentDoesNotCoverVersion:
      let givers = (gateway.consent?.givers[facts.subject.stage] ?? []).map(\.spoken)
      let who = givers.isEmpty ? "the person who may decide" : list(givers)
      return one(
        "Record consent from \(who) that covers this recipient and these documents as they are now.",
        consentCommand)
    case .needsCompetenceNote:
      return one("Record a dated note on whether the child understands enough to decide.")
    case .needsCapacityNote: return one("Record the capacity assessment for this decision, with its date.")
    case .consentConflict:
      return one("Settle it with the family, or ask under a route that does not rest on consent.")
        + otherRoutes
    case .consentFollowUp: return one("Speak to them, then record their answer.", consentCommand)
    case .needsApproval(let group, _):
      let roles = evaluation.approvalGroups[group].roles.map(role)
      return one("Ask for approval by: \(list(roles)).", "strongroom disclose approve REQUEST")
    case .approvalByRequester:
      return one("Ask somebody else who may approve.", "strongroom disclose approve REQUEST")
    case .declined, .expired: return one("Make a new request.", Wording.requestCommand(gateway.id))
    case .roleUnknown, .actionNotAllowed, .documentsNotForRole, .notLinked, .reasonMissing, .erasure:
      return []
    }
  }

  /// Enabled gateways that accept this recipient and every document asked for, consent last; the one asked for left out.
  private var otherRoutes: [Decision.Remedy] {
    let fitting = core.gateways.filter { other in
      other.isEnabled && other.id != gateway.id && other.recipients.contains(facts.recipient)
        && facts.documents.allSatisfy { other.documents.contains($0.kind) }
        && (other.settingTypes?.contains(facts.setting) ?? true)
        && !(other.consent != nil && gateway.consent != nil)
    }
    if fitting.isEmpty {
      return [
        Decision.Remedy(
          text: "No other way to share in these rules fits. Ask the data protection officer.",
          command: "strongroom policy show")
      ]
    }
    let ordered = fitting.filter { $0.consent == nil } + fitting.filter { $0.consent != nil }
    return ordered.prefix(6).map { other in
      Decision.Remedy(
        text: "Ask under \"\(other.title)\": \(other.summary)", command: Wording.requestCommand(other.id))
    }
  }

  private func attachCommand(_ rule: Gateway.EvidenceRule) -> String {
    "strongroom disclose attach REQUEST --evidence \(rule.id)=\(rule.form == .document ? "@FILE" : "TEXT")"
  }

  private var consentCommand: String {
    var kinds: [String] = []
    for document in facts.documents where !kinds.contains(document.kind) { kinds.append(document.kind) }
    let words = kinds.map { " --kind \(printable($0))" }.joined()
    return
      "strongroom consent record --child CHILD --given-by CONTACT --to RECIPIENT\(words) --purpose TEXT --until DATE"
  }

  static func requestCommand(_ id: String) -> String {
    "strongroom disclose request --child CHILD --to RECIPIENT --gateway \(id) --record RECORD --reason TEXT"
  }

  static func remediesForUnknownGateway(_ id: String, core: PolicySet.Core) -> [Decision.Remedy] {
    let known = core.gateways.map(\.id)
    if let near = Suggestion.nearest(to: String(id.prefix(64)), among: known) {
      return [Decision.Remedy(text: "Did you mean \"\(near)\"?", command: requestCommand(near))]
    }
    return [
      Decision.Remedy(
        text: "Choose one of: \(known.joined(separator: ", ")).", command: "strongroom policy show")
    ]
  }
}

/// Sentences about an act inside the setting.
struct AccessWording {
  let core: PolicySet.Core
  let facts: AccessFacts

  private var roleTitle: String { inSentence(core.header.vocabulary.roles.title(of: printable(facts.role))) }

  func text(for finding: Finding) -> String {
    let role = core.access.roles[facts.role]
    switch finding {
    case .roleUnknown:
      return "The rules give the role \"\(printable(facts.role))\" nothing to do in this vault."
    case .actionNotAllowed: return "The \(roleTitle) may not \(facts.action.spoken)."
    case .documentsNotForRole:
      if let refusal = role?.refusal { return refusal }
      let kind = facts.document.map {
        inSentence(core.header.vocabulary.documentKinds.title(of: printable($0)))
      }
      return "The \(roleTitle) may not open this kind of document\(kind.map { ": \($0)" } ?? "")."
    case .notLinked:
      return "The \(roleTitle) may open this only for pupils they are linked to, and there is no link."
    case .reasonMissing: return "Opening this needs a reason, in words."
    default: return finding.code
    }
  }

  func remedies(for findings: [Finding]) -> [Decision.Remedy] {
    findings.compactMap { finding in
      switch finding {
      case .reasonMissing:
        Decision.Remedy(text: "Say why.", command: "strongroom open RECORD --reason TEXT --out FILE")
      case .notLinked: Decision.Remedy(text: "Ask the SENCo to link you to the pupil.", command: nil)
      case .roleUnknown, .actionNotAllowed:
        Decision.Remedy(text: "Ask somebody whose role allows it.", command: "strongroom member list")
      default: nil
      }
    }
  }
}

extension AccessAction {
  /// After "may not".
  var spoken: String {
    switch self {
    case .open: "open documents"
    case .file: "file documents"
    case .list: "look for children and documents"
    case .request: "ask for a disclosure"
    case .approve: "approve a disclosure"
    case .restrict: "place or lift a restriction"
    case .hold: "place or lift a legal hold"
    case .erase: "erase children's files or dispose of documents"
    case .recordConsent: "record consent"
    case .manageChildren: "add or change children"
    case .manageContacts: "add or change contacts"
    case .manageRecipients: "add or change recipients"
    case .manageMembers: "add or remove members"
    case .adoptPolicy: "put rules in force"
    case .viewRegister: "look into children's files, the address book or the requests"
    case .viewLog: "read the access record"
    case .viewOwnLog: "read their own part of the access record"
    case .verifyLog: "verify the access record"
    case .publishLog: "publish the access record"
    case .exportLog: "export the access record"
    case .backUp: "make or check a backup"
    case .manageRecovery: "make or try out the recovery set"
    case .proveEntry: "take an entry of the access record out with its proof"
    case .acceptRestore: "accept that the vault was put back to an older copy"
    case .rotateKeys: "change the vault's keys"
    }
  }
}

extension EvidenceMask {
  /// What the signs in this mask stand for, to be read after "where".
  var legend: String {
    var parts: [String] = []
    if pattern.contains("9") { parts.append("9 is any digit") }
    if pattern.contains("A") { parts.append("A is any letter") }
    if pattern.contains("*") { parts.append("* is any run of characters") }
    return parts.isEmpty ? "everything stands for itself" : list(parts, "and")
  }
}

extension PolicySet.Header {
  func location(of key: String) -> RuleLocation {
    RuleLocation(file: location.file, line: lines[key] ?? location.line)
  }
}
