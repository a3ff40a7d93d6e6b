import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// How a decision came about, line by line.
package struct ExplanationText: Sendable {
  package let decision: DecisionReport
  package let lines: [String]
}

extension Gatekeeper {
  /// All requests, newest last. Whoever may list, approve or review sees them: they hold references only.
  package func requests() async throws(GateError) -> Look<[RequestSummary]> {
    try await lookAtRequests { gate, state in
      try await gate.requestSummaries(state.requests.values.sorted { $0.entry < $1.entry }, in: state)
    }
  }

  package func request(_ reference: RequestReference) async throws(GateError) -> Look<RequestDetail> {
    let found: Look<RequestDetail?> = try await lookAtRequests(reference, at: .request) { gate, state in
      guard let request = state.requests[reference] else { return nil }
      return try await gate.detail(of: request, in: state)
    }
    return try await visible(found, reference)
  }

  /// Each rule that was looked at for a request as it stands now, and what it said.
  package func explain(_ reference: RequestReference) async throws(GateError) -> Look<ExplanationText> {
    let found: Look<ExplanationText?> = try await lookAtRequests(reference) { gate, state in
      guard let request = state.requests[reference] else { return nil }
      let at = gate.time(after: state)
      let facts =
        gate.isCustodian && state.child(request.child)?.erased == nil
        ? try await gate.facts(of: RequestView(request), phase: .request, at: at, in: state)
        : try gate.forecastFacts(of: request, at: at)
      let policy = try await gate.policySet(state.policy)
      let explanation = policy.explain(facts)
      let report = DecisionReport(
        explanation.decision, gateway: request.gateway, state: state, names: request.names)
      return ExplanationText(
        decision: report.recorded(at: request.lastDecision?.entry ?? request.entry),
        lines: explanation.lines)
    }
    return try await visible(found, reference)
  }

  private func visible<Value: Sendable>(
    _ found: Look<Value?>, _ reference: RequestReference
  ) async throws(GateError) -> Look<Value> {
    switch found {
    case .refused(let report): return .refused(report)
    case .seen(let value?): return .seen(value)
    case .seen(nil): throw try await recordNotVisible(.list, request: reference)
    }
  }

  private func lookAtRequests<Value: Sendable>(
    _ reference: RequestReference? = nil, at shown: RegisterView? = nil,
    _ view: @Sendable (isolated Gatekeeper, VaultState) async throws -> Value
  ) async throws(GateError) -> Look<Value> {
    let state = try await current()
    var action = AccessAction.list
    for other in [AccessAction.approve, .viewLog] where try await mayAct(other, in: state) { action = other }
    // Teachers may list what is theirs, which no request is.
    if try await !mayAct(.viewRegister, in: state), action == .list { action = .viewRegister }
    // Only custodians are shown the recipient's name and the reason.
    let seesRegister = try await mayAct(.viewRegister, in: state)
    let isPersonal = isCustodian && seesRegister
    return try await look(action, at: isPersonal ? shown : nil, request: reference, view)
  }

  func requestSummaries(
    _ requests: [RequestState], in state: VaultState
  ) async throws(GateError) -> [RequestSummary] {
    var summaries: [RequestSummary] = []
    for request in requests {
      summaries.append(try await summary(of: request, in: state))
    }
    return summaries
  }

  private func summary(
    of request: RequestState, in state: VaultState
  ) async throws(GateError) -> RequestSummary {
    let word: String
    if request.release != nil {
      word = "released"
    } else if request.declined != nil {
      word = "declined"
    } else {
      word = try await assess(request, at: time(after: state), in: state).outcome.rawValue
    }
    return RequestSummary(
      reference: request.reference, child: request.child, gateway: request.gateway,
      recipient: request.recipient, state: word, requester: request.requester.member, at: request.at)
  }

  private func detail(of request: RequestState, in state: VaultState) async throws(GateError) -> RequestDetail
  {
    let decision = try await assess(request, at: time(after: state), in: state)
    var report = DecisionReport(decision, gateway: request.gateway, state: state, names: request.names)
    report.entry = request.lastDecision?.entry
    var recipientName: String?
    var reason: String?
    var texts: [String: String] = [:]
    if isCustodian, let recipient = state.recipients[request.recipient] {
      recipientName = try await self.recipientName(recipient, in: state)
    }
    if isCustodian, state.child(request.child)?.erased == nil {
      let details = try await details(request.details, of: request.child, in: state)
      reason = details["reason"]?.string
      for text in details["evidence"]?.array ?? [] {
        if let id = text["id"]?.string { texts[id] = text["text"]?.string }
      }
    }
    return RequestDetail(
      summary: try await summary(of: request, in: state), recipientName: recipientName, reason: reason,
      records: request.records, requester: request.requester,
      evidence: request.evidence.map { piece in
        "\(piece.id): \(piece.record?.description ?? texts[piece.id] ?? "typed, sealed")"
      },
      approvals: request.countingApprovals.map { "\($0.actor.role) \($0.actor.member)" },
      decision: report)
  }

  /// Every leaf hash of the ledger, for proofs: 64 bytes an entry in memory.
  func leafHashes(upTo size: UInt64) async throws -> TreeHashes {
    var tree = TreeHashes()
    while tree.size < size {
      let end = min(tree.size + 512, size)
      let entries = try await storage.ledger.entries(from: tree.size, to: end)
      guard entries.count == Int(end - tree.size) else { throw GateError.integrity(.ledgerHead(.root)) }
      for entry in entries { tree.append(MerkleTree.leafHash(entry)) }
    }
    return tree
  }
}

extension Explanation {
  var lines: [String] {
    var lines = steps.map { step in
      "\(step.isDecisive ? "=>" : "  ") \(step.verdict.rawValue): \(step.rule): \(step.text) (\(step.location))"
    }
    lines.append("Decision: \(decision.outcome.rawValue), by \(decision.decidedBy)")
    return lines
  }
}
