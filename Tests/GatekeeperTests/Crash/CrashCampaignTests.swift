import CrashLab
import Foundation
import Testing

@testable import Gatekeeper

/// F1 of the fault campaign (docs/TESTING.md): power cuts at every operation of a vault's life, in every state the disk may then be in.
@Suite struct CrashCampaignTests {
  /// `STRONGROOM_TORTURE` makes the campaigns run at full size.
  static let isFull = ProcessInfo.processInfo.environment["STRONGROOM_TORTURE"] != nil
  static let seed: UInt64 = 20_261_122

  private static func campaign(
    _ name: String, _ states: CrashStates, _ oracle: CrashOracle
  ) async throws -> Tally {
    let tally = Tally()
    let clock = ContinuousClock()
    let start = clock.now
    let count = try await states.walk(tasks: 2) { crash in
      guard !tally.hasFailedEnough else { return }
      tally.add("states")
      let files = CrashFileSystem(crash.disk)
      do {
        guard try await oracle.judge(files, acknowledged: crash.acknowledged) else { return }
      } catch {
        tally.fail("\(crash.label): \(error)")
        return
      }
      // Power fails again while one in so many is recovering and going on.
      guard tally.add("verified") % (isFull ? 3 : 12) == 0 else { return }
      try await again(crash, files, oracle, tally)
    }
    let seconds = (clock.now - start) / .seconds(1)
    print(
      "F1 \(name): \(Self.total(tally)) different crash states (\(count.distinct) at \(count.points) points,"
        + " \(tally.count("during recovery")) during recovery,"
        + " \(tally.count("during second recovery")) during recovery from those),"
        + " \(oracle.recovered) different disks after recovery, \(oracle.verified) vaults verified in full,"
        + " \(Int(seconds)) s, seed \(seed)")
    return tally
  }

  private static func again(
    _ crash: CrashStates.Crash, _ recovery: CrashFileSystem, _ oracle: CrashOracle, _ tally: Tally
  ) async throws {
    let states = CrashStates(
      initial: crash.disk, operations: recovery.operations, randomStates: isFull ? 20 : 6,
      seed: seed &+ UInt64(crash.operation))
    _ = try await states.walk { next in
      guard !tally.hasFailedEnough else { return }
      tally.add("during recovery")
      let files = CrashFileSystem(next.disk)
      do {
        guard try await oracle.judge(files, acknowledged: crash.acknowledged, share: isFull ? 4 : 25) else {
          return
        }
      } catch {
        tally.fail("\(crash.label), then \(next.label): \(error)")
        return
      }
      guard tally.add("verified again") % 8 == 0 else { return }
      let second = CrashStates(
        initial: next.disk, operations: files.operations, randomStates: 4,
        seed: seed &+ UInt64(next.operation))
      _ = try await second.walk(every: isFull ? 1 : 5) { last in
        tally.add("during second recovery")
        do {
          _ = try await oracle.judge(CrashFileSystem(last.disk), acknowledged: crash.acknowledged, share: 25)
        } catch {
          tally.fail("\(crash.label), then \(next.label), then \(last.label): \(error)")
        }
      }
    }
  }

  private static func total(_ tally: Tally) -> Int {
    tally.count("states") + tally.count("during recovery") + tally.count("during second recovery")
  }

  @Test func noPowerCutLosesOrInventsAnything() async throws {
    let story = try CrashStory()
    let chronicle = Chronicle(CrashFileSystem())
    try await story.run(chronicle)
    let states = CrashStates(
      operations: chronicle.files.operations, randomStates: Self.isFull ? 400 : 30, seed: Self.seed)
    let tally = try await Self.campaign("a vault's life", states, CrashOracle(story, chronicle.facts))
    let failures = tally.failures
    #expect(failures.isEmpty, "\(failures.count) of \(Self.total(tally)): \(failures.prefix(3))")
    #expect(Self.total(tally) >= 20_000)
  }

  @Test func noPowerCutMakesASnapshotLie() async throws {
    let story = try CrashStory()
    let before = Chronicle(CrashFileSystem())
    try await story.run(before)
    try await story.lengthen(before.files)
    let disk = before.files.disk
    let chronicle = Chronicle(CrashFileSystem(disk), after: before.facts)
    try await story.visitWithSnapshot(chronicle)
    let states = CrashStates(
      initial: disk, operations: chronicle.files.operations, randomStates: Self.isFull ? 400 : 60,
      seed: Self.seed)
    let oracle = CrashOracle(story, chronicle.facts, settled: before.facts.count, ignoring: ["tmp"])
    let tally = try await Self.campaign("a snapshot", states, oracle)
    let failures = tally.failures
    #expect(failures.isEmpty, "\(failures.count) of \(Self.total(tally)): \(failures.prefix(3))")
    #expect(Self.total(tally) >= 500)
  }
}
