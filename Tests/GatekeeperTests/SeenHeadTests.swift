import Gatekeeper
import StrongroomCrypto
import Testing
import VaultStore

/// What an officer keeps outside the vault shows what nothing inside it can.
struct SeenHeadTests {
  @Test func theLastEntriesCutOffAreNoticedAgainstWhatWasSeen() async throws {
    let school = try await School.open()
    let early = try #require(try await school.storage.ledger.head())
    let before = try await school.visit(school.officerKey)
    for _ in 0..<5 { _ = try await school.senco.children().seen() }
    let report = try await before.auditVerify()
    #expect(report.isWhole)
    let seen = SeenHead(size: report.size, root: report.root)
    #expect(try await before.auditVerify(seen: seen).isWhole)

    // The vault as it was before: every signature in it is good.
    await school.ledger.override(early)
    let officer = try await school.visit(school.officerKey)
    let cut = try await officer.auditVerify(seen: seen)
    #expect(!cut.isWhole)
    guard case .ledgerHead(.rolledBack(let size)) = cut.findings.first?.fault else {
      Issue.record("not called a rollback: \(cut.findings)")
      return
    }
    #expect(size == seen.size)
  }

  @Test func anotherHistoryOfTheSameLengthIsAFork() async throws {
    let school = try await School.open()
    let officer = try await school.visit(school.officerKey)
    let seen = SeenHead(size: 3, root: SHA256.digest(of: [1, 2, 3]))
    let report = try await officer.auditVerify(seen: seen)
    guard case .ledgerHead(.forked(at: 3)) = report.findings.first?.fault else {
      Issue.record("not called a fork: \(report.findings)")
      return
    }
  }
}
