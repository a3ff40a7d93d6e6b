import DisclosureRules
import Testing

struct CaseRunnerTests {
  static func report(_ cases: String, vectors: Int? = nil) throws -> CaseReport {
    var source = TinyPolicy.with("cases/all.yaml", cases)
    if let vectors {
      var files = source.files
      files["policy.yaml"] = (files["policy.yaml"] ?? "") + "\ndecision_vectors: \(vectors)\n"
      source = PolicySource(files: files)
    }
    return try PolicySet.load(source).runCases()
  }

  @Test func failingCaseSaysWhatDiffers() throws {
    let report = try Self.report(
      """
      cases:
        - name: "expects too much"
          gateway: letter
          situation: {documents: [plan]}
          expect: {outcome: allowed, needs: [approval], obligations: ["view only"]}
        - name: "expects the wrong reason"
          gateway: letter
          situation: {documents: [plan]}
          expect: {outcome: refused, reasons: [declined], hidden: true}
      """)
    #expect(!report.isGood)
    #expect(
      report.rendered == """
        FAILED   cases/all.yaml:2  expects too much
                 expected allowed, got refused (evidence-missing, evidence-missing, evidence:number, evidence:letter)
                 need approval is not given
                 no obligation says "view only"
        FAILED   cases/all.yaml:6  expects the wrong reason
                 reason declined is not given
                 the refusal is not hidden
        2 cases: 0 passed, 2 failed, 0 pending
        """)
  }

  @Test func pendingIsCountedApartAndNeverPasses() throws {
    let report = try Self.report(
      """
      cases:
        - {name: "outside", vector: 1, pending: "needs the ledger"}
        - name: "holds already"
          vector: 2
          pending: "was not built"
          gateway: letter
          situation: {documents: []}
          expect: {outcome: refused}
        - name: "does not hold yet"
          vector: 2
          pending: "is not built"
          gateway: letter
          situation: {documents: []}
          expect: {outcome: allowed}
      """, vectors: 4)
    #expect(report.passed == 0)
    #expect(report.failures.isEmpty)
    #expect(report.pending.map(\.holdsAlready) == [false, true, false])
    #expect(report.vectorsSeen == [1, 2])
    #expect(report.vectorsPending == [1, 2])
    #expect(report.vectorsMissing == [3, 4])
    #expect(!report.isGood)
    #expect(report.rendered.contains("no case for decision vector 3, 4"))
    #expect(report.rendered.contains("it holds already: take the mark away"))
  }

  @Test func birthDatesAreWorkedOutForTheDayOfTheCase() throws {
    let report = try Self.report(
      """
      cases:
        - name: "March of Year 11"
          gateway: agreed
          situation:
            today: 2027-03-15
            recipient: college
            documents: [plan]
            subject: {born: 2011-01-15}
            consent: {state: given, giver: parent}
          expect: {outcome: waiting, needs: [competence-note]}
        - name: "the Saturday after the last Friday in June"
          gateway: agreed
          situation:
            today: 2027-06-26
            recipient: college
            documents: [plan]
            subject: {born: 2011-01-15}
            consent: {state: given, giver: parent}
          expect: {outcome: refused, reasons: [consent-wrong-giver]}
      """)
    #expect(report.passed == 2, "\(report.rendered)")
  }

  @Test func casesOfRulesThatAreOffRunAsIfTheyWereOn() throws {
    var files = TinyPolicy.replacing(
      "effective_from: 2014-09-01", with: "enabled: false", in: "gateways/letter.yaml"
    ).files
    files["cases/all.yaml"] = """
      cases:
        - name: "off"
          gateway: letter
          situation: {documents: [plan]}
          expect: {outcome: refused, reasons: [gateway-off]}
        - name: "as if on"
          gateway: letter
          as_if_enabled: true
          situation: {documents: [plan], evidence: [{id: number, text: "AB12/7"}, {id: letter, document: true}]}
          expect: {outcome: allowed}
      """
    let report = try PolicySet.load(PolicySource(files: files)).runCases()
    #expect(report.passed == 2, "\(report.rendered)")
  }

  @Test func setReadWithoutItsCasesDecidesTheSame() throws {
    let whole = try PolicySet.load(.england)
    let quick = try PolicySet.load(.england, readingCases: false)
    #expect(quick.cases.isEmpty)
    for case .disclosure(let facts) in whole.cases.map(\.situation) {
      #expect(quick.decide(facts) == whole.decide(facts))
    }
  }
}
