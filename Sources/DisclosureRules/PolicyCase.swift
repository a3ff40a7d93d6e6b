/// One rule test: a situation, and what the rules must answer.
package struct PolicyCase: Sendable {
  package let name: String
  /// The gateway it covers; nil for an act inside the setting.
  package let gateway: String?
  /// Number of the decision vector (domain notes, section 10) that it stands for.
  package let vector: Int?
  /// Why it is not expected to hold yet; such a case is evaluated and counted apart.
  package let pending: String?
  /// Its gateway is taken to be switched on, to test rules that are shipped off.
  package let asIfEnabled: Bool
  package let situation: Situation
  /// nil only where there is no situation.
  package let expected: Expectation?
  package let location: RuleLocation

  package enum Situation: Sendable {
    case disclosure(DisclosureFacts)
    case access(AccessFacts)
    case erasure(ErasureFacts)
    /// A vector about something outside the rules, such as the ledger: nothing to evaluate; only with `pending`.
    case outsideTheRules
  }

  package struct Expectation: Hashable, Sendable {
    package let outcome: Decision.Outcome
    /// Codes that must all be among the answer's.
    package let reasons: [String]
    /// Codes that must all be among what the answer says is missing.
    package let needs: [String]
    /// Words each of which must stand in one of the answer's obligations, case aside.
    package let obligations: [String]
    /// nil: not looked at.
    package let isHidden: Bool?
  }
}
