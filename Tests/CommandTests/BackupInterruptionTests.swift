import Foundation
import Glibc
import StrongroomTestSupport
import Testing

/// Backups and restores that are killed, meet a full disk, or run while others write.
struct BackupInterruptionTests {
  /// Documents enough for a run to take a while.
  private func fill(_ office: Office, documents: Int) throws {
    expect(try office.runner.shell("head -c 700000 /dev/urandom > random.bin"), 0)
    for _ in 0..<documents {
      expect(
        try office.strongroom("store", "random.bin", "--child", office.refs.child, "--kind", "advice"), 0)
    }
  }

  private func moments(_ count: Int, upTo longest: Duration, seed: UInt64) -> [UInt32] {
    var random = SeededGenerator(seed: seed)
    let limit = UInt32(longest / .microseconds(1) * 1.1)
    return (0..<count).map { _ in UInt32.random(in: 0...limit, using: &random) }
  }

  @Test func killedAtAnyMomentTheLastFinishedBackupStaysAndTheNextRunGoesOn() throws {
    let office = try Office()
    try fill(office, documents: 4)
    let duration = try ContinuousClock().measure {
      expect(try office.strongroom("backup", "create", "timed"), 0)
    }
    var killed = 0
    var runs = 0
    for (round, moment) in moments(InterruptionTests.kills, upTo: duration, seed: 0xbac0).enumerated() {
      // Something of every sort is new each time: a document, a child's key, and key files that are replaced.
      try fill(office, documents: 1)
      expect(try office.strongroom("child", "add", "--name", "Kim \(round)", "--born", "2015-01-01"), 0)
      if round.isMultiple(of: 3) { try changeMembers(office) }
      let result = try office.cut(["backup", "create", "b"], with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL { killed += 1 }
      let listed = try office.strongroom("backup", "list", "b", "--json")
      guard listed.code == 0, let data = try listed.object()["data"] as? [String: Any],
        let found = (data["runs"] as? [Any])?.count, found > 0
      else {
        #expect(runs == 0, "a finished backup is gone: \(listed.everything)")
        continue
      }
      #expect(found >= runs, "round \(round)")
      runs = found
      let name = "r\(round)"
      expect(try office.strongroom("restore", "--from", "b", "--to", name), 0)
      expect(try office.strongroom("check", "--vault", name), 0)
      expect(try office.runner.shell("rm -rf \(name)"), 0)
    }
    #expect(killed > 0, "no run was slow enough to be killed")
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(try office.strongroom("backup", "verify", "b", "--samples", "3"), 0, "can be restored")
    // Nothing is left of the runs that were cut short.
    let stray = try office.runner.shell(
      """
      cd b; find data/tmp keys/tmp data/next keys/next -type f; ls data/UNFINISHED 2>/dev/null
      for f in $(cd data && find records -type f); do grep -q " $f$" data/MANIFEST || echo "$f"; done
      for f in $(cd keys && find keys epoch -type f); do grep -q " $f$" keys/MANIFEST || echo "$f"; done
      """)
    #expect(stray.output.split(separator: "\n").isEmpty, "\(stray.output)")
  }

  private func changeMembers(_ office: Office) throws {
    let list = try office.strongroom("member", "list", "--json").output.split(separator: "\n")
    let teacher = list.first { $0.contains("\"teacher\"") && $0.contains("\"active\":true") }
    if let reference = teacher?.firstMatch(of: #/MBR-[0-9A-Z-]+/#)?.output {
      expect(try office.strongroom("member", "remove", String(reference)), 0)
    } else {
      expect(
        try office.strongroom(
          "member", "add", "--card", "\(CommandLineRunner.exampleKeys)/teacher.card", "--role", "teacher"), 0)
    }
  }

  @Test func aRestoreThatIsKilledIsNoVaultAndBeginsAnew() throws {
    let office = try Office()
    try fill(office, documents: 6)
    expect(try office.strongroom("backup", "create", "b"), 0)
    let words = ["restore", "--from", "b", "--to", "r"]
    let duration = try ContinuousClock().measure { expect(try office.strongroom(words: words), 0) }
    var killed = 0
    for moment in moments(InterruptionTests.kills, upTo: duration, seed: 0x4e57) {
      expect(try office.runner.shell("rm -rf r"), 0)
      let result = try office.cut(words, with: SIGKILL, afterMicroseconds: moment)
      if result.code == SIGKILL, office.exists("r") {
        killed += 1
        if !office.exists("r/STRONGROOM") {
          expect(try office.strongroom("status", "--vault", "r"), 64, "no vault")
        }
      }
      if !office.exists("r/STRONGROOM") { expect(try office.strongroom(words: words), 0) }
      expect(try office.strongroom("check", "--vault", "r"), 0)
    }
    #expect(killed > 0, "no run was slow enough to be killed")
  }

  @Test func aFullDiskIsSaidAndTheLastFinishedBackupStays() throws {
    let office = try Office()
    expect(try office.runner.shell("head -c 9000000 /dev/urandom > random.bin"), 0)
    let result = try office.onSmallDisk(
      megabytes: 6, holdsVault: false,
      """
      strongroom backup create small/b; echo "first $?"
      strongroom store random.bin --child CH-0001 --kind advice > /dev/null
      strongroom backup create small/b; echo "second $?"
      strongroom backup create small/b --json; echo "third $?"
      strongroom restore --from small/b --to r1 > /dev/null; echo "restore $?"
      strongroom check --vault r1 > /dev/null; echo "check $?"
      strongroom check > /dev/null; echo "vault $?"
      strongroom backup create big > /dev/null; echo "big $?"
      strongroom restore --from big --to small/r; echo "no room $?"
      strongroom backup verify big --scratch small; echo "no room to try $?"
      ls small
      """)
    guard let result else { return }
    for words in [
      "first 0", "second 74", "third 74", "restore 0", "check 0", "vault 0", "big 0", "no room 74",
      "no room to try 74",
    ] {
      #expect(result.output.contains(words), "\(words): \(result.everything)")
    }
    #expect(result.errors.contains("there is no room left for the backup"))
    #expect(!result.output.contains("strongroom-trial"), "the trial's folder was left behind")
  }

  // MARK: While others write

  /// Adds children, files documents and changes members until told to stop.
  private static let writers = """
    export STRONGROOM_IDENTITY=$KEYS/senco.key
    echo words > words.txt
    for writer in 1 2; do
      ( until [ -e stop ]; do
          strongroom child add --name "Kim $writer" --born 2015-01-01 >/dev/null 2>>errors
          strongroom store words.txt --child CH-0001 --kind advice >/dev/null 2>>errors
        done ) &
    done
    ( until [ -e stop ]; do
        member=$(strongroom member list --json 2>>errors | grep '"active":true' | grep '"teacher"' | grep -oE 'MBR-[0-9A-Z]{5}-[0-9A-Z]{5}' | head -1)
        if [ -n "$member" ]; then strongroom member remove $member; else strongroom member add --card $KEYS/teacher.card --role teacher; fi >/dev/null 2>>errors
      done ) &
    sleep 0.3

    """

  @Test func aBackupMadeWhileOthersWriteIsWhole() throws {
    let office = try Office()
    let result = try office.runner.shell(
      Self.writers + """
        for n in 1 2 3 4 5; do
          strongroom backup create b >/dev/null 2>>errors; echo "create $?"
          strongroom restore --from b --to r >/dev/null 2>>errors; echo "restore $?"
          strongroom check --vault r > checked 2>>errors; echo "check $?"; grep DAMAGED checked; rm -rf r
        done
        touch stop; wait
        """)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count { $0 == "check 0" } >= 3, "\(result.everything)")
    // Too busy for one of the copies is an answer; a copy that is not whole is not.
    #expect(
      lines.allSatisfy {
        ["create 0", "create 15", "restore 0", "restore 16", "check 0", "check 64"].contains($0)
      }, "\(result.everything)")
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(try office.strongroom("backup", "verify", "b"), 0, "can be restored")
    expect(try office.strongroom("audit", "verify"), 0, "complete and unaltered")
  }

  /// Programs that know nothing of vaults, and how each copies one.
  static let copiers = [
    ("cp", "cp -a v copy"),
    (
      "rsync",
      "skip='--exclude=/tmp --exclude=/cache'; rsync -a $skip v/ copy/; rsync -a $skip --exclude=/ledger v/ copy/"
    ),
    (
      "restic",
      """
      export RESTIC_PASSWORD=x; [ -d repository ] || restic init -q -r repository
      restic -q -r repository backup v && restic -q -r repository restore latest --target restored && mv restored/v copy
      """
    ),
  ]

  @Test(arguments: copiers) func aCopyByAnotherProgramMadeWhileOthersWriteOpens(
    _ name: String, _ line: String
  ) throws {
    let office = try Office()
    guard try office.runner.shell("command -v \(name)").code == 0 else {
      print("not tested: a copy by \(name) (it is not installed)")
      return
    }
    let result = try office.runner.shell(
      Self.writers + """
        for n in 1 2 3 4; do
          rm -rf copy restored r
          { \(line)
          } >/dev/null 2>>errors
          strongroom status --vault copy >/dev/null 2>said; code=$?; echo "opens $code"
          strongroom restore --from copy --to r >/dev/null 2>>errors; echo "restore $?"
          strongroom check --vault r > checked 2>>errors; echo "check $?"; grep DAMAGED checked
          [ $code = 0 ] || cat said
        done
        touch stop; wait
        """)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.count { $0 == "restore 3" } == 4, "\(result.everything)")
    // A hole in the middle of the journal is refused in the copy itself, and left out of what is restored from it.
    #expect(
      lines.allSatisfy { !$0.hasPrefix("opens") || ["opens 0", "opens 12"].contains($0) },
      "\(result.everything)")
    // At most what was filed in that moment is missing, and it is named.
    #expect(
      lines.allSatisfy { !$0.hasPrefix("DAMAGED") || $0.hasSuffix("missing") }, "\(result.everything)")
    if name == "rsync" {
      #expect(
        !lines.contains { $0.hasPrefix("DAMAGED") },
        "the second pass fetches what the ledger names: \(result.everything)")
    }
  }

  @Test func aCopyWithAHoleInItsJournalIsRefusedAndRestoredUpToTheHole() throws {
    let office = try Office()
    expect(try office.runner.shell("cp -a v copy"), 0)
    for number in 0..<6 {
      expect(try office.strongroom("child", "add", "--name", "Kim \(number)", "--born", "2015-01-01"), 0)
    }
    // As if the copier had read the first part before and the second after.
    expect(
      try office.runner.shell(
        """
        set -e; cp -a v later; old=copy/ledger/0000000000.seg; new=v/ledger/0000000000.seg
        edge=$(( $( (cmp $old $new || true) | sed 's/.*byte \\([0-9]*\\),.*/\\1/') + 4096 ))
        { head -c $edge $old; tail -c +$((edge + 1)) $new; } > later/ledger/0000000000.seg
        """), 0)
    let before = try office.runner.shell("find later -type f | sort | xargs sha256sum").output
    expect(try office.strongroom("status", "--vault", "later"), 12, "damaged")
    expect(try office.strongroom("restore", "--from", "later", "--to", "r"), 3, "is left out")
    expect(try office.strongroom("status", "--vault", "r"), 0)
    expect(try office.strongroom("audit", "verify", "--vault", "r"), 0, "complete and unaltered")
    let size = try office.strongroom("status", "--vault", "r", "--json").object()["entries"] as? Int
    let old = try office.strongroom("status", "--vault", "copy", "--json").object()["entries"] as? Int
    #expect(try #require(size) >= #require(old))
    #expect(
      try office.runner.shell("find later -type f ! -path '*/cache/*' | sort | xargs sha256sum").output.count
        <= before.count)
    expect(try office.strongroom("restore", "--from", "later", "--to", "v"), 64, "not empty")
  }
}
