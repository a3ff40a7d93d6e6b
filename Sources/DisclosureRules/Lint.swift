extension PolicySet {
  /// What a data protection officer should look at, in order of file and line.
  ///
  /// - Parameter rolesHeld: roles that somebody in the vault has now; with it, gateways that nobody can use, or nobody can
  ///   approve, are named too. nil: not looked at.
  package func lint(rolesHeld: Set<String>? = nil) -> [LintFinding] {
    var findings = differenceFindings()
    for gateway in gateways {
      findings += findingsAboutCases(gateway)
      findings += findingsAboutRules(gateway)
      findings += findingsAboutRoles(gateway, rolesHeld)
    }
    findings += findingsAboutTheSet()
    return findings.sorted {
      ($0.location.file, $0.location.line, $0.code) < ($1.location.file, $1.location.line, $1.code)
    }
  }

  private func findingsAboutCases(_ gateway: Gateway) -> [LintFinding] {
    let outcomes = cases.filter { $0.gateway == gateway.id && $0.pending == nil }.compactMap(
      \.expected?.outcome)
    var findings: [LintFinding] = []
    if !outcomes.contains(.allowed) {
      findings.append(
        LintFinding(
          code: "no-allowing-case", location: gateway.location,
          text: "no case shows what \"\(gateway.id)\" allows"))
    }
    if !outcomes.contains(.refused) {
      findings.append(
        LintFinding(
          code: "no-refusing-case", location: gateway.location,
          text: "no case shows what \"\(gateway.id)\" refuses"))
    }
    return findings
  }

  private func findingsAboutRules(_ gateway: Gateway) -> [LintFinding] {
    var findings: [LintFinding] = []
    func add(_ code: String, _ key: String, _ text: String) {
      findings.append(LintFinding(code: code, location: gateway.location(of: key), text: text))
    }
    if !gateway.isEnabled { add("gateway-off", "enabled", "\"\(gateway.id)\" is switched off") }
    if gateway.evidenceUse == .single, gateway.requires.isEmpty {
      add("single-use-without-evidence", "evidence_use", "evidence counts once, but none is asked for")
    }
    if gateway.authority.isEmpty {
      let code = gateway.kind == .compels ? "compels-without-authority" : "no-authority"
      add(code, "authority", "\"\(gateway.id)\" names no provision")
    } else if gateway.kind == .compels, gateway.authority.allSatisfy({ $0.confidence == .fromMemory }) {
      add(
        "compels-from-memory", "authority",
        "\"\(gateway.id)\" says the law compels, and none of its provisions has been read")
    }
    if gateway.consent == nil, gateway.requires.isEmpty, gateway.approvals.base.count == 0 {
      add(
        "nothing-asked", "id", "\"\(gateway.id)\" asks for no consent, no evidence and no approval")
    }
    if let consent = gateway.consent {
      for stage in LifeStage.allCases where consent.givers[stage] == nil {
        add("stage-without-giver", "consent", "nobody can consent for \(stage.spoken)")
      }
    }
    return findings
  }

  private func findingsAboutRoles(_ gateway: Gateway, _ held: Set<String>?) -> [LintFinding] {
    var findings: [LintFinding] = []
    func add(_ code: String, _ location: RuleLocation, _ text: String) {
      findings.append(LintFinding(code: code, location: location, text: text))
    }
    let askers = gateway.requestBy
    for role in askers where !(access.roles[role]?.may.contains(.request) ?? false) {
      add(
        "requester-may-not-request", gateway.location(of: "request_by"),
        "\"\(role)\" may ask under \"\(gateway.id)\", but access.yaml does not let that role request")
    }
    let groups = [gateway.approvals.base] + gateway.approvals.moreFor.map(\.group)
    for group in groups where group.count > 0 {
      for role in group.roles where !(access.roles[role]?.may.contains(.approve) ?? false) {
        add(
          "approver-may-not-approve", group.location,
          "\"\(role)\" is to approve under \"\(gateway.id)\", but access.yaml does not let that role approve")
      }
    }
    guard let held, gateway.isEnabled else { return findings }
    if !askers.contains(where: held.contains) {
      add(
        "role-held-by-nobody", gateway.location(of: "request_by"),
        "nobody holds a role that may ask under \"\(gateway.id)\"")
    }
    for group in groups where group.count > 0 && !group.roles.contains(where: held.contains) {
      add(
        "role-held-by-nobody", group.location, "nobody holds a role that may approve under \"\(gateway.id)\"")
    }
    return findings
  }

  private func findingsAboutTheSet() -> [LintFinding] {
    var findings: [LintFinding] = []
    func add(_ code: String, _ location: RuleLocation, _ text: String) {
      findings.append(LintFinding(code: code, location: location, text: text))
    }
    let header = core.header
    for role in vocabulary.roles.all where access.roles[role] == nil {
      add(
        "role-without-access", header.location(of: "vocabulary"), "access.yaml says nothing about \"\(role)\""
      )
    }
    let enabled = gateways.filter(\.isEnabled)
    for kind in vocabulary.recipientKinds.all where !enabled.contains(where: { $0.recipients.contains(kind) })
    {
      add(
        "recipient-without-gateway", header.location(of: "vocabulary"),
        "nothing can be shared with \"\(kind)\"")
    }
    for kind in vocabulary.documentKinds.all where !enabled.contains(where: { $0.documents.contains(kind) }) {
      add("document-without-gateway", header.location(of: "vocabulary"), "\"\(kind)\" can never be shared")
    }
    for kind in vocabulary.documentKinds.all where !retention.contains(where: { $0.documentKind == kind }) {
      add(
        "document-without-retention", header.location(of: "retention"),
        "nothing says how long \"\(kind)\" is kept; \(RetentionRule.defaultYears) years from birth are taken")
    }
    for rule in retention where rule.years < 25 {
      findings.append(
        LintFinding(
          code: "short-retention", location: rule.location,
          text:
            "\"\(rule.documentKind)\" goes \(rule.years) years from birth, before any practice we know of (25 to 35)"
        ))
    }
    if erasure.location == nil {
      add(
        "erasure-unwritten", header.location,
        "nothing is said about erasing: \(erasure.waitDays) days between proposal and carrying out are taken, and nothing goes before its date"
      )
    } else if erasure.waitDays < 7 {
      add(
        "short-wait", erasure.location ?? header.location,
        "an erasure can be carried out \(erasure.waitDays) days after it was proposed, which leaves little time to object"
      )
    }
    if erasure.location != nil, erasure.backupDays == nil {
      add(
        "backups-unlimited", erasure.location ?? header.location,
        "nothing says how long backups are kept, so no erasure is ever final")
    }
    for kind in RestrictionKind.allCases where core.restrictionByKind[kind] == nil {
      add(
        "restriction-without-rule", RuleLocation(file: "restrictions.yaml", line: 1),
        "there is no rule for \"\(kind.rawValue)\", so a file that has it shares nothing")
    }
    return findings
  }

  /// Departures from the law: those the set declares, and those it shows without saying so.
  private func differenceFindings() -> [LintFinding] {
    let signs = Difference.signs(in: core)
    var findings: [LintFinding] = []
    for declared in differences {
      let sign = signs.first { $0.id == declared.id }
      switch declared.status {
      case .exhibited:
        let law = declared.law.hasSuffix(".") ? String(declared.law.dropLast()) : declared.law
        findings.append(
          LintFinding(
            code: "difference-\(declared.id)", location: sign?.location ?? declared.location,
            text: "\(inSentence(declared.title)): \(inSentence(declared.here)); the law: \(inSentence(law))"))
      case .resolved, .notApplicable:
        if let sign {
          findings.append(
            LintFinding(
              code: "difference-\(declared.id)", location: sign.location,
              text: "policy.yaml calls \(declared.id) \(declared.status.rawValue), yet \(sign.text)"))
        }
      }
    }
    let declaredIDs = differences.map(\.id)
    for sign in signs where !declaredIDs.contains(sign.id) {
      findings.append(
        LintFinding(
          code: "difference-\(sign.id)", location: sign.location,
          text: "departs from the law (\(sign.id)): \(sign.text)"))
    }
    return findings
  }
}
