import DisclosureRules
import Foundation
import StrongroomTestSupport
import Testing

/// What must hold for every request, whatever the rules say. The seed is in each message, so that a failure comes again.
struct DecisionPropertyTests {
  static let seeds: [UInt64] = [1, 20_261_121]
  static let rounds = 400

  private static let sets = Result {
    try [PolicySource.england, .school, TinyPolicy.source].map(PolicySet.load)
  }

  static func each(
    _ seed: UInt64, _ body: (PolicySet, DisclosureFacts, inout RandomFacts) throws -> Void
  ) throws {
    for set in try sets.get() {
      var facts = RandomFacts(set: set, random: SeededGenerator(seed: seed))
      for _ in 0..<rounds { try body(set, facts.next(), &facts) }
    }
  }

  /// The worse of two answers has the greater rank.
  static func rank(_ outcome: Decision.Outcome) -> Int {
    switch outcome {
    case .allowed: 0
    case .waiting: 1
    case .refused: 2
    }
  }

  @Test(arguments: seeds)
  func addingARestrictionNeverAllowsMore(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, random in
      var restricted = facts
      restricted.restrictions.append(random.restriction())
      #expect(
        Self.rank(set.decide(restricted).outcome) >= Self.rank(set.decide(facts).outcome),
        "seed \(seed) \(restricted)")
    }
  }

  @Test(arguments: seeds)
  func takingEvidenceAwayNeverAllowsMore(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, _ in
      let before = Self.rank(set.decide(facts).outcome)
      for index in facts.evidence.indices {
        var poorer = facts
        poorer.evidence.remove(at: index)
        #expect(Self.rank(set.decide(poorer).outcome) >= before, "seed \(seed) \(facts)")
      }
    }
  }

  @Test(arguments: seeds)
  func takingAnApprovalAwayNeverAllows(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, _ in
      guard set.decide(facts).outcome == .waiting else { return }
      for index in facts.approvals.indices {
        var poorer = facts
        poorer.approvals.remove(at: index)
        #expect(set.decide(poorer).outcome != .allowed, "seed \(seed) \(facts)")
      }
    }
  }

  @Test(arguments: seeds)
  func orderOfApprovalsEvidenceAndRestrictionsDoesNotMatter(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, random in
      var shuffled = facts
      shuffled.approvals.shuffle(using: &random.random)
      shuffled.evidence.shuffle(using: &random.random)
      shuffled.restrictions.shuffle(using: &random.random)
      let left = set.decide(facts)
      let right = set.decide(shuffled)
      #expect(left == right, "seed \(seed) \(facts)")
      #expect(left.needs == right.needs)
    }
  }

  @Test(arguments: seeds)
  func gatewaysThatAreOffNeverAllow(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, _ in
      guard let gateway = set.gateway(facts.gateway), !gateway.isEnabled else { return }
      #expect(set.decide(facts).outcome == .refused, "seed \(seed) \(facts)")
    }
  }

  @Test(arguments: seeds)
  func decisionComesAgainFromTheFactsAsWritten(_ seed: UInt64) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let other = try PolicySet.load(.england)
    try Self.each(seed) { set, facts, random in
      guard random.random.once(in: 10) else { return }
      let bytes = try encoder.encode(facts)
      let read = try JSONDecoder().decode(DisclosureFacts.self, from: bytes)
      #expect(read == facts)
      #expect(try encoder.encode(read) == bytes)
      #expect(set.decide(read) == set.decide(facts), "seed \(seed) \(facts)")
      if set.name == "england" { #expect(other.decide(read) == set.decide(facts)) }
    }
  }

  @Test(arguments: seeds)
  func outcomeFollowsFromReasonsAndNeeds(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, _ in
      let decision = set.decide(facts)
      switch decision.outcome {
      case .allowed: #expect(decision.recordedReasonCodes.isEmpty && decision.recordedNeedCodes.isEmpty)
      case .waiting: #expect(decision.recordedReasonCodes.isEmpty && !decision.recordedNeedCodes.isEmpty)
      case .refused: #expect(!decision.recordedReasonCodes.isEmpty)
      }
      #expect(decision.isHidden || decision.reasons.map(\.code) == decision.recordedReasonCodes)
      #expect(decision.reasons.allSatisfy { !$0.text.isEmpty })
    }
  }

  @Test(arguments: seeds)
  func explanationAccountsForEveryFindingAndNamesOneDecider(_ seed: UInt64) throws {
    try Self.each(seed) { set, facts, random in
      guard random.random.once(in: 5) else { return }
      let explanation = set.explain(facts)
      let decision = explanation.decision
      let refused = explanation.steps.filter { $0.verdict == .refused }
      let deciders = explanation.steps.filter(\.isDecisive)
      #expect(refused.count == decision.reasons.count, "seed \(seed) \(facts)")
      #expect(deciders.count == (decision.outcome == .allowed ? 0 : 1), "seed \(seed) \(facts)")
      if let decider = deciders.first, !decision.isHidden { #expect(decider.location == decision.decidedBy) }
    }
  }

  /// So that the properties above are not true of an empty set: all three answers come up often.
  @Test func randomRequestsMeetEveryAnswer() throws {
    var counts: [Decision.Outcome: Int] = [:]
    try Self.each(1) { set, facts, _ in counts[set.decide(facts).outcome, default: 0] += 1 }
    for outcome in Decision.Outcome.allCases { #expect(counts[outcome, default: 0] > 20, "\(counts)") }
  }
}
