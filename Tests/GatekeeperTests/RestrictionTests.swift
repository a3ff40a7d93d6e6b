import DisclosureRules
import Gatekeeper
import Testing
import VaultStore

/// Court orders, sealed identities and hidden addresses, placed and lifted.
@Suite struct RestrictionTests {
  private func restricting(
    _ school: School, _ contact: ContactReference, from: String = "2026-11-01", until: String? = nil
  ) throws -> RestrictionDraft {
    RestrictionDraft(
      child: school.child, kind: .courtRestrictedParent, from: try #require(CalendarDate(from)),
      until: try until.map { try #require(CalendarDate($0)) }, contact: contact,
      ground: "Prohibited steps, Thistlewood county court, seen by head")
  }

  @Test func restrictedParentGetsNothingLearnsNothingAndMayNotConsent() async throws {
    let school = try await School.open()
    let father = try await school.senco.addContact(
      child: school.child, name: "Restricted Father", relationship: "father", parentalResponsibility: true
    ).done()
    let tied = try await school.senco.addRecipient(
      name: "Restricted Father", kind: "parent", key: nil, contact: father
    ).done()
    let motherAddress = try await school.senco.addRecipient(
      name: "Mother", kind: "parent", key: nil, contact: school.mother
    ).done()
    let untied = try await school.recipient("parent", name: "Somebody")
    let college = try await school.recipient("college")
    _ = try await school.consent(college, from: father)
    #expect(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome == .allowed)
    let draft = school.draft(tied, "own-copy")
    let open = try await school.senco.checkDisclosure(draft)
    let restriction = try await school.senco.placeRestriction(try restricting(school, father)).done()

    // No own copy, and no reason that would say that there is a file.
    for recipient in [tied, untied] {
      for gateway in ["own-copy", "subject-access", "consent"] {
        let report = try await school.senco.checkDisclosure(
          school.draft(recipient, gateway))
        #expect(report.outcome == .refused)
        #expect(report.reasons.map(\.code) == ["not-found-or-not-visible"], "\(gateway)")
        #expect(report.remedies.isEmpty)
      }
    }
    // His yes does not count any more; the other parent's route is as it was.
    let byFather = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(byFather.reasons.map(\.code) == ["consent-wrong-giver"])
    let mothers = try await school.senco.checkDisclosure(
      school.draft(motherAddress, "own-copy"))
    #expect(mothers.outcome == open.outcome)
    #expect(mothers.reasons == open.reasons)
    let who = try await school.senco.whoMayConsent(for: school.child, to: college, on: nil).seen()
    #expect(who.authority.deciders.map(\.person) == [school.mother.description])

    _ = try await school.senco.liftRestriction(restriction, ground: "Order discharged").done()
    #expect(try await school.senco.checkDisclosure(draft).reasons == open.reasons)
    #expect(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome == .allowed)
    for key in [school.sencoKey, school.officerKey] {
      #expect(try await school.visit(key).auditVerify().isWhole)
    }
  }

  @Test func restrictionHoldsFromItsFirstDayToItsLast() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    _ = try await school.senco.placeRestriction(
      try restricting(school, school.mother, from: "2026-11-23", until: "2026-11-24")
    ).done()
    var outcomes: [DecisionReport.Outcome] = []
    for _ in 0..<5 {
      outcomes.append(try await school.senco.checkDisclosure(school.draft(college, "consent")).outcome)
      school.clock.advance(days: 1)
    }
    #expect(outcomes == [.allowed, .allowed, .refused, .refused, .allowed])
  }

  @Test func restrictionPlacedBetweenApprovalAndReleaseStopsTheRelease() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let (request, report) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .allowed)
    _ = try await school.senco.placeRestriction(
      RestrictionDraft(
        child: school.child, kind: .sealedIdentity, from: school.clock.time.date,
        ground: "Adoption order seen")
    ).done()
    let output = CapturedOutput()
    await #expect(throws: (any Error).self) {
      if case .refused = try await school.senco.release(try #require(request), into: output) {
        throw GateError.notFoundOrNotVisible
      }
    }
    #expect(output.isEmpty)
  }

  @Test func sealedIdentityAnswersAsIfThereWereNoSuchChild() async throws {
    let school = try await School.open()
    let restriction = try await school.senco.placeRestriction(
      RestrictionDraft(
        child: school.child, kind: .sealedIdentity, from: school.clock.time.date,
        ground: "Adoption order seen")
    ).done()
    let before = try await school.senco.status().entries
    #expect(try await school.senco.find(School.childName).seen().isEmpty)
    #expect(try await school.senco.children().seen().isEmpty)
    for look in [school.child, ChildReference(number: 77)!] {
      #expect(await failure { _ = try await school.senco.child(look) } == "notFoundOrNotVisible")
      #expect(await failure { _ = try await school.senco.contacts(of: look) } == "notFoundOrNotVisible")
      #expect(
        await failure {
          _ = try await school.senco.addContact(
            child: look, name: "A", relationship: "mother", parentalResponsibility: false)
        } == "notFoundOrNotVisible")
    }
    #expect(
      await failure {
        _ = try await school.senco.open(school.plan, reason: "Curious", into: CapturedOutput())
      } == "notFoundOrNotVisible")
    // Each of these left an entry, so that somebody who asks for a sealed name is seen to have asked.
    #expect(try await school.senco.status().entries == before + 9)
    _ = try await school.senco.liftRestriction(restriction, ground: "Placed on the wrong file").done()
    #expect(try await school.senco.children().seen().map(\.reference) == [school.child])
    #expect(try await school.visit(school.officerKey).auditVerify().isWhole)
  }

  @Test func hiddenAddressGoesAlongAsADutyWhoeverTheRecipientIs() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let before = try await school.senco.checkDisclosure(school.draft(college, "consent")).obligations
    _ = try await school.senco.placeRestriction(
      RestrictionDraft(
        child: school.child, kind: .shieldedAddress, from: school.clock.time.date, ground: "Refuge")
    ).done()
    let after = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(after.outcome == .allowed)
    #expect(after.obligations.count == before.count + 1)
  }

  @Test func restrictionsAreRefusedToThoseWhoMayNotAndWhenTheyAreNone() async throws {
    let school = try await School.open()
    let teacher = try await school.visit(school.teacherKey)
    let draft = RestrictionDraft(
      child: school.child, kind: .harmFlag, from: school.clock.time.date, ground: "Read by the lead")
    #expect(try await teacher.placeRestriction(draft).refusal != nil)
    var wrong = draft
    wrong.kind = .legalHold
    #expect(await failure { _ = try await school.senco.placeRestriction(wrong) } == "invalidInput")
    wrong = draft
    wrong.contact = school.mother
    #expect(await failure { _ = try await school.senco.placeRestriction(wrong) } == "invalidInput")
    wrong.kind = .courtRestrictedParent
    wrong.contact = nil
    #expect(await failure { _ = try await school.senco.placeRestriction(wrong) } == "invalidInput")
    wrong = draft
    wrong.until = wrong.from.adding(days: -1)
    #expect(await failure { _ = try await school.senco.placeRestriction(wrong) } == "invalidInput")
    wrong = draft
    wrong.child = ChildReference(number: 50)!
    #expect(await failure { _ = try await school.senco.placeRestriction(wrong) } == "notFoundOrNotVisible")
    let placed = try await school.senco.placeRestriction(draft).done()
    _ = try await school.senco.liftRestriction(placed, ground: "Done").done()
    #expect(
      await failure { _ = try await school.senco.liftRestriction(placed, ground: "Again") } == "wrongState")
    #expect(try await school.senco.restrictions(of: school.child).seen().map(\.isInForce) == [false])
  }
}
