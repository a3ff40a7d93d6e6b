import Foundation
import StrongroomTestSupport
import Testing

/// What other programs rely on: field names, exit codes, errors as one object, help.
struct ContractTests {
  static let documented: [Int32] = [0, 1, 3, 10, 11, 12, 13, 14, 15, 16, 64, 69, 74, 78, 130]

  @Test func everythingThatIsMadeIsNamedAfterItsNoun() throws {
    let office = try Office()
    let refs = office.refs
    func check(_ noun: String, _ prefix: String, _ object: [String: Any]) {
      let reference = object[noun] as? String ?? ""
      #expect(reference.hasPrefix(prefix), "\(noun) in \(object)")
      #expect(object["entry"] is Int, "entry in \(object)")
    }
    check(
      "child", "CH-",
      try office.made(
        "child", "add", "--name", "Kim Example", "--born", "2016-02-29", "--upn", "H801200001001"))
    check(
      "contact", "CTC-",
      try office.made(
        "contact", "add", "--child", refs.child, "--name", "Lee Example", "--relationship", "father",
        "--parental-responsibility"))
    check(
      "record", "DOC-",
      try office.made(
        "store", try office.file("report.txt"), "--child", refs.child, "--kind", "review-report", "--dated",
        "2026-11-12", "--title", "Review"))
    check(
      "consent", "CNS-",
      try office.made(
        "consent", "record", "--child", refs.child, "--given-by", refs.mother, "--to", refs.college, "--kind",
        "ehc-plan", "--kind", "conversation", "--purpose", "Support", "--until", Office.inHalfAYear))
    check(
      "recipient", "RCP-", try office.made("recipient", "add", "--name", "Northbridge", "--kind", "college"))
    expect(try office.runner.shell("strongroom keygen --name 'Sam Example' --out sam.key --no-passphrase"), 0)
    expect(try office.runner.shell("stat -c %a sam.key"), 0, "600")
    // Into an example vault also people with keys of their own may come.
    check("member", "MBR-", try office.made("member", "add", "--card", "sam.card", "--role", "governor"))
    for reference in refs.members.values { #expect(reference.hasPrefix("MBR-")) }
  }

  @Test func aDecisionHasItsSevenFieldsWhateverItIs() throws {
    let office = try Office()
    let refs = office.refs
    let refused = try office.request("court-order", to: refs.solicitor, record: refs.plan)
    let waiting = try office.request("consent", to: refs.college, record: refs.plan)
    let letter = try office.file("letter.txt")
    let allowed = try office.request(
      "appeal", to: refs.tribunal, record: refs.plan,
      evidence: ["appeal-number=EH850/26/00221", "registration-letter=@\(letter)"])
    for (answer, outcome, code) in [
      (refused, "refused", Int32(10)), (waiting, "waiting", 11), (allowed, "allowed", 0),
    ] {
      #expect(answer.code == code)
      let decision = answer.decision
      #expect(decision["outcome"] as? String == outcome)
      #expect(decision["gateway"] is String)
      for list in ["reasons", "needs", "remedies"] { #expect(decision[list] is [[String: Any]], "\(list)") }
      #expect((decision["policy"] as? String)?.count == 64)
      #expect(decision["entry"] is Int)
      #expect(answer.reference.hasPrefix("REQ-"))
    }
    #expect((refused.decision["remedies"] as? [Any])?.isEmpty == false)
    #expect((waiting.decision["needs"] as? [Any])?.isEmpty == false)
    for reason in refused.decision["reasons"] as? [[String: Any]] ?? [] {
      #expect(reason["code"] is String)
      #expect(reason["text"] is String)
    }
    let checked = try office.strongroom(
      "disclose", "check", "--child", refs.child, "--to", refs.college, "--gateway", "consent", "--record",
      refs.plan, "--reason", "Would it?", "--json")
    expect(checked, 11)
    #expect(try checked.object()["outcome"] as? String == "waiting")
    #expect(try checked.object()["request"] == nil)
    // The same question twice is two entries and no request.
    #expect(try office.entries("request.checked").count == 1)
    #expect(try office.entries("request.made").count == 3)
  }

  @Test func listsPrintOneObjectALine() throws {
    let office = try Office()
    let refs = office.refs
    let (request, _) = try office.allowedRequest()
    for (words, field) in [
      (["member", "list"], "member"), (["child", "list"], "child"),
      (["contact", "list", "--child", refs.child], "contact"),
      (["consent", "list", "--child", refs.child], "consent"), (["recipient", "list"], "recipient"),
      (["disclose", "list"], "request"), (["find", "kanarie"], "child"), (["audit", "list"], "entry"),
    ] {
      let result = try office.strongroom(words: words + ["--json"])
      expect(result, 0)
      let lines = result.output.split(separator: "\n")
      #expect(!lines.isEmpty, "\(words)")
      for line in lines {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?[field] != nil, "\(words): \(line)")
      }
    }
    for (words, field) in [
      (["child", "show", refs.child], "records"), (["disclose", "show", request], "decision"),
      (["explain", request], "decision"), (["audit", "show", "5"], "proof"), (["audit", "verify"], "whole"),
      (["policy", "show"], "gateways"),
      (["policy", "show", "appeal"], "evidence"), (["check"], "findings"), (["status"], "vault"),
    ] {
      let result = try office.strongroom(words: words + ["--json"])
      expect(result, 0)
      #expect(try result.object()[field] != nil, "\(words): \(result.output)")
    }
    let published = try office.made(as: "compliance-officer", "audit", "publish", "public")
    #expect(published["vkey"] is String)
    #expect(office.exists("public/checkpoint"))
  }

  @Test func openingAndReleasingSayWhatWasWritten() throws {
    let office = try Office()
    let opened = try office.made("open", office.refs.plan, "--reason", "Review", "--out", "plan.txt")
    #expect(opened["record"] as? String == office.refs.plan)
    #expect(opened["entry"] is Int)
    #expect(try office.runner.shell("cat plan.txt").output == Office.Canary.body + "plan\n")
    expect(try office.runner.shell("stat -c %a plan.txt"), 0, "600")

    let (request, _) = try office.allowedRequest()
    let released = try office.made("disclose", "release", request, "--out", "package.age")
    #expect(released["request"] as? String == request)
    #expect(released["outcome"] as? String == "allowed")
    let hash = try office.runner.shell("sha256sum < package.age").output.prefix(64)
    #expect(released["sha256"] as? String == String(hash))
    let entry = try #require(try office.entries("disclosure.released").first)
    #expect(entry["entry"] as? Int == released["entry"] as? Int)
    // While it is allowed the package may be made again (the first may be lost in the post); each has its own entry.
    let again = try office.made("disclose", "release", request, "--out", "again.age")
    #expect(again["entry"] as? Int != released["entry"] as? Int)
    #expect(try office.entries("disclosure.released").count == 2)
  }

  @Test func anErrorIsOneObjectOnStandardError() throws {
    let office = try Office()
    for (words, code, id) in [
      (["status", "--vault", "nowhere"], Int32(64), "not-a-vault"),
      (["status", "--identity", "\(CommandLineRunner.exampleKeys)/college.key"], 13, "key-opens-nothing"),
      (["child", "show", "CH-0999"], 14, "not-found"),
      (["open", "banana", "--reason", "x", "--out", "o"], 64, "bad-value"),
      (["status", "--banana"], 64, "usage"), (["frobnicate"], 64, "usage"),
      (["policy", "check", "nowhere"], 64, "cannot-read"),
    ] {
      let result = try office.strongroom(words: words + ["--json"])
      expect(result, code)
      #expect(result.output == "", "\(words) printed results")
      let error = try result.errorObject()
      #expect(error["type"] as? String == "error", "\(words): \(result.errors)")
      #expect(error["code"] as? Int == Int(code))
      #expect(error["id"] as? String == id)
      #expect((error["message"] as? String)?.isEmpty == false)
      #expect(error["hints"] is [String])
    }
  }

  @Test func aPassphraseThatCouldNotBeShownIsNotLostInSilence() throws {
    let office = try Office()
    let result = try office.runner.shell(
      """
      export STRONGROOM_IDENTITY=$KEYS/senco.key
      strongroom status > /dev/full; echo "status $?"
      strongroom child list --json > /dev/full; echo "list $?"
      strongroom status | true; echo "pipe ${PIPESTATUS[0]}" >&2
      """)
    #expect(result.output == "status 74\nlist 74\n", "\(result.everything)")
    #expect(result.errors.contains("standard output could not be written"))
    #expect(!result.errors.contains("Fatal error"))
  }

  @Test func withoutJSONAnErrorIsOneLineAndHints() throws {
    let office = try Office()
    for words in [
      ["status", "--vault", "nowhere"], ["child", "show", "CH-0999"], ["status", "--banana"],
      ["child", "add", "--name", "Kim", "--born", "yesterday"], ["store", "none.pdf", "--child", "CH-0001"],
      ["disclose", "release"], ["audit", "show", "first"], ["audit", "list", "--from", "2026-13-01"],
    ] {
      let result = try office.strongroom(words: words)
      #expect(result.errorLines.count == 1, "\(words): \(result.everything)")
      #expect(result.output == "")
      #expect(!result.errors.contains("Error("), "a Swift error shows through: \(result.errors)")
    }
  }

  /// Every command there is, found by reading the help screens themselves.
  @Test func everyCommandHasHelpWithAnAbstract() throws {
    let runner = try CommandLineRunner("help")
    var waiting: [[String]] = [[]]
    var seen: [[String]] = []
    while let words = waiting.popLast() {
      let result = try runner.strongroom(words + ["--help"])
      expect(result, 0)
      #expect(result.output.hasPrefix("OVERVIEW: "), "\(words) has no abstract:\n\(result.output)")
      #expect(result.errors == "")
      seen.append(words)
      var inSubcommands = false
      for line in result.output.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasSuffix("SUBCOMMANDS:") {
          inSubcommands = true
        } else if !line.hasPrefix(" "), !line.isEmpty {
          inSubcommands = false
        }
        guard inSubcommands, line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
        let name = line.split(separator: " ").first.map(String.init) ?? ""
        if !name.isEmpty, name != "See" { waiting.append(words + [name]) }
      }
    }
    let wanted = [
      "keygen", "init", "member add", "member list", "member remove", "child add", "child list", "child show",
      "contact add", "contact list", "store", "find", "open", "consent record", "consent list",
      "consent withdraw", "recipient add", "recipient list", "disclose check", "disclose request",
      "disclose attach", "disclose approve", "disclose decline", "disclose release", "disclose list",
      "disclose show", "explain", "audit list", "audit show", "audit verify", "audit publish", "policy show",
      "policy check", "policy test", "policy adopt", "check", "status",
    ]
    let names = Set(seen.map { $0.joined(separator: " ") })
    for command in wanted { #expect(names.contains(command), "no help for \(command)") }
    for words in seen where !words.isEmpty {
      let wrong = try runner.strongroom(words + ["--frobnicate"])
      #expect(wrong.code == 64, "\(words): \(wrong.everything)")
      #expect(wrong.errorLines.count == 1, "\(words): \(wrong.errors)")
    }
  }

  @Test func exitCodesAreDocumented() throws {
    let help = try CommandLineRunner("help").strongroom(["help", "exit-codes"])
    expect(help, 0)
    for code in Self.documented {
      #expect(help.output.contains("\n" + String(repeating: " ", count: 5 - "\(code)".count) + "\(code)  "))
    }
    for topic in ["keys", "recovery", "scripting"] {
      let result = try CommandLineRunner("help").strongroom(["help", topic])
      expect(result, 0)
      #expect(result.output.count > 100)
    }
  }

  @Test func helpOnAWordThatIsNeitherCommandNorTopicSaysSo() throws {
    let runner = try CommandLineRunner("help")
    expect(try runner.strongroom(["help", "banana"]), 64, "there is no help on \"banana\"")
    expect(try runner.strongroom(["help", "disclose"]), 0, "OVERVIEW: Share documents")
    expect(try runner.strongroom(["help"]), 0, "OVERVIEW: Keep confidential records")
  }

  @Test func versionIsPrinted() throws {
    let result = try CommandLineRunner("help").strongroom(["--version"])
    expect(result, 0, "strongroom 0.")
  }
}
