/// One rule test: a situation, and what the rules must answer.
package struct PolicyCase: Sendable {
  package let name: String
  /// The gateway it covers; nil for an act inside the setting.
  package let gateway: String?
  /// Number of the decision vector (domain notes, section 10) that it stands for.
  package let vector: Int?
  /// Why it is not expected to hold yet; such a case is evaluated and counted apart.
  package let pending: String?
  package let situation: Situation
  package let expected: Expectation
  package let location: RuleLocation

  package enum Situation: Sendable {
    case disclosure(DisclosureFacts)
    case access(AccessFacts)
    /// A vector about something outside the rules, such as the ledger: nothing to evaluate; only with `pending`.
    case outsideTheRules
  }

  package struct Expectation: Hashable, Sendable {
    package let outcome: Decision.Outcome
    /// Codes that must all be among the answer's, and likewise the next three.
    package let reasons: [String]
    package let needs: [String]
    package let obligations: [String]
    /// nil: not looked at.
    package let isHidden: Bool?
  }
}
