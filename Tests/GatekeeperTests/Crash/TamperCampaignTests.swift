import CrashLab
import StrongroomTestSupport
import Testing

@testable import VaultStore

/// F7 of the fault campaign (docs/TESTING.md): whatever somebody alters in a vault's files is refused or named.
@Suite struct TamperCampaignTests {
  /// Files that hold nothing anybody relies on: they may be altered, and are made anew or written over. What an alteration has no
  /// effect on must lie in one of these.
  ///
  /// The reserve is zeros until it becomes a segment, and is zeroed again before it does.
  private static func mayBeAltered(_ tampering: Tampering) -> Bool { tampering.path == JournalFiles.reserve }

  @Test func nothingAlteredIsAccepted() async throws {
    let seed: UInt64 = 20_261_123
    let isFull = CrashCampaignTests.isFull
    let story = try await TamperStory.make()
    #expect(try await story.judge(story.disk) == .without, "the vault is not whole before anybody touches it")
    var cases = story.disk.tamperings(older: story.older, every: 1)
    let all = cases.count
    if !isFull {
      // So many of each kind, whichever the seed chooses.
      var generator = SeededGenerator(seed: seed)
      cases.shuffle(using: &generator)
      var taken: [String: Int] = [:]
      cases = cases.filter { tampering in
        taken[tampering.kind, default: 0] += 1
        return taken[tampering.kind, default: 0] <= 45
      }
    }
    let chosen = cases
    let tally = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<2 {
        group.addTask {
          for index in stride(from: worker, to: chosen.count, by: 2) {
            let tampering = chosen[index]
            var disk = story.disk
            disk.apply(tampering, older: story.older)
            let verdict = try await story.judge(disk, altering: tampering.path)
            tally.add("\(tampering.kind): \(verdict.rawValue)")
            switch verdict {
            case .accepted: tally.fail("\(tampering)")
            case .without where !Self.mayBeAltered(tampering):
              tally.fail("without effect and unsaid: \(tampering)")
            default: break
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let counts = tally.all.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    print(
      "F7: \(chosen.count) of \(all) alterations, \(tally.failures.count) accepted, seed \(seed): \(counts)")
    #expect(tally.failures.isEmpty, "\(tally.failures.count): \(tally.failures.prefix(12))")
    #expect(chosen.count > 250)
  }
}
