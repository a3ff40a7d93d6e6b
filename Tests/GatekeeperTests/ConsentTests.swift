import DisclosureRules
import Testing
import VaultStore

@testable import Gatekeeper

/// Who may say yes, and what becomes of a yes.
@Suite struct ConsentTests {
  @Test func earlierYesDoesNotComeBackToLife() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let later = try await school.consent(college)
    #expect(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome == .allowed)
    _ = try await school.senco.withdrawConsent(later).done()
    #expect(
      try await school.senco.checkDisclosure(school.draft(college, "consent")).reasons.map(\.code) == [
        "consent-withdrawn"
      ])
    let health = try await school.recipient("health", name: "H")
    _ = try await school.consent(health)
    _ = try await school.consent(health, until: "2026-12-01")
    school.clock.advance(days: 30)
    #expect(try await school.senco.checkDisclosure(school.draft(health, "consent")).outcome != .allowed)
  }

  @Test func clockThatIsPutBackRevivesNoConsent() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college, until: "2026-12-01")
    let (request, decision) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(decision.outcome == .allowed)
    school.clock.advance(days: 30)
    // Anything at all is written after the consent ran out, by anybody.
    _ = try await school.visit(school.officerKey).auditList().seen()
    school.clock.advance(days: -30)
    for senco in [school.senco, try await school.visit(school.sencoKey)] {
      #expect(try await senco.checkDisclosure(school.draft(college, "consent")).outcome != .allowed)
      let output = CapturedOutput()
      let answer = try await senco.release(try #require(request), into: output)
      #expect(answer.refusal?.reasons.first?.code == "consent-expired")
      #expect(output.isEmpty)
    }
    #expect(try await school.visit(school.officerKey).auditVerify().isWhole)
  }

  @Test func noDoesNotRunOut() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let father = try await school.senco.addContact(
      child: school.child, name: "F", relationship: "father", parentalResponsibility: true
    ).done()
    _ = try await school.consent(college)
    _ = try await school.consent(college, until: "2026-12-01", answer: .refused, from: father)
    school.clock.advance(days: 30)
    #expect(
      try await school.senco.checkDisclosure(school.draft(college, "consent")).needs.map(\.code) == [
        "consent-conflict"
      ])
  }

  @Test func consentCountsOnItsLastDayAndNotAfter() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college, until: "2026-11-22")
    school.clock.advance(days: 1)
    #expect(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome == .allowed)
    school.clock.advance(days: 1)
    #expect(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome != .allowed)
  }

  @Test func childsOwnYesIsAskedAgainOfTheYoungPerson() async throws {
    let school = try await School.open()
    // Compulsory school age ends on 25 June 2027 for somebody born in January 2011.
    let child = try await school.senco.addChild(
      name: "Older", born: CalendarDate("2011-01-10")!, upn: nil
    ).done()
    let plan = try await school.senco.store(
      BytesInput(name: "p.pdf", bytes: [1]), child: child, kind: "ehc-plan", dated: nil, title: nil
    ).done().reference
    let mother = try await school.senco.addContact(
      child: child, name: "M", relationship: "mother", parentalResponsibility: true
    ).done()
    func answer(_ recipient: RecipientReference) async throws -> DecisionReport {
      var draft = school.draft(recipient, "consent", records: [plan])
      draft.child = child
      return try await school.senco.checkDisclosure(draft)
    }
    func record(_ giver: ContactReference?, _ recipient: RecipientReference) async throws {
      _ = try await school.senco.recordConsent(
        child: child, givenBy: giver, to: recipient, kinds: ["ehc-plan"], purpose: "p",
        until: CalendarDate("2028-07-31")!
      ).done()
    }
    let college = try await school.recipient("college")
    let health = try await school.recipient("health", name: "H")
    try await record(nil, college)
    try await record(mother, health)
    #expect(try await answer(college).reasons.map(\.code) == ["consent-wrong-giver"])
    school.clock.advance(days: 250)
    #expect(try await answer(college).reasons.map(\.code) == ["consent-wrong-giver"])
    #expect(try await answer(health).reasons.map(\.code) == ["consent-wrong-giver"])
    try await record(nil, college)
    #expect(try await answer(college).outcome == .allowed)
  }
}
