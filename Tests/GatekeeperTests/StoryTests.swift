import AgeFormat
import DisclosureRules
import Gatekeeper
import StrongroomCrypto
import Testing
import VaultStore

/// The main job from end to end, as a school does it.
@Suite struct StoryTests {
  @Test func solicitorIsRefusedAndToldWhatWouldMakeItLawful() async throws {
    let school = try await School.open()
    let solicitor = try await school.recipient("solicitor")
    let (request, report) = try await school.senco.requestDisclosure(school.draft(solicitor, "consent"))
    #expect(request != nil)
    #expect(report.outcome == .refused)
    #expect(!report.remedies.isEmpty)
    #expect(report.entry != nil)
  }

  @Test func tribunalRequestIsAllowedReleasedAndOpens() async throws {
    let school = try await School.open()
    let key = try X25519Identity.generate()
    let tribunal = try await school.recipient("send-tribunal", key: key.recipient)
    let (request, report) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    #expect(report.outcome == .allowed, "\(report.reasons) \(report.needs)")
    let output = CapturedOutput()
    let released = try await school.senco.release(try #require(request), into: output).done()
    #expect(output.isCommitted)
    #expect(!released.hasPassphrase)
    #expect(SHA256.digest(of: output.bytes) == released.sha256)
    #expect(output.bytes.count == released.sizeBytes)
    let opened = try Age.open(output.bytes, identities: [key], limit: 1 << 20)
    let archive = opened.withBytes { [UInt8](copying: $0) }
    #expect(holds(archive, "many pages"))
    #expect(holds(archive, "bagit.txt"))
    let file = try await school.senco.child(school.child).seen()
    #expect(file.requests.map(\.state) == ["released"])
  }

  @Test func withoutKeyThePassphraseIsShownOnceAndOpensThePackage() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal")
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let output = CapturedOutput()
    let released = try await school.senco.release(try #require(request), into: output).done()
    var phrase = ""
    released.withPassphrase { phrase = $0 }
    let secret = SecretBytes.copying(Array(phrase.utf8).span.bytes)
    let opened = try Age.open(
      output.bytes, identities: [try ScryptIdentity(passphrase: secret)], limit: 1 << 20)
    #expect(opened.count > 0)
  }

  @Test func collegeWaitsForConsentAndIsThenAllowed() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let (request, report) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .waiting)
    #expect(report.needs.map(\.code).contains("consent"))
    let early = CapturedOutput()
    let refused = try await school.senco.release(try #require(request), into: early)
    #expect(refused.refusal?.outcome == .waiting)
    #expect(early.isEmpty)
    _ = try await school.consent(college)
    let output = CapturedOutput()
    _ = try await school.senco.release(try #require(request), into: output).done()
    #expect(output.isCommitted)
  }

  @Test func courtOrderNeedsTwoApproversWhoAreNotTheRequester() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let (made, report) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    let request = try #require(made)
    #expect(report.outcome == .waiting, "\(report.reasons)")
    #expect(report.needs.map(\.code) == ["approval"])

    let own = try await school.senco.approve(request)
    #expect(own.outcome == .refused)
    #expect(own.reasons.map(\.code) == ["approval-by-requester"])
    #expect(own.entry != nil)

    let head = try await school.visit(school.headKey)
    #expect(try await head.approve(request).outcome == .waiting)
    let again = try await head.approve(request)
    #expect(again.outcome == .refused)
    #expect(again.reasons.map(\.code) == ["approval-twice"])

    let officer = try await school.visit(school.officerKey)
    #expect(try await officer.approve(request).outcome == .allowed)
    let output = CapturedOutput()
    _ = try await school.senco.release(request, into: output).done()
    #expect(output.isCommitted)
  }

  @Test func newEvidenceAsksForApprovalsAgain() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let (made, _) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    let request = try #require(made)
    for key in [school.headKey, school.dslKey] {
      _ = try await school.visit(key).approve(request)
    }
    let report = try await school.senco.attachEvidence(
      [.text(id: "case-number", text: "FD26P00999")], to: request)
    #expect(report.outcome == .waiting)
    let output = CapturedOutput()
    #expect(try await school.senco.release(request, into: output).refusal?.outcome == .waiting)
    #expect(output.isEmpty)
  }

  @Test func sameCourtOrderIsNotUsedForASibling() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    _ = try await school.senco.requestDisclosure(school.draft(court, "court-order", School.orderEvidence()))
    let sibling = try await school.senco.addChild(
      name: "Basil Quillfeather", born: CalendarDate("2013-02-01")!, upn: nil
    ).done()
    let plan = try await school.senco.store(
      BytesInput(name: "b.pdf", bytes: School.planBytes), child: sibling, kind: "ehc-plan", dated: nil,
      title: nil
    ).done().reference
    var draft = school.draft(court, "court-order", School.orderEvidence("XX26P00001"), records: [plan])
    draft.child = sibling
    let (_, report) = try await school.senco.requestDisclosure(draft)
    #expect(report.outcome == .refused)
    #expect(report.reasons.map(\.code).contains("evidence-reused"))
  }

  @Test func consentWithdrawnBetweenApprovalAndReleaseStopsIt() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let consent = try await school.consent(college)
    let (request, report) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .allowed, "\(report.reasons) \(report.needs)")
    _ = try await school.senco.withdrawConsent(consent).done()
    let output = CapturedOutput()
    let refusal = try await school.senco.release(try #require(request), into: output).refusal
    #expect(refusal?.outcome == .refused)
    #expect(refusal?.reasons.map(\.code) == ["consent-withdrawn"])
    #expect(refusal?.entry != nil)
    #expect(output.isEmpty)
  }

  @Test func consentWithdrawnWhileThePackageIsWrittenStopsIt() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let consent = try await school.consent(college)
    let (request, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let head = try await school.visit(school.headKey)
    let output = CapturedOutput()
    school.objects.beforeRead { _ = try await head.withdrawConsent(consent) }
    let refusal = try await school.senco.release(try #require(request), into: output).refusal
    #expect(refusal?.reasons.map(\.code) == ["consent-withdrawn"])
    #expect(output.isEmpty)
    let officer = try await school.visit(school.officerKey)
    #expect(try await officer.auditVerify().isWhole)
    let lines = try await officer.auditList().seen()
    #expect(!lines.contains { $0.kind == "disclosure.released" })
  }

  @Test func officerSeesReferencesOnlyVerifiesAndCannotOpen() async throws {
    let school = try await School.open()
    let officer = try await school.visit(school.officerKey)
    let output = CapturedOutput()
    let refusal = try await officer.open(school.plan, reason: "curious", into: output).refusal
    #expect(refusal?.outcome == .refused)
    #expect(output.isEmpty)
    let unknown = try await officer.open(
      RecordReference(value: 7), reason: "curious", into: CapturedOutput()
    ).refusal
    #expect(unknown?.reasons == refusal?.reasons)
    let lines = try await officer.auditList(AuditFilter(outcome: "refused")).seen()
    #expect(lines.map(\.record) == [school.plan, RecordReference(value: 7)])
    #expect(try await officer.children().refusal != nil)
    for line in try await officer.auditList().seen() {
      let shown = try await officer.auditShow(line.index).seen()
      let text = shown.lines.joined() + String(decoding: shown.event.canonicalBytes, as: UTF8.self)
      for word in School.planted { #expect(!text.contains(word)) }
    }
    let report = try await officer.auditVerify()
    #expect(report.isWhole)
    #expect(report.entry != nil)
  }

  @Test func teacherIsRefusedAndTheRefusalIsUnderTheirSignature() async throws {
    let school = try await School.open()
    let teacher = try await school.visit(school.teacherKey)
    let output = CapturedOutput()
    #expect(try await teacher.open(school.plan, reason: "lesson", into: output).refusal != nil)
    #expect(output.isEmpty)
    #expect(try await teacher.children().refusal != nil)
    let (request, report) = try await teacher.requestDisclosure(
      school.draft(RecipientReference(value: 1), "appeal"))
    #expect(request == nil)
    #expect(report.outcome == .refused)
    let officer = try await school.visit(school.officerKey)
    let refused = try await officer.auditList(AuditFilter(kind: "access.refused")).seen()
    #expect(refused.map(\.actorRole) == ["teacher", "teacher", "teacher"])
    #expect(try await officer.auditVerify().isWhole)
  }

  @Test func openingIsDecidedRecordedAndWhole() async throws {
    let school = try await School.open()
    let output = CapturedOutput()
    let opened = try await school.senco.open(school.plan, reason: "Annual review", into: output).done()
    #expect(output.bytes == School.planBytes)
    #expect(output.isCommitted)
    #expect(opened.name == "secret-plan.pdf")
    #expect(opened.mediaType.contains("pdf"))
    let head = try await school.visit(school.headKey)
    let lines = try await head.auditList(AuditFilter(kind: "record.opened")).seen()
    #expect(lines.map(\.outcome) == ["allowed"])
  }

  @Test func wholeStoryVerifiesForCustodianAndOfficer() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let college = try await school.recipient("college")
    let (order, _) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    for key in [school.headKey, school.officerKey] {
      _ = try await school.visit(key).approve(try #require(order))
    }
    _ = try await school.senco.release(try #require(order), into: CapturedOutput()).done()
    let consent = try await school.consent(college)
    let (asked, _) = try await school.senco.requestDisclosure(
      school.draft(college, "consent", records: [school.plan, school.advice]))
    _ = try await school.senco.release(try #require(asked), into: CapturedOutput()).done()
    _ = try await school.senco.withdrawConsent(consent)
    school.clock.advance(days: 3)
    _ = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    let (unwanted, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    _ = try await school.visit(school.dslKey).decline(try #require(unwanted), reason: "late").done()
    for key in [school.sencoKey, school.headKey, school.officerKey] {
      let report = try await school.visit(key).auditVerify()
      #expect(report.isWhole, "\(report.lines)")
    }
    let check = try await school.senco.check()
    #expect(check.findings.isEmpty, "\(check.findings)")
    #expect(check.entriesChecked > 20)
  }
}
