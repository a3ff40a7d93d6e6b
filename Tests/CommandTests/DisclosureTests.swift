import Foundation
import StrongroomTestSupport
import Testing

/// The rules as a person at the counter meets them.
struct DisclosureTests {
  /// A court order for the child's plan, with its evidence; two approvals are wanted.
  private func courtOrder(
    _ office: Office, record: String? = nil, child: String? = nil
  ) throws -> (
    reference: String, code: Int32, decision: [String: Any]
  ) {
    let order = try office.file("order.txt", "sealed\n")
    return try office.request(
      "court-order", to: office.refs.court, record: record ?? office.refs.plan, child: child,
      evidence: ["sealed-order=@\(order)", "case-number=WB26P00123"])
  }

  @Test func theRequesterCannotApproveAndNobodyTwice() throws {
    let office = try Office()
    let order = try courtOrder(office)
    #expect(order.code == 11)
    expect(try office.strongroom("disclose", "approve", order.reference), 10)
    expect(try office.strongroom(as: "headteacher", "disclose", "approve", order.reference), 11)
    let again = try office.strongroom(as: "headteacher", "disclose", "approve", order.reference)
    #expect(again.code == 10 || again.code == 11, "a second approval by the same person: \(again.everything)")
    expect(try office.strongroom("disclose", "release", order.reference, "--out", "early.age"), 11)
    #expect(!office.exists("early.age"))
    expect(try office.strongroom(as: "teacher", "disclose", "approve", order.reference), 10)
    expect(try office.strongroom(as: "dsl", "disclose", "approve", order.reference), 0)
    let released = try office.made("disclose", "release", order.reference, "--out", "court.age")
    #expect((released["passphrase"] as? String)?.split(separator: "-").count == 10)
    #expect(office.exists("court.age"))
  }

  @Test func evidenceThatComesLaterAsksForApprovalsAgain() throws {
    let office = try Office()
    let order = try courtOrder(office)
    expect(try office.strongroom(as: "headteacher", "disclose", "approve", order.reference), 11)
    expect(try office.strongroom(as: "dsl", "disclose", "approve", order.reference), 0)
    let better = try office.file("better.txt", "sealed, second page\n")
    expect(
      try office.strongroom("disclose", "attach", order.reference, "--evidence", "sealed-order=@\(better)"),
      11)
    expect(try office.strongroom("disclose", "release", order.reference, "--out", "court.age"), 11)
    #expect(!office.exists("court.age"))
    expect(try office.strongroom(as: "headteacher", "disclose", "approve", order.reference), 11)
    expect(try office.strongroom(as: "dsl", "disclose", "approve", order.reference), 0)
    expect(try office.strongroom("disclose", "release", order.reference, "--out", "court.age"), 0)
  }

  @Test func anOrderUsedForOneChildIsNoOrderForTheSibling() throws {
    let office = try Office()
    let order = try courtOrder(office)
    expect(try office.strongroom(as: "headteacher", "disclose", "approve", order.reference), 11)
    expect(try office.strongroom(as: "dsl", "disclose", "approve", order.reference), 0)
    expect(try office.strongroom("disclose", "release", order.reference, "--out", "court.age"), 0)
    let second = try courtOrder(office, record: office.refs.siblingPlan, child: office.refs.sibling)
    #expect(second.code == 10, "\(second.decision)")
    expect(try office.strongroom("disclose", "release", second.reference, "--out", "sibling.age"), 10)
    #expect(!office.exists("sibling.age"))
  }

  @Test func consentTakenBackBeforeReleaseStopsIt() throws {
    let office = try Office()
    let (request, consent) = try office.allowedRequest()
    expect(try office.strongroom("consent", "withdraw", consent), 0, "Withdrawn")
    expect(try office.strongroom("consent", "withdraw", consent), 64, "withdrawn already")
    let refused = try office.strongroom("disclose", "release", request, "--out", "package.age")
    #expect(refused.code == 10 || refused.code == 11, "\(refused.everything)")
    #expect(!office.exists("package.age"))
    #expect(try office.entries("disclosure.released").isEmpty)
    let whole = try office.contents().keys.sorted()
    #expect(!whole.contains { $0.hasPrefix("tmp/") })
  }

  @Test func aDeclinedRequestStaysDeclined() throws {
    let office = try Office()
    let order = try courtOrder(office)
    let declined = try office.strongroom(
      as: "headteacher", "disclose", "decline", order.reference, "--reason", Office.Canary.reason, "--json")
    expect(declined, 0)
    #expect(try declined.object()["outcome"] as? String == "declined")
    for words in [
      ["disclose", "approve", order.reference], ["disclose", "release", order.reference, "--out", "x.age"],
    ] {
      let result = try office.strongroom(as: "dsl", words: words)
      #expect(result.code == 10 || result.code == 64, "\(words): \(result.everything)")
    }
    expect(
      try office.strongroom(as: "dsl", "disclose", "decline", order.reference, "--reason", "again"), 64,
      "declined")
    #expect(!office.exists("x.age"))
  }

  @Test func aGrandfatherWithoutResponsibilityGivesNoConsent() throws {
    let office = try Office()
    let refs = office.refs
    _ = try office.strongroom(
      "consent", "record", "--child", refs.child, "--given-by", refs.grandfather, "--to", refs.college,
      "--kind", "ehc-plan", "--purpose", "Support", "--until", Office.inHalfAYear)
    let request = try office.request("consent", to: refs.college, record: refs.plan)
    #expect(request.code != 0, "\(request.decision)")
    let release = try office.strongroom("disclose", "release", request.reference, "--out", "p.age")
    #expect(release.code == 10 || release.code == 11, "\(release.everything)")
    #expect(!office.exists("p.age"))
  }

  @Test func requestsThatMakeNoSense() throws {
    let office = try Office()
    let refs = office.refs
    let before = try office.contents()
    func request(_ changes: [String: String], _ more: [String] = []) throws -> CommandLineRunner.Result {
      var words = [
        "--child": refs.child, "--to": refs.tribunal, "--gateway": "appeal", "--record": refs.plan,
        "--reason": "x",
      ]
      words.merge(changes) { $1 }
      return try office.strongroom(
        words: ["disclose", "request"] + words.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
          + more)
    }
    expect(try request(["--reason": ""]), 64, "--reason is empty")
    expect(try request([:], ["--record", refs.plan]), 64, "twice")
    expect(try request([:], ["--evidence", "nothing"]), 64, "ID=TEXT")
    expect(try request([:], ["--evidence", "registration-letter=@none.pdf"]), 64, "none.pdf")
    expect(try request(["--to": refs.plan]), 64, "RCP-")
    #expect(try office.contents() == before)
    // These are answered, and so recorded: a document of a sibling is as little there as one that never was.
    expect(try request(["--record": refs.siblingPlan]), 14)
    expect(try request(["--gateway": "banana"]), 10, "Choose one of: consent")
    expect(try request(["--to": "RCP-00000-00000"]), 14)
    expect(try request(["--record": "DOC-00000-00000"]), 14)
  }

  @Test func thePackageOpensWithTheRecipientsKeyAndIsAWholeBag() throws {
    let office = try Office()
    let (request, _) = try office.allowedRequest()
    expect(try office.strongroom("disclose", "release", request, "--out", "package.age"), 0)
    #expect(try office.runner.shell("head -c 21 package.age").output == "age-encryption.org/v1")
    guard FileManager.default.fileExists(atPath: "/usr/bin/age") else {
      print("age is not installed: the package was not opened with it")
      return
    }
    let opened = try office.runner.shell(
      """
      set -e; mkdir bag; age -d -i $KEYS/college.key package.age | tar -x -i -C bag; cd bag/*
      sha256sum --quiet --check manifest-sha256.txt tagmanifest-sha256.txt
      ls receipt >&2; cat data/*
      """)
    expect(opened, 0, Office.Canary.body + "plan")
    let wrong = try office.runner.shell("age -d -i $KEYS/tribunal.key package.age | wc -c")
    #expect(wrong.code != 0)
    #expect(wrong.output == "0\n")
  }
}
