import CrashLab
import DisclosureRules
import Testing
import VaultStore

@testable import Gatekeeper

/// The journal's last room on a full disk: FAULTS F5.
@Suite struct FullDiskTests {
  @Test func lastRoomIsForRefusalsAndOfficers() async throws {
    let files = CrashFileSystem()
    let geometry = JournalGeometry(segmentSize: 64 << 10, headReserve: 1200)
    let clock = TestClock()
    let keys = try (0..<2).map { _ in try MemberIdentity.generate() }
    func visit(_ key: MemberIdentity) async throws -> Gatekeeper {
      let storage = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
      return try await Gatekeeper(opening: storage, as: key, effects: clock.effects)
    }
    _ = try await Gatekeeper.createVault(
      in: try VaultDirectory.create(on: files, geometry: geometry), name: "Jo", creator: keys[0],
      policy: CrashStory.policy, settingType: nil, recovery: [], effects: clock.effects)
    let senco = try await visit(keys[0])
    _ = try await senco.addMember(card: keys[1].card(name: "Robin"), role: "compliance-officer").done()
    let officer = try await visit(keys[1])
    let child = try await senco.addChild(name: "Kim", born: CalendarDate("2015-05-03")!, upn: nil).done()
    let record = try await senco.store(
      BytesInput(name: "plan.txt", bytes: [1, 2, 3]), child: child, kind: "ehc-plan", dated: nil, title: nil
    ).done().reference
    files.fill(true)
    var opened = 0
    while opened < 400 {
      let output = CapturedOutput()
      do { _ = try await senco.open(record, reason: "r", into: output).done() } catch GateError.storage(
        .diskFull)
      {
        #expect(output.isEmpty)
        break
      }
      opened += 1
    }
    // The segment that was prepared before is used first.
    #expect((40..<400).contains(opened))
    let size = await senco.state.size
    _ = try await officer.auditList().seen()
    let refused = try await officer.open(record, reason: "r", into: CapturedOutput())
    #expect(refused.refusal != nil)
    #expect(await officer.state.size == size + 2)
    await #expect(throws: GateError.self) { try await senco.children() }
    files.fill(false)
    _ = try await senco.open(record, reason: "r", into: CapturedOutput()).done()
    #expect(try await officer.auditVerify().isWhole)
  }
}
