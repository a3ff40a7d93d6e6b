import Foundation
import StrongroomTestSupport
import Testing

/// A vault made by the command is read by a Python program written from docs/FORMAT.md, with no code of this
/// project (Tests/IndependentReader).
@Suite struct IndependentReaderTests {
  /// An interpreter that has the `cryptography` package; nil without one, or without the `age` command.
  static let python: String? = {
    guard let runner = try? CommandLineRunner("probe"), (try? runner.shell("age --version"))?.code == 0 else {
      return nil
    }
    let environment = ProcessInfo.processInfo.environment
    let made = VectorFolder.packageRoot.appendingPathComponent(".build-tools/bagit/bin/python").path
    var candidates = [environment["STRONGROOM_PYTHON"], made].compactMap(\.self)
    candidates += (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    return candidates.first { (try? runner.shell("'\($0)' -c 'import cryptography'"))?.code == 0 }
  }()
  static let why: Comment =
    "not read by an independent program: needs age, and python3 with the package cryptography"

  static let reader = VectorFolder.packageRoot.appendingPathComponent("Tests/IndependentReader").path

  private let runner: CommandLineRunner

  init() throws { runner = try CommandLineRunner("independent-reader") }

  private struct Reading {
    let code: Int32
    let json: [String: Any]
    var failed: String { json["failed"] as? String ?? "" }
  }

  private func read(_ vault: String, as identity: String = "senco") throws -> Reading {
    let program = "PYTHONDONTWRITEBYTECODE=1 '\(try #require(Self.python))' '\(Self.reader)/read_vault.py'"
    let result = try runner.shell("\(program) \(vault) \"$KEYS/\(identity).key\" --names")
    return Reading(code: result.code, json: try result.object())
  }

  /// A vault with a bit of everything: members, a refusal, documents, an opening, a released package.
  private func makeVault() throws {
    let plan = VectorFolder.packageRoot.appendingPathComponent("docs/demo/ehc-plan.pdf").path
    let script = """
      set -e
      export STRONGROOM_VAULT=vault STRONGROOM_IDENTITY="$KEYS/senco.key"
      strongroom init --name "Jo Patel" --recovery "$KEYS/college.card"
      for role in headteacher teacher compliance-officer; do
        strongroom member add --card "$KEYS/$role.card" --role $role
      done
      strongroom key export-recovery --shares 2-of-3 --out sheets
      strongroom key combine-recovery --vault vault --share sheets/share-1-of-3.txt --share sheets/share-3-of-3.txt --out r.key
      strongroom key take-over --identity r.key --card "$KEYS/dsl.card" --role dsl
      strongroom child add --name "Zoë O'Neill" --born 2015-05-03
      strongroom child add --name "Robin Example" --born 2014-01-31 --upn A123456789012
      strongroom child edit CH-0001 --competence not-competent --care looked-after --ground "Assessed 3 March"
      strongroom contact add --child CH-0001 --name "Alex" --relationship mother --parental-responsibility
      strongroom restriction place CH-0001 --kind shielded-address --ground "Refuge" --until 2999-01-01
      hidden=$(strongroom restriction place CH-0001 --kind harm-flag --ground "Read" --json | grep -oE 'RST-[0-9A-Z]{5}-[0-9A-Z]{5}')
      strongroom restriction lift $hidden --ground "Taken out"
      printf 'said in confidence' > "Übersicht – Gespräch.txt"
      : > empty.txt
      plan=$(strongroom store '\(plan)' --child CH-0001 --kind ehc-plan --json | grep -oE 'DOC-[0-9A-Z]{5}-[0-9A-Z]{5}')
      strongroom store "Übersicht – Gespräch.txt" --child CH-0001 --kind conversation --title "A \\"talk\\""
      strongroom store empty.txt --child CH-0002 --kind advice --dated 2026-01-02
      STRONGROOM_IDENTITY="$KEYS/teacher.key" strongroom open $plan --reason "I teach" --out no.pdf || [ $? = 10 ]
      strongroom open $plan --reason "Annual review" --out plan.pdf
      key=$(grep -oE 'age1[0-9a-z]+' "$KEYS/tribunal.card")
      to=$(strongroom recipient add --name Tribunal --kind send-tribunal --key $key --json \\
        | grep -oE 'RCP-[0-9A-Z]{5}-[0-9A-Z]{5}')
      request=$(strongroom disclose request --child CH-0001 --to $to --gateway appeal --record $plan \\
        --evidence appeal-number=EH850/26/00221 --evidence registration-letter=@empty-not.txt \\
        --reason "Papers due" --json | grep -oE 'REQ-[0-9A-Z]{5}-[0-9A-Z]{5}' | head -1)
      strongroom disclose release $request --out package.age
      """
    try runner.folder.write(Array("Your appeal is registered.".utf8), to: "empty-not.txt")
    let result = try runner.shell(script)
    try #require(result.code == 0, "\(result.everything)")
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func anotherProgramReadsEverythingInAVault() throws {
    try makeVault()
    let reading = try read("vault")
    try #require(reading.code == 0, "\(reading.failed)")
    let json = reading.json
    #expect(json["members"] as? Int == 5)
    #expect(json["releases"] as? Int == 1)
    #expect(json["unsigned_tail"] as? Int == 0)
    #expect((json["orphans"] as? [Any])?.isEmpty == true)
    #expect(json["signatures"] as? Int == json["entries"] as? Int)

    let children = try #require(json["children"] as? [[String: Any]])
    #expect(children.map { $0["name"] as? String } == ["Zoë O'Neill", "Robin Example"])
    let records = children.flatMap { $0["records"] as? [[String: Any]] ?? [] }
    let hashes = Set(records.compactMap { $0["sha256"] as? String })
    let expected = try runner.shell("sha256sum plan.pdf Übersicht* empty.txt empty-not.txt | cut -d' ' -f1")
      .lines
    #expect(hashes == Set(expected.filter { !$0.isEmpty }))
    #expect(records.contains { $0["name"] as? String == "Übersicht – Gespräch.txt" })

    // The command and the other program mean the same ledger, but for the entry of looking.
    let verify = try runner.strongroom(["audit", "verify", "--vault", "vault", "--json"], as: "senco")
    #expect(verify.output.contains(json["root"] as? String ?? "?"))
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func anotherProgramNamesWhateverWasChanged() throws {
    try makeVault()
    // A path with wild cards, the byte to flip (or its place from the end), and what the refusal must name.
    let changes: [(path: String, byte: Int, named: String)] = [
      ("ledger/0000000000.seg", 700, "ledger/0000000000.seg"), ("records/*/*/*.age", -1, "records/"),
      ("records/*/*/*.age", 300, "records/"), ("keys/*/*.age", -1, "keys/"),
      ("epoch/0001.age", -1, "epoch/0001.age"), ("ledger/keys/0001.age", -1, "ledger/keys/0001.age"),
      ("policies/*/access.yaml", 20, "policies/"), ("STRONGROOM", 40, "STRONGROOM"),
    ]
    for change in changes {
      let python = try #require(Self.python)
      let flip = """
        import glob,sys
        path = sorted(glob.glob('copy/\(change.path)'))[0]
        data = bytearray(open(path,'rb').read())
        data[\(change.byte)] ^= 1
        open(path,'wb').write(data)
        """
      let made = try runner.shell("rm -rf copy && cp -r vault copy && '\(python)' -c \"\(flip)\"")
      try #require(made.code == 0, "\(made.everything)")
      let reading = try read("copy")
      #expect(reading.code == 1, "\(change.path)")
      #expect(reading.failed.hasPrefix(change.named), "\(reading.failed)")
    }
    // An officer's identity opens no epoch.
    #expect(try read("vault", as: "compliance-officer").failed.hasPrefix("epoch/0001.age"))
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func aMatchingChecksumDoesNotHideAChange() throws {
    try makeVault()
    // Somebody who knows the format flips a bit of the third entry and mends its checksum.
    let mend = """
      import struct,sys
      sys.path.insert(0, '\(Self.reader)')
      import read_vault as reader
      path = 'vault/ledger/0000000000.seg'
      data = bytearray(open(path,'rb').read())
      offset = entries = 0
      while entries < 3:
          kind, payload, end = reader.record_at(data, offset)
          entries += kind == reader.ENTRY
          start, offset = offset, end
      data[start + 5 + 80] ^= 1
      data[end - 4:end] = struct.pack('>I', reader.crc32c(data[start:end - 4]))
      open(path,'wb').write(data)
      """
    let made = try runner.shell("PYTHONDONTWRITEBYTECODE=1 '\(try #require(Self.python))' -c \"\(mend)\"")
    try #require(made.code == 0, "\(made.everything)")
    let reading = try read("vault")
    #expect(reading.code == 1)
    #expect(reading.failed.contains("a head over other entries"), "\(reading.failed)")
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func anotherProgramChecksTheProofOfAnEntry() throws {
    try makeVault()
    let made = try runner.shell(
      "STRONGROOM_IDENTITY=\"$KEYS/compliance-officer.key\" strongroom audit prove 3 --vault vault --out entry.proof"
    )
    try #require(made.code == 0, "\(made.everything)")
    let program = "PYTHONDONTWRITEBYTECODE=1 '\(try #require(Self.python))' '\(Self.reader)/check_proof.py'"
    func check(_ words: String) throws -> Reading {
      let result = try runner.shell("\(program) \(words)")
      return Reading(code: result.code, json: try result.object())
    }
    let whole = try check("entry.proof \"$(sed -n 's/^vkey: //p' vault/STRONGROOM)\"")
    #expect(whole.code == 0, "\(whole.failed)")
    #expect(whole.json["index"] as? Int == 3)
    #expect(try check("entry.proof strongroom.vault/other+33d5f2f7+AAAA").failed.hasPrefix("another key"))
    for change in [
      "s/^index 3/index 2/", "4s/^./A/", "4s/^./B/", "s/^extra e/extra f/", "$s/.\\{4\\}$/AAAA/",
    ] {
      try runner.folder.write([], to: "altered.proof")
      let altered = try runner.shell(
        "sed '\(change)' entry.proof > altered.proof; cmp entry.proof altered.proof")
      if altered.code != 0 { #expect(try check("altered.proof").code == 1, "\(change)") }
    }
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func anotherProgramChecksAPackage() throws {
    try makeVault()
    let program = "'\(try #require(Self.python))' '\(Self.reader)/check_package.py'"
    let key = "$(sed -n 's/^vkey: //p' vault/STRONGROOM)"
    func check(_ package: String, _ key: String) throws -> Reading {
      let line = "PYTHONDONTWRITEBYTECODE=1 \(program) \(package) \"$KEYS/tribunal.key\" \"\(key)\""
      let result = try runner.shell(line)
      return Reading(code: result.code, json: try result.object())
    }
    let whole = try check("package.age", key)
    #expect(whole.code == 0, "\(whole.failed)")
    #expect((whole.json["documents"] as? [String: String])?.count == 1)
    // The package's own key is not taken for the log's.
    let stranger = "strongroom.vault/other+33d5f2f7+AcI5Z1WQIQYhLvjGmSMTzkPNtbKQEvBhVHCPOjY9TDXN"
    #expect(try check("package.age", stranger).code == 1)
    _ = try runner.shell("head -c -1 package.age > cut.age")
    #expect(try check("cut.age", key).failed.hasPrefix("the package"))
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, why))
  func bothProgramsMeanTheSameAfterACrash() throws {
    try makeVault()
    let before = try #require(try read("vault").json["entries"] as? Int)
    // Power failed before the last head was written: its entry was never answered.
    let crash = """
      import sys
      sys.path.insert(0, '\(Self.reader)')
      import read_vault as reader
      path = 'vault/ledger/0000000000.seg'
      data = bytearray(open(path,'rb').read())
      end = 0
      while found := reader.record_at(data, end):
          start, end = end, found[2]
      data[start:end] = bytes(end - start)
      open(path,'wb').write(data)
      """
    let made = try runner.shell("PYTHONDONTWRITEBYTECODE=1 '\(try #require(Self.python))' -c \"\(crash)\"")
    try #require(made.code == 0, "\(made.everything)")
    let crashed = try read("vault")
    #expect(crashed.json["entries"] as? Int == before - 1, "\(crashed.failed)")
    #expect(crashed.json["unsigned_tail"] as? Int == 1)

    // The next writer adopts the entry, says so in one of its own, and signs.
    let add = ["child", "add", "--vault", "vault", "--name", "Sam Example", "--born", "2016-02-29"]
    let added = try runner.strongroom(add, as: "senco")
    try #require(added.code == 0, "\(added.everything)")
    let after = try read("vault")
    #expect(after.json["entries"] as? Int == before + 2, "\(after.failed)")
    #expect(after.json["unsigned_tail"] as? Int == 0)
  }
}
