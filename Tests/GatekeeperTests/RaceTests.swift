import AgeFormat
import DisclosureRules
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Several people, several processes, one vault.
@Suite struct RaceTests {
  @Test func whoWasSlowerDecidesAgain() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let consent = try await school.consent(college)
    let head = try await school.visit(school.headKey)
    // The consent is withdrawn after the SENCo's process has decided and just before it appends.
    await school.ledger.before { _ = try await head.withdrawConsent(consent) }
    let (_, report) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .refused)
    #expect(report.reasons.map(\.code) == ["consent-withdrawn"])
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test(arguments: 0..<6) func neverAReleaseAfterTheWithdrawal(round: Int) async throws {
    let school = try await School.open()
    let college = try await school.recipient("college", key: try X25519Identity.generate().recipient)
    let consent = try await school.consent(college)
    let (made, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let request = try #require(made)
    let head = try await school.visit(school.headKey)
    let output = CapturedOutput()
    async let withdrawn: Void = {
      for _ in 0..<round * 20 { await Task.yield() }
      _ = try await head.withdrawConsent(consent)
    }()
    let released = try await school.senco.release(request, into: output)
    try await withdrawn
    let lines = try await head.auditList().seen()
    let withdrawal = try #require(lines.first { $0.kind == "consent.withdrawn" }).index
    let release = lines.first { $0.kind == "disclosure.released" }?.index
    if let release { #expect(release < withdrawal) }
    #expect(output.isCommitted == (release != nil))
    #expect((released.entry != nil) == (release != nil))
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func manyActsAtOnceAllLandOnceEach() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    let before = try await school.senco.status().entries
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<12 {
        let gate = number.isMultiple(of: 2) ? school.senco : head
        group.addTask {
          _ = try await gate.addContact(
            child: school.child, name: "C\(number)", relationship: "aunt", parentalResponsibility: false
          ).done()
        }
      }
      try await group.waitForAll()
    }
    #expect(try await school.senco.status().entries == before + 12)
    #expect(try await school.senco.contacts(of: school.child).seen().count == 13)
    #expect(try await head.auditVerify().isWhole)
  }

  @Test func entriesACrashLeftAreAdoptedAndSaidSo() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    await school.ledger.crashBeforeHead()
    #expect(await failure { _ = try await school.recipient("college") } == "storage")
    // Nothing unsigned is shown, and the next act of anybody adopts it.
    let head = try await school.visit(school.headKey)
    #expect(try await head.status().entries == before)
    _ = try await head.addContact(
      child: school.child, name: "G", relationship: "grandfather", parentalResponsibility: false
    ).done()
    #expect(try await head.status().entries == before + 3)
    let recovered = try await head.auditList(AuditFilter(kind: "system.recovered")).seen()
    #expect(recovered.map(\.index) == [before + 1])
    #expect(try await head.recipients().seen().count == 1)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func crashBeforeTheReleaseEntryLeavesNoPackage() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal", key: try X25519Identity.generate().recipient)
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let output = CapturedOutput()
    school.objects.beforeRead { await school.ledger.crashBeforeHead() }
    #expect(
      await failure { _ = try await school.senco.release(try #require(request), into: output) } == "storage")
    #expect(output.isEmpty)
  }

  @Test func wholeStoryOnARealFolder() async throws {
    let folder = try ScratchDirectory("gate")
    let school = try await School.open(storage: try VaultDirectory.create(at: folder.path("vault")))
    let key = try X25519Identity.generate()
    let tribunal = try await school.recipient("send-tribunal", key: key.recipient)
    let (request, report) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    #expect(report.outcome == .allowed)
    // Another process on the same folder.
    let storage = try VaultDirectory.open(at: folder.path("vault"))
    let head = try await Gatekeeper(opening: storage, as: school.headKey, effects: school.clock.effects)
    let output = CapturedOutput()
    _ = try await head.release(try #require(request), into: output).done()
    #expect(try Age.open(output.bytes, identities: [key], limit: 1 << 20).count > 0)
    #expect(try await school.senco.auditVerify().isWhole)
    #expect(try await school.senco.check().findings.isEmpty)
    for word in School.planted { #expect(!holds(try await school.storedBytes(), word), "\(word)") }
  }
}
