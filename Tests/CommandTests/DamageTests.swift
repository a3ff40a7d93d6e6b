import Foundation
import StrongroomTestSupport
import Testing

/// Damaged, cut, missing, swapped and planted files: code 12, the file named, nothing written.
struct DamageTests {
  /// One thing that can happen to a vault on disk, as a shell line run in the vault's folder.
  struct Accident: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let line: String
    /// What the message must name.
    var names: String
    /// The command that meets it, beside `check`.
    var command = Command.open

    enum Command { case open, status, verify, checkOnly }
  }

  /// `flip FILE BYTE`, and the names that differ from vault to vault.
  private static let prelude = """
    set -e
    flip() { printf "$(printf '\\\\%03o' $(( $(od -An -tu1 -j$2 -N1 "$1") ^ 1 )))" | dd of="$1" bs=1 seek=$2 conv=notrunc status=none; }
    child_key() { for key in keys/*/*.age; do [ "$key" = "$(ls -t keys/*/*.age | tail -1)" ] || echo "$key"; done | head -1; }
    cd v

    """

  static let accidents: [Accident] = [
    Accident(
      testDescription: "one bit of a document", line: "for f in records/*/*/*; do flip $f 900; done",
      names: "DOC-"),
    Accident(
      testDescription: "a document cut short", line: "truncate -s 700 records/*/*/*", names: "DOC-"),
    Accident(testDescription: "a document missing", line: "rm records/*/*/*", names: "DOC-"),
    Accident(
      testDescription: "documents swapped",
      line: """
        set -- records/*/*/*
        mv $1 saved; mv $2 $1; mv $3 $2; mv saved $3
        """, names: "DOC-"),
    Accident(
      testDescription: "a document replaced by a link",
      line: "for f in records/*/*/*; do mv $f ../kept; ln -s ../../../../kept $f; done", names: "DOC-"),
    Accident(
      testDescription: "a bit of every key file", line: "for f in keys/*/*; do flip $f 250; done",
      names: "keys/"),
    Accident(
      testDescription: "key files cut short", line: "truncate -s 250 keys/*/*", names: "keys/"),
    Accident(testDescription: "key files missing", line: "rm keys/*/*", names: "keys/"),
    Accident(
      testDescription: "key files swapped",
      line: "set -- keys/*/*; mv $1 saved; mv $2 $1; mv $3 $2; mv saved $3", names: "keys/"),
    Accident(
      testDescription: "a bit of an entry", line: "flip ledger/0000000000.seg 3000", names: "entry 2",
      command: .status),
    Accident(
      testDescription: "the access record cut short", line: "truncate -s 3000 ledger/0000000000.seg",
      names: "ledger/0000000000.seg", command: .status),
    Accident(
      testDescription: "the access record emptied", line: ": > ledger/0000000000.seg",
      names: "ledger/0000000000.seg", command: .status),
    Accident(
      testDescription: "the access record missing", line: "rm ledger/*.seg", names: "ledger/0000000000.seg",
      command: .status),
    Accident(
      testDescription: "a segment planted", line: "cp ledger/next.seg ledger/0000000001.seg",
      names: "ledger/0000000001.seg", command: .status),
    Accident(
      testDescription: "the description altered", line: "flip STRONGROOM 200", names: "STRONGROOM",
      command: .status),
    Accident(
      testDescription: "the description emptied", line: ": > STRONGROOM", names: "STRONGROOM",
      command: .status),
    Accident(
      testDescription: "the description missing", line: "rm STRONGROOM", names: "STRONGROOM",
      command: .status),
    Accident(
      testDescription: "a rule altered", line: "flip policies/*/gateways/appeal.yaml 40", names: "policies/"),
    Accident(
      testDescription: "a rule missing", line: "rm policies/*/gateways/appeal.yaml", names: "policies/"),
    Accident(
      testDescription: "a rule planted",
      line: "for d in policies/*/gateways; do cp $d/appeal.yaml $d/planted.yaml; done", names: "policies/"),
    Accident(
      testDescription: "a bit of the epoch key", line: "flip epoch/0001.age 300", names: "epoch/0001.age",
      command: .status),
    Accident(
      testDescription: "the epoch key cut short", line: "truncate -s 300 epoch/0001.age",
      names: "epoch/0001.age", command: .status),
    Accident(
      testDescription: "the epoch key missing", line: "rm epoch/0001.age", names: "epoch/0001.age",
      command: .status),
    Accident(
      testDescription: "a bit of the ledger key", line: "flip ledger/keys/0001.age 300",
      names: "ledger/keys/0001.age", command: .status),
    Accident(
      testDescription: "the ledger key missing", line: "rm ledger/keys/0001.age",
      names: "ledger/keys/0001.age", command: .status),
    Accident(
      testDescription: "another key in the ledger key's place",
      line: "cp epoch/0001.age ledger/keys/0001.age",
      names: "ledger/keys/0001.age", command: .status),
    Accident(
      testDescription: "a stranger's file", line: "echo hello > notes.txt", names: "notes.txt",
      command: .checkOnly),
    Accident(
      testDescription: "a stranger's key file",
      line: "mkdir -p keys/00; cp epoch/0001.age keys/00/key.age", names: "keys/00/key.age",
      command: .checkOnly),
  ]

  @Test(arguments: accidents)
  func isNamedAndNothingIsWritten(_ accident: Accident) throws {
    let office = try Office()
    let happened = try office.runner.shell(Self.prelude + accident.line)
    try #require(happened.code == 0, "\(happened.everything)")
    let before = try office.contents()
    // Asking to open goes into the access record first, whatever comes of it; everything else stays as it is.
    let mayGrow: Set = accident.command == .open ? ["ledger/0000000000.seg"] : []

    switch accident.command {
    case .open:
      expect(
        try office.strongroom("open", office.refs.plan, "--reason", "Review", "--out", "out.txt"), 12,
        accident.names)
    case .status: expect(try office.strongroom("status"), 12, accident.names)
    case .verify: expect(try office.strongroom("audit", "verify"), 12, accident.names)
    case .checkOnly: break
    }
    #expect(!office.exists("out.txt"))
    let check = try office.strongroom("check")
    expect(check, 12)
    let wanted = accident.names == "DOC-" ? "records/" : accident.names
    #expect(check.everything.contains(wanted), "\(check.everything)")
    #expect(!check.everything.contains(Office.Canary.mark))
    let after = try office.contents()
    #expect(Set(after.keys) == Set(before.keys))
    for (name, bytes) in before where !mayGrow.contains(name) {
      #expect(after[name] == bytes, "looking at damage changed \(name)")
    }
  }

  @Test(arguments: ["keys/*/*", "records/*/*/*", "policies/*/access.yaml"])
  func eachSingleFileIsMissed(pattern: String) throws {
    let office = try Office()
    let names = try office.runner.shell("cd v && ls \(pattern)").output.split(separator: "\n").map(
      String.init)
    #expect(names.count >= 1)
    for name in names {
      expect(try office.runner.shell("mv 'v/\(name)' kept"), 0)
      let check = try office.strongroom("check")
      expect(check, 12, pattern.hasPrefix("policies") ? "policies/" : name)
      expect(try office.runner.shell("mv kept 'v/\(name)'"), 0)
    }
    expect(try office.strongroom("check"), 0, "All well")
  }

  @Test func aCopyOfADocumentThatNoEntryNamesIsListedAndNeverServed() throws {
    let office = try Office()
    let planted = "records/aa/bb/aabb0000000000000000000000000000.age"
    expect(
      try office.runner.shell(
        "cd v && mkdir -p records/aa/bb && cp $(ls records/*/*/*.age | head -1) \(planted)"),
      0)
    expect(try office.strongroom("check"), 3, planted)
    expect(try office.strongroom("find", "aabb0000"), 0, "Nothing found")
  }

  /// Filing a child, or adopting rules, writes files first and the entry that names them then.
  @Test func filesThatACrashLeftBeforeTheirEntryAreListedAndAreNoDamage() throws {
    let office = try Office()
    let key = "keys/00/00000000000000000000000000000000.age"
    let rule = "policies/\(String(repeating: "0", count: 64))/policy.yaml"
    expect(
      try office.runner.shell(
        "cd v && mkdir -p keys/00 \(rule.dropLast(12)) && cp epoch/0001.age \(key) && cp policies/*/policy.yaml \(rule)"
      ), 0)
    let check = try office.strongroom("check")
    expect(check, 3, key)
    expect(check, 3, rule)
  }

  /// Somebody might follow them: "to open this vault, mail the key to ...".
  @Test func alteredWordsForPeopleAreNamed() throws {
    let office = try Office()
    expect(try office.runner.shell("sed -i 's/Keep the whole folder/Give the whole folder/' v/STRONGROOM"), 0)
    expect(try office.strongroom("check"), 3, "STRONGROOM")
    expect(try office.strongroom("status"), 0)
  }

  @Test func verifyNamesTheAlteredEntry() throws {
    let office = try Office()
    expect(try office.strongroom(as: "compliance-officer", "audit", "verify"), 0, "complete and unaltered")
    expect(try office.runner.shell(Self.prelude + "flip ledger/0000000000.seg 3000"), 0)
    let result = try office.strongroom(as: "compliance-officer", "audit", "verify", "--json")
    expect(result, 12)
    #expect(result.everything.contains("entry 2"))
  }

  @Test func yesterdaysAccessRecordLeavesTodaysDocumentWithoutAnEntry() throws {
    let office = try Office()
    expect(try office.runner.shell("cp v/ledger/0000000000.seg yesterday.seg"), 0)
    expect(
      try office.strongroom(
        "store", try office.file("new.txt"), "--child", office.refs.child, "--kind", "advice"), 0)
    expect(try office.runner.shell("cp yesterday.seg v/ledger/0000000000.seg"), 0)
    // The document filed since is an orphan now: the folder says that something is gone.
    expect(try office.strongroom("check"), 3, "no entry names it")
  }

  @Test(arguments: ["STRONGROOM", "epoch/0001.age", "ledger/0000000000.seg", "ledger/keys/0001.age"])
  func aFileOfAnotherVaultIsNotTakenForOurs(name: String) throws {
    let office = try Office()
    expect(try office.strongroom("init", "--vault", "other", "--name", "Jo"), 0)
    expect(try office.runner.shell("cp 'other/\(name)' 'v/\(name)'"), 0)
    let before = try office.contents()
    for words in [["status"], ["child", "add", "--name", "Kim", "--born", "2015-01-01"], ["check"]] {
      expect(try office.strongroom(words: words), 12)
    }
    #expect(try office.contents() == before)
  }

  @Test func aDamagedDocumentStopsARelease() throws {
    let office = try Office()
    let request = try office.allowedRequest().request
    expect(try office.runner.shell(Self.prelude + "for f in records/*/*/*; do flip $f 900; done"), 0)
    expect(
      try office.strongroom("disclose", "release", request, "--out", "package.age"), 12, office.refs.plan)
    #expect(!office.exists("package.age"))
    #expect(try office.entries("disclosure.released").isEmpty)
  }
}
