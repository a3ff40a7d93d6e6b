/// What the rules answer to one request.
///
/// Small and quick to make: it holds what was found, not sentences. Texts, remedies and places are made when asked for.
package struct Decision: Sendable {
  package enum Outcome: String, Codable, Hashable, Sendable, CaseIterable { case allowed, waiting, refused }

  package let outcome: Outcome
  /// The gateway asked for; `access` for an act inside the setting, `erasure` for erasing.
  package let gatewayID: String
  /// A restriction that must not be seen refused: the answer to the person is only "not found, or not visible to you".
  package let isHidden: Bool
  let findings: [Finding]
  let context: Context

  /// What texts are made from.
  enum Context: Sendable {
    case disclosure(PolicySet.Core, Gateway?, DisclosureFacts)
    case access(PolicySet.Core, AccessFacts)
    case erasure(PolicySet.Core, ErasureFacts)
  }

  /// Why it is refused; empty unless it is. For a hidden refusal, one reason that tells nothing.
  package var reasons: [Reason] {
    if isHidden { return [Reason.hidden] }
    return findings.lazy.filter(\.isRefusal).map(reason(for:))
  }

  /// What is missing and could still come, in the order it is looked at. Empty for a hidden refusal.
  package var needs: [Need] { isHidden ? [] : findings.flatMap(needs(for:)) }

  /// What would make it lawful, with the command to type where there is one. Empty when allowed or hidden.
  package var remedies: [Remedy] { isHidden || outcome == .allowed ? [] : makeRemedies() }

  /// What goes with permission; empty unless allowed.
  package var obligations: [Obligation] { outcome == .allowed ? makeObligations() : [] }

  /// The rule that decided: the first that refused, else the first that waits, else the gateway itself.
  package var decidedBy: RuleLocation {
    let decisive = findings.first(where: \.isRefusal) ?? findings.first
    return decisive.map(location(of:)) ?? ownLocation
  }

  /// Codes for the ledger, where nothing is hidden: refusals, then, if there are none, nothing. Sorted as found.
  package var recordedReasonCodes: [String] { findings.filter(\.isRefusal).map(\.code) }

  /// Codes of what is missing, for the ledger: `approval`, `consent`, `evidence:appeal-number`.
  package var recordedNeedCodes: [String] { findings.flatMap(needs(for:)).map(\.code) }

  package struct Reason: Hashable, Sendable {
    /// Kebab-case, stable: programs and the ledger rely on it.
    package let code: String
    /// Whole sentences in plain English.
    package let text: String
    package let location: RuleLocation?

    static let hidden = Reason(
      code: "not-found-or-not-visible", text: "Not found, or not visible to you.", location: nil)
  }

  package struct Need: Hashable, Sendable {
    /// `consent`, `competence-note`, `capacity-note`, `consent-conflict`, `consent-follow-up`, `approval` or `evidence:ID`.
    package let code: String
    package let text: String
    /// How many approvals are still to come; 0 for anything but `approval`.
    package let count: Int
    /// Who may give them; empty for anything but `approval`.
    package let roles: [String]
  }

  package struct Remedy: Hashable, Sendable {
    package let text: String
    /// To type next; REQUEST, CHILD, RECIPIENT and RECORD stand for references that the caller fills in.
    package let command: String?
  }

  package struct Obligation: Hashable, Sendable {
    /// `tell-family`, `do-not-tell-family`, `decide-telling-family`, `clock`, `late`, `condition`,
    /// `record-disagreement` or `restriction:KIND`.
    package let code: String
    package let text: String
  }
}

extension Decision: Hashable {
  /// Equal if the same was found for the same gateway; the facts looked at do not count.
  package static func == (left: Decision, right: Decision) -> Bool {
    left.outcome == right.outcome && left.gatewayID == right.gatewayID && left.isHidden == right.isHidden
      && left.findings == right.findings
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(outcome)
    hasher.combine(gatewayID)
    hasher.combine(findings)
  }
}
