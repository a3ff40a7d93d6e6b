extension PolicySet {
  /// Runs every case of the set.
  package func runCases() -> CaseReport {
    var passed = 0
    var failures: [CaseReport.Failure] = []
    var pending: [CaseReport.Pending] = []
    var seen: Set<Int> = []
    var settled: Set<Int> = []
    for policyCase in cases {
      if let vector = policyCase.vector {
        seen.insert(vector)
        if policyCase.pending == nil { settled.insert(vector) }
      }
      let differences = differences(of: policyCase)
      if let reason = policyCase.pending {
        pending.append(
          CaseReport.Pending(
            name: policyCase.name, location: policyCase.location, reason: reason,
            holdsAlready: differences?.isEmpty ?? false))
      } else if let differences, !differences.isEmpty {
        failures.append(
          CaseReport.Failure(
            name: policyCase.name, location: policyCase.location, differences: differences))
      } else {
        passed += 1
      }
    }
    let promised = core.header.decisionVectors
    return CaseReport(
      passed: passed, failures: failures, pending: pending, vectorsSeen: seen.sorted(),
      vectorsPending: seen.subtracting(settled).sorted(),
      vectorsMissing: promised > 0 ? (1...promised).filter { !seen.contains($0) } : [])
  }

  /// What the answer to a case lacks; nil if there is nothing to answer.
  private func differences(of policyCase: PolicyCase) -> [String]? {
    guard let decision = decision(of: policyCase), let expected = policyCase.expected else { return nil }
    var result: [String] = []
    if decision.outcome != expected.outcome {
      let codes = decision.recordedReasonCodes + decision.recordedNeedCodes
      let why = codes.isEmpty ? "" : " (\(codes.joined(separator: ", ")))"
      result.append("expected \(expected.outcome.rawValue), got \(decision.outcome.rawValue)\(why)")
    }
    let reasons = decision.recordedReasonCodes + decision.reasons.map(\.code)
    for code in expected.reasons where !reasons.contains(code) {
      result.append("reason \(code) is not given")
    }
    let needs = decision.recordedNeedCodes
    for code in expected.needs where !needs.contains(code) { result.append("need \(code) is not given") }
    let obligations = decision.obligations.map { "\($0.code) \($0.text)".lowercased() }
    for words in expected.obligations where !obligations.contains(where: { $0.contains(words.lowercased()) })
    {
      result.append("no obligation says \"\(words)\"")
    }
    if let hidden = expected.isHidden, hidden != decision.isHidden {
      result.append(hidden ? "the refusal is not hidden" : "the refusal is hidden")
    }
    return result
  }

  /// The answer to a case; nil if it is about something outside the rules.
  private func decision(of policyCase: PolicyCase) -> Decision? {
    switch policyCase.situation {
    case .outsideTheRules: nil
    case .access(let facts): decideAccess(facts)
    case .erasure(let facts): decideErasure(facts)
    case .disclosure(let facts):
      policyCase.asIfEnabled ? decide(facts, asIfEnabled: true) : decide(facts)
    }
  }
}

extension CaseReport {
  /// A line for each failure and each pending case, then the counts; ends without a newline.
  package var rendered: String {
    var lines: [String] = []
    for failure in failures {
      lines.append("FAILED   \(failure.location)  \(failure.name)")
      lines += failure.differences.map { "         \($0)" }
    }
    for case let item in pending {
      lines.append("pending  \(item.location)  \(item.name)")
      lines.append("         \(item.reason)")
      if item.holdsAlready { lines.append("         it holds already: take the mark away") }
    }
    if !vectorsMissing.isEmpty {
      lines.append("no case for decision vector \(vectorsMissing.map(String.init).joined(separator: ", "))")
    }
    var counts = "\(total) cases: \(passed) passed, \(failures.count) failed, \(pending.count) pending"
    if !vectorsSeen.isEmpty {
      counts += "; \(vectorsSeen.count) decision vectors, \(vectorsPending.count) of them pending"
    }
    lines.append(counts)
    return lines.joined(separator: "\n")
  }
}
