import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

/// Single documents go when their time has come; the child's file stays.
@Suite struct DisposalTests {
  /// Days until the plan's date, 31 years after 3 May 2015.
  private static let untilDue = CalendarDate("2026-11-21")!.days(until: CalendarDate("2046-05-03")!)

  @Test func listTellsFromWhenAndTheLookIsAnEntry() async throws {
    let school = try await School.open()
    let before = try await school.lines(.registerViewed).count
    #expect(try await school.senco.retention().seen().documents.isEmpty)
    #expect(try await school.lines(.registerViewed).count == before + 1)
    let ahead = try await school.senco.retention(dueBy: CalendarDate("2046-05-03")).seen()
    #expect(ahead.documents.map(\.record).sorted() == [school.plan, school.advice].sorted())
    #expect(
      ahead.documents.allSatisfy { !$0.isDue && !$0.isHeld && $0.keepUntil == CalendarDate("2046-05-03") })
    #expect(try await school.senco.retention(dueBy: CalendarDate("2046-05-02")).seen().documents.isEmpty)
    let until = CalendarDate("2046-06-30")!
    let hold = try await school.senco.placeHold(
      on: school.child, reason: School.reason, caseReference: nil, until: until
    ).done()
    school.clock.advance(days: Self.untilDue)
    let due = try await school.senco.retention().seen()
    #expect(due.documents.count == 2)
    #expect(due.documents.allSatisfy { $0.isDue && $0.isHeld })
    #expect(due.holds.map(\.reference) == [hold])
    #expect(due.holds.first?.reason == School.reason)
    // The hold's last day counts; the day after, it has ended by itself.
    school.clock.advance(days: CalendarDate("2046-05-03")!.days(until: until))
    #expect(try await school.senco.retention().seen().documents.allSatisfy(\.isHeld))
    school.clock.advance(days: 1)
    #expect(try await school.senco.retention().seen().documents.allSatisfy { !$0.isHeld })
    for key in [school.teacherKey, school.officerKey] {
      let visit = try await school.visit(key)
      #expect(try await visit.retention().refusal?.reasons.map(\.code) == ["action-not-allowed"])
    }
  }

  @Test func lookingFirstChangesNothing() async throws {
    let school = try await School.open()
    school.clock.advance(days: Self.untilDue)
    let before = try await school.senco.status().entries
    let shown = try await school.senco.disposal(of: school.child, .allDue).seen()
    #expect(shown.map(\.record).sorted() == [school.plan, school.advice].sorted())
    let one = try await school.senco.disposal(of: school.child, .records([school.advice])).seen()
    #expect(one.map(\.record) == [school.advice])
    #expect(try await school.senco.status().entries == before + 2, "two looks")
    #expect(try await school.lines(.erasureProposed).isEmpty)
    #expect(
      await failure {
        _ = try await school.senco.disposal(of: school.child, .records([RecordReference(value: 1)]))
      }
        == "notFoundOrNotVisible")
  }

  @Test func secondPersonDisposesAndATombstoneStays() async throws {
    let school = try await School.open()
    school.clock.advance(days: Self.untilDue)
    let object = try await school.object(of: school.plan)
    let proposal = try await school.senco.proposeDisposal(
      of: school.child, .records([school.plan]), ground: .retention, reason: "31 years"
    ).done()
    #expect(try await school.storage.objects.stat(object) != nil, "nothing goes with the proposal")
    school.clock.advance(days: 14)
    let head = try await school.visit(school.headKey)
    let done = try await head.carryOut(proposal.reference, on: school.child).done()
    #expect(done.scope == .records && done.records == [school.plan])
    #expect(try await school.storage.objects.stat(object) == nil)
    let file = try await school.senco.child(school.child).seen()
    #expect(file.records.map(\.reference) == [school.advice])
    #expect(file.disposed.map(\.record) == [school.plan])
    #expect(file.disposed.first?.kind == "ehc-plan")
    #expect(file.disposed.first?.dated == CalendarDate("2026-11-12"))
    #expect(file.child.recordCount == 1)
    #expect(try await school.senco.find("Plan of November").seen().isEmpty)
    #expect(
      await stateFault { _ = try await head.open(school.plan, reason: "r", into: CapturedOutput()) }
        == .recordDisposed)
    let college = try await school.recipient("college")
    #expect(
      await stateFault { _ = try await school.senco.requestDisclosure(school.draft(college, "consent")) }
        == .recordDisposed)
    #expect(
      await stateFault {
        _ = try await head.proposeDisposal(
          of: school.child, .records([school.plan]), ground: .retention, reason: "r")
      } == .recordDisposed)
    let bytes = try await school.storedBytes()
    #expect(!holds(bytes, "many pages"))
    #expect(try await school.senco.check().findings.isEmpty)
    let report = try await school.senco.auditVerify()
    #expect(report.isWhole && report.closedBoxes == 0)
  }

  @Test func whatWasReleasedStaysRecorded() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal")
    let (made, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let request = try #require(made)
    _ = try await school.senco.release(request, into: CapturedOutput()).done()
    let proposal = try await school.proposedDisposal([school.plan])
    _ = try await (try school.visit(school.headKey)).carryOut(proposal, on: school.child).done()
    let detail = try await school.senco.request(request).seen()
    #expect(detail.summary.state == "released")
    #expect(detail.records == [school.plan])
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func whatAnOpenRequestNeedsStays() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal")
    let (made, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let records = try await school.senco.child(school.child).seen().records
    let letter = try #require(records.first { $0.kind == "evidence" }).reference
    for needed in [school.plan, letter] {
      let answer = try await school.senco.proposeDisposal(
        of: school.child, .records([needed]), ground: .filedInError, reason: "r")
      #expect(answer.refusal?.reasons.map(\.code) == ["request-open"])
    }
    // What the request does not need may go; and if the request comes in between, it counts.
    let proposal = try await school.proposedDisposal([school.advice])
    let head = try await school.visit(school.headKey)
    await school.ledger.before {
      _ = try await school.visit(school.dslKey).requestDisclosure(
        school.draft(tribunal, "appeal", School.appealEvidence, records: [school.advice]))
    }
    let answer = try await head.carryOut(proposal, on: school.child)
    #expect(answer.refusal?.reasons.map(\.code) == ["request-open"])
    _ = made
  }

  @Test func allDueTakesWhatIsDueAndNoMore() async throws {
    let school = try await School.open()
    #expect(
      await stateFault {
        _ = try await school.senco.proposeDisposal(of: school.child, .allDue, ground: .retention, reason: "r")
      } == .nothingDue)
    let protection = try await (try school.visit(school.dslKey)).store(
      BytesInput(name: "cp.txt", bytes: Array("x".utf8)), child: school.child, kind: "child-protection",
      dated: nil,
      title: nil
    ).done()
    #expect(protection.keepUntil == CalendarDate("2040-05-03"))
    #expect(protection.yearsKept == 25)
    school.clock.advance(days: CalendarDate("2026-11-21")!.days(until: CalendarDate("2040-05-03")!))
    let proposal = try await school.senco.proposeDisposal(
      of: school.child, .allDue, ground: .retention, reason: "r"
    ).done()
    #expect(proposal.records == [protection.reference])
    // One that is due does not carry one that is not.
    let answer = try await school.senco.proposeDisposal(
      of: school.child, .records([school.plan, school.advice]), ground: .retention, reason: "r")
    #expect(answer.refusal?.reasons.map(\.code) == ["keep-until-not-reached"])
  }

  @Test(arguments: [[RecordReference](), [RecordReference(value: 1)]])
  func oddChoicesAreRefused(records: [RecordReference]) async throws {
    let school = try await School.open()
    let kind = await failure {
      _ = try await school.senco.proposeDisposal(
        of: school.child, .records(records), ground: .filedInError, reason: "r")
    }
    #expect(kind == (records.isEmpty ? "invalidInput" : "notFoundOrNotVisible"))
    let twice = await failure {
      _ = try await school.senco.proposeDisposal(
        of: school.child, .records([school.plan, school.plan]), ground: .filedInError, reason: "r")
    }
    #expect(twice == "invalidInput")
  }

  @Test func overlappingProposalsWaitForEachOther() async throws {
    let school = try await School.open()
    _ = try await school.proposedDisposal([school.plan])
    #expect(
      await stateFault { _ = try await school.proposedDisposal([school.plan, school.advice]) }
        == .alreadyProposed)
    _ = try await school.proposedDisposal([school.advice])
    #expect(await stateFault { _ = try await school.proposedErasure() } == .alreadyProposed)
  }

  @Test func aHeldChildsPapersAreSharedWithTheRemindersOfTheHold() async throws {
    let school = try await School.open()
    _ = try await school.senco.placeHold(on: school.child, reason: "x", caseReference: nil, until: nil).done()
    let tribunal = try await school.recipient("send-tribunal")
    let (made, report) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    #expect(report.outcome == .allowed)
    #expect(report.obligations.contains { $0.contains("legal hold") && $0.contains("destroy nothing") })
    _ = try await school.senco.release(try #require(made), into: CapturedOutput()).done()
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func aDisposedDocumentPutBackIsNamedAndNeverServed() async throws {
    let school = try await School.open()
    let object = try await school.object(of: school.plan)
    let length = try #require(try await school.storage.objects.stat(object))
    let bytes = try await school.storage.objects.read(object, range: 0..<length)
    let proposal = try await school.proposedDisposal([school.plan])
    _ = try await (try school.visit(school.headKey)).carryOut(proposal, on: school.child).done()
    // While the disposal is the newest entry, a file that is there is what a crash left, and goes.
    _ = try await school.senco.children().seen()
    _ = try await school.storage.objects.put(object, exactSize: length) { write in try write(bytes.span.bytes)
    }
    let findings = try await (try school.visit(school.headKey)).check().findings
    #expect(findings.map(\.file) == [object.relativePath])
    #expect(findings.first?.isDamage == true)
    #expect(findings.first?.text == "\(school.plan), which was disposed of: put back, and never served")
    #expect(
      await stateFault { _ = try await school.senco.open(school.plan, reason: "r", into: CapturedOutput()) }
        == .recordDisposed)
  }
}
