import Foundation
import StrongroomTestSupport
import Testing

/// Officers are witnesses: what they have seen is remembered outside the vault, and the record has to continue it.
struct OfficerTests {
  private let officer = "compliance-officer"

  /// A copy of the vault as it is, to be put back later.
  private func copy(_ office: Office, to name: String) throws {
    try expect(office.runner.shell("rm -rf \(name) && cp -a v \(name)"), 0)
  }

  private func putBack(_ office: Office, _ name: String) throws {
    try expect(office.runner.shell("rm -rf v && cp -a \(name) v"), 0)
  }

  private func evidence(_ office: Office) throws -> [String] {
    let folder = office.runner.folder.path(".local/state/strongroom/evidence")
    return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  /// As somebody who sees the whole record.
  private func entries(_ office: Office, _ kind: String) throws -> [[String: Any]] {
    let result = try office.strongroom(as: "headteacher", "audit", "list", "--kind", kind, "--json")
    try #require(result.code == 0, "\(result.everything)")
    return try result.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
  }

  private func goOn(_ office: Office, _ count: Int) throws {
    for _ in 0..<count { try expect(office.strongroom("child", "list"), 0) }
  }

  @Test func firstLookSaysSoAndShowsAKeyToCompare() throws {
    let office = try Office()
    let first = try office.strongroom(as: officer, "audit", "list")
    expect(first, 0, "this is the first look at this access record from here")
    let status = try office.strongroom("status")
    let fingerprint = try #require(
      status.output.split(separator: "\n").first { $0.hasPrefix("Fingerprint") }?.split(separator: " ").last)
    #expect(first.errors.contains(String(fingerprint)))
    let second = try office.strongroom(as: officer, "audit", "list")
    expect(second, 0)
    #expect(!second.errors.contains("first look"))
    let memory = office.runner.folder.path(".local/state/strongroom/seen")
    #expect(try FileManager.default.contentsOfDirectory(atPath: memory).count == 1)
    let json = try office.strongroom(as: "headteacher", "audit", "list", "--json")
    #expect(json.errors.isEmpty)
  }

  @Test func olderCopyIsShownInEveryAuditCommandAndBothCheckpointsAreKept() throws {
    let office = try Office()
    try copy(office, to: "older")
    try goOn(office, 5)
    try expect(office.strongroom(as: officer, "audit", "verify"), 0)
    // The officer's own entry was remembered too.
    let seen = try #require(try office.made("status")["root"] as? String)
    try putBack(office, "older")
    let before = try office.contents()
    for words in [
      ["list"], ["show", "2"], ["verify"], ["publish", "public"], ["prove", "2", "--out", "entry.proof"],
    ] {
      let result = try office.strongroom(as: officer, words: ["audit"] + words)
      expect(result, 12, "an older copy was put back, or the newest were cut off")
      #expect(result.errors.contains(seen))
      #expect(result.errors.contains("tell the data protection officer"))
      #expect(result.errors.contains("accept-restore"))
      #expect(result.output.isEmpty)
    }
    #expect(try office.contents() == before, "nothing was written")
    #expect(!office.exists("entry.proof") && !office.exists("public"))
    let kept = try evidence(office)
    #expect(kept.count == 1)
    let name = office.runner.folder.path(".local/state/strongroom/evidence/" + kept[0])
    let text = try String(contentsOfFile: name, encoding: .utf8)
    #expect(text.components(separatedBy: "\n— strongroom.vault/").count == 3)
    let json = try office.strongroom(as: officer, "audit", "list", "--json")
    #expect(try json.errorObject()["id"] as? String == "log-rolled-back")
    // Everybody else goes on working; the record is for those who look at it.
    try expect(office.strongroom("child", "list"), 0)
  }

  /// The journal alone is put back: the newest entries are cut off, and a head of the size of then stands at the end.
  @Test func lastFiveEntriesCutOffAreMissed() throws {
    let office = try Office()
    try expect(office.runner.shell("cp -a v/ledger kept-ledger"), 0)
    try goOn(office, 5)
    try expect(office.strongroom(as: officer, "audit", "verify"), 0)
    try expect(office.runner.shell("rm -rf v/cache/* && cp -a kept-ledger/*.seg v/ledger/"), 0)
    expect(try office.strongroom(as: officer, "audit", "verify"), 12, "the newest were cut off")
    #expect(try evidence(office).count == 1)
  }

  /// Both halves are signed with the log's own key; only somebody who saw one knows that the other is another.
  @Test func forkUnderTheRealKeyIsShown() throws {
    let office = try Office()
    try copy(office, to: "other")
    try goOn(office, 3)
    try expect(office.strongroom(as: officer, "audit", "list"), 0)
    try putBack(office, "other")
    try goOn(office, 6)
    expect(try office.strongroom(as: officer, "audit", "list"), 12, "another one than you have seen")
    #expect(try evidence(office).count == 1)
  }

  @Test func restoreIsAcceptedByADecisionThatIsAnEntry() throws {
    let office = try Office()
    try copy(office, to: "older")
    try goOn(office, 4)
    for who in [officer, "headteacher", "senco"] {
      try expect(office.strongroom(as: who, "audit", "list"), 0)
    }
    let nothing = try office.strongroom(as: officer, "audit", "accept-restore", "--reason", "none")
    expect(nothing, 64, "there is no restore to accept")
    try putBack(office, "older")
    let senco = try office.strongroom("audit", "accept-restore", "--reason", "r")
    expect(senco, 10)
    expect(try office.strongroom("audit", "list"), 12)
    expect(
      try office.strongroom(
        as: officer, "audit", "accept-restore", "--reason", "Disk failed; backup of Monday"),
      0, "what you had seen up to")
    try expect(office.strongroom(as: officer, "audit", "verify"), 0)
    let entries = try entries(office, "system.restored")
    #expect(entries.count == 1)
    #expect(entries.first?["role"] as? String == officer)
  }

  @Test func othersHaveToAcceptThemselvesAndMayGoAlong() throws {
    var office = try Office()
    try copy(office, to: "older")
    try goOn(office, 4)
    func home(_ who: String) -> String { office.runner.folder.path("state-" + who) }
    for who in [officer, "senco", "headteacher"] {
      office.runner.environment["STRONGROOM_STATE_HOME"] = home(who)
      try expect(office.strongroom(as: who, "audit", "list"), 0)
    }
    try putBack(office, "older")
    office.runner.environment["STRONGROOM_STATE_HOME"] = home("headteacher")
    try expect(office.strongroom(as: "headteacher", "audit", "accept-restore", "--reason", "r"), 0)
    for who in [officer, "senco"] {
      office.runner.environment["STRONGROOM_STATE_HOME"] = home(who)
      expect(try office.strongroom(as: who, "audit", "list"), 12)
      expect(try office.strongroom(as: who, "audit", "accept-restore", "--reason", "as the head says"), 0)
      expect(try office.strongroom(as: who, "audit", "list"), 0)
    }
    // The SENCo may not decide such a thing and went along; the officer decided too.
    office.runner.environment["STRONGROOM_STATE_HOME"] = home("headteacher")
    #expect(try entries(office, "system.restored").count == 2)
  }

  @Test func anotherKeyUnderTheSameNameIsNeverAccepted() throws {
    let office = try Office()
    try expect(office.strongroom(as: officer, "audit", "list"), 0)
    let change = """
      key=$(sed -n 's/^vkey: //p' v/STRONGROOM)
      other='\(try foreignKey(office))'
      sed -i "s|^vkey: .*|vkey: $other|" v/STRONGROOM
      """
    try expect(office.runner.shell(change), 0)
    expect(try office.strongroom(as: officer, "audit", "list"), 12, "signed with another key")
    expect(
      try office.strongroom(as: officer, "audit", "accept-restore", "--reason", "r"), 12,
      "signed with another key")
  }

  /// The key of another vault under this vault's name.
  private func foreignKey(_ office: Office) throws -> String {
    let made = try office.runner.strongroom(
      ["init", "--name", "Jo", "--vault", office.runner.folder.path("w"), "--json"], as: "senco")
    return try #require(try made.object()["vkey"] as? String)
  }

  // MARK: The memory

  @Test func damagedMemoryStopsAndSaysWhatToDo() throws {
    let office = try Office()
    try expect(office.strongroom(as: officer, "audit", "list"), 0)
    let file = "$HOME/.local/state/strongroom/seen/*"
    for line in [
      "for f in \(file); do cp $f saved; sed -i 's/^range: ./range: B/' $f; done",
      "for f in \(file); do head -c 200 saved > $f; done", "for f in \(file); do : > $f; done",
    ] {
      try expect(office.runner.shell(line), 0)
      let result = try office.strongroom(as: officer, "audit", "list")
      expect(result, 12, "what you remembered of this vault is damaged or altered")
      #expect(result.errors.contains("put a copy of that file back"))
    }
    try expect(office.runner.shell("for f in \(file); do cat saved > $f; done"), 0)
    expect(try office.strongroom(as: officer, "audit", "list"), 0)
  }

  /// A lost memory is another machine's first look; what was cosigned from elsewhere has to be continued.
  @Test func lostMemoryAndAnotherMachineContinueWhatWasCosigned() throws {
    var office = try Office()
    try copy(office, to: "older")
    try expect(office.strongroom(as: officer, "audit", "list"), 0)
    try goOn(office, 2)
    office.runner.environment["XDG_STATE_HOME"] = office.runner.folder.path("elsewhere")
    let result = try office.strongroom(as: officer, "audit", "list")
    expect(result, 0, "you cosigned its first")
    #expect(office.exists("elsewhere/strongroom/seen"))
    // The older copy with the cosignature left in it: no memory, and still seen.
    try expect(office.runner.shell("cp -a v/ledger/cosigned older/ledger/"), 0)
    try putBack(office, "older")
    office.runner.environment["XDG_STATE_HOME"] = office.runner.folder.path("third")
    expect(try office.strongroom(as: officer, "audit", "list"), 12, "older copy")
  }

  @Test func stateFolderThatOthersMayWriteToIsRefusedBeforeAnythingIsShown() throws {
    var office = try Office()
    office.runner.environment["STRONGROOM_STATE_HOME"] = office.runner.folder.path("shared")
    try expect(office.runner.shell("mkdir -m 777 shared"), 0)
    let result = try office.strongroom(as: officer, "audit", "list")
    expect(result, 78, "others may write to it")
    #expect(result.output.isEmpty)
    office.runner.environment["STRONGROOM_STATE_HOME"] = ""
    office.runner.environment["HOME"] = ""
    expect(try office.strongroom(as: officer, "audit", "list"), 78, "STRONGROOM_STATE_HOME")
  }

  @Test func manyLooksAtOnceAgree() async throws {
    let office = try Office()
    let runner = office.runner
    let results = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<4 {
        group.addTask { try runner.strongroom(["audit", "list"], as: "compliance-officer").code }
      }
      var codes: [Int32] = []
      for try await code in group { codes.append(code) }
      return codes
    }
    #expect(results == [0, 0, 0, 0])
    try expect(office.strongroom(as: officer, "audit", "verify"), 0)
  }

  // MARK: Cosignatures and policies

  @Test func policyIsMetByTheOfficersWhoLooked() throws {
    let office = try Office()
    var policy = "# who must have seen the record\n"
    for who in [officer, "headteacher"] {
      let key = try office.strongroom(as: who, "audit", "cosigner")
      expect(key, 0)
      policy += "witness \(who) \(key.output)"
    }
    try office.file("both.policy", policy + "group both all \(officer) headteacher\nquorum both\n")
    let missing = try office.strongroom(as: officer, "audit", "verify", "--policy", "both.policy")
    expect(missing, 12, "no state of the access record has the cosignatures")
    // Nothing came in between, so the head cosigns the same state.
    expect(
      try office.strongroom(as: "headteacher", "audit", "verify", "--policy", "both.policy"), 0,
      "have the cosignatures the policy asks for; 0 entries are newer")
    try goOn(office, 3)
    expect(
      try office.strongroom(as: "headteacher", "audit", "verify", "--policy", "both.policy"), 0,
      "3 entries are newer")
    try office.file("any.policy", policy + "group one any \(officer) headteacher\nquorum one\n")
    let met = try office.strongroom(as: officer, "audit", "verify", "--policy", "any.policy", "--json")
    expect(met, 0)
    let quorum = try #require(try met.object()["quorum"] as? [String: Any])
    #expect(quorum["newer"] as? Int == 0)
    try office.file("bad.policy", policy + "quorum nobody\n")
    expect(
      try office.strongroom(as: officer, "audit", "verify", "--policy", "bad.policy"), 78,
      "\"bad.policy\", line 4: that name is not defined on an earlier line")
  }

  @Test func depthsAndWhatWasCheckedBeforeAreSaid() throws {
    let office = try Office()
    let tree = try office.strongroom(as: officer, "audit", "verify", "--depth", "tree")
    expect(tree, 0, "not checked  the decisions")
    #expect(tree.output.contains("as far as it was checked"))
    try expect(office.strongroom(as: officer, "audit", "verify"), 0)
    let again = try office.strongroom(as: officer, "audit", "verify")
    expect(again, 0, "are the same, byte for byte")
    let full = try office.strongroom(as: officer, "audit", "verify", "--full")
    expect(full, 0)
    #expect(!full.output.contains("byte for byte"))
    expect(try office.strongroom(as: officer, "audit", "verify", "--depth", "deep"), 64, "signatures")
    try expect(
      office.runner.shell("for f in $HOME/.local/state/strongroom/verified/*; do echo x > $f; done"), 0)
    let damaged = try office.strongroom(as: officer, "audit", "verify")
    expect(damaged, 0)
    #expect(!damaged.output.contains("byte for byte"))
  }

  // MARK: One entry for a court

  @Test func proofIsMadeByAnOfficerAndCheckedByAnybody() throws {
    let office = try Office()
    let made = try office.strongroom(as: officer, "audit", "prove", "4", "--out", "entry.proof")
    expect(made, 0, "Recorded as entry")
    #expect(try entries(office, "audit.proved").count == 1)
    let vkey = try #require(try office.made(as: "senco", "status")["vkey"] as? String)
    // No vault, no key, nothing in the environment.
    var outsider = CommandLineRunner(folder: office.runner.folder)
    outsider.environment = ["HOME": ""]
    let checked = try outsider.strongroom(["audit", "check-proof", "entry.proof"])
    expect(checked, 0, "Not proved")
    #expect(checked.output.contains("That the key is that of the vault you think of"))
    #expect(!checked.everything.contains(Office.Canary.mark))
    let known = try outsider.strongroom(["audit", "check-proof", "entry.proof", "--vkey", vkey])
    expect(known, 0, "That is the key you named.")
    let json = try outsider.strongroom(["audit", "check-proof", "entry.proof", "--json"])
    #expect(try json.object()["proved"] as? Bool == true)
    let other = try foreignKey(office)
    expect(
      try outsider.strongroom(["audit", "check-proof", "entry.proof", "--vkey", other]), 12,
      "another signing key")
    try expect(office.runner.shell("sed '3s/4/5/' entry.proof > altered.proof"), 0)
    expect(try outsider.strongroom(["audit", "check-proof", "altered.proof"]), 12, "proves nothing")
    try office.file("letter.txt", "Dear Sir or Madam\n")
    expect(try outsider.strongroom(["audit", "check-proof", "letter.txt"]), 16, "not the proof of an entry")
    expect(try outsider.strongroom(["audit", "check-proof", "nothing.proof"]), 64)
    expect(try outsider.strongroom(["audit", "check-proof", "entry.proof", "--vkey", "x"]), 64)
  }

  @Test func proofIsRefusedToWhoMayNotAndForWhatIsNotThere() throws {
    let office = try Office()
    expect(try office.strongroom("audit", "prove", "2", "--out", "a.proof"), 10)
    expect(try office.strongroom(as: officer, "audit", "prove", "999", "--out", "a.proof"), 14)
    #expect(!office.exists("a.proof"))
    try office.file("a.proof", "mine\n")
    expect(
      try office.strongroom(as: officer, "audit", "prove", "2", "--out", "a.proof"), 64, "exists already")
    #expect(try entries(office, "audit.proved").isEmpty)
  }
}
