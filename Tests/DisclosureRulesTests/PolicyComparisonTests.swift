import DisclosureRules
import StrongroomTestSupport
import Testing

@Suite struct PolicyComparisonTests {
  typealias Direction = PolicyComparison.Change.Direction

  @Test func sameRulesChangeNothing() throws {
    for source in [PolicySource.england, .school, TinyPolicy.source] {
      let set = try PolicySet.load(source)
      var random = RandomFacts(set: set, random: SeededGenerator(seed: 7))
      let comparison = PolicyComparison(from: set, to: set, replaying: (0..<200).map { _ in random.next() })
      #expect(comparison.changes.isEmpty)
      #expect(comparison.answers.isEmpty)
    }
  }

  /// One edit at a time: file, old words, new words, what the comparison must call it, and a word its sentence holds.
  static let edits: [(String, String, String, Direction, String)] = [
    ("gateways/letter.yaml", "recipients: [court]", "recipients: [court, college]", .allowsMore, "college"),
    ("gateways/letter.yaml", "documents: [plan, report]", "documents: [plan]", .allowsLess, "report"),
    ("gateways/letter.yaml", "request_by: [senco, dsl]", "request_by: [senco]", .allowsLess, "dsl"),
    ("gateways/letter.yaml", "lasts: {days: 28}", "lasts: {days: 29}", .allowsMore, "29 days"),
    ("gateways/letter.yaml", "count: 0", "count: 1", .allowsLess, "1 approvals"),
    ("gateways/letter.yaml", "evidence_use: repeat", "evidence_use: single", .allowsLess, "once"),
    ("gateways/letter.yaml", "minimum_age: 5", "minimum_age: 6", .changes, "other children"),
    ("gateways/letter.yaml", "code: T1", "code: T1\nenabled: false", .allowsLess, "off"),
    ("gateways/letter.yaml", "pattern: \"AA99/*\"", "pattern: \"A99/*\"", .changes, "number"),
    ("gateways/letter.yaml", "[\"View only.\"]", "[\"On site.\"]", .changes, "conditions"),
    (
      "gateways/agreed.yaml", "young-person: [young-person]", "young-person: [young-person, parent]",
      .allowsMore, "parent"
    ),
    (
      "gateways/agreed.yaml", "check_competence_from_age: 16", "check_competence_from_age: 12", .allowsLess,
      "12"
    ),
    ("gateways/agreed.yaml", "tell_family: \"decide\"", "tell_family: \"no\"", .changes, "family"),
    (
      "policy.yaml", "setting_types: [academy, maintained]", "setting_types: [academy]", .allowsLess,
      "maintained"
    ),
  ]

  @Test(arguments: edits.indices)
  func eachEditIsNamedAndItsDirectionHoldsForRandomRequests(_ number: Int) throws {
    let (file, words, others, direction, word) = Self.edits[number]
    let old = try TinyPolicy.load()
    let new = try PolicySet.load(TinyPolicy.replacing(words, with: others, in: file))
    var random = RandomFacts(set: old, random: SeededGenerator(seed: 20_261_122))
    let facts = (0..<2_000).map { _ in random.next() }
    let comparison = PolicyComparison(from: old, to: new, replaying: facts)
    let change = try #require(comparison.changes.first)
    #expect(change.direction == direction)
    #expect(change.text.contains(word), "\(change.text)")
    #expect(change.location.file == file)
    for answer in comparison.answers {
      let (before, after) = (
        DecisionPropertyTests.rank(answer.before), DecisionPropertyTests.rank(answer.after)
      )
      #expect(before == DecisionPropertyTests.rank(old.decide(facts[answer.index]).outcome))
      switch direction {
      case .allowsMore: #expect(after < before, "\(answer)")
      case .allowsLess: #expect(after > before, "\(answer)")
      case .changes: #expect(after != before)
      }
      #expect(answer.codes.isEmpty == (answer.after == .allowed))
    }
  }

  @Test func switchingAGatewayOnIsNamedAndRequestsUnderItAreAnsweredOtherwise() throws {
    let old = try PolicySet.load(.england)
    var files = PolicySource.england.files
    let text = try #require(files["gateways/interests.yaml"])
    files["gateways/interests.yaml"] = text.replacing("enabled: false", with: "enabled: true")
    let new = try PolicySet.load(PolicySource(files: files))
    var random = RandomFacts(set: new, random: SeededGenerator(seed: 3))
    let facts = (0..<4_000).map { _ in random.next() }.filter { $0.gateway == "interests" }
    let comparison = PolicyComparison(from: old, to: new, replaying: facts)
    #expect(comparison.changes.map(\.direction) == [.allowsMore])
    #expect(!comparison.answers.isEmpty)
    #expect(comparison.answers.allSatisfy { $0.before == .refused && $0.after != .refused })
  }

  @Test func schoolPolicyAndEnglandDifferInBothDirections() throws {
    let comparison = PolicyComparison(from: try PolicySet.load(.school), to: try PolicySet.load(.england))
    for direction in Direction.allCases {
      #expect(comparison.changes.contains { $0.direction == direction })
    }
    #expect(Set(comparison.changes).count == comparison.changes.count)
  }
}
