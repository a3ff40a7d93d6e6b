import Foundation
import Glibc
import StrongroomTestSupport
import Testing

/// Backups: what they hold, whose folders they leave alone, and what they refuse.
struct BackupTests {
  /// Every file of a folder with its bytes.
  private func contents(_ office: Office, _ folder: String) throws -> [String: Data] {
    let root = office.runner.folder.path(folder)
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
      if let bytes = FileManager.default.contents(atPath: root + "/" + name) { found[name] = bytes }
    }
    return found
  }

  @Test func aBackupIsListedTriedOutAndRestored() throws {
    let office = try Office()
    let made = try office.made("backup", "create", "b")
    #expect(made["findings"] as? [String] == [])
    expect(try office.strongroom("backup", "list", "b"), 0, "Made 1 time so far.")
    expect(try office.strongroom("backup", "verify", "b"), 0, "opened   3 documents on trial")
    expect(try office.strongroom("restore", "--from", "b", "--to", "r"), 0, "Before anybody works with it")
    expect(try office.strongroom("check", "--vault", "r"), 0, "All well.")
    expect(try office.strongroom("audit", "verify", "--vault", "r"), 0, "complete and unaltered")
    expect(
      try office.strongroom("open", office.refs.plan, "--reason", "x", "--out", "o.txt", "--vault", "r"), 0)
    expect(try office.runner.shell("cmp plan.txt o.txt || cmp o.txt <(printf 'Kanarie-body plan\\n')"), 0)
    // The entry is made after the copy: it is in the vault, and not in what was restored.
    #expect(try office.entries("backup.created").count == 1)
    #expect(try office.entries("backup.verified").count == 1)
    #expect(!(try office.strongroom("audit", "list", "--vault", "r").output.contains("backup.created")))
  }

  @Test func onlySealedFilesAreCopiedAndTheTwoPartsAreOfNoUseAlone() throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b", "--keys", "k"), 0)
    #expect(try office.runner.shell("LC_ALL=C grep -rla \(Office.Canary.mark) b k").output == "")
    let data = try contents(office, "b")
    let keys = try contents(office, "k")
    let vault = try office.contents()
    for (name, bytes) in vault
    where name.hasPrefix("keys/") || name.hasPrefix("epoch/") || name.hasPrefix("ledger/keys/") {
      #expect(keys[name] == bytes, "\(name)")
      #expect(!data.values.contains(bytes), "\(name) lies among the data")
    }
    #expect(keys.keys.allSatisfy { !$0.contains("records") && !$0.hasSuffix(".seg") })
    #expect(data.keys.allSatisfy { !$0.contains("cache/") && !$0.contains("tmp/") })
    expect(try office.strongroom("restore", "--from", "b", "--to", "r"), 64, "no backup")
    #expect(!office.exists("r"))
    expect(try office.strongroom("restore", "--from", "b", "--keys", "k", "--to", "r"), 0)
    expect(try office.strongroom("backup", "verify", "b", "--keys", "k"), 0, "can be restored")
    let modes = try office.runner.shell("find b k -type f ! -perm 600; find b k -type d ! -perm 700").output
    #expect(modes == "", "\(modes)")
  }

  @Test func theNextRunCopiesOnlyWhatIsNew() throws {
    let office = try Office()
    let first = try office.made("backup", "create", "b")
    #expect(try #require(first["files_copied"] as? Int) > 40)
    // The entry of the first run is new, so the ledger is; nothing else.
    let second = try office.made("backup", "create", "b")
    #expect(second["files_copied"] as? Int == 1)
    try office.file("new.txt", "new")
    _ = try office.reference("record", "store", "new.txt", "--child", office.refs.child, "--kind", "advice")
    _ = try office.runner.shell("find v/records -type f -exec touch {} +")
    let third = try office.made("backup", "create", "b")
    #expect(
      third["files_copied"] as? Int == 2, "the document and the ledger, whatever the times of files say")
    expect(try office.strongroom("backup", "list", "b"), 0, "Made 3 times so far.")
    expect(try office.strongroom("backup", "verify", "b", "--samples", "100"), 0, "opened   4 documents")
  }

  @Test func foldersThatAreNotThisVaultsBackupStayAsTheyAre() throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(
      try office.runner.shell(
        "mkdir other home; echo mine > home/letter.txt; cp -a b swapped; cp -a b halves"), 0)
    expect(try office.strongroom("init", "--vault", "w", "--name", "Jo Patel"), 0)
    expect(try office.strongroom("backup", "create", "other", "--vault", "w"), 0)
    expect(try office.runner.shell("mv swapped/data x; mv swapped/keys swapped/data; mv x swapped/keys"), 0)
    expect(try office.runner.shell("rm -r halves/keys; cp -a other/keys halves/keys"), 0)
    for (folder, words) in [
      ("other", "another vault's backup"), ("home", "no backup"), ("swapped", "another vault's backup"),
      ("halves", "another vault's backup"), ("v/b", "inside the vault"), ("v/records", "inside the vault"),
    ] {
      let before = try folder.hasPrefix("v/") ? office.contents() : contents(office, folder)
      expect(try office.strongroom("backup", "create", folder), 64, words)
      #expect(
        try (folder.hasPrefix("v/") ? office.contents() : contents(office, folder)) == before, "\(folder)")
    }
    expect(try office.strongroom("backup", "create", "c", "--keys", "home"), 64, "no backup")
    expect(try office.strongroom("backup", "create", "c", "--keys", "b/data"), 64, "other part")
    expect(try office.strongroom("backup", "list", "home"), 64, "no backup")
    expect(try office.strongroom("backup", "list", "nowhere"), 64, "no backup")
    expect(try office.strongroom("backup", "verify", "other"), 64, "another vault's backup")
    expect(try office.strongroom("backup", "create", "b", "--vault", "nowhere"), 64, "no vault")
    #expect(try office.entries("backup.created").count == 1)
  }

  @Test func aTeacherMayNotAndAComplianceOfficerMayWithAKeyThatOpensNothing() throws {
    let office = try Office()
    expect(
      try office.strongroom(as: "teacher", "backup", "create", "b"), 10, "may not make or check a backup")
    #expect(!office.exists("b/data/MANIFEST"), "something was copied for somebody who may not")
    let refusals = try office.strongroom(
      as: "compliance-officer", "audit", "list", "--kind", "access.refused", "--json")
    #expect(refusals.output.split(separator: "\n").count == 1, "\(refusals.everything)")
    expect(try office.strongroom(as: "compliance-officer", "backup", "create", "b"), 0)
    expect(
      try office.strongroom(as: "compliance-officer", "backup", "verify", "b"), 0,
      "not done opening documents")
    expect(try office.strongroom("backup", "verify", "b"), 0, "opened   3 documents")
    let verified = try office.strongroom("backup", "verify", "b", "--json").object()
    #expect(verified["whole"] as? Bool == true && verified["opened"] as? Int == 3)
  }

  @Test func anOlderCopyOfTheVaultIsNotBackedUpOverANewerOne() throws {
    let office = try Office()
    expect(try office.runner.shell("cp -a v old"), 0)
    expect(try office.strongroom("child", "add", "--name", "Kim", "--born", "2015-01-01"), 0)
    expect(try office.strongroom("backup", "create", "b"), 0)
    let before = try contents(office, "b/data/records")
    expect(try office.strongroom("backup", "create", "b", "--vault", "old"), 12, "the backup has")
    // The same number of entries and more, but another history.
    for name in ["Lee", "Max", "Nat"] {
      expect(
        try office.strongroom("child", "add", "--name", name, "--born", "2015-01-01", "--vault", "old"), 0)
    }
    expect(
      try office.strongroom("backup", "create", "b", "--vault", "old"), 12, "another one than the backup's")
    #expect(try contents(office, "b/data/records") == before)
    expect(try office.strongroom("backup", "verify", "b"), 0, "can be restored")
    expect(try office.strongroom("backup", "verify", "b", "--vault", "old"), 12, "not the continuation")
    expect(try office.strongroom("backup", "create", "b"), 0)
  }

  // MARK: Damage

  @Test func damageInTheVaultDoesNotReachTheBackup() throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b"), 0)
    try office.file("new.txt", "new")
    _ = try office.reference("record", "store", "new.txt", "--child", office.refs.sibling, "--kind", "advice")
    let keys = try contents(office, "b/keys")
    expect(
      try office.runner.shell(
        """
        cd v; set -e
        for f in records/*/*/*; do [ -e ../b/data/$f ] || printf x | dd of=$f bs=1 seek=300 conv=notrunc status=none; done
        set -- keys/*/*; rm $1; printf x | dd of=$2 bs=1 seek=250 conv=notrunc status=none
        """), 0)
    let result = try office.strongroom("backup", "create", "b")
    expect(result, 12, "not what the access record says was filed")
    #expect(
      result.output.contains("missing; the backup keeps its earlier, good copy"), "\(result.everything)")
    #expect(
      result.output.contains("not a key file of this vault; the backup keeps its earlier, good copy"),
      "\(result.everything)")
    for (name, bytes) in try contents(office, "b/keys") where name.hasPrefix("keys/") {
      #expect(keys[name] == bytes, "\(name) was written over")
    }
    // What the vault lost is put back from the backup, but for the one that never was in it.
    expect(try office.strongroom("restore", "--from", "b", "--to", "r"), 0)
    let check = try office.strongroom("check", "--vault", "r")
    expect(check, 12, "missing")
    #expect(check.output.matches(of: /DAMAGED/).count == 1, "\(check.everything)")
  }

  /// What can happen to a backup, as a shell line in its folder, and what trying it out and restoring it then say.
  struct Accident: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let line: String
    let verify: Int32
    let restore: Int32
    let names: String
  }

  static let accidents: [Accident] = [
    Accident(
      testDescription: "a bit of a document", line: "set -- data/records/*/*/*; flip $1 500", verify: 12,
      restore: 12, names: "records/"),
    Accident(
      testDescription: "a document missing", line: "set -- data/records/*/*/*; rm $1", verify: 12,
      restore: 12,
      names: "records/"),
    Accident(
      testDescription: "a document cut short", line: "set -- data/records/*/*/*; truncate -s -1 $1",
      verify: 12,
      restore: 12, names: "records/"),
    Accident(
      testDescription: "documents swapped",
      line: "set -- data/records/*/*/*; mv $1 x; mv $2 $1; mv x $2", verify: 12, restore: 12,
      names: "records/"),
    Accident(
      testDescription: "a document replaced by a link",
      line: "set -- data/records/*/*/*; mv $1 ../kept; ln -s $PWD/../kept $1", verify: 12, restore: 12,
      names: "records/"),
    Accident(
      testDescription: "a child's key missing", line: "set -- keys/keys/*/*; rm $1", verify: 12, restore: 12,
      names: "keys/"),
    Accident(
      testDescription: "rules changed", line: "sed -i 's/senco/teacher/' data/policies/*/access.yaml",
      verify: 12,
      restore: 12, names: "access.yaml"),
    Accident(
      testDescription: "a bit of the ledger", line: "flip data/ledger/0000000000.seg 3000", verify: 12,
      restore: 12, names: "ledger/0000000000.seg"),
    Accident(
      testDescription: "the epoch's key missing", line: "rm keys/epoch/0001.age", verify: 12, restore: 12,
      names: "epoch/0001.age"),
    Accident(
      testDescription: "a manifest that leads elsewhere",
      line: "sed -i 's|STRONGROOM$|../../kept|' data/MANIFEST", verify: 12, restore: 12, names: "line"),
    Accident(
      testDescription: "a manifest cut short", line: "truncate -s -300 data/MANIFEST", verify: 12,
      restore: 12,
      names: "line"),
    Accident(
      testDescription: "a manifest emptied", line: ": > data/MANIFEST", verify: 12, restore: 12,
      names: "line 1"),
    Accident(
      testDescription: "the keys' manifest gone", line: "rm keys/MANIFEST", verify: 64, restore: 64,
      names: "no backup"),
    Accident(
      testDescription: "a manifest of a later program",
      line: "sed -i 's/^format: 1/format: 7/' keys/MANIFEST",
      verify: 78, restore: 78, names: "format 7"),
    Accident(
      testDescription: "the whole list swapped for a shorter one",
      line: "grep -v records/ data/MANIFEST > x; cat x > data/MANIFEST", verify: 12, restore: 0,
      names: "records/"),
  ]

  @Test(arguments: accidents) func aDamagedBackupIsNamedAndNothingOfItBelieved(_ accident: Accident) throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b"), 0)
    let prelude = """
      set -e; cd b
      flip() { printf "$(printf '\\\\%03o' $(( $(od -An -tu1 -j$2 -N1 "$1") ^ 1 )))" | dd of="$1" bs=1 seek=$2 conv=notrunc status=none; }

      """
    expect(try office.runner.shell(prelude + accident.line), 0)
    let verify = try office.strongroom("backup", "verify", "b")
    expect(verify, accident.verify, accident.names)
    let restore = try office.strongroom("restore", "--from", "b", "--to", "r")
    expect(restore, accident.restore, accident.restore == 0 ? nil : accident.names)
    // What is not there is not made up; what was restored says so itself.
    if office.exists("r/STRONGROOM") { expect(try office.strongroom("check", "--vault", "r"), 12) }
    expect(try office.runner.shell("ls -A /tmp | grep -c strongroom-trial-$$ || true"), 0)
    expect(try office.strongroom("check"), 0)
  }

  // MARK: Restoring

  @Test func nothingIsEverRestoredOverAnything() throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(try office.runner.shell("mkdir full empty; echo mine > full/x; echo mine > file"), 0)
    let before = try office.contents()
    expect(try office.strongroom("restore", "--from", "b", "--to", "v"), 64, "not empty")
    #expect(try office.contents() == before)
    expect(try office.strongroom("restore", "--from", "b", "--to", "full"), 64, "not empty")
    expect(try office.runner.shell("[ \"$(ls -A full)\" = x ]"), 0)
    #expect(try office.strongroom("restore", "--from", "b", "--to", "file").code == 64)
    #expect(try office.strongroom("restore", "--from", "b", "--to", "no/such/folder").code == 64)
    expect(try office.strongroom("restore", "--from", "b", "--to", "b"), 64, "not empty")
    expect(try office.strongroom("restore", "--from", "b", "--to", "empty"), 0)
    expect(try office.strongroom("check", "--vault", "empty"), 0)
  }

  @Test func partsOfDifferentTimesAreToldApart() throws {
    let office = try Office()
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(try office.runner.shell("cp -a b/keys oldkeys"), 0)
    expect(try office.strongroom("child", "add", "--name", "Kim", "--born", "2015-01-01"), 0)
    expect(try office.strongroom("backup", "create", "b"), 0)
    expect(
      try office.strongroom("restore", "--from", "b", "--keys", "oldkeys", "--to", "r"), 3, "different times")
    let check = try office.strongroom("check", "--vault", "r")
    expect(check, 12, "missing")
    #expect(
      check.output.matches(of: /DAMAGED/).count == 1, "one child was filed in between: \(check.everything)")
    expect(try office.strongroom("backup", "list", "b", "--keys", "oldkeys"), 0, "different times")
  }
}
