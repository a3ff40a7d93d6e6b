import Foundation
import Glibc
import StrongroomTestSupport
import Testing

/// Recovery as a school meets it: sheets, drills, lost keys, and a vault opened without this program.
struct RecoveryCommandTests {
  private func export(_ office: Office, _ shares: String = "2-of-3", _ folder: String = "sheets") throws {
    expect(
      try office.strongroom("key", "export-recovery", "--shares", shares, "--out", folder), 0, "any")
  }

  @Test func allCustodiansAreLostAndTheVaultOpensWithAgeAndTarAlone() throws {
    let office = try Office()
    guard try office.runner.shell("command -v age").code == 0 else {
      print("not tested: recovery by hand (age is not installed)")
      return
    }
    try export(office)
    expect(try office.strongroom("backup", "create", "b"), 0)
    // Nothing is left but two sheets and the two parts of a backup, put together by hand.
    let result = try office.runner.shell(
      """
      set -eu; mkdir hands; cp sheets/share-2-of-3.txt sheets/share-3-of-3.txt hands; cp -a b/data hands/vault
      cp -a b/keys/. hands/vault/; rm -rf v b sheets; cd hands; umask 077; mkdir out
      age -d -i share-2-of-3.txt vault/recovery/2-3.age | age -d -i share-3-of-3.txt > recovery.key
      age -d -i recovery.key $(ls vault/epoch/*.age | tail -1) > epoch.key
      age -d -i epoch.key $(ls vault/ledger/keys/*.age | tail -1) | grep -c ledger-key:
      for key in vault/keys/*/*.age; do age -d -i epoch.key $key; done > children.key
      for file in $(find vault/records -name '*.age'); do mkdir out/$(basename $file); age -d -i children.key $file | tar -x -i -C out/$(basename $file); done
      cat out/*/*.txt | sort; cat out/*/META.json | grep -o '"child":"CH-000[12]"' | sort | uniq -c | tr -s ' '
      """)
    #expect(result.code == 0, "\(result.everything)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "1", "Kanarie-body advice", "Kanarie-body plan", "Kanarie-body plan", " 2 \"child\":\"CH-0001\"",
        " 1 \"child\":\"CH-0002\"",
      ], "\(result.everything)")
  }

  @Test func aSchoolThatLostEveryKeyGetsANewSenco() throws {
    let office = try Office()
    try export(office, "3-of-5")
    expect(try office.strongroom("keygen", "--name", "New Senco", "--out", "new.key", "--no-passphrase"), 0)
    let combine =
      ["key", "combine-recovery", "--out", "recovery.key"]
      + [4, 1, 5].flatMap { ["--share", "sheets/share-\($0)-of-5.txt"] }
    expect(try office.runner.strongroom(combine), 0, "it opens everything")
    expect(try office.runner.shell("[ $(stat -c %a recovery.key) = 600 ]"), 0)
    expect(
      try office.strongroom(
        "key", "take-over", "--identity", "recovery.key", "--card", "new.card", "--role", "senco"), 0,
      "by the recovery set")
    expect(try office.strongroom("child", "list", "--identity", "new.key"), 0, Office.Canary.child)
    for role in ["senco", "headteacher", "dsl"] {
      expect(
        try office.strongroom(
          "member", "remove", try #require(office.refs.members[role]), "--identity", "new.key"), 0)
    }
    expect(try office.strongroom("status"), 13)
    let listed = try office.strongroom(as: "compliance-officer", "audit", "list")
    expect(listed, 0, "!!! THE RECOVERY SET WAS USED")
    expect(try office.strongroom("audit", "verify", "--identity", "new.key"), 0, "complete and unaltered")
    expect(try office.strongroom("check", "--identity", "new.key"), 0)
    // What the recovery key is not: a member's.
    expect(try office.strongroom("child", "list", "--identity", "recovery.key"), 13)
    // The shares still fit the changed keys.
    expect(
      try office.strongroom(
        "key", "drill", "--identity", "new.key", "--share", "sheets/share-1-of-5.txt", "--share",
        "sheets/share-2-of-5.txt", "--share", "sheets/share-3-of-5.txt"), 0, "Recorded as entry")
  }

  @Test func aDrillProvesTheSharesAndLeavesNothingBehind() throws {
    let office = try Office()
    try export(office)
    let drill = ["key", "drill", "--share", "sheets/share-3-of-3.txt", "--share", "sheets/share-1-of-3.txt"]
    let before = try office.contents()
    let files = try FileManager.default.subpathsOfDirectory(atPath: office.runner.folder.path)
    expect(try office.runner.strongroom(drill), 0, "Not recorded")
    #expect(try office.contents() == before)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: office.runner.folder.path) == files)
    let result = try office.strongroom(words: drill)
    expect(result, 0, "3 documents on trial")
    #expect(!result.everything.contains("AGE-SECRET"))
    #expect(try office.entries("recovery.drilled").count == 1)
    expect(try office.strongroom(as: "teacher", words: drill), 10)
  }

  @Test func mistakesWithSharesAreSaidAndNothingIsWritten() throws {
    let office = try Office()
    try export(office)
    try export(office, "2-of-2", "later")
    let sheets = "sheets/share-1-of-3.txt"
    let other = "sheets/share-2-of-3.txt"
    try office.file(
      "typo.txt", "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ\n")
    func combine(_ shares: [String], _ more: [String] = []) throws -> CommandLineRunner.Result {
      try office.runner.strongroom(
        ["key", "combine-recovery", "--out", "r.key"] + shares.flatMap { ["--share", $0] } + more)
    }
    let set = ["--set", "sheets/recovery"]
    expect(try combine([sheets], set), 13, "do not open the recovery key")
    expect(try combine([sheets, sheets], set), 64, "same share was given twice")
    expect(try combine([sheets, "typo.txt"], set), 13, "a letter may be wrong")
    expect(try combine([sheets, "later/share-1-of-2.txt"], set), 13, "do not open")
    expect(try combine([sheets, other]), 13, "do not open")
    expect(try combine([sheets, other], ["--set", "nowhere"]), 64, "can't read")
    expect(try combine([], set), 64, "--share")
    expect(try office.runner.shell("cp sheets/recovery/1-2.age cut.age; truncate -s -9 cut.age"), 0)
    expect(try combine([sheets, other], ["--set", "cut.age"]), 12, "damaged")
    #expect(!office.exists("r.key"))
    expect(try combine([other, sheets], ["--set", "sheets/recovery/1-2.age"]), 0)
    let once = try office.runner.shell("sha256sum r.key").output
    expect(try combine([sheets, other], set), 64, "exists already")
    #expect(try office.runner.shell("sha256sum r.key").output == once)
    // The earlier set's key is whole, and no longer this vault's.
    expect(
      try office.strongroom("key", "drill", "--share", sheets, "--share", other, "--set", "sheets/recovery"),
      13,
      "does not open this vault")
    expect(
      try office.strongroom(
        "key", "take-over", "--identity", "r.key", "--card", "\(CommandLineRunner.exampleKeys)/college.card",
        "--role", "senco"), 13)
    expect(try office.strongroom("check"), 0)
  }

  @Test func onlyThoseWhoMayMakeASetAndNothingIsWrittenForOthers() throws {
    let office = try Office()
    for who in ["teacher", "compliance-officer", "dsl"] {
      expect(try office.strongroom(as: who, "key", "export-recovery", "--shares", "2-of-3", "--out", "s"), 10)
    }
    #expect(!office.exists("s"))
    for shares in ["1-of-3", "3-of-2", "2-of-11", "many"] {
      expect(try office.strongroom("key", "export-recovery", "--shares", shares, "--out", "s"), 64, "2-of-3")
    }
    expect(try office.runner.shell("mkdir taken"), 0)
    expect(
      try office.strongroom("key", "export-recovery", "--shares", "2-of-3", "--out", "taken"), 64, "exists")
    #expect(try office.entries("recovery.changed").isEmpty)
    let made = try office.strongroom("key", "export-recovery", "--shares", "2-of-3", "--out", "s")
    #expect(made.code == 0 && !made.everything.contains("AGE-SECRET"))
    expect(try office.runner.shell("[ -z \"$(find s v/recovery -type f ! -perm 600)\" ]"), 0)
    #expect(try office.runner.shell("grep -l AGE-SECRET -r v s | grep -cv share-").output == "0\n")
  }

  @Test func killedAtAnyMomentTheVaultOpensAndTheNextSetWorks() throws {
    let office = try Office()
    let words = ["key", "export-recovery", "--shares", "2-of-3", "--out"]
    let duration = try ContinuousClock().measure {
      expect(try office.strongroom(words: words + ["timed"]), 0)
    }
    var random = SeededGenerator(seed: 0x4ec0)
    var killed = 0
    for round in 0..<InterruptionTests.kills {
      let moment = UInt32.random(in: 0...UInt32(duration / .microseconds(1) * 1.1), using: &random)
      let result = try office.cut(words + ["s\(round)"], with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL { killed += 1 }
      expect(try office.strongroom("status"), 0)
      expect(try office.strongroom("audit", "verify"), 0)
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    try export(office)
    expect(
      try office.strongroom(
        "key", "drill", "--share", "sheets/share-1-of-3.txt", "--share", "sheets/share-2-of-3.txt"), 0)
    expect(try office.strongroom("check"), 0, "All well.")
  }
}
