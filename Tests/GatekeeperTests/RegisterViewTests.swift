import Gatekeeper
import Testing
import VaultStore

/// Seeing names is an access too: it is in the record before anything is shown.
struct RegisterViewTests {
  @Test func everyLookAtNamesIsAnEntryOfWhoLookedAndAtWhat() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let (request, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let head = try await school.visit(school.headKey)
    _ = try await head.children().seen()
    _ = try await head.child(school.child).seen()
    _ = try await head.contacts(of: school.child).seen()
    _ = try await head.consents(of: school.child).seen()
    _ = try await head.recipients().seen()
    _ = try await head.find("plan").seen()
    _ = try await head.request(try #require(request)).seen()
    let officer = try await school.visit(school.officerKey)
    let looks = try await officer.auditList(AuditFilter(kind: "register.viewed")).seen()
    #expect(looks.count == 7)
    #expect(looks.allSatisfy { $0.actorRole == "headteacher" })
    #expect(looks.filter { $0.child == school.child }.count == 4)
    #expect(try await officer.auditVerify().isWhole)
  }

  @Test func noNameIsShownWhenTheLookCannotBeRecorded() async throws {
    let school = try await School.open()
    await school.ledger.fail(.diskFull("ledger"))
    await #expect(throws: GateError.self) { try await school.senco.children() }
    await #expect(throws: GateError.self) { try await school.senco.child(school.child) }
    await #expect(throws: GateError.self) { try await school.senco.find("plan") }
    await school.ledger.fail(nil)
    #expect(try await school.senco.children().seen().count == 1)
  }

  @Test func aLookAtWhatIsNotThereIsRecordedAsThat() async throws {
    let school = try await School.open()
    let unknown = try #require(ChildReference(number: 99))
    await #expect(throws: GateError.self) { try await school.senco.child(unknown) }
    let officer = try await school.visit(school.officerKey)
    #expect(try await officer.auditList(AuditFilter(kind: "register.viewed")).seen().isEmpty)
    #expect(try await officer.auditList(AuditFilter(kind: "access.refused")).seen().count == 1)
  }
}
