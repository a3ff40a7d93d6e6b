import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

@Suite struct SnapshotTests {
  /// A school whose ledger is long enough for a snapshot, and a state folded from nothing.
  private func longSchool() async throws -> (School, VaultState) {
    let school = try await School.open()
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    let fresh = try await school.visit(school.sencoKey)
    #expect(try await school.storage.files.read(Snapshot.name(for: school.sencoKey)) != nil)
    return (school, await fresh.state)
  }

  @Test func deletedDamagedAndForeignSnapshotsGiveTheSameState() async throws {
    let (school, state) = try await longSchool()
    let files = school.storage.files
    let name = Snapshot.name(for: school.sencoKey)
    let good = try #require(try await files.read(name))
    #expect(await (try school.visit(school.officerKey)).state == state)
    var flipped = good
    flipped[good.count / 2] ^= 1
    let (other, _) = try await longSchool()
    let foreign = try #require(try await other.storage.files.read(Snapshot.name(for: other.sencoKey)))
    // A colleague's, too: a snapshot stands for signatures that its owner has checked.
    let colleagues = try #require(try await files.read(Snapshot.name(for: school.officerKey)))
    for bytes in [[], Array(good.prefix(10)), Array(good.dropLast()), flipped, foreign, colleagues] {
      try await files.replace(name, bytes)
      #expect(await (try school.visit(school.sencoKey)).state == state)
    }
    try await files.remove(name)
    #expect(await (try school.visit(school.sencoKey)).state == state)
  }

  @Test func olderSnapshotIsCaughtUpWith() async throws {
    let (school, _) = try await longSchool()
    let files = school.storage.files
    let name = Snapshot.name(for: school.sencoKey)
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

  @Test func registerCacheListsTheSameNamesAndMayBeDamaged() async throws {
    let school = try await School.open()
    for number in 0..<40 {
      _ = try await school.senco.addChild(
        name: "Child \(number)", born: CalendarDate("2016-02-03")!, upn: nil
      ).done()
    }
    let first = try await school.visit(school.sencoKey)
    let names = try await first.children().seen().map(\.name)
    let files = school.storage.files
    let register = VaultFileName.cache("register-0")
    let good = try #require(try await files.read(register))
    #expect(!holds(good, "Child 7"))
    // With the cache, no child's key is opened for the list.
    let second = try await school.visit(school.headKey)
    #expect(try await second.children().seen().map(\.name) == names)
    #expect(await second.childKeys.isEmpty)
    var flipped = good
    flipped[good.count / 2] ^= 1
    for bytes in [[], flipped] {
      try await files.replace(register, bytes)
      #expect(try await (try school.visit(school.sencoKey)).children().seen().map(\.name) == names)
    }
  }

  @Test func keyFilesACrashLeftBehindAreMendedByTheNextCustodian() async throws {
    let school = try await School.open()
    let files = school.storage.files
    let epoch = VaultFileName.epochIdentity(1)
    let ledgerKey = VaultFileName.ledgerKey(1)
    let before = (try #require(try await files.read(epoch)), try #require(try await files.read(ledgerKey)))
    let new = (try MemberIdentity.generate(), try MemberIdentity.generate())
    _ = try await school.senco.addMember(card: new.0.card(name: "H"), role: "headteacher").done()
    _ = try await school.senco.addMember(card: new.1.card(name: "T"), role: "teacher").done()
    // As if the process had died between the entries and the key files.
    try await files.replace(epoch, before.0)
    try await files.replace(ledgerKey, before.1)
    #expect(try await !opensEpoch(school.storage, new.0))
    _ = try await school.visit(school.dslKey)
    #expect(try await opensEpoch(school.storage, new.0))
    _ = try await school.visit(new.1)
  }
}
