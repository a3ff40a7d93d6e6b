package import DisclosureRules
import VaultStore

extension Gatekeeper {
  /// Stops every disposal and erasure of a child's records until the hold is lifted or ends.
  ///
  /// - Parameters:
  ///   - caseReference: a court's, claim's or investigation's own number; sealed with the reason.
  ///   - until: the last day it holds; nil: until it is lifted.
  package func placeHold(
    on child: ChildReference, reason: String, caseReference: String?, until: CalendarDate?
  ) async throws(GateError) -> Answer<HoldReference> {
    var details: [String: JSONValue] = [
      "reason": .string(try PersonalText(reason, field: .because, limitBytes: 2000).text)
    ]
    if let caseReference {
      details["case"] = .string(try PersonalText(caseReference, field: .caseReference, limitBytes: 200).text)
    }
    let content = JSONValue.object(details)
    let reference = HoldReference(randomBytes: try random(8))
    return try await actOnChild(.hold, child) { gate, draft in
      if let until, until < draft.at.date { throw GateError.invalidInput(.until, .inThePast) }
      var event = try draft.event(.holdPlaced)
      event.child = child
      event.fields = ["hold": .string(reference.description)]
      event.fields["until"] = until.map { .string($0.description) }
      try await gate.seal(content, into: &event, for: child, in: draft.state)
      return ([event], reference)
    }
  }

  /// Lifts a hold: from this entry on the child's records may go again when their time has come.
  package func liftHold(_ reference: HoldReference) async throws(GateError) -> Answer<HoldReference> {
    let answer = try await act(.hold) { gate, draft -> (events: [Event], value: HoldReference?) in
      guard let hold = draft.state.holds[reference] else {
        return ([try gate.notVisible(draft, .hold)], nil)
      }
      guard draft.state.child(hold.child)?.erased == nil else { throw GateError.wrongState(.childErased) }
      guard hold.liftedAt == nil else { throw GateError.wrongState(.alreadyLifted) }
      var event = try draft.event(.holdLifted)
      event.child = hold.child
      event.fields = ["hold": .string(reference.description)]
      return ([event], reference)
    }
    return try answer.found()
  }

  func holdSummaries(
    of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> [HoldSummary] {
    let today = effects.now().date
    var summaries: [HoldSummary] = []
    for hold in state.holds(of: child) where hold.liftedAt == nil {
      let details = try await details(hold.details, of: child, in: state)
      summaries.append(
        HoldSummary(
          reference: hold.reference, child: child, reason: details["reason"]?.string ?? "",
          caseReference: details["case"]?.string, until: hold.until, placedAt: hold.at,
          isInForce: hold.isInForce(on: today)))
    }
    return summaries
  }
}
