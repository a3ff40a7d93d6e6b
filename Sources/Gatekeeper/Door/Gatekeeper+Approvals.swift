import DisclosureRules
import StrongroomCrypto
import VaultStore

extension Gatekeeper {
  /// Approves a request: never one's own, never twice, only in a role it waits for. The approval binds to exactly the
  /// records, recipient and evidence of now.
  ///
  /// A member without the children's keys, such as a compliance officer, approves too; then the decision is left to the
  /// next custodian, because its facts need those keys, and the answer is a forecast.
  package func approve(_ reference: RequestReference) async throws(GateError) -> DecisionReport {
    let answer: Answer<DecisionReport> = try await commit { gate, draft in
      let facts = AccessFacts(role: draft.me.role, action: .approve, reason: true)
      if let refusal = try await gate.refusal(facts, draft, request: reference) {
        return Plan(events: [refusal.event]) { .refused(refusal.report.recorded(at: $0)) }
      }
      guard let request = draft.state.requests[reference] else {
        let event = try gate.notVisible(draft, .approve, request: reference)
        return Plan(events: [event]) { .refused(.notVisible(draft.state).recorded(at: $0)) }
      }
      if let reason = try await gate.objection(to: request, draft) {
        return try gate.refusing(.approve, request, draft, reason)
      }
      return try await gate.approving(request, draft)
    }
    if case .refused(let report) = answer, report.reasons.map(\.code) == ["not-found-or-not-visible"] {
      throw .notFoundOrNotVisible
    }
    return answer.report
  }

  /// Why this member may not approve this request now, though the role may approve in general.
  private func objection(
    to request: RequestState, _ draft: Draft
  ) async throws -> DecisionReport.Reason? {
    if request.declined != nil { throw GateError.wrongState(.alreadyDeclined) }
    if request.release != nil { throw GateError.wrongState(.alreadyReleased) }
    if draft.state.isSamePerson(request.requester.member, draft.me.reference) {
      return DecisionReport.Reason(
        code: "approval-by-requester",
        text: "You asked for this disclosure, so somebody else must approve it.")
    }
    let hasApproved = request.countingApprovals.contains {
      draft.state.isSamePerson($0.actor.member, draft.me.reference)
    }
    if hasApproved {
      return DecisionReport.Reason(
        code: "approval-twice", text: "You have approved this already; one person counts once.")
    }
    let decision = try await assess(request, at: draft.at, in: draft.state)
    let isWanted = decision.needs.contains { $0.code == "approval" && $0.roles.contains(draft.me.role) }
    guard isWanted else {
      return DecisionReport.Reason(
        code: "approval-not-wanted",
        text: "This request does not wait for an approval by somebody in your role.")
    }
    return nil
  }

  private func approving(
    _ request: RequestState, _ draft: Draft
  ) async throws -> Plan<Answer<DecisionReport>> {
    var event = try draft.event(.approvalGiven)
    event.child = request.child
    event.request = request.reference
    event.gateway = request.gateway
    event.fields = ["scope": .string(request.scope.hex)]
    let approval = ApprovalState(actor: draft.actor, scope: request.scope, entry: draft.state.size)
    var view = RequestView(request)
    view.approvals.append(approval)
    guard isCustodian else {
      var after = request
      after.approvals.append(approval)
      let decision = try await assess(after, at: draft.at, in: draft.state)
      let report = DecisionReport(
        decision, gateway: request.gateway, state: draft.state, names: request.names)
      return Plan(events: [event]) { .done(report, entry: $0) }
    }
    let (decided, report) = try await decide(view, draft, names: request.names)
    return Plan(events: [event, decided]) { .done(report, entry: $0 + 1) }
  }

  private func refusing(
    _ action: AccessAction, _ request: RequestState, _ draft: Draft, _ reason: DecisionReport.Reason
  ) throws -> Plan<Answer<DecisionReport>> {
    var event = try draft.event(.accessRefused)
    event.child = request.child
    event.request = request.reference
    event.gateway = request.gateway
    event.outcome = .refused
    event.reasons = [reason.code]
    event.policy = draft.state.policy
    event.fields = ["action": .string(action.rawValue)]
    let report = DecisionReport(
      outcome: .refused, gateway: request.gateway, reasons: [reason], policy: draft.state.policy,
      policyName: draft.state.policyName)
    return Plan(events: [event]) { .refused(report.recorded(at: $0)) }
  }

  /// Turns a request down, for good. Its requester may too: that takes it back.
  ///
  /// The reason is sealed under the child's key; a member who holds none leaves the entry without it.
  package func decline(
    _ reference: RequestReference, reason: String
  ) async throws(GateError) -> Answer<RequestReference> {
    let reason = try PersonalText(reason, field: .reason, limitBytes: 2000)
    return try await actOnRequest(.approve, reference) { gate, draft, request in
      guard request.declined == nil else { throw GateError.wrongState(.alreadyDeclined) }
      guard request.release == nil else { throw GateError.wrongState(.alreadyReleased) }
      var event = try draft.event(.approvalDeclined)
      event.child = request.child
      event.request = reference
      event.gateway = request.gateway
      event.fields = ["scope": .string(request.scope.hex)]
      guard gate.isCustodian else { return ([event], reference) }
      try await gate.seal(
        ["reason": .string(reason.text)], into: &event, for: request.child, in: draft.state)
      var view = RequestView(request)
      view.isDeclined = true
      let (decided, _) = try await gate.decide(view, draft, names: request.names)
      return ([event, decided], reference)
    }
  }
}

extension DecisionReport {
  static func notVisible(_ state: VaultState) -> DecisionReport {
    DecisionReport(
      outcome: .refused, gateway: nil,
      reasons: [
        Reason(code: "not-found-or-not-visible", text: "Not found, or not visible to you.")
      ], policy: state.policy, policyName: state.policyName)
  }
}
