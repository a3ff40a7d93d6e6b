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

/// What came of an act inside the vault.
package enum Answer<Value: Sendable>: Sendable {
  /// Done and durable. `entry` is the ledger entry that says so; nil for views that leave none.
  case done(Value, entry: UInt64?)
  /// Not for this role; `report.entry` is the entry that records the attempt.
  case refused(DecisionReport)
}

/// An answer may hold names, so printing one tells which it was and no more.
extension Answer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    switch self {
    case .done(_, let entry): "done(entry \(entry.map(String.init) ?? "none"))"
    case .refused(let report): "refused(\(report.reasons.map(\.code).joined(separator: ",")))"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
