import DisclosureRules
import Testing

struct AccessTests {
  @Test(arguments: [
    ("senco files", AccessFacts(role: "senco", action: .file), nil as String?),
    ("a reader files", AccessFacts(role: "reader", action: .file), "action-not-allowed"),
    ("a role the rules do not know", AccessFacts(role: "caretaker", action: .list), "role-unknown"),
    (
      "senco opens with a reason", AccessFacts(role: "senco", action: .open, document: "plan", reason: true),
      nil
    ),
    (
      "senco opens without a reason", AccessFacts(role: "senco", action: .open, document: "plan"),
      "reason-missing"
    ),
    (
      "senco opens what the role does not open",
      AccessFacts(role: "senco", action: .open, document: "secret", reason: true), "documents-not-for-role"
    ),
    (
      "reader opens the plan of a linked pupil",
      AccessFacts(role: "reader", action: .open, document: "plan", linked: true), nil
    ),
    (
      "reader opens without a link", AccessFacts(role: "reader", action: .open, document: "plan"),
      "not-linked"
    ),
    (
      "reader opens a report", AccessFacts(role: "reader", action: .open, document: "report", linked: true),
      "documents-not-for-role"
    ),
    (
      "nobody opens a kind that is not said", AccessFacts(role: "head", action: .open, reason: true),
      "documents-not-for-role"
    ),
    (
      "a role that opens nothing", AccessFacts(role: "dsl", action: .open, document: "plan", reason: true),
      "documents-not-for-role"
    ),
    (
      "any kind is any the policy knows",
      AccessFacts(role: "head", action: .open, document: "diary", reason: true), "documents-not-for-role"
    ),
  ])
  func accessRuleAnswers(_ scenario: String, _ facts: AccessFacts, _ code: String?) throws {
    let decision = try TinyPolicy.load().decideAccess(facts)
    #expect(decision.outcome == (code == nil ? .allowed : .refused), "\(scenario)")
    #expect(decision.reasons.map(\.code) == (code.map { [$0] } ?? []))
    #expect(decision.gatewayID == "access")
    #expect(decision.decidedBy.file == "access.yaml")
  }

  @Test func refusalSpeaksTheRolesOwnSentence() throws {
    let decision = try TinyPolicy.load().decideAccess(
      AccessFacts(role: "reader", action: .open, document: "report", linked: true))
    #expect(decision.reasons.map(\.text) == ["Readers read plans only."])
  }

  @Test func complianceOfficerOpensNothingWhateverIsClaimed() throws {
    let england = try PolicySet.load(.england)
    for kind in england.vocabulary.documentKinds.all {
      for linked in [false, true] {
        for reason in [false, true] {
          let facts = AccessFacts(
            role: "compliance-officer", action: .open, document: kind, linked: linked, reason: reason)
          #expect(england.decideAccess(facts).outcome == .refused)
        }
      }
    }
  }
}
