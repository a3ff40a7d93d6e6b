import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

@Suite struct SnapshotTests {
  private let name = VaultFileName.cache("snapshot")

  /// A school whose ledger is long enough for a snapshot, and a state folded from nothing.
  private func longSchool() async throws -> (School, VaultState) {
    let school = try await School.open()
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    let fresh = try await school.visit(school.sencoKey)
    #expect(try await school.storage.files.read(name) != nil)
    return (school, await fresh.state)
  }

  @Test func deletedDamagedAndForeignSnapshotsGiveTheSameState() async throws {
    let (school, state) = try await longSchool()
    let files = school.storage.files
    let good = try #require(try await files.read(name))
    #expect(await (try school.visit(school.officerKey)).state == state)
    var flipped = good
    flipped[good.count / 2] ^= 1
    let (other, _) = try await longSchool()
    let foreign = try #require(try await other.storage.files.read(name))
    for bytes in [[], Array(good.prefix(10)), Array(good.dropLast()), flipped, foreign] {
      try await files.replace(name, bytes)
      #expect(await (try school.visit(school.sencoKey)).state == state)
    }
    try await files.remove(name)
    #expect(await (try school.visit(school.sencoKey)).state == state)
  }

  @Test func olderSnapshotIsCaughtUpWith() async throws {
    let (school, _) = try await longSchool()
    let files = school.storage.files
    let old = try #require(try await files.read(name))
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    try await files.remove(name)
    let full = await (try school.visit(school.sencoKey)).state
    try await files.replace(name, old)
    #expect(await (try school.visit(school.sencoKey)).state == full)
  }

  @Test func snapshotAheadOfTheLedgerMeansTheLedgerWasCut() async throws {
    let school = try await School.open()
    let old = try #require(try await school.storage.ledger.head())
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    _ = try await school.visit(school.sencoKey)
    await school.ledger.override(old)
    await #expect {
      _ = try await school.visit(school.sencoKey)
    } throws: { error in
      if case .integrity(.ledgerHead(.rolledBack))? = error as? GateError { true } else { false }
    }
  }

  @Test func snapshotAndFullReplayRefuseTheSameReusedNames() async throws {
    let (school, state) = try await longSchool()
    #expect(await (try school.visit(school.sencoKey)).state.usedNames == state.usedNames)
    #expect(state.usedNames.count >= Int(state.size))
  }
}
