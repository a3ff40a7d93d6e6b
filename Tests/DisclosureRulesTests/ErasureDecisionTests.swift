import DisclosureRules
import Testing

/// From when papers may go, and what stands in the way, asked of the rules alone.
struct ErasureDecisionTests {
  /// Every combination of facts: 2 phases, 2 scopes, 4 grounds, 2^4 flags, 3 waits.
  static let allFacts: [ErasureFacts] = {
    var all: [ErasureFacts] = []
    for phase in ErasureFacts.Phase.allCases {
      for scope in ErasureFacts.Scope.allCases {
        for ground in ErasureGround.allCases {
          for bits in 0..<16 {
            for days in [0, 13, 14] {
              all.append(
                ErasureFacts(
                  phase: phase, scope: scope, ground: ground, due: bits & 1 != 0, held: bits & 2 != 0,
                  requested: bits & 4 != 0, samePerson: bits & 8 != 0, daysWaited: days))
            }
          }
        }
      }
    }
    return all
  }()

  @Test func nothingGoesThatAnyRuleIsAgainst() throws {
    let england = try PolicySet.load(.england)
    var allowed = 0
    for facts in Self.allFacts {
      let decision = england.decideErasure(facts)
      let isEarly = facts.ground != .retention
      let mayGo =
        !facts.held && !facts.requested && (facts.due || isEarly)
        && (facts.phase == .propose || !facts.samePerson && facts.daysWaited >= 14)
      #expect((decision.outcome == .allowed) == mayGo, "\(facts)")
      #expect(decision.outcome != .waiting)
      #expect(decision.reasons.isEmpty == mayGo)
      #expect(decision.reasons.allSatisfy { $0.text.hasSuffix(".") && $0.location?.file == "policy.yaml" })
      if mayGo { allowed += 1 }
    }
    #expect(allowed > 0)
  }

  @Test func whoSaysNothingAboutErasingLetsNothingGoEarly() throws {
    let tiny = try TinyPolicy.load()
    for ground in ErasureGround.early {
      let decision = tiny.decideErasure(
        ErasureFacts(phase: .propose, scope: .child, ground: ground, due: true))
      #expect(decision.reasons.map(\.code) == ["ground-not-allowed"])
    }
    let carriedOut = ErasureFacts(
      phase: .carryOut, scope: .child, ground: .retention, due: true, daysWaited: 13)
    #expect(tiny.decideErasure(carriedOut).reasons.map(\.code) == ["waiting-period"])
  }

  @Test func datesCountFromBirth() throws {
    let england = try PolicySet.load(.england)
    let born = CalendarDate("2015-05-03")!
    #expect(england.keepUntil("ehc-plan", born: born) == CalendarDate("2046-05-03"))
    #expect(england.keepUntil("child-protection", born: born) == CalendarDate("2040-05-03"))
    // A kind that no table names, and a file without documents.
    #expect(try TinyPolicy.load().keepUntil("plan", born: born) == CalendarDate("2046-05-03"))
    #expect(england.keepUntil([], born: born) == CalendarDate("2046-05-03"))
    #expect(england.keepUntil(["child-protection", "advice"], born: born) == CalendarDate("2046-05-03"))
    #expect(england.keepUntil(["child-protection"], born: born) == CalendarDate("2040-05-03"))
  }

  @Test(arguments: [
    ("2012-02-29", 31, "2043-03-01"), ("2012-02-29", 4, "2016-02-29"), ("2015-12-31", 25, "2040-12-31"),
    ("2015-01-01", 0, "2015-01-01"), ("2000-02-29", 100, "2100-03-01"),
  ])
  func yearsLandOnTheSameDay(born: String, years: Int, reached: String) throws {
    let date = try #require(CalendarDate(born))
    #expect(date.adding(years: years).description == reached)
    #expect(date.age(on: date.adding(years: years)) == years)
    if years > 0 { #expect(date.age(on: date.adding(years: years).adding(days: -1)) == years - 1) }
  }

  /// What a wrong table is answered with.
  @Test(arguments: [
    ("retention:\n  plan: {after: closure, years: 6}", "unknown start of the time \"closure\"", 2),
    ("retention:\n  plan: {after: birth, years: 0}", "years must be from 1 to 150", 2),
    ("retention:\n  letter: {after: birth, years: 6}", "unknown document kind \"letter\"", 2),
    ("retention:\n  plan: {years: 6}", "\"after\" is missing", 2),
    ("erasure: {wait_days: 400, early_grounds: []}", "wait_days must be from 0 to 365", 1),
    ("erasure: {early_grounds: []}", "\"wait_days\" is missing", 1),
    ("erasure: {wait_days: 14}", "\"early_grounds\" is missing", 1),
    ("erasure: {wait_days: 14, early_grounds: [whim]}", "unknown ground \"whim\"", 1),
    ("erasure: {wait_days: 14, early_grounds: [retention]}", "never an early one", 1),
    ("erasure: {wait_days: 14, early_grounds: [], backup_days: 0}", "backup_days must be from 1 to 3650", 1),
    ("erasure: {wait_days: 14, early_grounds: [], backups: 9}", "unknown key \"backups\"", 1),
  ])
  func mistakesAreNamedWithTheirLine(text: String, message: String, line: Int) throws {
    let source = TinyPolicy.replacing("vocabulary:", with: text + "\nvocabulary:", in: "policy.yaml")
    let error = #expect(throws: PolicyLoadError.self) { try PolicySet.load(source) }
    let problem = try #require(
      error?.problems.first { $0.message.contains(message) }, "\(String(describing: error))")
    #expect(problem.file == "policy.yaml")
    // The line of the policy that the table was put into.
    #expect(problem.line == 5 + line)
    #expect(problem.column > 0)
  }

  @Test func lintNamesWhatADataProtectionOfficerShouldSee() throws {
    let england = try PolicySet.load(.england).lint().map(\.code)
    let erasing = [
      "document-without-retention", "short-retention", "erasure-unwritten", "short-wait", "backups-unlimited",
    ]
    #expect(!england.contains(where: erasing.contains))
    let tiny = try TinyPolicy.load().lint().map(\.rendered)
    #expect(
      tiny.contains { $0.contains("nothing says how long \"plan\" is kept; 31 years from birth are taken") })
    #expect(tiny.contains { $0.contains("nothing is said about erasing") })
    let text =
      "retention:\n  plan: {after: birth, years: 7}\nerasure: {wait_days: 0, early_grounds: []}\nvocabulary:"
    let short = try PolicySet.load(
      TinyPolicy.replacing("vocabulary:", with: text, in: "policy.yaml")
    ).lint().map(\.code)
    for code in ["short-retention", "short-wait", "backups-unlimited"] { #expect(short.contains(code)) }
  }
}
