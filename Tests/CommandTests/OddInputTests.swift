import Foundation
import StrongroomTestSupport
import Testing

/// Names, titles and files as the world delivers them.
struct OddInputTests {
  static let unprintable = [
    "bell\u{7}x", "escape \u{1B}[2J", "two\nlines", "right-to-left \u{202E}gpj.exe", "isolate \u{2067}x",
    "delete\u{7F}x", "next\u{85}line",
  ]

  @Test(arguments: unprintable)
  func namesThatCouldFoolATerminalAreRefused(text: String) throws {
    let office = try Office()
    let refs = office.refs
    let before = try office.contents()
    let plan = try office.file("plan.txt")
    for words in [
      ["child", "add", "--name", text, "--born", "2015-01-01"],
      ["contact", "add", "--child", refs.child, "--name", text, "--relationship", "aunt"],
      ["recipient", "add", "--name", text, "--kind", "court"],
      ["store", plan, "--child", refs.child, "--kind", "advice", "--title", text],
    ] {
      let result = try office.strongroom(words: words)
      expect(result, 64, "control characters")
      #expect(!hasControls(result.everything))
    }
    #expect(try office.contents() == before)
  }

  @Test func aFileNamedToFoolATerminalIsFiledAndShownHarmlessly() throws {
    let office = try Office()
    let name = try office.file("plan\u{1B}[2J\u{202E}fdp.exe", "hello\n")
    let stored = try office.strongroom("store", name, "--child", office.refs.child, "--kind", "advice")
    expect(stored, 0, "Filed")
    #expect(!hasControls(stored.everything))
    let record = try #require(stored.output.firstMatch(of: #/DOC-[0-9A-Z-]+/#)).output
    let shown = try office.strongroom("child", "show", office.refs.child)
    expect(shown, 0, String(record))
    #expect(!hasControls(shown.everything))
    expect(try office.strongroom("open", String(record), "--reason", "x", "--out", "back.txt"), 0)
    #expect(try office.runner.shell("cat back.txt").output == "hello\n")
  }

  private func hasControls(_ text: String) -> Bool {
    text.unicodeScalars.contains { scalar in
      let value = scalar.value
      return (value < 0x20 && value != 0x0A) || (0x7F...0x9F).contains(value)
        || (0x202A...0x202E).contains(value)
        || (0x2066...0x2069).contains(value)
    }
  }

  @Test func aTitleOfTenKilobytesIsRefusedWithTheLimit() throws {
    let office = try Office()
    let long = String(repeating: "Ä", count: 5_120)
    let plan = try office.file("plan.txt")
    let before = try office.contents()
    let stored = try office.strongroom(
      "store", plan, "--child", office.refs.child, "--kind", "advice", "--title", long)
    expect(stored, 64, "--title is longer than")
    #expect(stored.errors.utf8.count < 400, "the long title is printed back")
    expect(try office.strongroom("child", "add", "--name", long, "--born", "2015-01-01"), 64, "longer than")
    expect(try office.strongroom("open", office.refs.plan, "--reason", long, "--out", "o"), 64, "longer than")
    #expect(try office.contents() == before)
    #expect(!office.exists("o"))
  }

  @Test func dates() throws {
    let office = try Office()
    func born(_ date: String) throws -> CommandLineRunner.Result {
      try office.strongroom("child", "add", "--name", "Kim", "--born", date)
    }
    expect(try born("2015-02-30"), 64, "year-month-day")
    expect(try born("03/05/2015"), 64, "year-month-day")
    expect(try born("2015-5-3"), 64, "year-month-day")
    expect(try born("9999-01-01"), 64, "future")
    expect(try born("2016-02-29"), 0)
    let refs = office.refs
    expect(
      try office.strongroom(
        "consent", "record", "--child", refs.child, "--given-by", refs.mother, "--to", refs.college, "--kind",
        "ehc-plan", "--purpose", "Support", "--until", "2020-01-01"), 64, "past")
  }

  @Test func anEmptyFileComesBackEmpty() throws {
    let office = try Office()
    let empty = try office.file("empty.txt", "")
    let record = try office.reference(
      "record", "store", empty, "--child", office.refs.child, "--kind", "advice")
    expect(try office.strongroom("open", record, "--reason", "x", "--out", "back.txt"), 0)
    #expect(try office.runner.shell("stat -c %s back.txt").output == "0\n")
  }

  @Test func aPDFThatIsNoneIsFiledWithAWarning() throws {
    let office = try Office()
    try office.runner.folder.write(Array("\u{7F}ELF".utf8) + [2, 1, 1, 0], to: "plan.pdf")
    let stored = try office.strongroom(
      "store", "plan.pdf", "--child", office.refs.child, "--kind", "ehc-plan")
    expect(stored, 0, "is named like application/pdf but looks like application/x-executable")
    try office.file("real.pdf", "%PDF-1.7\n%%EOF\n")
    let real = try office.strongroom("store", "real.pdf", "--child", office.refs.child, "--kind", "ehc-plan")
    expect(real, 0, "application/pdf")
    #expect(!real.errors.contains("looks like"))
  }

  @Test func onlyOrdinaryFilesAreFiled() throws {
    let office = try Office()
    expect(try office.runner.shell("mkdir folder; mkfifo pipe; ln -s nowhere dangling; ln -s pipe topipe"), 0)
    let before = try office.contents()
    for (name, words) in [
      ("folder", "folder, pipe or device"), ("pipe", "folder, pipe or device"),
      ("topipe", "folder, pipe or device"), ("/dev/zero", "folder, pipe or device"),
      ("dangling", "no such file"), ("none.txt", "no such file"),
    ] {
      expect(
        try office.runner.shell(
          "STRONGROOM_IDENTITY=$KEYS/senco.key timeout 20 strongroom store \(name) --child CH-0001 --kind advice"
        ), 64, words)
      expect(
        try office.runner.shell(
          "STRONGROOM_IDENTITY=$KEYS/senco.key timeout 20 strongroom disclose attach REQ-00000-00000 --evidence a=@\(name)"
        ), 64, words)
    }
    #expect(try office.contents() == before)
  }

  @Test func wordsTheRulesDoNotKnow() throws {
    let office = try Office()
    let plan = try office.file("plan.txt")
    expect(
      try office.strongroom("store", plan, "--child", office.refs.child, "--kind", "diary"), 64,
      "known: ehc-plan, advice")
    expect(try office.strongroom("recipient", "add", "--name", "X", "--kind", "spy"), 64, "send-tribunal")
    expect(
      try office.strongroom("recipient", "add", "--name", "X", "--kind", "court", "--key", "age1banana"), 64,
      "age1")
    expect(try office.strongroom("audit", "list", "--kind", "banana"), 64, "record.opened")
    expect(try office.strongroom("audit", "list", "--outcome", "banana"), 64, "refused")
    expect(try office.strongroom("policy", "show", "banana"), 64, "banana")
    expect(try office.strongroom("topics", "banana"), 64, "exit-codes")
  }

  @Test func outputsThatCannotBe() throws {
    let office = try Office()
    let (request, _) = try office.allowedRequest()
    try office.file("taken.txt", "mine\n")
    expect(try office.runner.shell("mkdir folder; ln -s nowhere link"), 0)
    let before = try office.contents()
    for (out, words) in [
      ("taken.txt", "exists already"), ("folder", "exists already"), ("link", "exists already"),
      ("no/such/folder/o.txt", "no such file"), ("taken.txt/o.txt", "not a directory"),
      ("-", "terminal"), ("/dev/stdout", "terminal"), ("", "can't"),
    ] {
      for words2 in [
        ["open", office.refs.plan, "--reason", "x", "--out", out],
        ["disclose", "release", request, "--out", out],
      ] {
        let result = try office.strongroom(words: words2)
        expect(result, 64)
        if !out.isEmpty { #expect(result.errors.contains(words), "\(out): \(result.errors)") }
        #expect(!result.everything.contains(Office.Canary.body))
      }
    }
    #expect(try office.contents() == before, "an opening with nowhere to go was recorded")
    #expect(try office.runner.shell("cat taken.txt").output == "mine\n")
    #expect(try office.runner.shell("ls -A").output == "folder\nlink\ntaken.txt\nv\n")
  }

  /// About 64 MiB here; `STRONGROOM_TEST_HUGE=1` makes it 5 GiB. The file is sparse, so that only the vault needs room.
  @Test func aLargeFileNeedsLittleMemory() throws {
    let office = try Office()
    let isHuge = ProcessInfo.processInfo.environment["STRONGROOM_TEST_HUGE"] != nil
    let megabytes = isHuge ? 5 << 10 : 64
    expect(try office.runner.shell("truncate -s \(megabytes)M large.bin"), 0)
    func peakKilobytes(_ line: String) throws -> Int {
      // The shell's child reports its own high-water mark, so no tool is needed.
      let result = try office.runner.shell(
        """
        export STRONGROOM_IDENTITY=$KEYS/senco.key
        python3 -c 'import resource,subprocess,sys
        code=subprocess.call(sys.argv[1:],stdout=open("said","w"))
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)' \(line)
        """)
      try #require(result.code == 0, "\(result.everything)")
      return try #require(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
    let sealing = try peakKilobytes("strongroom store large.bin --child CH-0001 --kind evidence --json")
    let record = try #require(
      try office.runner.shell("cat said").output.firstMatch(of: #/DOC-[0-9A-Z-]+/#)?.output)
    let opening = try peakKilobytes("strongroom open \(record) --reason Review --out back.bin")
    expect(try office.runner.shell("cmp large.bin back.bin"), 0)
    #expect(sealing < 64 << 10, "sealing took \(sealing) KB")
    #expect(opening < 64 << 10, "opening took \(opening) KB")
  }
}
