import Foundation
import StrongroomTestSupport
import Testing

/// A change of keys as people type it.
@Suite struct RotationCommandTests {
  private let runner: CommandLineRunner

  init() throws {
    runner = try CommandLineRunner("rotation")
    let made = try runner.shell(
      Self.setting
        + """
        strongroom init --name "Jo Patel" --recovery "$KEYS/college.card"
        for role in headteacher teacher compliance-officer; do
          strongroom member add --card "$KEYS/$role.card" --role $role
        done
        strongroom child add --name "Zoë O'Neill" --born 2015-05-03
        printf 'said in confidence' > note.txt
        strongroom store note.txt --child CH-0001 --kind conversation
        """)
    try #require(made.code == 0, "\(made.errors)")
  }

  private static let setting = """
    set -e
    export STRONGROOM_VAULT=vault STRONGROOM_IDENTITY="$KEYS/senco.key"

    """

  private func run(_ script: String) throws -> (code: Int32, out: String, err: String) {
    let result = try runner.shell(Self.setting + script)
    return (result.code, result.output, result.errors)
  }

  @Test func theReasonIsTypedBackOrNothingHappens() throws {
    let files = try run("find vault -type f ! -path '*/cache/*' -exec sha256sum {} + | sort").out
    for attempt in [
      "strongroom key rotate --because yearly < /dev/null",
      "echo yes | strongroom key rotate --because yearly",
      "strongroom key rotate --because yearly --no-input", "strongroom key rotate --because boredom --yes",
    ] {
      let result = try run(attempt)
      #expect(result.code == 64, "\(attempt): \(result.err)")
      #expect(result.out.isEmpty)
    }
    #expect(try run("find vault -type f ! -path '*/cache/*' -exec sha256sum {} + | sort").out == files)
    let done = try run("echo yearly | strongroom key rotate --because yearly")
    #expect(done.code == 0, "\(done.err)")
    #expect(done.out.hasPrefix("Changed the keys: number 2 is in use (entry "))
    #expect(done.out.contains("  strongroom.vault/"))
  }

  @Test func keyShowTellsAgesAndWhoOpensWhat() throws {
    let before = try run("strongroom key show")
    #expect(before.code == 0, "\(before.err)")
    #expect(before.out.contains("The keys in use are 0 days old."))
    #expect(before.out.contains("  Jo Patel, senco, MBR-"))
    #expect(before.out.contains("  age1"))
    _ = try run("strongroom key rotate --because suspicion --yes")
    let show = try run("strongroom key show --json")
    let json = try #require(
      JSONSerialization.jsonObject(with: Data(show.out.utf8)) as? [String: Any])
    let epochs = try #require(json["epochs"] as? [[String: Any]])
    #expect(epochs.map { $0["epoch"] as? Int } == [1, 2])
    #expect(epochs[1]["cause"] as? String == "suspicion")
    #expect(epochs[0]["closing_size"] as? Int != nil)
    #expect((json["opens_everything"] as? [String])?.count == 2)
    #expect((json["opens_the_log"] as? [String])?.count == 2)
    #expect((json["unfinished"] as? [String])?.isEmpty == true)
    #expect(json["due"] as? Bool == false)
    // A teacher may look, and may not change.
    let teacher = try run(
      "STRONGROOM_IDENTITY=$KEYS/teacher.key; strongroom key show > /dev/null; strongroom key rotate --because yearly --yes"
    )
    #expect(teacher.code == 10)
  }

  @Test func aMemberWhoIsRemovedIsLockedOutAndTheOthersGoOn() throws {
    let removed = try run(
      """
      head=$(strongroom member list --json | grep headteacher | grep -oE 'MBR-[0-9A-Z]{5}-[0-9A-Z]{5}')
      strongroom member add --card "$KEYS/dsl.card" --role headteacher > /dev/null
      strongroom member remove $head
      """)
    #expect(removed.code == 0, "\(removed.err)")
    #expect(removed.out.contains("The vault has new keys, for the others alone."))
    #expect(try run("STRONGROOM_IDENTITY=$KEYS/headteacher.key strongroom status").code == 13)
    for who in ["senco", "dsl", "teacher", "compliance-officer"] {
      let status = try run("STRONGROOM_IDENTITY=$KEYS/\(who).key strongroom status")
      #expect(status.code == 0, "\(who): \(status.err)")
    }
    let rest = try run(
      "strongroom check && strongroom audit verify && STRONGROOM_IDENTITY=$KEYS/compliance-officer.key strongroom audit verify"
    )
    #expect(rest.code == 0, "\(rest.out)\(rest.err)")
  }

  @Test func thePublishedLogCarriesItsKeys() throws {
    let published = try run(
      """
      strongroom key rotate --because yearly --yes > /dev/null
      STRONGROOM_IDENTITY=$KEYS/compliance-officer.key strongroom audit publish public > /dev/null
      cat public/keys/0001 public/keys/0002
      cmp public/closed/0001 vault/ledger/closed/0001
      grep -c '^— ' public/closed/0001
      """)
    #expect(published.code == 0, "\(published.err)")
    let lines = published.out.split(separator: "\n")
    #expect(lines.count == 3 && lines[2] == "2")
    let named = try run("grep '^vkey: ' vault/STRONGROOM | cut -c7-").out.split(separator: "\n")
    #expect(Array(lines.prefix(2)) == named)
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, IndependentReaderTests.why))
  func anIndependentReaderFollowsTheKeys() throws {
    _ = try run(
      """
      strongroom key rotate --because yearly --yes
      strongroom child add --name "Later" --born 2016-01-01
      strongroom key rotate --because suspicion --yes
      strongroom store note.txt --child CH-0002 --kind conversation
      """)
    let python = try #require(IndependentReaderTests.python)
    let program = "PYTHONDONTWRITEBYTECODE=1 '\(python)' '\(IndependentReaderTests.reader)/read_vault.py'"
    let first = try run("grep -m1 '^vkey: ' vault/STRONGROOM | cut -c7-").out
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let whole = try run("\(program) vault \"$KEYS/headteacher.key\" --vkey '\(first)'")
    #expect(whole.code == 0, "\(whole.out)")
    #expect(whole.out.contains("\"epochs\": 3"))
    // What it refuses: a closing checkpoint that is gone or another's, an old epoch's file put back as the newest.
    for damage in [
      "rm copy/ledger/closed/0001", "cp copy/ledger/closed/0002 copy/ledger/closed/0001",
      "cp copy/ledger/keys/0003.age copy/ledger/keys/0002.age", "rm copy/ledger/keys/0001.age",
    ] {
      let result = try run("rm -rf copy; cp -r vault copy; \(damage); \(program) copy \"$KEYS/senco.key\"")
      #expect(result.code != 0, "\(damage): \(result.out)")
      let own = try run("STRONGROOM_VAULT=copy strongroom check")
      #expect(own.code != 0, "\(damage): \(own.out)")
    }
  }
}
