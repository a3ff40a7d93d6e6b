import Foundation
import StrongroomTestSupport
import Testing

/// What is confidential is never readable in the vault's folder, nor told by a command that fails.
struct SecrecyTests {
  @Test func nothingReadableLiesInTheVault() throws {
    let office = try Office()
    let (request, _) = try office.allowedRequest()
    let letter = try office.file("letter.txt", Office.Canary.evidence)
    _ = try office.request(
      "appeal", to: office.refs.tribunal, record: office.refs.plan,
      evidence: ["appeal-number=EH850/26/00221", "registration-letter=@\(letter)"])
    expect(
      try office.strongroom("open", office.refs.plan, "--reason", Office.Canary.reason, "--out", "plan.txt"),
      0)
    expect(try office.strongroom("disclose", "release", request, "--out", "package.age"), 0)
    expect(try office.strongroom("find", Office.Canary.mark), 0)
    // Any case, also as UTF-16 or base64, which some formats would hide it in.
    let encoded = Data(Office.Canary.mark.utf8).base64EncodedString().prefix(8)
    let wide = Office.Canary.mark.map { "\($0)." }.joined()
    for pattern in [Office.Canary.mark, wide, String(encoded), "EH850/26/00221"] {
      let found = try office.runner.shell("LC_ALL=C grep -rlaiE '\(pattern)' v package.age")
      #expect(found.output == "", "\(pattern) in \(found.output)")
      #expect(found.code == 1, "grep did not run: \(found.errors)")
    }
    // The search itself works: the document that was opened does hold the mark.
    expect(try office.runner.shell("grep -l \(Office.Canary.mark) plan.txt"), 0)
    expect(try office.runner.shell("stat -c %a v v/ledger/*.seg v/STRONGROOM v/records/*/*/* | sort -u"), 0)
    let open = try office.runner.shell("find v -perm /077")
    #expect(open.output == "", "readable by others: \(open.output)")
  }

  @Test func noFailingCommandTellsWhatItWasGiven() throws {
    let office = try Office()
    let refs = office.refs
    let mark = Office.Canary.mark
    let secret = try office.file("secret.txt", mark)
    let failing: [(String, [String], Int32)] = [
      ("senco", ["child", "add", "--name", mark, "--born", "2015-02-30"], 64),
      ("senco", ["child", "add", "--name", mark + "\u{202E}", "--born", "2015-02-03"], 64),
      ("teacher", ["child", "add", "--name", mark, "--born", "2015-02-03"], 10),
      ("teacher", ["find", mark], 10),
      ("teacher", ["open", refs.plan, "--reason", mark, "--out", "o"], 10),
      ("senco", ["open", "DOC-00000-00000", "--reason", mark, "--out", "o"], 14),
      ("senco", ["open", refs.plan, "--reason", mark, "--out", "no/where"], 64),
      ("senco", ["contact", "add", "--child", "CH-0999", "--name", mark, "--relationship", mark], 14),
      ("senco", ["recipient", "add", "--name", mark, "--kind", "spy"], 64),
      ("senco", ["store", secret, "--child", "CH-0999", "--kind", "advice", "--title", mark], 14),
      ("senco", ["store", secret, "--child", refs.child, "--kind", "spy", "--title", mark], 64),
      (
        "senco",
        [
          "disclose", "request", "--child", refs.child, "--to", refs.tribunal, "--gateway", "banana",
          "--record",
          refs.plan, "--reason", mark, "--evidence", "appeal-number=\(mark)",
        ], 10
      ),
      (
        "senco",
        [
          "disclose", "request", "--child", refs.child, "--to", refs.tribunal, "--gateway", "appeal",
          "--record",
          refs.siblingPlan, "--reason", mark, "--evidence", "appeal-number=\(mark)",
        ], 14
      ),
      ("college", ["child", "add", "--name", mark, "--born", "2015-02-03"], 13),
    ]
    for (who, words, code) in failing {
      for more in [[], ["--json"]] {
        let result = try office.strongroom(as: who, words: words + more)
        expect(result, code)
        #expect(!result.errors.contains(mark), "\(words.first ?? ""): \(result.errors)")
      }
    }
    expect(try office.runner.shell("printf x | dd of=v/ledger/0000000000.seg bs=1 seek=3000 conv=notrunc"), 0)
    let broken = try office.strongroom("find", mark)
    expect(broken, 12)
    #expect(!broken.errors.contains(mark))
  }
}
