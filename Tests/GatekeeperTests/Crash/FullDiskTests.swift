import CrashLab
import Testing
import VaultStore

@testable import Gatekeeper

/// The journal's last room on a full disk: FAULTS F5.
@Suite struct FullDiskTests {
  @Test func lastRoomIsForRefusalsAndOfficers() async throws {
    let story = try CrashStory()
    let chronicle = Chronicle(CrashFileSystem())
    try await story.run(chronicle)
    let senco = try await story.open(chronicle.files, as: story.senco)
    let officer = try await story.open(chronicle.files, as: story.officer)
    let record = try #require(await senco.state.records.keys.first)
    chronicle.files.fill(true)
    var opened = 0
    while opened < 200 {
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
    #expect((3..<200).contains(opened))
    let size = await senco.state.size
    _ = try await officer.auditList().seen()
    let refused = try await officer.open(record, reason: "r", into: CapturedOutput())
    #expect(refused.refusal != nil)
    #expect(await officer.state.size == size + 2)
    await #expect(throws: GateError.self) { try await senco.children() }
    chronicle.files.fill(false)
    _ = try await senco.open(record, reason: "r", into: CapturedOutput()).done()
    #expect(try await officer.auditVerify().isWhole)
  }
}
