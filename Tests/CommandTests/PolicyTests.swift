import Foundation
import StrongroomTestSupport
import Testing

/// The rules as files: reading, checking, testing, adopting.
struct PolicyCommandTests {
  private static let policies = VectorFolder.packageRoot.appendingPathComponent("policies").path

  @Test(arguments: ["england", "school"])
  func theShippedRulesCheckAndTheirCasesPass(name: String) throws {
    let runner = try CommandLineRunner("policy")
    let check = try runner.strongroom(["policy", "check", "\(Self.policies)/\(name)"])
    #expect(check.code == 0 || check.code == 3, "\(check.everything)")
    #expect(check.output.contains("version"))
    let test = try runner.strongroom(["policy", "test", "\(Self.policies)/\(name)", "--json"])
    expect(test, 0)
    let report = try test.object()
    #expect(report["failed"] as? Int == 0)
    #expect((report["passed"] as? Int ?? 0) > 10)
  }

  @Test func aMistakeIsShownWhereItStands() throws {
    let runner = try CommandLineRunner("policy")
    expect(
      try runner.shell(
        """
        cp -r '\(Self.policies)/school' rules
        sed -i 's/^recipients: \\[send-tribunal\\]/recipients: [send-tribunel]/' rules/gateways/appeal.yaml
        """), 0)
    for words in [
      ["policy", "check", "rules"], ["policy", "test", "rules"], ["policy", "show", "--policy", "rules"],
    ] {
      let result = try runner.strongroom(words)
      expect(result, 78)
      #expect(result.errors.contains(#/gateways\/appeal\.yaml:[0-9]+:[0-9]+/#), "\(result.errors)")
      #expect(result.errors.contains("recipients: [send-tribunel]"), "the line is shown: \(result.errors)")
      #expect(result.errors.contains("^"), "the caret: \(result.errors)")
      #expect(result.errors.contains("send-tribunal"), "did you mean: \(result.errors)")
    }
    expect(try runner.shell("mkdir empty"), 0)
    expect(try runner.strongroom(["policy", "check", "empty"]), 64, "no .yaml files")
    expect(try runner.strongroom(["policy", "check", "nowhere"]), 64, "nowhere")
  }

  @Test func rulesWithMistakesAreNotAdopted() throws {
    let office = try Office()
    expect(
      try office.runner.shell("cp -r '\(Self.policies)/school' rules; echo 'banana: 1' >> rules/policy.yaml"),
      0)
    let before = try office.contents()
    let result = try office.strongroom("policy", "adopt", "rules")
    expect(result, 78, "policy.yaml:")
    #expect(result.errors.contains("banana"))
    #expect(try office.contents() == before)
  }

  @Test func theSchoolsRulesDecideOnceTheyAreAdopted() throws {
    let office = try Office()
    let refs = office.refs
    let letter = try office.file("letter.txt")
    let evidence = ["appeal-number=EH850/26/00221", "registration-letter=@\(letter)"]
    let before = try office.request("appeal", to: refs.tribunal, record: refs.plan, evidence: evidence)
    #expect(before.code == 0)
    expect(try office.strongroom(as: "teacher", "policy", "adopt", "\(Self.policies)/school"), 10)
    let school = "\(Self.policies)/school"
    expect(try office.strongroom("policy", "diff"), 64, "name the folder")
    expect(try office.strongroom("policy", "adopt", school), 11, "Nothing has changed yet")
    let same = try office.request("appeal", to: refs.tribunal, record: refs.plan, evidence: evidence)
    #expect(same.decision["policy"] as? String == before.decision["policy"] as? String)
    expect(try office.strongroom("policy", "adopt", school), 64, "another person")
    // Whoever signs second sees what changes, and what it would have meant for the requests there were.
    let diff = try office.strongroom(as: "headteacher", "policy", "diff")
    expect(diff, 3, "Allows less")
    #expect(diff.output.contains("Past requests: "), "\(diff.output)")
    #expect(try office.strongroom(as: "headteacher", "policy", "diff", school).output == diff.output)
    expect(try office.strongroom(as: "teacher", "policy", "diff", school), 10)
    let second = try office.strongroom(as: "headteacher", "policy", "adopt", school, "--json")
    expect(second, 0)
    let adopted = try second.object()
    #expect(adopted["in_force"] as? Bool == true)
    #expect((adopted["policy"] as? String)?.count == 64)
    expect(try office.strongroom("policy", "adopt", "\(Self.policies)/school"), 64, "in force already")
    // The school also wants to know who appealed, and knows no advice under this exception.
    let after = try office.request("appeal", to: refs.tribunal, record: refs.plan, evidence: evidence)
    #expect(after.code == 11 || after.code == 10, "\(after.decision)")
    #expect(after.decision["policy"] as? String == adopted["policy"] as? String)
    #expect(before.decision["policy"] as? String != adopted["policy"] as? String)
    let full = try office.request(
      "appeal", to: refs.tribunal, record: refs.plan, evidence: evidence + ["appellant=parent"])
    #expect(full.code == 0, "\(full.decision)")
    expect(try office.strongroom("policy", "show"), 0, "receiving-institution")
    expect(try office.strongroom("policy", "show", "subject-access"), 64)
    expect(try office.strongroom("check"), 0)
    expect(try office.strongroom("audit", "verify"), 0)
  }

  @Test func twoFoldersOfRulesAreComparedWithoutAVault() throws {
    let runner = try CommandLineRunner("policy")
    let england = "\(Self.policies)/england"
    expect(try runner.strongroom(["policy", "diff", england, england]), 0, "Nothing changes.")
    expect(
      try runner.shell(
        "cp -r '\(england)' mine; sed -i 's/^enabled: false/enabled: true/' mine/gateways/interests.yaml"), 0)
    let result = try runner.strongroom(["policy", "diff", england, "mine"])
    expect(result, 3, "\"interests\" is switched on")
    let json = try runner.strongroom(["policy", "diff", england, "mine", "--json"]).object()
    let changes = try #require(json["changes"] as? [[String: Any]])
    #expect(changes.map { $0["direction"] as? String } == ["allows more"])
    expect(try runner.strongroom(["policy", "diff", england, "mine", "third"]), 64, "at most two")
    expect(try runner.strongroom(["policy", "diff", england, "nowhere"]), 64, "nowhere")
  }

  @Test func rulesAreExportedInTheCedarLanguage() throws {
    let runner = try CommandLineRunner("policy")
    expect(try runner.strongroom(["policy", "export", "--cedar", "--out", "cedar"]), 0, "policies.cedar")
    let text = try runner.shell("cat cedar/policies.cedar cedar/schema.cedarschema").output
    #expect(text.contains("@id(\"appeal/evidence/appeal-number\")"))
    #expect(text.contains("namespace Strongroom"))
    let entities = try JSONSerialization.jsonObject(
      with: Data(try runner.shell("cat cedar/entities.json").output.utf8))
    #expect((entities as? [[String: Any]])?.count ?? 0 > 20)
    expect(try runner.strongroom(["policy", "export", "--out", "cedar"]), 64, "--cedar")
    expect(
      try runner.strongroom(["policy", "export", "nowhere", "--cedar", "--out", "cedar"]), 64, "nowhere")
  }

  @Test func aVaultCanBeginWithTheSchoolsRules() throws {
    let runner = try CommandLineRunner("init")
    expect(
      try runner.shell(
        "strongroom init --vault v --name 'Jo Patel' --identity $KEYS/senco.key --policy '\(Self.policies)/school' --recovery $KEYS/tribunal.card"
      ), 0, "Made the vault")
    expect(
      try runner.shell("strongroom policy show --vault v --identity $KEYS/senco.key"), 0, "court-criminal")
  }

  @Test func initOverwritesNothing() throws {
    let office = try Office()
    let before = try office.contents()
    expect(try office.strongroom("init", "--name", "Jo"), 64, "there is a vault in")
    #expect(try office.contents() == before)
    expect(try office.runner.shell("mkdir full; echo mine > full/a.txt"), 0)
    expect(
      try office.strongroom("init", "--vault", "full", "--name", "Jo"), 64, "\"full\" is not an empty folder")
    #expect(try office.runner.shell("ls -A full").output == "a.txt\n")
    expect(try office.strongroom("init", "--vault", "no/such/folder", "--name", "Jo"), 64, "no/such/folder")
    expect(try office.strongroom("init", "--vault", "full/a.txt", "--name", "Jo"), 64, "full/a.txt")
    expect(try office.runner.shell("mkdir empty"), 0)
    expect(try office.strongroom("init", "--vault", "empty", "--name", "Jo"), 0, "Made the vault")
    expect(try office.strongroom("status", "--vault", "empty"), 0)
    for words in [
      ["--setting", "castle"], ["--policy", "nowhere"], ["--recovery", "none.card"],
      ["--recovery", "age1banana"],
    ] {
      expect(try office.strongroom(words: ["init", "--vault", "fresh", "--name", "Jo"] + words), 64)
    }
  }
}
