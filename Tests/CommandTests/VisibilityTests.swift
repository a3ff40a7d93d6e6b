import Foundation
import StrongroomTestSupport
import Testing

/// What a person may not see is answered exactly like what is not there.
struct VisibilityTests {
  @Test func aReferenceThatDoesNotExistHasItsOwnWordsAndCode() throws {
    let office = try Office()
    let lines: [[String]] = [
      ["child", "show", "CH-0999"], ["open", "DOC-00000-00000", "--reason", "x", "--out", "o"],
      ["disclose", "show", "REQ-00000-00000"], ["disclose", "release", "REQ-00000-00000", "--out", "o"],
      ["disclose", "approve", "REQ-00000-00000"], ["explain", "REQ-00000-00000"],
      ["consent", "withdraw", "CNS-00000-00000"], ["consent", "list", "--child", "CH-0999"],
      ["contact", "list", "--child", "CH-0999"], ["member", "remove", "MBR-00000-00000"],
      ["audit", "show", "99999"],
      ["contact", "add", "--child", "CH-0999", "--name", "X", "--relationship", "aunt"],
      ["store", try office.file("a.txt"), "--child", "CH-0999", "--kind", "advice"],
    ]
    for words in lines {
      let result = try office.strongroom(words: words)
      expect(result, 14)
      #expect(result.errorLines == ["strongroom: error: not found, or not visible to you"], "\(words)")
    }
    #expect(!office.exists("o"))
  }

  @Test(arguments: ["teacher", "compliance-officer"])
  func guessingTeachesNothing(who: String) throws {
    let office = try Office()
    let refs = office.refs
    let (request, consent) = try office.allowedRequest()
    for (real, unreal, words) in [
      (refs.plan, "DOC-00000-00000", ["open", "?", "--reason", "x", "--out", "o.txt"]),
      (refs.child, "CH-0999", ["child", "show", "?"]),
      (refs.child, "CH-0999", ["contact", "list", "--child", "?"]),
      (refs.child, "CH-0999", ["consent", "list", "--child", "?"]),
      (refs.child, "CH-0999", ["store", try office.file("a.txt"), "--child", "?", "--kind", "advice"]),
      (consent, "CNS-00000-00000", ["consent", "withdraw", "?"]),
      (request, "REQ-00000-00000", ["disclose", "release", "?", "--out", "o.txt"]),
    ] {
      let existing = try office.strongroom(as: who, words: words.map { $0 == "?" ? real : $0 })
      let missing = try office.strongroom(as: who, words: words.map { $0 == "?" ? unreal : $0 })
      #expect(
        existing.code == missing.code, "\(who) \(words): \(existing.everything) / \(missing.everything)")
      #expect([10, 14].contains(existing.code), "\(who) \(words): \(existing.everything)")
      #expect(
        withoutEntries(existing.everything, real) == withoutEntries(missing.everything, unreal),
        "\(who) \(words)")
    }
    #expect(!office.exists("o.txt"))
    expect(
      try office.strongroom(as: who, "child", "list"), 10,
      "may not look into children's files, the address book or the requests")
  }

  /// Numbers of entries differ by themselves, and a reference is what the person typed.
  private func withoutEntries(_ text: String, _ reference: String) -> String {
    text.replacing(reference, with: "REFERENCE").replacing(#/entry [0-9,]+/#, with: "entry")
  }

  @Test func theOfficerSeesWhatHappenedAndNoNames() throws {
    let office = try Office()
    let (request, _) = try office.allowedRequest()
    expect(try office.strongroom("disclose", "release", request, "--out", "p.age"), 0)
    expect(
      try office.strongroom(
        as: "compliance-officer", "open", office.refs.plan, "--reason", "x", "--out", "o"), 10)
    for words in [
      ["audit", "list"], ["audit", "list", "--json"], ["audit", "verify"], ["status"], ["check"],
    ] {
      let result = try office.strongroom(as: "compliance-officer", words: words)
      expect(result, 0)
      #expect(!result.everything.contains(Office.Canary.mark), "\(words): \(result.everything)")
    }
    for entry in 0..<16 {
      let shown = try office.strongroom(as: "compliance-officer", "audit", "show", "\(entry)")
      expect(shown, 0)
      #expect(!shown.everything.contains(Office.Canary.mark), "entry \(entry)")
    }
    let listed = try office.strongroom(as: "compliance-officer", "audit", "list", "--kind", "access.refused")
    expect(listed, 0, office.refs.plan)
    expect(try office.strongroom(as: "compliance-officer", "audit", "publish", "public"), 0)
    let leaked = try office.runner.shell("grep -rl \(Office.Canary.mark) public v")
    #expect(leaked.output == "", "\(leaked.output)")
  }
}
