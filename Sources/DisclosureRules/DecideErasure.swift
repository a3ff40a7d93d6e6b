/// What a decision on erasing or disposing found against it. Its words are those programs and the ledger rely on.
enum ErasureFinding: String, Hashable, Sendable, CaseIterable {
  case legalHold = "legal-hold"
  case requestOpen = "request-open"
  case keepUntilNotReached = "keep-until-not-reached"
  case groundNotAllowed = "ground-not-allowed"
  case proposedByThemself = "proposed-by-themself"
  case waitingPeriod = "waiting-period"
}

extension PolicySet {
  /// Decides whether something may be erased or disposed of. Whether the role may do so at all is `decideAccess`'s.
  ///
  /// A legal hold beats everything. All that is against it is told at once.
  package func decideErasure(_ facts: ErasureFacts) -> Decision {
    var findings: [ErasureFinding] = []
    if facts.held { findings.append(.legalHold) }
    if facts.requested { findings.append(.requestOpen) }
    if facts.ground == .retention {
      if !facts.due { findings.append(.keepUntilNotReached) }
    } else if !erasure.earlyGrounds.contains(facts.ground) {
      findings.append(.groundNotAllowed)
    }
    if facts.phase == .carryOut {
      if facts.samePerson { findings.append(.proposedByThemself) }
      if facts.daysWaited < erasure.waitDays { findings.append(.waitingPeriod) }
    }
    return Decision(
      outcome: findings.isEmpty ? .allowed : .refused, gatewayID: "erasure", isHidden: false,
      findings: findings.map(Finding.erasure), context: .erasure(core, facts))
  }
}

/// Sentences about erasing and disposing.
struct ErasureWording {
  let core: PolicySet.Core
  let facts: ErasureFacts

  private var rules: ErasureRules { core.header.erasure }
  private var what: String { facts.scope == .child ? "This child's file" : "These documents" }

  func text(for finding: Finding) -> String {
    guard case .erasure(let finding) = finding else { return finding.code }
    switch finding {
    case .legalHold:
      return
        "A legal hold is on this child: nothing of theirs is erased or disposed of until it is lifted or ends."
    case .requestOpen:
      return facts.scope == .child
        ? "A request to share something of this child's is still open."
        : "A request that is still open needs one of these documents."
    case .keepUntilNotReached:
      return "\(what) must be kept longer: the retention table's date is not reached."
    case .groundNotAllowed:
      return "The rules do not let anything go before its date on the ground \"\(facts.ground.rawValue)\"."
    case .proposedByThemself: return "You proposed this, so somebody else must carry it out."
    case .waitingPeriod:
      return
        "The rules ask for \(days(rules.waitDays)) between the proposal and carrying it out; \(days(facts.daysWaited)) have passed."
    }
  }

  func remedies(for findings: [Finding]) -> [Decision.Remedy] {
    findings.compactMap { finding in
      guard case .erasure(let finding) = finding else { return nil }
      return switch finding {
      case .legalHold:
        Decision.Remedy(
          text: "See which holds there are; whoever placed one can lift it.",
          command: "strongroom child show CHILD")
      case .requestOpen:
        Decision.Remedy(
          text: "Release or decline the request first.",
          command: "strongroom disclose decline REQUEST --reason TEXT")
      case .keepUntilNotReached where !rules.earlyGrounds.isEmpty:
        Decision.Remedy(
          text: "Before its date it may go only on a ground the rules name: "
            + "\(list(rules.earlyGrounds.map(\.rawValue))). Say which, and why, with --ground and --because.",
          command: nil)
      case .keepUntilNotReached, .waitingPeriod:
        Decision.Remedy(text: "Come back when the date is reached.", command: "strongroom retention list")
      case .groundNotAllowed:
        Decision.Remedy(
          text: "Ask the data protection officer: the grounds stand under \"erasure\" in policy.yaml.",
          command: "strongroom policy show")
      case .proposedByThemself:
        Decision.Remedy(text: "Ask a colleague whose role allows it.", command: "strongroom member list")
      }
    }
  }

  private func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count) days" }
}
