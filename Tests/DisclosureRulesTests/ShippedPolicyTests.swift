import DisclosureRules
import Foundation
import StrongroomTestSupport
import Testing

/// The two shipped sets, as they stand in the repository and as they were compiled in.
struct ShippedPolicyTests {
  enum Origin: String, CaseIterable, Sendable { case repository, embedded }
  static let sets = ["england", "school"]

  static func source(_ name: String, _ origin: Origin) throws -> PolicySource {
    switch origin {
    case .embedded: name == "england" ? .england : .school
    case .repository: try PolicyFolder.read(name)
    }
  }

  @Test(arguments: sets, Origin.allCases)
  func everyCaseHolds(_ name: String, _ origin: Origin) throws {
    let set = try PolicySet.load(try Self.source(name, origin))
    let report = set.runCases()
    #expect(set.name == name)
    #expect(report.failures.isEmpty, "\(report.rendered)")
    #expect(report.vectorsMissing.isEmpty)
    // A pending case that already holds must lose its mark, or it hides a later failure.
    #expect(!report.pending.contains { $0.holdsAlready }, "\(report.rendered)")
    #expect(report.passed > 20)
  }

  @Test func englandCoversAllThirtyVectorsAndOnlyThreeWait() throws {
    let report = try PolicySet.load(.england).runCases()
    #expect(report.vectorsSeen == Array(1...30))
    // 25 and 28 need the gatekeeper's emergency opening and search, 30 the ledger.
    #expect(report.vectorsPending == [25, 28, 30])
  }

  @Test(arguments: sets)
  func embeddedCopyIsTheRepositorysCopy(_ name: String) throws {
    #expect(try Self.source(name, .embedded) == Self.source(name, .repository))
  }

  @Test(arguments: sets)
  func everyGatewayHasACaseThatAllowsAndOneThatRefuses(_ name: String) throws {
    let set = try PolicySet.load(try Self.source(name, .embedded))
    for gateway in set.gateways {
      let outcomes = set.cases.filter { $0.gateway == gateway.id }.compactMap(\.expected?.outcome)
      #expect(outcomes.contains(.allowed), "\(gateway.id)")
      #expect(outcomes.contains(.refused), "\(gateway.id)")
    }
  }

  @Test func englandHasTheTwentyThreeGatewaysAndTwoAreOff() throws {
    let england = try PolicySet.load(.england)
    #expect(
      Set(england.gateways.map(\.id)) == [
        "consent", "interests", "appeal", "tribunal-order", "research", "court-order", "criminal-proceedings",
        "ombudsman", "secretary-of-state", "disabled-persons-assessment", "looked-after-welfare", "ofsted",
        "disabled-students-allowance", "higher-education", "named-institution", "annual-review",
        "la-transfer",
        "school-transfer", "child-protection-file", "subject-access", "parent-record", "safeguarding",
        "own-copy",
      ])
    #expect(england.gateways.filter { !$0.isEnabled }.map(\.id) == ["interests", "research"])
  }

  @Test func embeddedTextHoldsNoPathOfTheMachineThatBuiltIt() throws {
    let root = VectorFolder.packageRoot.path
    for source in [PolicySource.england, .school] {
      for (path, text) in source.files {
        #expect(!path.hasPrefix("/"))
        #expect(!text.contains(root))
      }
    }
  }
}
