import Foundation
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// Verifying the tree of a long ledger: every record read, every leaf hashed, the tree rebuilt and compared with every head.
struct TreeBenchmark {
  let folder: URL
  let entries: Int
  let rounds: Int
  private let commitSize = 400

  func run() async throws {
    let storage = try VaultDirectory.create(at: folder.appendingPathComponent("tree").path)
    let signer = try NoteSigner(name: "strongroom.example/tree", key: Ed25519SigningKey.generate())
    // As a gatekeeper's: 56 + 16 bytes and a multiple of 128, mostly six of them.
    let entry = try SecureRandom.bytes(count: 840)
    var size = 0
    while size < entries {
      let commit = (size..<min(size + commitSize, entries)).map { number -> [UInt8] in
        var entry = entry
        withUnsafeBytes(of: number) { entry.replaceSubrange(0..<8, with: $0) }
        return entry
      }
      _ = try await storage.ledger.append(commit, ifSize: UInt64(size)) { range in
        try signer.sign(try Checkpoint(origin: "strongroom.example/tree", range: range)).bytes
      }
      size += commit.count
    }
    var times: [Double] = []
    for _ in 0..<rounds {
      let clock = ContinuousClock()
      let start = clock.now
      let inspection = try await storage.ledger.inspect()
      times.append(Measure.seconds(clock.now - start))
      guard inspection.entries == UInt64(entries), inspection.damage.isEmpty else {
        throw Measure.Failed.program("inspect")
      }
    }
    print("tree of \(entries) entries of 840 bytes, read, rebuilt and compared with every head")
    print("  \(Measure.text(Measure.median(times))) s (target: under 5 s for 1,000,000), median of \(rounds)")
  }
}
