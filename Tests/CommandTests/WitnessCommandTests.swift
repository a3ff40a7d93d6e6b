import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog
import WitnessService

/// Authorities that witness each other's access records, with the command and real servers.
struct WitnessCommandTests {
  private func witness(_ office: Office, _ folder: String, _ name: String) throws -> String {
    let made = try office.made("witness", "init", "--state", folder, "--name", name)
    return try #require(made["vkey"] as? String)
  }

  private func vkey(_ office: Office) throws -> String {
    try #require(try office.made("status")["vkey"] as? String)
  }

  /// A vault of its own: every `Office` is a copy of one.
  private func secondVault(_ office: Office) throws -> Office {
    var other = office
    other.runner.environment["STRONGROOM_VAULT"] = office.runner.folder.path("other")
    try other.made("init", "--name", "Sam Lee")
    return other
  }

  @Test func twoAuthoritiesWitnessEachOther() throws {
    let a = try Office()
    let b = try secondVault(a)
    let keyA = try witness(a, "witness-a", "county-a.example/witness")
    let keyB = try witness(a, "witness-b", "county-b.example/witness")
    try a.made("witness", "add-log", try vkey(b), "--state", "witness-a")
    try a.made("witness", "add-log", try vkey(a), "--state", "witness-b")
    let serverA = try ServingWitness.start(a.runner, state: "witness-a")
    let serverB = try ServingWitness.start(a.runner, state: "witness-b")
    defer {
      serverA.stop()
      serverB.stop()
    }

    for _ in 0..<3 {
      for (office, url, key) in [(a, serverB.url, keyB), (b, serverA.url, keyA)] {
        let said = try office.made("audit", "witness", url, "--key", key)
        let status = try office.made("status")
        #expect(said["size"] as? Int == status["entries"] as? Int)
        #expect(said["root"] as? String == status["root"] as? String)
        try checkKept(office, size: try #require(said["size"] as? Int), key)
        // The record grows before the next round.
        try office.made("child", "add", "--name", "Max Kanarie", "--born", "2016-01-01")
      }
    }
    expect(try a.strongroom("witness", "list", "--state", "witness-b"), 0, "strongroom.vault/")
    expect(try a.strongroom("check"), 0, "All well.")
    expect(try a.strongroom("audit", "verify"), 0)
  }

  /// The vault holds a note signed by its log and by the witness.
  private func checkKept(_ office: Office, size: Int, _ witness: String) throws {
    let vault = try #require(office.runner.environment["STRONGROOM_VAULT"])
    let digits = String(size)
    let path = vault + "/ledger/cosigned/" + String(repeating: "0", count: 20 - digits.count) + digits
    let note = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let log = try VerifierKey(parsing: try vkey(office))
    _ = try UnverifiedCheckpoint(parsing: note).verified(
      by: log, origin: log.name, cosigners: [VerifierKey(parsing: witness)], quorum: 1)
  }

  @Test func anOlderCopyOfTheVaultIsToldByTheWitness() throws {
    let office = try Office()
    let key = try witness(office, "w", "county-b.example/witness")
    try office.made("witness", "add-log", try vkey(office), "--state", "w")
    let server = try ServingWitness.start(office.runner, state: "w")
    defer { server.stop() }
    _ = try office.runner.shell("cp -a v older")
    try office.made("child", "add", "--name", "Max Kanarie", "--born", "2016-01-01")
    try office.made("audit", "witness", server.url, "--key", key)

    var restored = office
    restored.runner.environment["STRONGROOM_VAULT"] = office.runner.folder.path("older")
    // Somebody who has not seen the vault before: their own memory would tell it first.
    restored.runner.environment["STRONGROOM_STATE_HOME"] = office.runner.folder.path("new-0")
    let shorter = try restored.strongroom("audit", "witness", server.url, "--key", key)
    expect(shorter, 12, "this vault has fewer")
    // The older copy goes on its own way and becomes as long, and longer.
    try restored.made("child", "add", "--name", "Eve Kanarie", "--born", "2016-01-01")
    for person in 1...2 {
      restored.runner.environment["STRONGROOM_STATE_HOME"] = office.runner.folder.path("new-\(person)")
      expect(try restored.strongroom("audit", "witness", server.url, "--key", key), 12, "another history")
      try restored.made("child", "add", "--name", "Eve Kanarie", "--born", "2016-01-01")
    }
    // Their own people have cosigned the older copy; the witness has not.
    let kept = try office.runner.shell(
      "grep -rl 'county-b.example/witness' older/ledger/cosigned 2>/dev/null | wc -l")
    #expect(kept.output == "0\n")
    // The true one goes on being cosigned; the witness's people see what was tried.
    try office.made("audit", "witness", server.url, "--key", key)
    expect(try office.strongroom("witness", "list", "--state", "w"), 12, "SIGNED TWO HISTORIES")
  }

  @Test func whatGoesWrongIsSaidInWords() throws {
    let office = try Office()
    let key = try witness(office, "w", "county-b.example/witness")
    let stranger = try witness(office, "x", "county-c.example/witness")
    let log = try vkey(office)
    let server = try ServingWitness.start(office.runner, state: "w")
    defer { server.stop() }
    let rows: [(words: [String], code: Int32, text: String)] = [
      (["audit", "witness", server.url, "--key", key], 16, "does not follow this vault"),
      (["audit", "witness", server.url], 64, "--key can't be"),
      (["audit", "witness", server.url, "--key", log], 64, "--key can't be"),
      (["audit", "witness", "https://h", "--key", key], 64, "needs TLS"),
      (["audit", "witness", "nonsense", "--key", key], 64, "no witness's address"),
      (["audit", "witness", "http://127.0.0.1:1", "--key", key], 69, "can't be reached"),
      (["witness", "init", "--state", "w", "--name", "n"], 64, "not empty"),
      (["witness", "init", "--state", "y", "--name", "a b"], 64, "no blanks"),
      (["witness", "list", "--state", "v"], 64, "no witness in that folder"),
      (["witness", "serve", "--state", "nowhere"], 64, "no witness in that folder"),
      (["witness", "serve", "--state", "w", "--listen", "0.0.0.0:1"], 64, "reached from outside"),
      (["witness", "serve", "--state", "w", "--listen", "here"], 64, "--listen can't be"),
      (
        ["witness", "serve", "--state", "w", "--listen", String(server.url.dropFirst(7))], 69, "can't listen"
      ),
      (["witness", "add-log", "nonsense", "--state", "w"], 64, "the vkey can't be"),
      (["witness", "add-log", key, "--state", "w"], 64, "key of another kind"),
    ]
    for row in rows { expect(try office.strongroom(words: row.words), row.code, row.text) }

    // A log is taken up while the witness is being served.
    try office.made("witness", "add-log", log, "--state", "w")
    expect(try office.strongroom("witness", "add-log", log, "--state", "w"), 64, "followed already")
    expect(
      try office.strongroom("audit", "witness", server.url, "--key", stranger), 16, "not cosigned by the key")
    expect(
      try office.strongroom("audit", "witness", server.url, "--key", key), 0,
      "Cosigned by county-b.example/witness")
    // Twice for one size is no harm: the note has both lines.
    expect(try office.strongroom("audit", "witness", server.url, "--key", key), 0)
  }

  /// The witness is killed again and again while two histories of one log race for its cosignature. Whatever it answered before a kill it
  /// must stand by after it: no two cosigned trees may contradict each other.
  @Test func aWitnessThatIsKilledNeverCosignsAFork() async throws {
    let office = try Office()
    let key = try VerifierKey(parsing: try witness(office, "w", "county-b.example/witness"))
    let log = RacingLog()
    try office.made("witness", "add-log", try log.key().text, "--state", "w")
    var cosigned: [UInt64: Set<SHA256Digest>] = [:]
    var branch: Int?
    var size = 4
    var kills = 0
    for round in 0..<12 {
      let server = try ServingWitness.start(office.runner, state: "w")
      let url = try WitnessURL(parsing: server.url)
      let answers = await withTaskGroup(of: VerifiedCheckpoint?.self) { group in
        for step in 1...6 {
          for number in 0..<2 {
            let target = size + step
            group.addTask { try? await log.ask(url, key, size: target, branch: number) }
          }
        }
        group.addTask {
          try? await Task.sleep(for: .milliseconds(3 + round * 4))
          server.kill()
          return nil
        }
        return await group.reduce(into: [VerifiedCheckpoint]()) { if let answer = $1 { $0.append(answer) } }
      }
      kills += 1
      for answer in answers {
        cosigned[answer.checkpoint.size, default: []].insert(answer.checkpoint.root)
        let side = try log.branch(of: answer.checkpoint)
        if let branch {
          #expect(side == branch, "round \(round): a fork was cosigned")
        } else {
          branch = side
        }
        size = max(size, Int(answer.checkpoint.size))
      }
    }
    #expect(kills == 12)
    #expect(!cosigned.isEmpty, "no round lasted long enough for one answer")
    for (size, roots) in cosigned { #expect(roots.count == 1, "two trees of size \(size)") }
    // And it still works.
    let server = try ServingWitness.start(office.runner, state: "w")
    defer { server.stop() }
    let last = try await log.ask(
      WitnessURL(parsing: server.url), key, size: size + 20, branch: try #require(branch))
    #expect(last.checkpoint.size == UInt64(size + 20))
  }
}

/// A log that tells two histories from its first entry on.
private struct RacingLog {
  private let origin = "example.org/racing"

  func key() throws -> VerifierKey { try signer().verifierKey }

  private func signer() throws -> NoteSigner {
    try NoteSigner(
      name: origin,
      key: Ed25519SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32).span.bytes)))
  }

  private func tree(_ size: Int, _ branch: Int) -> TreeHashes {
    TreeHashes(leafHashes: (0..<size).map { MerkleTree.leafHash(Array("entry \($0) of \(branch)".utf8)) })
  }

  func branch(of checkpoint: Checkpoint) throws -> Int {
    try tree(Int(checkpoint.size), 0).root(size: checkpoint.size) == checkpoint.root ? 0 : 1
  }

  func ask(
    _ url: WitnessURL, _ witness: VerifierKey, size: Int, branch: Int
  ) async throws -> VerifiedCheckpoint {
    let tree = tree(size, branch)
    let signer = try signer()
    let note = try signer.sign(
      Checkpoint(origin: origin, size: UInt64(size), root: tree.root(size: UInt64(size))))
    let checkpoint = try UnverifiedCheckpoint(parsing: note.bytes).verified(
      by: signer.verifierKey, origin: origin)
    return try await WitnessClient(url, seconds: 5).cosign(checkpoint, by: [witness], startingAt: 0) {
      (old) throws(WitnessError) in
      do {
        return try ConsistencyProof.make(oldSize: old, newSize: UInt64(size), reader: tree).hashes
      } catch {
        throw .answerMalformed
      }
    }
  }
}
