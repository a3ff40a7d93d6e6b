import Foundation
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// Durable signed appends by 1, 16 and 256 appenders at once, beside SQLite committing one row a transaction (WAL,
/// synchronous=FULL) on the same disk, in turn. Appenders bring events that are signed already; whoever waits shares a
/// commit, and the log signs once a commit.
struct AppendBenchmark {
  let folder: URL
  let rounds: Int
  private let crowds = [1, 16, 256]

  func run() async throws {
    let storage = try VaultDirectory.create(at: folder.appendingPathComponent("vault").path)
    let ledger = try SharedLedger(storage)
    var ours: [[Double]] = crowds.map { _ in [] }
    var theirs: [Double] = []
    for _ in 0..<rounds {
      for (number, crowd) in crowds.enumerated() {
        ours[number].append(try await appends(to: ledger, by: crowd))
      }
      if let python = Measure.program("python3") { theirs.append(try sqlite(python)) }
    }
    print("durable signed appends of one entry, median of \(rounds) rounds, in turn")
    let other = Measure.median(theirs)
    for (crowd, speeds) in zip(crowds, ours) {
      let speed = Measure.median(speeds)
      let ratio =
        theirs.isEmpty
        ? "(python3 is not installed: no ratio)" : "ratio to SQLite \(Measure.text(speed / other))"
      print("  \(crowd) at once: \(Measure.text(speed, digits: 0)) a second, \(ratio)")
    }
    if !theirs.isEmpty { print("  SQLite (WAL, FULL): \(Measure.text(other, digits: 0)) rows a second") }
  }

  private func appends(to ledger: SharedLedger, by crowd: Int) async throws -> Double {
    let each = max(8, 200 / crowd)
    let clock = ContinuousClock()
    let start = clock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<crowd {
        group.addTask { for _ in 0..<each { try await ledger.append(ledger.signedEvent) } }
      }
      try await group.waitForAll()
    }
    return Double(crowd * each) / Measure.seconds(clock.now - start)
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
      python, ["-c", script, folder.appendingPathComponent("log.sqlite").path, "200"])
    return Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .nan
  }
}

/// One ledger for many appenders: what arrives while a commit is being flushed goes into the next one.
actor SharedLedger {
  nonisolated let signedEvent: [UInt8]
  private let storage: VaultStorage
  private let key: LedgerKey
  private let signer: NoteSigner
  private let origin = "strongroom.example/benchmark"
  private var size: UInt64 = 0
  private var waiting: [(event: [UInt8], appender: CheckedContinuation<Void, any Error>)] = []
  private var isFlushing = false

  init(_ storage: VaultStorage) throws {
    self.storage = storage
    key = try LedgerKey.generate(epoch: 1)
    signer = try NoteSigner(name: origin, key: Ed25519SigningKey.generate())
    let event = [UInt8](repeating: 0x20, count: 760)
    signedEvent = event + (try Ed25519SigningKey.generate().signature(for: event))
  }

  /// Returns when the event is durable under a signed head.
  func append(_ event: [UInt8]) async throws {
    try await withCheckedThrowingContinuation { appender in
      waiting.append((event, appender))
      guard !isFlushing else { return }
      isFlushing = true
      Task { await flush() }
    }
  }

  private func flush() async {
    while !waiting.isEmpty {
      let batch = waiting
      waiting = []
      do {
        var entries: [[UInt8]] = []
        for (event, _) in batch {
          entries.append(
            try SealedEntry.seal(
              event, index: size + UInt64(entries.count), origin: origin, key: key,
              salt: try SecureRandom.bytes(count: SealedEntry.saltByteCount)
            ).bytes)
        }
        let signer = signer
        let origin = origin
        _ = try await storage.ledger.append(entries, ifSize: size) { range in
          try signer.sign(try Checkpoint(origin: origin, range: range)).bytes
        }
        size += UInt64(entries.count)
        for (_, appender) in batch { appender.resume() }
      } catch {
        for (_, appender) in batch { appender.resume(throwing: error) }
      }
    }
    isFlushing = false
  }
}
