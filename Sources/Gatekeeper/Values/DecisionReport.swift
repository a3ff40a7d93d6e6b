/// A decision as people and programs are told it: what, under which gateway, why, and what would change it.
package struct DecisionReport: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable, Codable { case allowed, waiting, refused }

  package struct Reason: Hashable, Sendable {
    /// A fixed word of the rules, e.g. `evidence-missing`.
    package let code: String
    package let text: String
    package init(code: String, text: String) {
      self.code = code
      self.text = text
    }
  }

  package struct Remedy: Hashable, Sendable {
    package let text: String
    /// What to type next, references filled in; nil where nothing can be typed.
    package let command: String?
    package init(text: String, command: String?) {
      self.text = text
      self.command = command
    }
  }

  package var outcome: Outcome
  package var gateway: String?
  package var reasons: [Reason]
  package var needs: [Reason]
  package var remedies: [Remedy]
  package var obligations: [String]
  /// Hash of the policy set in force, 64 hexadecimal digits.
  package var policy: String
  package var policyName: String
  /// The ledger entry that says so; nil only for a forecast that was not asked for in earnest.
  package var entry: UInt64?

  package init(
    outcome: Outcome, gateway: String?, reasons: [Reason] = [], needs: [Reason] = [],
    remedies: [Remedy] = [], obligations: [String] = [], policy: String, policyName: String,
    entry: UInt64? = nil
  ) {
    self.outcome = outcome
    self.gateway = gateway
    self.reasons = reasons
    self.needs = needs
    self.remedies = remedies
    self.obligations = obligations
    self.policy = policy
    self.policyName = policyName
    self.entry = entry
  }
}
