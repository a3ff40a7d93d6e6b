import DisclosureRules
import VaultStore

// Acts and views inside the setting: asked of `access.yaml` first, refused with an entry of their own.

extension Gatekeeper {
  /// Decides on the action in the state it will be appended to, then builds and appends.
  func act<Value: Sendable>(
    _ action: AccessAction, child: ChildReference? = nil, request: RequestReference? = nil,
    _ build: @Sendable (isolated Gatekeeper, Draft) async throws -> (events: [Event], value: Value)
  ) async throws(GateError) -> Answer<Value> {
    try await commit { gate, draft in
      let facts = AccessFacts(role: draft.me.role, action: action, reason: true)
      if let refusal = try await gate.refusal(facts, draft, child: child, request: request) {
        return Plan(events: [refusal.event]) { .refused(refusal.report.recorded(at: $0)) }
      }
      let (events, value) = try await build(gate, draft)
      // The entry that says so is the last one: a decision follows what it is about.
      return Plan(events: events) { .done(value, entry: $0 + UInt64(events.count) - 1) }
    }
  }

  /// Lets a look through or records the refusal.
  ///
  /// - Parameter shown: what is shown, if it holds names, titles or reasons: then the look is an entry too, durable before
  ///   anything is opened for it. A child or request that is not there shows nothing; its caller records that.
  func look<Value: Sendable>(
    _ action: AccessAction, at shown: RegisterView? = nil, child: ChildReference? = nil,
    request: RequestReference? = nil,
    _ view: @Sendable (isolated Gatekeeper, VaultState) async throws -> Value
  ) async throws(GateError) -> Look<Value> {
    let refused: DecisionReport? = try await commit { gate, draft in
      let facts = AccessFacts(role: draft.me.role, action: action, reason: true)
      guard let refusal = try await gate.refusal(facts, draft, child: child, request: request) else {
        return Plan(events: try draft.viewing(shown, child: child, request: request)) { _ in nil }
      }
      return Plan(events: [refusal.event]) { refusal.report.recorded(at: $0) }
    }
    if let refused { return .refused(refused) }
    let state = state
    do {
      let seen = try await view(self, state)
      if !isSnapshotBroken { return .seen(seen) }
    } catch {
      if !isSnapshotBroken { throw GateError(wrapping: error) }
    }
    let folded = try await current()
    do { return .seen(try await view(self, folded)) } catch { throw GateError(wrapping: error) }
  }

  /// The entry and the answer for a refused act; nil if the rules allow it.
  func refusal(
    _ facts: AccessFacts, _ draft: Draft, child: ChildReference? = nil, record: RecordReference? = nil,
    request: RequestReference? = nil
  ) async throws(GateError) -> (event: Event, report: DecisionReport)? {
    let policy = try await policySet(draft.state.policy)
    let decision = policy.decideAccess(facts)
    guard decision.outcome != .allowed else { return nil }
    var event = try draft.event(.accessRefused)
    event.child = child
    event.record = record
    event.request = request
    event.outcome = .refused
    event.reasons = decision.recordedReasonCodes
    event.policy = draft.state.policy
    event.facts = JSONValue(facts: facts)
    event.fields = ["action": .string(facts.action.rawValue)]
    return (event, DecisionReport(decision, gateway: nil, state: draft.state))
  }

  /// Records that somebody asked for what is not there, or not theirs to see, and says only that.
  func recordNotVisible(
    _ action: AccessAction, child: ChildReference? = nil, record: RecordReference? = nil,
    request: RequestReference? = nil
  ) async throws(GateError) -> GateError {
    try await commit { gate, draft in
      try Plan(events: [
        gate.notVisible(draft, action, child: child, record: record, request: request)
      ]) { _ in GateError.notFoundOrNotVisible }
    }
  }

  func notVisible(
    _ draft: Draft, _ action: AccessAction, child: ChildReference? = nil,
    record: RecordReference? = nil, request: RequestReference? = nil
  ) throws(GateError) -> Event {
    var event = try draft.event(.accessRefused)
    event.child = child
    event.record = record
    event.request = request
    event.outcome = .refused
    event.reasons = ["not-found-or-not-visible"]
    event.policy = draft.state.policy
    event.fields = ["action": .string(action.rawValue)]
    return event
  }
}

/// What a look at the register shows, for its entry.
enum RegisterView: String, Sendable {
  case children, child, contacts, consents, restrictions, recipients, find, request, retention
}

extension Draft {
  /// The entry of a look; none if it shows nothing personal, or is at something that is not there.
  fileprivate func viewing(
    _ shown: RegisterView?, child: ChildReference?, request: RequestReference?
  ) throws(GateError) -> [Event] {
    guard let shown else { return [] }
    if let child, state.visibleChild(child, on: at.date) == nil { return [] }
    if let request, state.requests[request] == nil { return [] }
    var event = try event(.registerViewed)
    event.child = child ?? request.flatMap { state.requests[$0]?.child }
    event.request = request
    event.fields = ["view": .string(shown.rawValue)]
    return [event]
  }
}

extension DecisionReport {
  /// A rules decision in the words of the answer.
  ///
  /// - Parameter names: what REQUEST, CHILD, RECIPIENT and RECORD in commands stand for.
  init(
    _ decision: Decision, gateway: String?, state: VaultState, names: [String: String] = [:]
  ) {
    self.init(
      outcome: Outcome(decision.outcome), gateway: gateway,
      reasons: decision.reasons.map { Reason(code: $0.code, text: $0.text) },
      needs: decision.needs.map { Reason(code: $0.code, text: $0.text) },
      remedies: decision.remedies.map { remedy in
        Remedy(
          text: remedy.text,
          command: remedy.command.map { command in
            names.reduce(command) { $0.replacing($1.key, with: $1.value) }
          })
      },
      obligations: decision.obligations.map(\.text), policy: state.policy,
      policyName: state.policyName)
  }

  func recorded(at entry: UInt64) -> DecisionReport {
    var report = self
    report.entry = entry
    return report
  }
}

extension DecisionReport.Outcome {
  init(_ outcome: Decision.Outcome) {
    switch outcome {
    case .allowed: self = .allowed
    case .waiting: self = .waiting
    case .refused: self = .refused
    }
  }
}

extension EventOutcome {
  init(_ outcome: Decision.Outcome) {
    switch outcome {
    case .allowed: self = .allowed
    case .waiting: self = .waiting
    case .refused: self = .refused
    }
  }
}
