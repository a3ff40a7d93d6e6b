import Foundation
import StrongroomTestSupport
import Testing

/// `check` and `doctor` as people see them.
struct CheckTests {
  @Test func aNightWatchmanNeedsNoKey() throws {
    let office = try Office()
    let vkey = try #require(try office.made("status")["vkey"] as? String)
    let before = try office.contents()
    var watchman = office.runner
    watchman.environment["STRONGROOM_IDENTITY"] = nil
    let sound = try watchman.strongroom(["check", "--without-keys", "--vkey", vkey])
    expect(sound, 0, "All well as far as can be told without a key.")
    #expect(sound.output.contains("Not checked, for want of a key:"))
    #expect(sound.output.contains("none is missing"))
    #expect(sound.errors.isEmpty, "no progress bar but on a terminal: \(sound.errors)")
    expect(try watchman.strongroom(["check", "--without-keys"]), 0, "give it with --vkey")
    expect(try watchman.strongroom(["check", "--without-keys", "--vkey", "nonsense"]), 64, "--vkey can't be")
    expect(try watchman.strongroom(["check", "--vkey", vkey]), 64, "--vkey goes with --without-keys")
    expect(try watchman.strongroom(["check"]), 64, "no identity was named")
    #expect(try office.contents() == before, "looking changes nothing")

    var stranger = office
    stranger.runner.environment["STRONGROOM_VAULT"] = office.runner.folder.path("other")
    try stranger.made("init", "--name", "Jo Patel")
    let foreign = try #require(try stranger.made("status")["vkey"] as? String)
    expect(
      try watchman.strongroom(["check", "--without-keys", "--vkey", foreign]), 12,
      "not signed by the vault's key")
  }

  @Test func whatAWatchmanSeesIsNamed() throws {
    let office = try Office()
    let names = try office.contents().keys.sorted()
    let record = try #require(names.first { $0.hasPrefix("records/") && $0.hasSuffix(".age") })
    let rule = try #require(names.first { $0.hasPrefix("policies/") && $0.hasSuffix("access.yaml") })
    let set = rule.split(separator: "/").prefix(2).joined(separator: "/")
    _ = try office.runner.shell(
      "printf X | dd of=v/\(record) conv=notrunc status=none; echo '# x' >> v/\(rule)")
    try office.file("v/records/planted.txt")
    let result = try office.runner.strongroom(["check", "--without-keys", "--json"])
    #expect(result.code == 12, "\(result.everything)")
    let findings = try #require(try result.object()["findings"] as? [[String: Any]])
    #expect(Set(findings.compactMap { $0["file"] as? String }) == [record, set, "records/planted.txt"])
    expect(
      try office.runner.strongroom(["check", "--without-keys"]), 12,
      "DAMAGED  \(record): not what a file of this name")
  }

  @Test func nightAfterNightEveryFileIsRead() throws {
    let office = try Office()
    let record = try #require(
      try office.contents().keys.sorted().first { $0.hasPrefix("records/") && $0.hasSuffix(".age") })
    _ = try office.runner.shell("printf X | dd of=v/\(record) bs=1 seek=200 conv=notrunc status=none")
    var codes: [Int32] = []
    for night in 1...3 { codes.append(try office.strongroom("check", "--part", "\(night)/3").code) }
    #expect(codes.sorted() == [0, 0, 12], "\(codes)")
    expect(try office.strongroom("check", "--part", "4/3"), 64, "--part can't be")
  }

  // MARK: Doctor

  private func lines(_ result: CommandLineRunner.Result) throws -> [String: [String: Any]] {
    var lines: [String: [String: Any]] = [:]
    for text in result.output.split(separator: "\n") {
      let line = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      lines[try #require(line["check"] as? String)] = line
    }
    return lines
  }

  @Test func theDoctorLooksAtTheComputerWithoutAVault() throws {
    let runner = try CommandLineRunner("doctor")
    let result = try runner.strongroom(["doctor", "--json"])
    #expect([0, 3].contains(result.code), "\(result.everything)")
    let lines = try lines(result)
    #expect(
      Set(lines.keys).isSuperset(of: [
        "clock", "swap", "core-files", "memory", "rules-england", "rules-school", "tool-age",
      ]))
    #expect(lines["core-files"]?["result"] as? String == "well")
    #expect(lines["rules-england"]?["result"] as? String == "well")
    #expect(lines["file-system"] == nil)
    #expect(result.errors.isEmpty)
    for line in lines.values where line["result"] as? String != "well" {
      #expect(line["fix"] as? String != nil, "a warning comes with what to do: \(line)")
    }
    let words = try runner.strongroom(["doctor"])
    #expect(words.code == result.code)
    #expect(words.output.hasPrefix("This computer\n  "))
    #expect(words.output.contains("  ✓ a crash of this program leaves no memory behind\n"))
    #expect(words.output.hasSuffix(result.code == 0 ? "All well.\n" : "could be better.\n"))
  }

  @Test func theDoctorLooksAtAVaultAndChangesNothing() throws {
    let office = try Office()
    let before = try office.contents()
    let looked = try lines(try office.strongroom("doctor", "--json"))
    for well in ["permissions", "disk", "reserve", "lock", "format", "record", "file-system"] {
      #expect(looked[well]?["result"] as? String == "well", "\(looked[well] ?? [:])")
    }
    var watchman = office.runner
    watchman.environment["STRONGROOM_IDENTITY"] = nil
    let outside = try lines(try watchman.strongroom(["doctor", "--json"]))
    #expect((outside["record"]?["text"] as? String)?.contains("--identity") == true)
    #expect(try office.contents() == before)

    _ = try office.runner.shell("chmod 755 v; chmod 644 v/STRONGROOM; rm v/ledger/next.seg")
    let open = try office.strongroom("doctor")
    expect(open, 3, "! others can read or change the folder itself, STRONGROOM")
    #expect(open.output.contains("chmod -R go-rwx "))
    #expect(open.output.contains("! no room is kept ready for the next entries"))
  }

  @Test func theDoctorSaysWhatIsWrong() throws {
    let office = try Office()
    expect(try office.strongroom("doctor", "--vault", "nowhere"), 78, "✗ there is no vault in that folder")
    let stranger = try office.strongroom(as: "teacher", "doctor", "--identity", "nowhere.key")
    #expect(stranger.code != 0 && stranger.code != 3, "\(stranger.everything)")
    _ = try office.runner.shell("sed -i 's/^format: 1/format: 9/' v/STRONGROOM")
    expect(try office.strongroom("doctor"), 78, "✗ the vault has format 9, newer than this program")
    _ = try office.runner.shell("echo rubbish > v/STRONGROOM")
    expect(try office.strongroom("doctor"), 12, "✗ \"STRONGROOM\"")
  }
}
