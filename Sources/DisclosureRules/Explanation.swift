/// How a decision came about: each rule that was looked at, in order, and what it said.
package struct Explanation: Sendable {
  package let decision: Decision
  /// Name and version of the set: `england, version 1`.
  package let policy: String
  /// Title of the gateway; nil if it is unknown or must not be told.
  package let gateway: String?
  package let steps: [Step]

  package struct Step: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable, CaseIterable {
      case passed, waits, refused
      case notNeeded = "not-needed"
    }
    package let verdict: Verdict
    /// What was looked at, as a short phrase: "Who may receive it".
    package let rule: String
    /// What it said, as a sentence.
    package let text: String
    package let location: RuleLocation
    /// This is the rule that decided.
    package let isDecisive: Bool
  }
}
