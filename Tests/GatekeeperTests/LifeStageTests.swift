import AgeFormat
import DisclosureRules
import Gatekeeper
import Testing

/// Who decides changes as a child grows up, and with what has been noted about them (England rules, gateway `consent`).
struct LifeStageTests {
  /// A second child, of the age wanted on the test clock's day, with a plan and a mother who has agreed to a college.
  private func file(
    bornYearsAgo years: Int, in school: School
  ) async throws -> (ChildReference, DisclosureDraft) {
    let today = school.clock.effects.now().date
    let born = try #require(
      CalendarDate(year: Int(today.year) - years, month: Int(today.month), day: min(28, Int(today.day))))
    let child = try await school.senco.addChild(name: "Kim Grown", born: born, upn: nil).done()
    let mother = try await school.senco.addContact(
      child: child, name: "Mother Grown", relationship: "mother", parentalResponsibility: true
    ).done()
    let plan = try await school.senco.store(
      BytesInput(name: "plan.pdf", bytes: School.planBytes), child: child, kind: "ehc-plan", dated: nil,
      title: nil
    ).done().reference
    let college = try await school.recipient("college")
    _ = try await school.senco.recordConsent(
      child: child, givenBy: mother, to: college, kinds: ["ehc-plan"], purpose: "A place",
      until: today.adding(days: 30)
    ).done()
    let draft = DisclosureDraft(
      child: child, recipient: college, gateway: "consent", records: [plan], reason: "A place")
    return (child, draft)
  }

  @Test func aPupilOfSixteenInYearElevenWaitsForACompetenceNoteAndThenTheMotherDecides() async throws {
    let school = try await School.open()
    let (child, draft) = try await file(bornYearsAgo: 16, in: school)
    let before = try await school.senco.checkDisclosure(draft)
    #expect(before.outcome == .waiting)
    #expect(before.needs.map(\.code) == ["competence-note"])
    _ = try await school.senco.noteChild(child, ChildNotes(competence: .notCompetent), ground: "Assessed")
      .done()
    #expect(try await school.senco.checkDisclosure(draft).outcome == .allowed)
    _ = try await school.senco.noteChild(child, ChildNotes(competence: .competent), ground: "Assessed again")
      .done()
    let after = try await school.senco.checkDisclosure(draft)
    #expect(after.outcome == .refused)
    #expect(after.reasons.map(\.code) == ["consent-wrong-giver"])
  }

  @Test func aMothersConsentIsNotAYoungPersonsUnlessCapacityIsLacking() async throws {
    let school = try await School.open()
    let (child, draft) = try await file(bornYearsAgo: 18, in: school)
    let before = try await school.senco.checkDisclosure(draft)
    #expect(before.outcome == .refused)
    #expect(before.reasons.map(\.code).contains("consent-wrong-giver"))
    _ = try await school.senco.noteChild(
      child, ChildNotes(capacity: [draft.recipient: .lacks]), ground: "Assessment of 3 March"
    ).done()
    #expect(try await school.senco.checkDisclosure(draft).outcome == .allowed)
    // Another recipient is another decision, for which nobody has judged capacity.
    var other = draft
    other.recipient = try await school.recipient("health")
    _ = try await school.senco.recordConsent(
      child: child, givenBy: try await school.senco.contacts(of: child).seen()[0].reference,
      to: other.recipient,
      kinds: ["ehc-plan"], purpose: "Therapy", until: school.clock.time.date.adding(days: 30)
    ).done()
    let elsewhere = try await school.senco.checkDisclosure(other)
    #expect(elsewhere.reasons.map(\.code).contains("consent-wrong-giver"))
    let officer = try await school.visit(school.officerKey)
    #expect(try await officer.auditVerify().isWhole)
  }

  @Test func aNoteIsForCustodiansAndItsGroundStaysSealed() async throws {
    let school = try await School.open()
    let teacher = try await school.visit(school.teacherKey)
    let refusal = try await teacher.noteChild(
      school.child, ChildNotes(care: .careOrder), ground: "Heard of it"
    ).refusal
    #expect(refusal?.outcome == .refused)
    _ = try await school.senco.noteChild(
      school.child, ChildNotes(care: .careOrder), ground: "Order seen by Thistlewood"
    ).done()
    let officer = try await school.visit(school.officerKey)
    for line in try await officer.auditList().seen() {
      let shown = try await officer.auditShow(line.index).seen()
      let text = String(decoding: shown.event.canonicalBytes, as: UTF8.self)
      for word in School.planted { #expect(!text.contains(word)) }
    }
  }
}
