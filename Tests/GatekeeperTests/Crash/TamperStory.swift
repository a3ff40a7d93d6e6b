import AgeFormat
import CrashLab
import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@testable import Gatekeeper

/// A small vault with everything in it that somebody may alter, and every earlier state of it.
struct TamperStory {
  static let geometry = CrashStory.geometry

  let clock = TestClock()
  let senco: MemberIdentity
  let disk: CrashFileSystem.Disk
  /// After each act, the oldest first.
  let older: [CrashFileSystem.Disk]
  /// What an officer remembers outside the vault.
  let remembered: SeenHead
  let records: [RecordReference: [UInt8]]

  static func make() async throws -> TamperStory {
    let senco = try MemberIdentity.generate()
    let head = try MemberIdentity.generate()
    let clock = TestClock()
    let files = CrashFileSystem()
    var older: [CrashFileSystem.Disk] = []
    _ = try await Gatekeeper.createVault(
      in: try VaultDirectory.create(on: files, geometry: geometry), name: "Jo", creator: senco,
      policy: CrashStory.policy, settingType: nil, recovery: [], effects: clock.effects)
    let gate = try await Gatekeeper(
      opening: try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry), as: senco,
      effects: clock.effects)
    func acted() { older.append(files.disk) }
    acted()
    let leaver = try await gate.addMember(card: head.card(name: "Morgan"), role: "headteacher").done()
    acted()
    var records: [RecordReference: [UInt8]] = [:]
    // The second document has three chunks.
    for (number, size) in [(1, 900), (2, 150_000), (3, 700)] {
      if number != 2 {
        _ = try await gate.addChild(name: "Kim \(number)", born: CalendarDate("2015-05-03")!, upn: nil).done()
        acted()
      }
      let child = try #require(await gate.state.children.values.last).reference
      var generator = SeededGenerator(seed: UInt64(number))
      let bytes = generator.bytes(size)
      let stored = try await gate.store(
        BytesInput(name: "\(number).bin", bytes: bytes), child: child, kind: "ehc-plan", dated: nil,
        title: nil
      ).done()
      records[stored.reference] = bytes
      acted()
    }
    _ = try await gate.removeMember(leaver).done()
    acted()
    return TamperStory(
      clock: clock, senco: senco, disk: files.disk, older: Array(older.dropLast()),
      remembered: await gate.state.head, records: records)
  }

  private init(
    clock: TestClock, senco: MemberIdentity, disk: CrashFileSystem.Disk, older: [CrashFileSystem.Disk],
    remembered: SeenHead, records: [RecordReference: [UInt8]]
  ) {
    self.senco = senco
    self.disk = disk
    self.older = older
    self.remembered = remembered
    self.records = records
  }

  /// What becomes of a vault that was altered.
  enum Verdict: String {
    /// It does not open.
    case refused
    /// `check` says so.
    case named
    /// `audit verify` says so, with what the officer remembers.
    case shown = "shown by audit verify"
    /// Opening wrote the file anew, as it should be.
    case mended
    /// Nobody says anything, and everything in it is as it was.
    case without = "without effect"
    /// Nobody says anything, and something is different.
    case accepted
  }

  /// - Parameter path: the file that was altered, if it is one.
  func judge(_ disk: CrashFileSystem.Disk, altering path: String? = nil) async throws -> Verdict {
    let files = CrashFileSystem(disk)
    let gate: Gatekeeper
    do {
      let storage = try VaultDirectory.open(on: files, mode: .readWrite, geometry: Self.geometry)
      gate = try await Gatekeeper(opening: storage, as: senco, effects: clock.effects)
    } catch let error as GateError {
      guard error.isAboutTheVault else { throw error }
      return .refused
    } catch let error as VaultStoreError {
      guard GateError(error).isAboutTheVault else { throw error }
      return .refused
    }
    let check = try await gate.check()
    if !check.findings.isEmpty { return .named }
    let report = try await gate.auditVerify(seen: remembered)
    if !report.isWhole { return .shown }
    for (reference, bytes) in records {
      let output = CapturedOutput()
      _ = try await gate.open(reference, reason: "r", into: output).done()
      guard output.isCommitted, output.bytes == bytes else { return .accepted }
    }
    if let path, files.disk.bytes(path) != disk.bytes(path) { return .mended }
    return .without
  }
}

extension GateError {
  /// An answer about what lies in the vault, and not a machine's fault that a test must not take for one.
  fileprivate var isAboutTheVault: Bool {
    switch self {
    case .integrity, .keyNotAvailable, .policy, .storage: true
    default: false
    }
  }
}
