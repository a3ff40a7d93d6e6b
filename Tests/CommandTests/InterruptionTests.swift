import Foundation
import Glibc
import StrongroomTestSupport
import Testing

/// Power cuts, Ctrl-C, full disks and two people at once.
struct InterruptionTests {
  /// A file of this many bytes, each line holding the mark that must not stay behind.
  private func canaryFile(_ office: Office, megabytes: Int) throws -> String {
    let line = Array((Office.Canary.body + String(repeating: "x", count: 50) + "\n").utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(megabytes << 20)
    while bytes.count < megabytes << 20 { bytes += line }
    try office.runner.folder.write(bytes, to: "large.txt")
    return "large.txt"
  }

  /// Moments that cut a command anywhere between its start and a little after its end, however fast this machine is.
  ///
  /// - Parameter words: the command; it is run to its end once.
  private func moments(
    _ office: Office, _ words: [String], seed: UInt64
  ) throws -> [UInt32] {
    let clock = ContinuousClock()
    let duration = try clock.measure { expect(try office.strongroom(words: words), 0) }
    let longest = UInt32(duration / .microseconds(1) * 1.1)
    var random = SeededGenerator(seed: seed)
    return (0..<Self.kills).map { _ in UInt32.random(in: 0...longest, using: &random) }
  }

  private func expectNoPlaintext(_ office: Office, _ folders: String...) throws {
    for folder in folders {
      let found = try office.runner.shell("LC_ALL=C grep -rla \(Office.Canary.mark) \(folder)")
      #expect(found.output == "", "plaintext in \(found.output)")
      #expect(found.code == 1, "\(found.errors)")
    }
  }

  /// The vault opens, and nothing in it is damaged; what a crash may leave (3) is listed.
  private func expectWhole(_ office: Office, _ comment: String) throws {
    let check = try office.strongroom("check", "--json")
    #expect(check.code == 0 || check.code == 3, "\(comment): \(check.everything)")
  }

  /// How often each kill test cuts; `STRONGROOM_TEST_KILLS` raises it.
  static let kills = ProcessInfo.processInfo.environment["STRONGROOM_TEST_KILLS"].flatMap(Int.init) ?? 13

  @Test func killedAtAnyMomentWhileFiling() throws {
    let office = try Office()
    let file = try canaryFile(office, megabytes: 4)
    let filing = [
      "store", file, "--child", office.refs.child, "--kind", "advice", "--title", Office.Canary.title,
    ]
    var killed = 0
    for (round, moment) in try moments(office, filing, seed: 0x5701).enumerated() {
      let result = try office.cut(filing, with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL { killed += 1 }
      try expectWhole(office, "round \(round), killed after \(moment) us, \(result.code)")
      // Whoever was told that it is filed finds it.
      if let record = result.output.firstMatch(of: #/DOC-[0-9A-Z-]+/#)?.output {
        expect(try office.strongroom("open", String(record), "--reason", "x", "--out", "filed.txt"), 0)
        expect(try office.runner.shell("cmp large.txt filed.txt && rm filed.txt"), 0)
      }
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    try expectNoPlaintext(office, "v")
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
    expect(try office.strongroom("child", "list"), 0, Office.Canary.child)
  }

  @Test func killedAtAnyMomentWhileOpening() throws {
    let office = try Office()
    let file = try canaryFile(office, megabytes: 4)
    let record = try office.reference(
      "record", "store", file, "--child", office.refs.child, "--kind", "advice")
    expect(try office.runner.shell("mkdir out"), 0)
    func opening(_ name: String) -> [String] {
      ["open", record, "--reason", Office.Canary.reason, "--out", "out/\(name).txt"]
    }
    var killed = 0
    for (round, moment) in try moments(office, opening("whole"), seed: 0x0be7).enumerated() {
      let result = try office.cut(opening("\(round)"), with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL { killed += 1 }
      try expectWhole(office, "round \(round), killed after \(moment) us")
    }
    let made = try office.runner.shell("ls -A out").output.split(separator: "\n")
    for name in made {
      // Either the whole document under its name or no trace of it, not even a temporary file.
      expect(try office.runner.shell("cmp large.txt out/\(name)"), 0)
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    let opened = try office.entries("record.opened").count
    #expect(opened >= made.count, "\(made.count) files, and only \(opened) entries say so")
    try expectNoPlaintext(office, "v")
  }

  @Test func killedAtAnyMomentWhileReleasing() throws {
    let office = try Office()
    let refs = office.refs
    let file = try canaryFile(office, megabytes: 2)
    let plan = try office.reference("record", "store", file, "--child", refs.child, "--kind", "ehc-plan")
    _ = try office.reference(
      "consent", "consent", "record", "--child", refs.child, "--given-by", refs.mother, "--to", refs.college,
      "--kind", "ehc-plan", "--purpose", "Support", "--until", Office.inHalfAYear)
    expect(try office.runner.shell("mkdir out"), 0)
    func releasing(_ request: String) -> [String] {
      ["disclose", "release", request, "--out", "out/\(request).age"]
    }
    let first = try office.request("consent", to: refs.college, record: plan)
    var killed = 0
    for (round, moment) in try moments(office, releasing(first.reference), seed: 0x4e1e).enumerated() {
      let request = try office.request("consent", to: refs.college, record: plan)
      #expect(request.code == 0, "\(request.decision)")
      let result = try office.cut(
        releasing(request.reference), with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL { killed += 1 }
      try expectWhole(office, "round \(round), killed after \(moment) us")
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    let released = Set(try office.entries("disclosure.released").compactMap { $0["request"] as? String })
    for name in try office.runner.shell("ls -A out").output.split(separator: "\n") {
      #expect(released.contains(String(name.dropLast(4))), "\(name) has no entry")
    }
    try expectNoPlaintext(office, "v", "out")
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
  }

  @Test func interruptedWhileFilingAndOpeningALargeDocument() throws {
    let office = try Office()
    let file = try canaryFile(office, megabytes: 24)
    let record = try office.reference(
      "record", "store", file, "--child", office.refs.child, "--kind", "advice")
    expect(try office.runner.shell("mkdir out"), 0)
    var interrupted = 0
    for moment in stride(from: UInt32(80_000), to: 600_000, by: 60_000) where interrupted < 4 {
      for words in [
        ["store", file, "--child", office.refs.child, "--kind", "advice"],
        ["open", record, "--reason", "x", "--out", "out/o.txt"],
      ] {
        let result = try office.cut(words, with: SIGINT, afterMicroseconds: moment)
        #expect(result.code == 130 || result.code == 0, "\(result.code): \(result.everything)")
        if result.code == 130 {
          interrupted += 1
          #expect(try office.runner.shell("ls -A out").output == "", "half an output was left")
        }
        expect(try office.runner.shell("rm -f out/o.txt"), 0)
        try expectWhole(office, "interrupted after \(moment) us")
      }
    }
    #expect(interrupted > 0, "no run was slow enough to be interrupted")
    try expectNoPlaintext(office, "v")
    #expect(try office.contents().keys.contains { $0.hasPrefix("tmp/") } == false)
  }

  // MARK: Full disk

  @Test func aFullDiskIsSaidAndTheVaultIsAsItWas() throws {
    let office = try Office()
    let file = try canaryFile(office, megabytes: 8)
    let result = try office.onSmallDisk(
      megabytes: 5, holdsVault: true,
      """
      hash() { (cd small/v && find . -type f | sort | xargs sha256sum); }
      hash > before
      strongroom store \(file) --child CH-0001 --kind advice; echo "store $?"
      strongroom store \(file) --child CH-0001 --kind advice --json; echo "again $?"
      hash > after; cmp before after && echo unchanged
      strongroom check; echo "check $?"
      strongroom store v/STRONGROOM --child CH-0001 --kind advice >&2; echo "small $?"
      """)
    guard let result else { return }
    for words in ["store 74", "again 74", "unchanged", "check 0", "small 0"] {
      #expect(result.output.contains(words), "\(words): \(result.everything)")
    }
    #expect(result.errors.contains("the disk is full"))
    #expect(result.errors.contains("\"id\":\"disk-full\""))
    #expect(!result.everything.contains(Office.Canary.mark))
  }

  @Test func aFullDiskUnderTheOutputLeavesNothingThere() throws {
    let office = try Office()
    let file = try canaryFile(office, megabytes: 8)
    let record = try office.reference(
      "record", "store", file, "--child", office.refs.child, "--kind", "ehc-plan")
    let (allowed, _) = try office.allowedRequest()
    _ = try office.strongroom("disclose", "release", allowed, "--out", "warm.age")
    let request = try office.request("consent", to: office.refs.college, record: record)
    #expect(request.code == 0)
    let result = try office.onSmallDisk(
      megabytes: 5, holdsVault: false,
      """
      strongroom open \(record) --reason x --out small/o.txt; echo "open $?"
      strongroom disclose release \(request.reference) --out small/p.age; echo "release $?"
      ls -A small | wc -l
      """)
    guard let result else { return }
    #expect(result.output == "open 74\nrelease 74\n0\n", "\(result.everything)")
    expect(try office.strongroom("check"), 0)
    #expect(try office.entries("disclosure.released").count == 1, "a release is recorded that never was")
    // With room, the same request can still be released.
    expect(try office.strongroom("disclose", "release", request.reference, "--out", "p.age"), 0)
  }

  // MARK: Two at once

  @Test func aSecondWriterIsToldToWaitAndReadersAreNot() throws {
    let office = try Office()
    let before = try office.contents()
    let result = try office.runner.shell(
      """
      export STRONGROOM_IDENTITY=$KEYS/senco.key
      exec 9>>v/lock; flock 9
      strongroom child add --name Kim --born 2015-01-01 9>&-; echo "add $?"
      strongroom child add --name Kim --born 2015-01-01 --json 9>&-; echo "add $?"
      strongroom status 9>&- >&2; echo "status $?"
      strongroom member list 9>&- >&2; echo "members $?"
      """)
    #expect(result.output == "add 15\nadd 15\nstatus 0\nmembers 0\n", "\(result.everything)")
    #expect(result.errors.contains("another process is writing to this vault"))
    #expect(result.errors.contains("\"code\":15"))
    #expect(try office.contents() == before)
    expect(try office.strongroom("child", "add", "--name", "Kim", "--born", "2015-01-01"), 0)
  }

  @Test func whatTwoWriteAtOnceIsNeverLost() throws {
    let office = try Office()
    let result = try office.runner.shell(
      """
      export STRONGROOM_IDENTITY=$KEYS/senco.key
      for writer in 1 2 3; do
        ( for n in 1 2 3 4; do
            strongroom child add --name "Kim $writer $n" --born 2015-01-01 --json 2>>errors; echo "code $?"
          done > writer$writer ) &
      done
      wait; cat writer1 writer2 writer3
      """)
    let lines = result.output.split(separator: "\n")
    let done = lines.count { $0 == "code 0" }
    let busy = lines.count { $0 == "code 15" }
    #expect(done + busy == 12, "\(result.everything)")
    #expect(done > 0)
    let references = Set(result.output.matches(of: #/CH-[0-9]{4}/#).map { String($0.output) })
    #expect(references.count == done, "a reference was given twice")
    let listed = try office.strongroom("child", "list")
    for reference in references { #expect(listed.output.contains(reference)) }
    #expect(listed.output.matches(of: #/Kim [1-3] [1-4]/#).count == done)
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
  }
}
