import Foundation
import StrongroomTestSupport
import Testing
import VaultStore

/// A process is killed with SIGKILL at no particular moment; the vault opens, and everything it had said was done is there.
@Suite struct KillTests {
  /// Appends and stores until it is killed; after each acknowledgement one byte goes to `acknowledged`.
  static func work(_ path: String, afterMicroseconds delay: UInt32) async throws {
    let vault = try VaultDirectory.open(at: path, geometry: TestLog.geometry)
    let log = FileHandle(forWritingAtPath: path + ".acknowledged")
    try log?.seekToEnd()
    Thread.detachNewThread {
      usleep(delay)
      kill(getpid(), SIGKILL)
    }
    while true {
      let size = try await vault.ledger.head()?.size ?? 0
      let tail = UInt64(try await vault.ledger.unsignedTail().count)
      let id = try ObjectID.random()
      let bytes = TestLog.entry(Int(size), size: 20_000)
      _ = try await vault.objects.put(id, exactSize: bytes.count) { try $0(bytes.span.bytes) }
      let next = size + tail
      let entries = [TestLog.entry(Int(next)), TestLog.entry(Int(next) + 1)]
      _ = try await vault.ledger.append(entries, ifSize: next, sign: TestLog.sign)
      try log?.write(contentsOf: Data([1]))
    }
  }

  @Test func killedWriterLosesNothingAcknowledged() async throws {
    let scratch = try ScratchDirectory("kill")
    _ = try await makeDirectoryVault(scratch)
    let path = scratch.path("vault")
    try scratch.write([], to: "vault.acknowledged")
    var generator = SeededGenerator(seed: 77)
    var previous: [[UInt8]] = []
    for round in 0..<6 {
      let delay = UInt32(generator.next() % 150_000)
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, delay = delay as UInt32] in
        try await KillTests.work(path, afterMicroseconds: delay)
      }
      let vault = try VaultDirectory.open(at: path, geometry: TestLog.geometry)
      let size = try await vault.ledger.head()?.size ?? 0
      let found = try await vault.ledger.entries(from: 0, to: size) + vault.ledger.unsignedTail()
      let acknowledged = try Data(contentsOf: URL(fileURLWithPath: path + ".acknowledged")).count
      #expect(found.count >= 2 * acknowledged && found.count.isMultiple(of: 2), "round \(round)")
      #expect(found.starts(with: previous))
      #expect(found == found.indices.map { TestLog.entry($0) })
      let findings = try await VaultCheck.run(
        vault, expecting: VaultExpectation(objects: []), depth: .structure)
      #expect(findings.filter(\.isDamage) == [], "\(findings.filter(\.isDamage))")
      previous = found
    }
    print("killed 6 times with \(previous.count) entries stored")
  }
}
