import Foundation
import StrongroomCrypto
import VaultStore

/// `check` reading every byte: all cores beside one, in turn on the same vault, which the system then holds in memory: what is measured is
/// hashing and reading, not the disk.
struct CheckBenchmark {
  let folder: URL
  let megabytes: Int
  let rounds: Int

  /// Documents of half, one and a half and two MB, as scanned reports are.
  private static let sizes = [500_000, 1_500_000, 2_000_000]

  func run() async throws {
    let vault = try VaultDirectory.create(at: folder.appendingPathComponent("checked").path)
    var objects: [StoredObject] = []
    var total = 0
    while total < megabytes << 20 {
      let bytes = try SecureRandom.bytes(count: Self.sizes[objects.count % Self.sizes.count])
      objects.append(
        try await vault.objects.put(try ObjectID.random(), exactSize: bytes.count) {
          try $0(bytes.span.bytes)
        })
      total += bytes.count
    }
    let expectation = VaultExpectation(objects: objects)
    var times: [[Double]] = [[], []]
    for _ in 0..<rounds {
      for (index, width) in [1, AllCores.count].enumerated() {
        let clock = ContinuousClock()
        let start = clock.now
        let findings = try await VaultCheck.run(
          vault, expecting: expectation, depth: .everyByte, width: width)
        guard findings.isEmpty else { throw Unsound() }
        times[index].append(Measure.seconds(clock.now - start))
      }
    }
    let speeds = times.map { Double(total >> 20) / Measure.median($0) }
    print("checking \(objects.count) documents, \(total >> 20) MiB, median of \(rounds), in turn")
    print(
      "  one at a time: \(Measure.text(speeds[0], digits: 0)) MiB/s, \(AllCores.count) at a time: \(Measure.text(speeds[1], digits: 0)) MiB/s, ratio \(Measure.text(speeds[1] / speeds[0]))"
    )
  }

  private struct Unsound: Error {}
}
