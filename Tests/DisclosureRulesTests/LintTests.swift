import DisclosureRules
import Testing

struct LintTests {
  static func codes(_ source: PolicySource, held: Set<String>? = nil) throws -> [String] {
    try PolicySet.load(source).lint(rolesHeld: held).map(\.code)
  }

  @Test func schoolPolicyShowsTheDifferencesItDeclares() throws {
    let findings = try PolicySet.load(.school).lint()
    let shown = Set(findings.map(\.code).filter { $0.hasPrefix("difference-") })
    let expected = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D9", "D10", "D11", "D12", "D13", "D14", "D18"]
    #expect(shown == Set(expected.map { "difference-\($0)" }))
  }

  /// Each is seen in the rules themselves, not only believed from what the set says of itself.
  @Test func schoolPolicyShowsThemEvenIfItSaysNothing() throws {
    var files = PolicySource.school.files
    let text = try #require(files["policy.yaml"])
    let start = try #require(text.firstRange(of: "\ndifferences:"))
    let end = try #require(text.firstRange(of: "\nnotes:"))
    files["policy.yaml"] = String(text[..<start.lowerBound]) + String(text[end.lowerBound...])
    let findings = try PolicySet.load(PolicySource(files: files)).lint()
    let shown = findings.map(\.code).filter { $0.hasPrefix("difference-") }
    let expected = ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D9", "D10", "D11", "D12", "D13", "D14", "D18"]
    #expect(Set(shown) == Set(expected.map { "difference-\($0)" }))
    let order = try #require(findings.first { $0.code == "difference-D7" })
    #expect(order.location.file == "gateways/court-criminal.yaml")
    #expect(order.text.contains("the law says \"or\""))
  }

  @Test func englandShowsNoDifferenceAndNamesTheTwoThatAreOff() throws {
    let findings = try PolicySet.load(.england).lint()
    #expect(!findings.contains { $0.code.hasPrefix("difference-") }, "\(findings.map(\.rendered))")
    #expect(
      findings.filter { $0.code == "gateway-off" }.map(\.text)
        == ["\"interests\" is switched off", "\"research\" is switched off"])
    #expect(!findings.contains { ["no-allowing-case", "no-refusing-case"].contains($0.code) })
    #expect(
      !findings.contains { $0.code.hasSuffix("may-not-approve") || $0.code.hasSuffix("may-not-request") })
  }

  @Test func differenceCalledResolvedButStillThereIsNamed() throws {
    let england = PolicySource.england.files
    var files = england
    let text = try #require(england["gateways/consent.yaml"])
    let words = try #require(text.firstRange(of: "young-person: [young-person]"))
    files["gateways/consent.yaml"] =
      text[..<words.lowerBound] + "young-person: [young-person, parent]" + text[words.upperBound...]
    let finding = try #require(
      try PolicySet.load(PolicySource(files: files)).lint().first { $0.code == "difference-D1" })
    #expect(finding.text.hasPrefix("policy.yaml calls D1 resolved, yet "))
    #expect(finding.location.file == "gateways/consent.yaml")
  }

  @Test func tinyPolicyIsFoundWanting() throws {
    let findings = try TinyPolicy.load().lint().map(\.rendered)
    for expected in [
      "gateways/agreed.yaml:1: warning: no case shows what \"agreed\" allows",
      "gateways/agreed.yaml:1: warning: no case shows what \"agreed\" refuses",
      "gateways/ordered.yaml:1: warning: no case shows what \"ordered\" allows",
      "restrictions.yaml:1: warning: there is no rule for \"harm-flag\", so a file that has it shares nothing",
      "policy.yaml:1: warning: departs from the law (D3): no gateway rests on the local authority's opinion, regulation 17(1)(a)",
    ] { #expect(findings.contains(expected), "\(findings)") }
  }

  @Test(arguments: [
    (
      "gateways/ordered.yaml", "requires:\n  - evidence: order",
      "not_this: [\"x\"]\nrequires: []\ntraps:\n  - \"y\"\nhints:\n  - \"z\"\nobligations: [\"q\"]\n#",
      "single-use-without-evidence"
    ),
    (
      "gateways/ordered.yaml", "authority: [{provision: \"Some Act, section 3\", confidence: read}]",
      "authority: []", "compels-without-authority"
    ),
    ("gateways/ordered.yaml", "confidence: read", "confidence: from-memory", "compels-from-memory"),
    (
      "gateways/letter.yaml", "authority:\n  - provision: \"Some Act, section 1\"\n    confidence: read",
      "authority: []", "no-authority"
    ),
    ("gateways/letter.yaml", "effective_from: 2014-09-01", "enabled: false", "gateway-off"),
    ("access.yaml", "may: [approve, view-log]", "may: [view-log]", "approver-may-not-approve"),
    ("access.yaml", "may: [request, approve, file]", "may: [approve, file]", "requester-may-not-request"),
    ("gateways/agreed.yaml", "    competent-child: [child]\n", "", "stage-without-giver"),
    ("policy.yaml", "parent: \"Parent\"", "parent: \"Parent\", stranger: \"Stranger\"", "none"),
    (
      "policy.yaml", "reader: \"Reader\"", "reader: \"Reader\", caretaker: \"Caretaker\"",
      "role-without-access"
    ),
  ])
  func changeIsRemarkedOn(_ path: String, _ old: String, _ new: String, _ code: String) throws {
    var source = TinyPolicy.replacing(old, with: new, in: path)
    if code == "single-use-without-evidence" {
      var files = source.files
      files[path] = """
        id: ordered
        code: T3
        title: "An order"
        summary: "A court has ordered it."
        authority: [{provision: "Some Act, section 3", confidence: read}]
        kind: compels
        recipients: [court]
        documents: any
        request_by: [senco, head]
        approvals: {count: 2, roles: [head, dsl, reader]}
        evidence_use: single
        tell_family: "no"
        """
      source = PolicySource(files: files)
    }
    let before = try TinyPolicy.load().lint().map(\.code)
    let after = try Self.codes(source)
    if code == "none" {
      #expect(after == before)  // `agreed` accepts any recipient, so a new kind is served
    } else {
      #expect(after.filter { $0 == code }.count > before.filter { $0 == code }.count, "\(after)")
    }
  }

  @Test func rolesNobodyHoldsAreNamed() throws {
    let all = try Self.codes(TinyPolicy.source, held: ["senco", "head", "dsl", "reader"])
    #expect(!all.contains("role-held-by-nobody"))
    let few = try PolicySet.load(TinyPolicy.source).lint(rolesHeld: ["senco"]).filter {
      $0.code == "role-held-by-nobody"
    }
    #expect(
      few.map(\.rendered) == [
        "gateways/letter.yaml:30: warning: nobody holds a role that may approve under \"letter\"",
        "gateways/ordered.yaml:19: warning: nobody holds a role that may approve under \"ordered\"",
      ])
  }
}
