import Foundation
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// One durable, signed append after another, beside SQLite committing one row a transaction (WAL, synchronous=FULL) on the
/// same disk, in turn.
struct AppendBenchmark {
  let folder: URL
  let rounds: Int
  private let appends = 200

  func run() async throws {
    let storage = try VaultDirectory.create(at: folder.appendingPathComponent("vault").path)
    let ledger = try Ledger(storage)
    var ours: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<rounds {
      let clock = ContinuousClock()
      let start = clock.now
      for _ in 0..<appends { try await ledger.append() }
      ours.append(Double(appends) / Measure.seconds(clock.now - start))
      if let python = Measure.program("python3") { theirs.append(try sqlite(python)) }
    }
    let speed = Measure.median(ours)
    print("durable signed appends of one entry, median of \(rounds) rounds of \(appends), in turn")
    var text = "  \(Measure.text(speed, digits: 0)) a second"
    if theirs.isEmpty {
      text += " (python3 is not installed: no ratio)"
    } else {
      let other = Measure.median(theirs)
      text +=
        ", SQLite (WAL, FULL) \(Measure.text(other, digits: 0)) a second, ratio \(Measure.text(speed / other))"
    }
    print(text)
  }

  private func sqlite(_ python: URL) throws -> Double {
    let script = """
      import sqlite3, sys, time, os
      path, rows = sys.argv[1], int(sys.argv[2])
      db = sqlite3.connect(path, isolation_level=None)
      db.execute("pragma journal_mode=wal"); db.execute("pragma synchronous=full")
      db.execute("create table if not exists log (id integer primary key, entry blob)")
      entry = os.urandom(904)
      start = time.perf_counter()
      for _ in range(rows):
          db.execute("insert into log (entry) values (?)", (entry,))
      print(rows / (time.perf_counter() - start))
      """
    let output = try Measure.run(
      python, ["-c", script, folder.appendingPathComponent("log.sqlite").path, String(appends)])
    return Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .nan
  }

  /// What the gatekeeper does for one event, without deciding: sign the event, seal it, append it, sign the head.
  private final class Ledger {
    private let storage: VaultStorage
    private let key: LedgerKey
    private let signer: NoteSigner
    private let actor: Ed25519SigningKey
    private let origin = "strongroom.example/benchmark"
    private let event = [UInt8](repeating: 0x20, count: 760)
    private var size: UInt64 = 0

    init(_ storage: VaultStorage) throws {
      self.storage = storage
      key = try LedgerKey.generate(epoch: 1)
      signer = try NoteSigner(name: origin, key: Ed25519SigningKey.generate())
      actor = try Ed25519SigningKey.generate()
    }

    func append() async throws {
      let signature = try actor.signature(for: event)
      let entry = try SealedEntry.seal(
        event + signature, index: size, origin: origin, key: key,
        salt: try SecureRandom.bytes(count: SealedEntry.saltByteCount))
      let signer = signer
      let origin = origin
      _ = try await storage.ledger.append([entry.bytes], ifSize: size) { range in
        try signer.sign(try Checkpoint(origin: origin, range: range)).bytes
      }
      size += 1
    }
  }
}
