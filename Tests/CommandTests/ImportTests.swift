import Foundation
import Glibc
import StrongroomTestSupport
import Testing

/// `strongroom import` as a SENCo uses it, and as it is misused.
struct ImportTests {
  private static let heading = "child,upn,name,born,file,kind,dated,title"

  /// A folder of reports about the child, all different, and the rows that file them.
  private func scans(_ office: Office, count: Int, lines: Int = 3) throws -> [String] {
    try FileManager.default.createDirectory(
      atPath: office.runner.folder.path("scans/sub"), withIntermediateDirectories: true)
    return try (0..<count).map { index in
      let text = (0..<lines).map { "\(Office.Canary.body)report \(index), line \($0)\n" }.joined()
      let name = index.isMultiple(of: 5) ? "sub/r\(index).txt" : "r\(index).txt"
      try office.runner.folder.write(Array(text.utf8), to: "scans/\(name)")
      return "\(office.refs.child),,,,\(name),advice,2026-01-31,\(Office.Canary.title) \(index)"
    }
  }

  private func list(_ office: Office, _ rows: [String], start: String = "") throws {
    let text = start + ([Self.heading] + rows).joined(separator: "\r\n") + "\r\n"
    try office.runner.folder.write(Array(text.utf8), to: "list.csv")
  }

  private func imported(_ office: Office, _ words: String...) throws -> CommandLineRunner.Result {
    try office.strongroom(words: ["import", "scans", "--list", "list.csv"] + words)
  }

  private func filedCount(_ office: Office) throws -> Int {
    try office.entries("record.stored").count
  }

  @Test func itLooksFirstThenFilesThenHasNothingToDo() throws {
    let office = try Office()
    let rows = try scans(office, count: 12)
    // With a byte order mark, as Excel writes it.
    try list(office, rows, start: "\u{FEFF}")
    let before = try filedCount(office)
    expect(try imported(office), 0, "12 documents to file")
    #expect(try filedCount(office) == before, "a look files nothing")
    let result = try imported(office, "--apply", "--report", "report.csv")
    expect(result, 0, "Filed 12 documents")
    #expect(try filedCount(office) == before + 12)
    let report = try String(contentsOfFile: office.runner.folder.path("report.csv"), encoding: .utf8)
    let records = report.matches(of: #/"filed","(DOC-[0-9A-Z-]+)"/#).map { String($0.output.1) }
    #expect(Set(records).count == 12)
    // What was filed is the file, under its title and date.
    expect(try office.strongroom("open", records[5], "--reason", "x", "--out", "out.txt"), 0)
    expect(try office.runner.shell("cmp out.txt scans/sub/r5.txt"), 0)
    let shown = try office.strongroom("child", "show", office.refs.child)
    expect(shown, 0, "\(Office.Canary.title) 11")
    // Again: everything is there.
    let again = try imported(office, "--apply", "--json")
    expect(again, 0)
    #expect(again.output.split(separator: "\n").count { $0.contains("\"status\":\"already\"") } == 12)
    #expect(try filedCount(office) == before + 12)
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
    expect(try office.strongroom("check"), 0)
    let found = try office.runner.shell("LC_ALL=C grep -rla \(Office.Canary.mark) v")
    #expect(found.output == "", "plaintext in \(found.output)")
  }

  @Test func eachWrongRowIsNamedAndTheOthersAreFiled() throws {
    let office = try Office()
    var rows = try scans(office, count: 6)
    expect(
      try office.runner.shell(
        """
        cp scans/r1.txt scans/twin.txt; ln -s /etc/passwd scans/link.txt; ln -s / scans/root
        mkfifo scans/pipe.txt; touch scans/locked.txt scans/nobody.txt
        """), 0)
    let child = office.refs.child
    let wrong = [
      (",,\(Office.Canary.child),2015-05-04,r1.txt,advice,,", "name", "child-unknown"),
      ("CH-0099,,,,r1.txt,advice,,", "child", "child-unknown"),
      ("\(child),,\(Office.Canary.sibling),2013-02-01,r1.txt,advice,,", "name", "child-differs"),
      ("\(child),,,,none.txt,advice,,", "file", "file-missing"),
      ("\(child),,,,r1.txt/x,advice,,", "file", "file-missing"),
      ("\(child),,,,link.txt,advice,,", "file", "not-a-file"),
      ("\(child),,,,root/etc/passwd,advice,,", "file", "not-a-file"),
      ("\(child),,,,pipe.txt,advice,,", "file", "not-a-file"),
      ("\(child),,,,sub,advice,,", "file", "not-a-file"),
      ("\(child),,,,../list.csv,advice,,", "file", "outside-folder"),
      ("\(child),,,,/etc/passwd,advice,,", "file", "outside-folder"),
      ("\(child),,,,r1.txt,spying,,", "kind", "unknown-kind"),
      ("\(child),,,,r1.txt,advice,31.1.2026,", "dated", "no-date"),
      ("\(child),,,,r1.txt,advice,,a,b", "null", "cell-count"),
    ]
    let first = rows.count + 2
    rows += wrong.map(\.0) + ["\(child),,,,twin.txt,advice,,"]
    try list(office, rows)
    let before = try filedCount(office)
    for words in [["--json"], ["--apply", "--json"]] {
      let result = try office.strongroom(words: ["import", "scans", "--list", "list.csv"] + words)
      expect(result, 3)
      for (index, (row, column, code)) in wrong.enumerated() {
        let line = result.output.split(separator: "\n").first { $0.contains("\"line\":\(first + index),") }
        let place = column == "null" ? "\"column\":null" : "\"column\":\"\(column)\""
        #expect(
          line?.contains(place) == true && line?.contains("\"problem\":\"\(code)\"") == true,
          "\(row): \(line ?? "")")
      }
      #expect(result.output.contains("{\"file\":\"nobody.txt\",\"status\":\"unlisted\"}"))
      #expect(result.output.contains("\"problem\":\"twice\""))
    }
    #expect(try filedCount(office) == before + 6)
    expect(try imported(office), 3, "7 filed already, or twice in the list")
  }

  /// Told apart without a spreadsheet running anything.
  @Test func aReportIsSafeInASpreadsheet() throws {
    let office = try Office()
    _ = try scans(office, count: 1)
    let names = ["=cmd.txt", "+1.txt", "-1.txt", "@x.txt", "a\"b.txt"]
    for name in names { try office.runner.folder.write(Array(name.utf8), to: "scans/\(name)") }
    try list(
      office,
      names.map { "\(office.refs.child),,,,\"\($0.replacing("\"", with: "\"\""))\",advice,,=1+1" })
    expect(try imported(office, "--apply", "--report", "r.csv"), 0)
    let report = try String(contentsOfFile: office.runner.folder.path("r.csv"), encoding: .utf8)
    for name in names.dropLast() { #expect(report.contains(",\"'\(name)\","), "\(name)") }
    #expect(report.contains("\"a\"\"b.txt\""))
    #expect(report.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasPrefix("\"") })
    // A report is never written over another, and nothing is filed for one that cannot be written.
    let before = try filedCount(office)
    expect(try imported(office, "--apply", "--report", "r.csv"), 64, "exists already")
    #expect(try filedCount(office) == before)
    let mode = try office.runner.shell("stat -c %a r.csv")
    #expect(mode.output == "600\n")
  }

  @Test(arguments: [
    ("", "it is empty"), ("child,file\nCH-0001,a\n", "no column \"kind\""),
    ("file,kind\na,advice\n", "which child"), ("child,file,kind\n\"never", "never ends"),
    ("child,file,kind\nKanarie\"x,y,z\n", "quotation mark"),
    ("child,file,kind\nCH-0001,Kanarie\0,advice\n", "not text"), ("child,file,kind,Kanarie\n", "column 4"),
    ("child,file,kind\n" + String(repeating: ",", count: 1_000_000), "more than 32 columns"),
    ("child,file,kind\n" + String(repeating: "Kanarie", count: 10_000), "longer than"),
  ])
  func aListThatIsNoneIsRefusedWithoutItsText(text: String, words: String) throws {
    let office = try Office()
    _ = try scans(office, count: 1)
    try office.runner.folder.write(Array(text.utf8), to: "list.csv")
    for more in [[], ["--apply", "--json"]] {
      let result = try office.strongroom(words: ["import", "scans", "--list", "list.csv"] + more)
      expect(result, 64, more.isEmpty ? words : "list-malformed")
      #expect(!result.everything.contains("Kanarie"))
    }
  }

  @Test func aListTooLargeIsRefusedBeforeItIsRead() throws {
    let office = try Office()
    _ = try scans(office, count: 1)
    expect(try office.runner.shell("truncate -s 20G list.csv"), 0)
    expect(try imported(office), 64, "larger than")
    expect(try office.strongroom("import", "nowhere", "--list", "list.csv"), 64)
    expect(try office.strongroom("import", "scans", "--list", "nowhere.csv"), 64)
  }

  @Test func whoMayNotFileIsRefusedAndItIsRecorded() throws {
    let office = try Office()
    try list(office, try scans(office, count: 2))
    func refusals() throws -> Int {
      let result = try office.strongroom(
        as: "headteacher", "audit", "list", "--kind", "access.refused", "--json")
      return result.output.split(separator: "\n").count
    }
    let before = try refusals()
    expect(try office.strongroom(as: "teacher", "import", "scans", "--list", "list.csv", "--apply"), 10)
    #expect(try refusals() == before + 1)
  }

  /// Killed at many moments and run again: in the end each document is filed once, and whatever was filed is whole.
  @Test func killedAtAnyMomentAndRunAgainFilesEachDocumentOnce() throws {
    let office = try Office()
    let count = 300
    try list(office, try scans(office, count: count, lines: 2000))
    let before = try filedCount(office)
    var runner = office.runner
    runner.environment["STRONGROOM_IDENTITY"] = "\(CommandLineRunner.exampleKeys)/senco.key"
    let clock = ContinuousClock()
    var random = SeededGenerator(seed: 0x1337)
    let look = try clock.measure { expect(try imported(office), 0) }
    let longest = UInt32((look * 4) / .microseconds(1))
    var killed = 0
    for round in 0..<InterruptionTests.kills {
      let moment = UInt32.random(in: 0...longest, using: &random)
      let result = try runner.run(
        CommandLineRunner.binary, ["import", "scans", "--list", "list.csv", "--apply"]
      ) { process in
        usleep(moment)
        kill(process.processIdentifier, round.isMultiple(of: 3) ? SIGINT : SIGKILL)
      }
      if result.code != 0 { killed += 1 }
      let check = try office.strongroom("check", "--json")
      #expect(check.code == 0 || check.code == 3, "round \(round): \(check.everything)")
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    expect(try imported(office, "--apply"), 0)
    #expect(try filedCount(office) == before + count)
    let shown = try office.strongroom("child", "show", office.refs.child, "--json")
    let names = shown.output.matches(of: #/"file_name":"(r[0-9]+\.txt)"/#).map { String($0.output.1) }
    #expect(names.count == count && Set(names).count == count)
    expect(try imported(office, "--apply"), 0, "\(count) filed already")
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
    let found = try office.runner.shell("LC_ALL=C grep -rla \(Office.Canary.mark) v")
    #expect(found.output == "", "plaintext in \(found.output)")
  }

  @Test func twoImportsAtOnceFileEachDocumentOnce() throws {
    let office = try Office()
    try list(office, try scans(office, count: 300))
    let before = try filedCount(office)
    let result = try office.runner.shell(
      """
      export STRONGROOM_IDENTITY=$KEYS/senco.key
      for n in 1 2 3; do strongroom import scans --list list.csv --apply >o$n 2>&1; echo "code $?" & done; wait
      """)
    #expect(!result.output.contains("code 12"), "\(result.everything)")
    expect(try imported(office, "--apply"), 0)
    #expect(try filedCount(office) == before + 300)
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
    expect(try office.strongroom("check"), 0)
  }
}
