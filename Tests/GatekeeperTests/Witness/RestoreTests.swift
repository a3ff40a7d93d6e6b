import DisclosureRules
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// A restore is accepted by somebody entitled to it, in the record itself.
@Suite struct RestoreTests {
  private struct Restored {
    let school: School
    let storage: VaultStorage
    let memory: LogMemory

    func visit(_ key: MemberIdentity) async throws -> Gatekeeper { try await school.visit(key, in: storage) }
  }

  private func restored() async throws -> Restored {
    let school = try await School.open()
    let older = try await school.copy()
    try await school.goOn(5)
    return Restored(
      school: school, storage: older, memory: try await school.memory(school.officerKey))
  }

  @Test(arguments: ["compliance-officer", "headteacher"])
  func entitledPersonsDecisionIsAnEntryThatNamesWhatWasLost(role: String) async throws {
    let restored = try await restored()
    let key = role == "headteacher" ? restored.school.headKey : restored.school.officerKey
    let answer = try await restored.visit(key).acceptRestore(
      of: restored.memory.head, reason: "Server failed; backup of Monday")
    let entry = try #require(answer.entry)
    let accepted = try answer.done()
    #expect(accepted.memory.head.size == entry + 1)
    #expect(accepted.by.role == role)
    let shown = try await restored.visit(restored.school.officerKey).auditShow(entry).seen()
    #expect(shown.event["kind"]?.string == "system.restored")
    #expect(shown.event["lost_size"]?.integer == Int64(restored.memory.head.size))
    #expect(shown.event["lost_root"]?.string == restored.memory.head.root.hex)
    #expect(shown.event["reason"]?.string == "Server failed; backup of Monday")
    // From there on the log is followed as any other.
    try await restored.school.goOn(2, in: restored.storage)
    let next = try await restored.school.compare(restored.storage, with: accepted.memory)
    #expect(next.memory != nil)
    #expect(try await restored.visit(restored.school.headKey).auditVerify().isWhole)
  }

  @Test func othersGoAlongWithADecisionAndCannotMakeOne() async throws {
    let restored = try await restored()
    let teacher = try await restored.visit(restored.school.teacherKey)
    let alone = try await teacher.acceptRestore(of: restored.memory.head, reason: "r")
    #expect(alone.refusal != nil)
    let officer = try await restored.visit(restored.school.officerKey)
    let entry = try #require(try await officer.acceptRestore(of: restored.memory.head, reason: "r").entry)
    // What the teacher saw was no more than what the officer accepted the loss of.
    let along = try await restored.visit(restored.school.teacherKey).acceptRestore(
      of: restored.memory.head, reason: "r")
    #expect(along.entry == entry)
    #expect(try along.done().by.role == "compliance-officer")
    let more = SeenHead(size: restored.memory.head.size + 1, root: restored.memory.head.root)
    let beyond = try await restored.visit(restored.school.teacherKey).acceptRestore(of: more, reason: "r")
    #expect(beyond.refusal != nil)
  }

  @Test(arguments: ["", " ", "\u{202E}x", String(repeating: "x", count: 401)])
  func reasonThatSaysNothingOrMisleadsIsRefused(reason: String) async throws {
    let restored = try await restored()
    let officer = try await restored.visit(restored.school.officerKey)
    let before = try await restored.storage.ledger.head()?.size
    await #expect(throws: GateError.self) {
      _ = try await officer.acceptRestore(of: restored.memory.head, reason: reason)
    }
    #expect(try await restored.storage.ledger.head()?.size == before)
  }

  /// A cosignature over what was lost is explained by the decision, and no finding any more.
  @Test func acceptedLossExplainsOlderCosignatures() async throws {
    let restored = try await restored()
    let school = restored.school
    _ = try await school.visit(school.officerKey).cosign(restored.memory)
    let name = VaultFileName.cosigned(restored.memory.head.size)
    try await restored.storage.files.replace(name, try #require(try await school.storage.files.read(name)))
    #expect(try await !restored.visit(school.headKey).auditVerify().isWhole)
    let officer = try await restored.visit(school.officerKey)
    _ = try await officer.acceptRestore(of: restored.memory.head, reason: "r").done()
    #expect(try await restored.visit(school.headKey).auditVerify().isWhole)
    guard case .new(_, nil) = try await restored.visit(school.officerKey).firstLook() else {
      Issue.record("a conflict")
      return
    }
  }

  /// A cache from after the backup would say that the ledger was cut.
  @Test func newerSnapshotDoesNotKeepTheRestoredVaultShut() async throws {
    let school = try await School.open()
    let older = try await school.copy()
    try await school.goOn(80)
    _ = try await school.visit(school.officerKey)
    let name = Snapshot.name(for: school.officerKey)
    try await older.files.replace(name, try #require(try await school.storage.files.read(name)))
    await #expect(throws: GateError.self) { _ = try await school.visit(school.officerKey, in: older) }
    await Gatekeeper.forgetSnapshot(of: school.officerKey, in: older)
    _ = try await school.visit(school.officerKey, in: older)
  }
}
