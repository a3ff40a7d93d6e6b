import DisclosureRules
import Foundation
import Gatekeeper
import VaultStore

/// Verifying a long record on one core and on all, in the same minute, and again when most of it was checked before.
struct VerifyBenchmark {
  let entries: Int
  let rounds: Int

  func run() async throws {
    let storage = VaultStorage.inMemory()
    let key = try MemberIdentity.generate()
    _ = try await Gatekeeper.createVault(
      in: storage, name: "Benchmark", creator: key, policy: .england, settingType: nil, recovery: [],
      effects: .system)
    let gate = try await Gatekeeper(opening: storage, as: key, effects: .system)
    guard let born = CalendarDate("2015-05-03"),
      case .done(let child, _) = try await gate.addChild(name: "Child", born: born, upn: nil)
    else { throw Measure.Failed.program("gatekeeper") }
    while try await gate.status().entries < UInt64(entries) { _ = try await gate.contacts(of: child) }

    for depth in VerifyDepth.allCases {
      var times: (one: [Double], all: [Double]) = ([], [])
      for _ in 0..<rounds {
        times.one.append(try await seconds(gate, depth, isParallel: false))
        times.all.append(try await seconds(gate, depth, isParallel: true))
      }
      let one = Measure.median(times.one)
      let all = Measure.median(times.all)
      print(
        "verifying \(entries) entries, depth \(depth.rawValue): \(Measure.text(one)) s on one core, \(Measure.text(all)) s on all, ratio \(Measure.text(one / all))"
      )
    }
    let kept = Kept()
    _ = try await gate.auditVerify(VerifyOptions(), keep: { await kept.keep($0) })
    var again = VerifyOptions()
    again.earlier = await kept.bytes
    let options = again
    let time = try await clocked { _ = try await gate.auditVerify(options) }
    print("  again, nothing new: \(Measure.text(time)) s")
  }

  private func seconds(_ gate: Gatekeeper, _ depth: VerifyDepth, isParallel: Bool) async throws -> Double {
    var options = VerifyOptions(depth: depth)
    options.isParallel = isParallel
    let chosen = options
    return try await clocked { _ = try await gate.auditVerify(chosen) }
  }

  private func clocked(_ body: () async throws -> Void) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    return Measure.seconds(clock.now - start)
  }

  private actor Kept {
    var bytes: [UInt8]?
    func keep(_ bytes: [UInt8]) { self.bytes = bytes }
  }
}
