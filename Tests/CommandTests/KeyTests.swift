import Foundation
import StrongroomTestSupport
import Testing

/// Whose key opens what: wrong keys, passphrases, example keys, people who left.
struct KeyTests {
  @Test(arguments: [
    ["status"], ["child", "list"], ["check"], ["audit", "verify"],
    ["child", "add", "--name", "Kim", "--born", "2015-01-01"],
  ])
  func aKeyOfNobodyHereIsCode13AndChangesNothing(words: [String]) throws {
    let office = try Office()
    let before = try office.contents()
    expect(try office.strongroom(as: "college", words: words), 13, "does not open this vault")
    #expect(try office.contents() == before)
  }

  @Test func filesThatAreNoIdentity() throws {
    let office = try Office()
    try office.runner.folder.write(Array(repeating: 0x41, count: 2 << 20), to: "large.key")
    try office.file("notes.key", "not a key\n")
    try office.file("empty.key", "")
    expect(try office.strongroom("status", "--identity", "notes.key"), 13, "identity")
    expect(try office.strongroom("status", "--identity", "empty.key"), 13, "identity")
    expect(try office.strongroom("status", "--identity", "large.key"), 64, "larger than")
    expect(try office.strongroom("status", "--identity", "nowhere.key"), 64, "nowhere.key")
    expect(try office.strongroom("status", "--identity", "/"), 64, "not a file")
    expect(
      try office.strongroom("status", "--identity", "\(CommandLineRunner.exampleKeys)/senco.card"), 13,
      "identity")
  }

  @Test func aProtectedKeyOpensWithItsPassphraseOnly() throws {
    let runner = try CommandLineRunner("passphrase")
    try runner.folder.write(Array("correct horse\n".utf8), to: "right")
    try runner.folder.write(Array("battery staple\n".utf8), to: "wrong")
    expect(
      try runner.shell("strongroom keygen --name 'Jo Patel' --out jo.key --passphrase-file right"), 0,
      "Fingerprint")
    #expect(
      try runner.shell("cat jo.key").output.hasPrefix("-----BEGIN AGE ENCRYPTED FILE-----")
        || runner.shell("head -c 21 jo.key").output == "age-encryption.org/v1")
    let initialise = try runner.shell(
      "strongroom init --vault v --name 'Jo Patel' --identity jo.key --passphrase-file right")
    expect(initialise, 0, "Made the vault")
    let status = "strongroom status --vault v --identity jo.key "
    expect(try runner.shell(status + "--passphrase-file right"), 0, "Jo Patel")
    expect(try runner.shell(status + "--passphrase-fd 7 7<right"), 0, "Jo Patel")
    expect(try runner.shell("STRONGROOM_PASSPHRASE_FILE=right " + status), 0, "Jo Patel")
    expect(try runner.shell(status + "--passphrase-file wrong"), 13, "passphrase")
    expect(try runner.shell(status + "--no-input"), 13, "passphrase is needed")
    expect(try runner.shell(status + "--passphrase-file nowhere"), 64, "nowhere")
    expect(try runner.shell(status + "--passphrase-fd 8"), 64, "descriptor 8")
    expect(try runner.shell(": > none; " + status + "--passphrase-file none"), 13, "empty")
    // Without a terminal there is nobody to ask.
    expect(try runner.shell("setsid --wait " + status), 13, "passphrase is needed")
    // Published keys stay outside a vault that is not an example.
    let vault = "strongroom --vault v --identity jo.key --passphrase-file right"
    for line in [
      "member add --card $KEYS/teacher.card --role teacher",
      "recipient add --name Court --kind court --key $(grep -o 'age1[0-9a-z]*' $KEYS/tribunal.card)",
    ] {
      let words = vault.replacing("strongroom ", with: "strongroom \(line) ")
      expect(try runner.shell(words), 13, "published example keys")
    }
    let listed = try runner.shell(
      "strongroom member list --json --vault v --identity jo.key --passphrase-file right")
    #expect(listed.output.split(separator: "\n").count == 1)
    #expect(!listed.errors.contains("example"))
  }

  @Test func keygenWritesOverNothing() throws {
    let runner = try CommandLineRunner("keygen")
    let line = "strongroom keygen --name 'Jo Patel' --no-passphrase --out jo.key"
    expect(try runner.shell(line), 0)
    let before = try runner.shell("sha256sum jo.key jo.card").output
    expect(try runner.shell(line), 64, "exists already")
    #expect(try runner.shell("sha256sum jo.key jo.card").output == before)
    expect(try runner.shell("rm jo.key; " + line), 64, "jo.card")
    #expect(!FileManager.default.fileExists(atPath: runner.folder.path("jo.key")), "a key without its card")
    expect(try runner.shell("strongroom keygen --name X --no-passphrase --out no/where.key"), 64)
    expect(try runner.shell("strongroom keygen --name X --out y.key --no-input"), 13)
    expect(try runner.shell("strongroom keygen --name '' --no-passphrase --out z.key"), 64)
    #expect(try runner.shell("ls").output == "jo.card\n")
  }

  @Test func whoeverIsRemovedLosesAccess() throws {
    let office = try Office()
    let head = try #require(office.refs.members["headteacher"])
    expect(try office.strongroom(as: "headteacher", "child", "show", office.refs.child), 0)
    expect(try office.strongroom("member", "remove", head), 0)
    for words in [["status"], ["child", "show", office.refs.child], ["audit", "list"]] {
      expect(try office.strongroom(as: "headteacher", words: words), 13, "does not open this vault")
    }
    expect(try office.strongroom(as: "dsl", "child", "show", office.refs.child), 0, Office.Canary.child)
    expect(try office.strongroom("member", "remove", head), 64, "removed already")
    expect(try office.strongroom("check"), 0)
    let me = try #require(office.refs.members["senco"])
    expect(try office.strongroom("member", "list"), 0, me)
  }

  @Test func someoneWhoCanManageMembersAlwaysStays() throws {
    let office = try Office()
    for role in ["headteacher", "dsl", "teacher", "compliance-officer"] {
      _ = try office.strongroom("member", "remove", office.refs.members[role] ?? "")
    }
    expect(try office.strongroom("member", "remove", office.refs.members["senco"] ?? ""), 64, "somebody")
    expect(try office.strongroom("status"), 0)
  }

  @Test func cardsThatAreNoCards() throws {
    let office = try Office()
    try office.file("bad.card", "hello\n")
    try office.runner.folder.write([0xFF, 0xFE, 0x00], to: "binary.card")
    let before = try office.contents()
    expect(try office.strongroom("member", "add", "--card", "bad.card", "--role", "teacher"), 64)
    expect(try office.strongroom("member", "add", "--card", "binary.card", "--role", "teacher"), 64, "text")
    expect(
      try office.strongroom("member", "add", "--card", "none.card", "--role", "teacher"), 64, "none.card")
    let card = "\(CommandLineRunner.exampleKeys)/ofsted.card"
    expect(try office.strongroom("member", "add", "--card", card, "--role", "wizard"), 64, "known: ")
    let known = "\(CommandLineRunner.exampleKeys)/teacher.card"
    expect(
      try office.strongroom("member", "add", "--card", known, "--role", "governor"), 64, "member already")
    #expect(try office.contents() == before)
  }
}
