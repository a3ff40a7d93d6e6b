extension PolicySet {
  /// Decides, and tells each rule that was looked at with the file and line it stands in.
  ///
  /// There is one evaluation only: each finding of the decision is put beside the rule it came from. A hidden refusal
  /// explains nothing.
  package func explain(_ facts: DisclosureFacts) -> Explanation {
    let decision = decide(facts)
    guard !decision.isHidden else {
      let step = Explanation.Step(
        verdict: .refused, rule: "Visibility", text: Decision.Reason.hidden.text,
        location: RuleLocation(file: "restrictions.yaml", line: 1), isDecisive: true)
      return Explanation(decision: decision, policy: policyLine, gateway: nil, steps: [step])
    }
    guard let gateway = gateway(facts.gateway) else {
      let reason = decision.reason(for: .gatewayUnknown)
      let step = Explanation.Step(
        verdict: .refused, rule: "Way to share", text: reason.text, location: core.header.location,
        isDecisive: true)
      return Explanation(decision: decision, policy: policyLine, gateway: nil, steps: [step])
    }
    let checks = Check.all(core: core, gateway: gateway, facts: facts)
    let wording = Wording(core: core, gateway: gateway, facts: facts)
    let decisive = decision.findings.first(where: \.isRefusal) ?? decision.findings.first
    var steps: [Explanation.Step] = []
    for check in checks {
      let found = decision.findings.filter(check.owns)
      guard !found.isEmpty else {
        steps.append(
          Explanation.Step(
            verdict: check.isNeeded ? .passed : .notNeeded, rule: check.rule, text: check.passed,
            location: check.location, isDecisive: false))
        continue
      }
      for finding in found {
        steps.append(
          Explanation.Step(
            verdict: finding.isRefusal ? .refused : .waits, rule: check.rule,
            text: wording.text(for: finding),
            location: wording.location(of: finding), isDecisive: finding == decisive))
      }
    }
    return Explanation(
      decision: decision, policy: policyLine, gateway: gateway.title, steps: steps)
  }

  private var policyLine: String { "\(name), version \(version)" }
}

/// One rule of a gateway, to be told about: what it is called, where it stands, which findings are its own.
private struct Check {
  let rule: String
  let location: RuleLocation
  /// What is said when it found nothing against the request.
  let passed: String
  var isNeeded = true
  let owns: (Finding) -> Bool

  static func all(core: PolicySet.Core, gateway: Gateway, facts: DisclosureFacts) -> [Check] {
    route(core, gateway, facts) + people(core, gateway, facts) + evidence(gateway, facts)
      + consent(gateway, facts) + restrictions(core, gateway, facts) + time(gateway, facts)
  }

  private static func route(_ core: PolicySet.Core, _ gateway: Gateway, _ facts: DisclosureFacts) -> [Check] {
    let from = gateway.effectiveFrom.map { "since \($0.spoken)" } ?? "without a starting day"
    return [
      Check(
        rule: "Switched on", location: gateway.location(of: "enabled"), passed: "It is switched on.",
        owns: { $0 == .gatewayOff }),
      Check(
        rule: "In force", location: gateway.location(of: "effective_from"), passed: "It applies, \(from).",
        owns: { $0 == .policyNotInForce || $0 == .gatewayNotInForce }),
      Check(
        rule: "Kind of setting", location: gateway.location(of: "setting_types"),
        passed: "It is for this kind of setting.", owns: { $0 == .wrongSetting }),
    ]
  }

  private static func people(_ core: PolicySet.Core, _ gateway: Gateway, _ facts: DisclosureFacts) -> [Check]
  {
    let vocabulary = core.header.vocabulary
    var checks = [
      Check(
        rule: "Who may ask", location: gateway.location(of: "request_by"),
        passed: "The \(inSentence(vocabulary.roles.title(of: facts.requester.role))) may ask.",
        owns: { $0 == .roleMayNotRequest }),
      Check(
        rule: "Who may receive", location: gateway.location(of: "recipients"),
        passed:
          "It covers this recipient: \(inSentence(vocabulary.recipientKinds.title(of: facts.recipient))).",
        owns: { $0 == .recipientNotInGateway }),
      Check(
        rule: "Which documents", location: gateway.location(of: "documents"),
        passed: "It covers every document asked for.",
        owns: { finding in
          if case .documentOutsideGateway = finding { return true }
          return finding == .noDocuments
        }),
    ]
    if let subject = gateway.subject {
      checks.append(
        Check(
          rule: "About the pupil", location: subject.location, passed: "The pupil meets its conditions.",
          owns: { finding in
            [.subjectStage, .subjectTooYoung, .subjectTooOld, .subjectAgeUnknown, .subjectCare].contains(
              finding)
          }))
    }
    return checks
  }

  private static func evidence(_ gateway: Gateway, _ facts: DisclosureFacts) -> [Check] {
    gateway.requires.indices.map { index in
      let rule = gateway.requires[index]
      let isThere = facts.evidence.contains { $0.id == rule.id }
      return Check(
        rule: "Evidence \"\(rule.id)\"", location: rule.location,
        passed: !rule.applies(to: facts.recipient)
          ? "Not asked of this recipient."
          : isThere ? "It is there and looks right." : "Not needed beside the other evidence.",
        isNeeded: rule.applies(to: facts.recipient) && isThere,
        owns: { finding in
          [
            .evidenceMissing(index), .evidenceWrongForm(index), .evidenceMalformed(index),
            .evidenceReused(index),
          ]
          .contains(finding)
        })
    }
  }

  private static func consent(_ gateway: Gateway, _ facts: DisclosureFacts) -> [Check] {
    guard let consent = gateway.consent else {
      return [
        Check(
          rule: "Consent", location: gateway.location, passed: "This way to share does not rest on consent.",
          isNeeded: false, owns: { _ in false })
      ]
    }
    let giver = facts.consent.giver?.spoken ?? "the right person"
    return [
      Check(
        rule: "Consent", location: consent.location,
        passed: "There is consent from \(giver) that covers this.", owns: \.isAboutConsent)
    ]
  }

  private static func restrictions(
    _ core: PolicySet.Core, _ gateway: Gateway, _ facts: DisclosureFacts
  ) -> [Check] {
    let inPlay = Evaluation(core: core, gateway: gateway, facts: facts).restrictionsInPlay
    var checks = inPlay.map { index in
      let rule = core.restrictions[index]
      return Check(
        rule: "Restriction \"\(rule.kind.rawValue)\"", location: rule.location,
        passed: rule.obligation ?? "It does not stand in the way.", owns: { $0 == .restricted(index) })
    }
    let unknown = facts.restrictions.contains { core.restrictionByKind[$0.kind] == nil }
    if inPlay.isEmpty || unknown {
      checks.append(
        Check(
          rule: "Restrictions", location: RuleLocation(file: "restrictions.yaml", line: 1),
          passed: "None bears on this request.", isNeeded: unknown,
          owns: { finding in
            if case .restrictionUnknown = finding { return true }
            return false
          }))
    }
    return checks
  }

  private static func time(_ gateway: Gateway, _ facts: DisclosureFacts) -> [Check] {
    let needsApproval =
      gateway.approvals.base.count > 0 || gateway.approvals.moreFor.contains { $0.applies(to: facts) }
    var checks = [
      Check(
        rule: "Approvals", location: gateway.location(of: "approvals"),
        passed: needsApproval || !facts.approvals.isEmpty
          ? "Everybody who has to approve has done so." : "Nobody else has to approve.",
        isNeeded: needsApproval || !facts.approvals.isEmpty,
        owns: { finding in
          if case .needsApproval = finding { return true }
          return finding == .approvalByRequester
        }),
      Check(
        rule: "Turned down", location: gateway.location(of: "approvals"),
        passed: "Nobody has turned it down.",
        owns: { $0 == .declined }),
    ]
    if gateway.lasts?.days != nil {
      checks.append(
        Check(
          rule: "Still fresh", location: gateway.location(of: "lasts"),
          passed: "The answer has not run out.", owns: { $0 == .expired }))
    }
    return checks
  }
}

extension Finding {
  fileprivate var isAboutConsent: Bool {
    switch self {
    case .consentRefused, .consentWithdrawn, .consentExpired, .consentInvalidated, .consentWrongGiver,
      .consentDoesNotCoverDocuments, .consentDoesNotCoverVersion, .needsConsent, .needsConsentForRecipient,
      .needsCompetenceNote, .needsCapacityNote, .consentConflict, .consentFollowUp:
      true
    default: false
    }
  }
}

extension Explanation {
  /// Lines to print: a heading, then for each rule its verdict, name and place, and beneath it what it said.
  package var lines: [String] {
    var lines = ["\(decision.outcome.spoken). Rules: \(policy)\(gateway.map { "; \"\($0)\"" } ?? "")"]
    for step in steps {
      let verdict = step.verdict.spoken.padding(to: 10)
      lines.append("  \(verdict) \(step.rule)  \(step.location)\(step.isDecisive ? "  <- this decided" : "")")
      lines.append("             \(step.text)")
    }
    if decision.outcome == .allowed {
      lines.append("  Decided by \(decision.decidedBy): nothing stands against it.")
    }
    return lines
  }
}

extension Explanation.Step.Verdict {
  fileprivate var spoken: String {
    switch self {
    case .passed: "passed"
    case .waits: "waiting"
    case .refused: "refused"
    case .notNeeded: "not needed"
    }
  }
}

extension Decision.Outcome {
  /// The word people read.
  package var spoken: String {
    switch self {
    case .allowed: "Allowed"
    case .waiting: "Waiting"
    case .refused: "Not allowed"
    }
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
