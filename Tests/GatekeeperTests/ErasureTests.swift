import AgeFormat
import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

/// A child's file goes for good: who may, what stands in the way, what is gone and what stays.
@Suite struct ErasureTests {
  // MARK: The story

  @Test func twoPeopleEraseAFileForGood() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal", key: try X25519Identity.generate().recipient)
    let (made, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let request = try #require(made)
    _ = try await school.senco.release(request, into: CapturedOutput()).done()
    let sibling = try await school.senco.addChild(
      name: "Sam Sibling", born: CalendarDate("2013-02-01")!, upn: nil
    ).done()
    let keyFile = try await school.keyFile
    let object = try await school.object(of: school.plan)

    let done = try await school.erase()

    #expect(done.scope == .child)
    #expect(done.records.count == 3, "two documents and the evidence for the request")
    #expect(done.finalFrom == CalendarDate("2027-03-05"), "90 days of backups, from 5 December 2026")
    #expect(try await school.storage.files.read(keyFile) == nil)
    #expect(try await school.storage.objects.stat(object) == nil)
    // The rest of the vault goes on.
    #expect(try await school.senco.children().seen().map(\.reference) == [sibling])
    #expect(try await school.senco.find("Quillfeather").seen().isEmpty)
    let status = try await school.senco.status()
    #expect(status.children == 1 && status.erasedChildren == 1 && status.records == 0)
    // What is left says what there was, by reference.
    guard case .erased(let left) = try await school.senco.childView(school.child).seen() else {
      Issue.record("the file is still there")
      return
    }
    #expect(left.ground == .erasureRequest)
    #expect(left.records.map(\.kind).sorted() == ["advice", "ehc-plan", "evidence"])
    #expect(left.released == [request])
    #expect(try await school.senco.request(request).seen().reason == nil)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func verificationStillHoldsAndSaysWhatIsClosed() async throws {
    let school = try await School.open()
    _ = try await school.senco.open(school.plan, reason: School.reason, into: CapturedOutput()).done()
    let before = try await school.senco.auditVerify()
    #expect(before.closedBoxes == 0)
    try await school.erase()
    let report = try await school.senco.auditVerify()
    #expect(report.isWhole, "\(report.lines)")
    // child, contact, two documents, an opening, the proposal.
    #expect(report.closedBoxes == 6)
    #expect(report.lines.contains { $0.contains("6 sealed parts of erased children") })
    let officer = try await school.visit(school.officerKey)
    #expect(try await officer.auditVerify().isWhole)
    // An entry of the child can still be proved to stand in the log.
    let stored = try #require(try await school.lines(.recordStored).first)
    _ = try await officer.auditShow(stored.index).seen()
  }

  @Test func whatWasPlantedStandsInNoByteAndOpensWithNoKeyThatIsLeft() async throws {
    let school = try await School.open()
    _ = try await school.senco.open(school.plan, reason: School.reason, into: CapturedOutput()).done()
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    _ = try await school.visit(school.sencoKey)
    let boxes = await school.senco.state
    try await school.erase()
    let bytes = try await school.storedBytes()
    for word in School.planted { #expect(!holds(bytes, word), "\(word)") }
    // Everything that every key left in the vault opens: the epoch's, the register's and the ledger's.
    let epoch = try #require(await school.senco.keys.epoch)
    let register = try await school.senco.registerIdentity(in: boxes)
    let child = try #require(boxes.child(school.child))
    for key in [epoch, register, school.sencoKey.identity, school.headKey.identity] {
      #expect(throws: EntryFault.boxBroken) {
        try child.details.box.open(
          identity: key, vault: boxes.vault, event: child.details.event, kind: child.details.kind)
      }
    }
    _ = try await school.senco.status()
    #expect(await school.senco.childKeys[school.child] == nil)
    #expect(await school.senco.openedBoxes[child.details.event] == nil)
  }

  // MARK: Refusals

  private func refused(
    _ school: School, _ codes: [String], _ act: () async throws -> Answer<some Sendable>
  ) async throws {
    let keyFile = try await school.keyFile
    let before = try await school.lines(.accessRefused).count
    let report = try #require(try await act().refusal)
    #expect(report.reasons.map(\.code) == codes)
    #expect(report.reasons.allSatisfy { !$0.text.isEmpty })
    let lines = try await school.lines(.accessRefused)
    #expect(lines.count == before + 1)
    #expect(lines.last?.index == report.entry)
    #expect(lines.last?.reasons == codes)
    #expect(try await school.storage.files.read(keyFile) != nil, "nothing goes when it is refused")
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func aFileIsKeptUntilItsDateAndTheAnswerSaysWhich() async throws {
    let school = try await School.open()
    try await refused(school, ["keep-until-not-reached"]) {
      try await school.senco.proposeErasure(of: school.child, ground: .retention, reason: "r")
    }
    let again = try await school.senco.proposeErasure(of: school.child, ground: .retention, reason: "r")
    let remedies = try #require(again.refusal).remedies.map(\.text).joined(separator: "\n")
    #expect(remedies.contains("\(school.plan) (ehc-plan) is kept until 2046-05-03."))
    #expect(remedies.contains("erasure-request"))
    school.clock.advance(days: CalendarDate("2026-11-21")!.days(until: CalendarDate("2046-05-03")!))
    let proposal = try await school.senco.proposeErasure(of: school.child, ground: .retention, reason: "r")
      .done()
    #expect(proposal.from == CalendarDate("2046-05-17"))
  }

  @Test func aHoldStopsProposingAndCarryingOut() async throws {
    let school = try await School.open()
    let hold = try await school.senco.placeHold(
      on: school.child, reason: School.reason, caseReference: "EH850/26/00221", until: nil
    ).done()
    try await refused(school, ["legal-hold"]) {
      try await school.senco.proposeErasure(of: school.child, ground: .erasureRequest, reason: "r")
    }
    _ = try await school.senco.liftHold(hold).done()
    let proposal = try await school.proposedErasure()
    // Placed by somebody else between the proposal and carrying it out.
    let dsl = try await school.visit(school.dslKey)
    let second = try await dsl.placeHold(on: school.child, reason: "x", caseReference: nil, until: nil).done()
    let head = try await school.visit(school.headKey)
    try await refused(school, ["legal-hold"]) { try await head.carryOut(proposal, on: school.child) }
    _ = try await dsl.liftHold(second).done()
    _ = try await head.carryOut(proposal, on: school.child).done()
  }

  @Test func aHoldThatWasPlacedInTheLastMomentCounts() async throws {
    let school = try await School.open()
    let proposal = try await school.proposedErasure()
    let dsl = try await school.visit(school.dslKey)
    let head = try await school.visit(school.headKey)
    // After the head's process has decided, just before it appends.
    await school.ledger.before {
      _ = try await dsl.placeHold(on: school.child, reason: "x", caseReference: nil, until: nil).done()
    }
    try await refused(school, ["legal-hold"]) { try await head.carryOut(proposal, on: school.child) }
  }

  @Test func whoeverProposedNeverCarriesItOut() async throws {
    let school = try await School.open()
    let proposal = try await school.proposedErasure()
    try await refused(school, ["proposed-by-themself"]) {
      try await school.senco.carryOut(proposal, on: school.child)
    }
  }

  @Test func twoWeeksMustPass() async throws {
    let school = try await School.open()
    let proposal = try await school.senco.proposeErasure(
      of: school.child, ground: .courtOrder, reason: "r"
    ).done()
    let head = try await school.visit(school.headKey)
    school.clock.advance(days: 13)
    try await refused(school, ["waiting-period"]) {
      try await head.carryOut(proposal.reference, on: school.child)
    }
    school.clock.advance(days: 1)
    _ = try await head.carryOut(proposal.reference, on: school.child).done()
  }

  @Test func anOpenRequestMustBeClosedFirst() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let (made, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    try await refused(school, ["request-open"]) {
      try await school.senco.proposeErasure(of: school.child, ground: .erasureRequest, reason: "r")
    }
    _ = try await school.senco.decline(try #require(made), reason: "no longer wanted").done()
    try await school.erase()
  }

  @Test func aGroundThatTheRulesDoNotNameIsRefused() async throws {
    let school = try await School.open(
      policy: try School.policy(
        replacing: "[erasure-request, filed-in-error, court-order]", with: "[court-order]"))
    try await refused(school, ["ground-not-allowed"]) {
      try await school.senco.proposeErasure(of: school.child, ground: .erasureRequest, reason: "r")
    }
  }

  @Test func teachersAndOfficersEraseNothing() async throws {
    let school = try await School.open()
    let proposal = try await school.proposedErasure()
    for key in [school.teacherKey, school.officerKey] {
      let visit = try await school.visit(key)
      try await refused(school, ["action-not-allowed"]) {
        try await visit.proposeErasure(of: school.child, ground: .courtOrder, reason: "r")
      }
      try await refused(school, ["action-not-allowed"]) {
        try await visit.carryOut(proposal, on: school.child)
      }
      try await refused(school, ["action-not-allowed"]) { try await visit.withdrawErasure(proposal) }
      try await refused(school, ["action-not-allowed"]) {
        try await visit.placeHold(on: school.child, reason: "r", caseReference: nil, until: nil)
      }
    }
  }

  // MARK: Bad input and the wrong moment

  @Test func whatIsNotThereIsNotFoundAndRecorded() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    let nobody = ChildReference(number: 99)!
    let before = try await school.lines(.accessRefused).count
    #expect(
      await failure { _ = try await head.proposeErasure(of: nobody, ground: .courtOrder, reason: "r") }
        == "notFoundOrNotVisible")
    #expect(
      await failure { _ = try await head.carryOut(ProposalReference(value: 1), on: school.child) }
        == "notFoundOrNotVisible")
    #expect(
      await failure { _ = try await head.withdrawErasure(ProposalReference(value: 1)) }
        == "notFoundOrNotVisible")
    #expect(await failure { _ = try await head.liftHold(HoldReference(value: 1)) } == "notFoundOrNotVisible")
    #expect(try await school.lines(.accessRefused).count == before + 4)
    // A proposal for one child does not erase another.
    let other = try await school.senco.addChild(name: "B", born: CalendarDate("2014-01-01")!, upn: nil).done()
    let proposal = try await school.proposedErasure()
    #expect(await failure { _ = try await head.carryOut(proposal, on: other) } == "notFoundOrNotVisible")
  }

  @Test func reasonsAreCheckedAndNeverPrinted() async throws {
    let school = try await School.open()
    for reason in ["", "  ", "a\u{0}b", "a\u{202E}b", String(repeating: "x", count: 2001)] {
      #expect(
        await failure {
          _ = try await school.senco.proposeErasure(of: school.child, ground: .courtOrder, reason: reason)
        } == "invalidInput")
      #expect(
        await failure {
          _ = try await school.senco.placeHold(
            on: school.child, reason: reason, caseReference: nil, until: nil)
        } == "invalidInput")
    }
    #expect(
      await failure {
        _ = try await school.senco.placeHold(
          on: school.child, reason: "r", caseReference: nil, until: CalendarDate("2026-11-20"))
      } == "invalidInput")
  }

  @Test func whatIsDoneIsNotDoneTwice() async throws {
    let school = try await School.open()
    let first = try await school.senco.proposeErasure(of: school.child, ground: .courtOrder, reason: "r")
      .done()
    #expect(
      await stateFault {
        _ = try await school.senco.proposeErasure(of: school.child, ground: .courtOrder, reason: "r")
      } == .alreadyProposed)
    _ = try await school.senco.withdrawErasure(first.reference).done()
    #expect(
      await stateFault { _ = try await school.senco.withdrawErasure(first.reference) } == .proposalClosed)
    school.clock.advance(days: 14)
    let head = try await school.visit(school.headKey)
    #expect(
      await stateFault { _ = try await head.carryOut(first.reference, on: school.child) } == .proposalClosed)
    let hold = try await head.placeHold(on: school.child, reason: "r", caseReference: nil, until: nil).done()
    _ = try await head.liftHold(hold).done()
    #expect(await stateFault { _ = try await head.liftHold(hold) } == .alreadyLifted)
    let second = try await school.proposedErasure()
    _ = try await head.carryOut(second, on: school.child).done()
    #expect(await stateFault { _ = try await head.carryOut(second, on: school.child) } == .childErased)
  }

  @Test func nothingCanBeAddedToAnErasedFile() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let consent = try await school.consent(college)
    try await school.erase()
    let senco = school.senco
    let draft = school.draft(college, "consent")
    let attempts: [(String, () async throws -> Void)] = [
      (
        "store",
        {
          _ = try await senco.store(
            BytesInput(name: "a.txt", bytes: [1]), child: school.child, kind: "advice", dated: nil, title: nil
          )
        }
      ),
      (
        "contact",
        {
          _ = try await senco.addContact(
            child: school.child, name: "A", relationship: "aunt", parentalResponsibility: false)
        }
      ),
      (
        "consent",
        {
          _ = try await senco.recordConsent(
            child: school.child, givenBy: nil, to: college, kinds: ["advice"], purpose: "p",
            until: CalendarDate("2027-07-31")!)
        }
      ),
      (
        "note",
        { _ = try await senco.noteChild(school.child, ChildNotes(care: CareStatus.none), ground: "g") }
      ),
      ("open", { _ = try await senco.open(school.plan, reason: "r", into: CapturedOutput()) }),
      ("request", { _ = try await senco.requestDisclosure(draft) }),
      ("check", { _ = try await senco.checkDisclosure(draft) }),
      (
        "hold",
        { _ = try await senco.placeHold(on: school.child, reason: "r", caseReference: nil, until: nil) }
      ),
      ("withdraw", { _ = try await senco.withdrawConsent(consent) }),
      ("propose", { _ = try await senco.proposeErasure(of: school.child, ground: .courtOrder, reason: "r") }),
      ("contacts", { _ = try await senco.contacts(of: school.child) }),
      ("child", { _ = try await senco.child(school.child) }),
    ]
    for (name, attempt) in attempts {
      #expect(await stateFault(attempt) == .childErased, "\(name)")
    }
    #expect(try await school.storage.objects.list().isEmpty, "no orphan is left by a refused filing")
    #expect(try await senco.auditVerify().isWhole)
  }

  // MARK: Several processes

  @Test func aRequestMadeWhileTheFileIsErasedIsRefused() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let proposal = try await school.proposedErasure()
    let head = try await school.visit(school.headKey)
    await school.ledger.before { _ = try await head.carryOut(proposal, on: school.child).done() }
    #expect(
      await stateFault { _ = try await school.senco.requestDisclosure(school.draft(college, "consent")) }
        == .childErased)
    #expect(try await school.lines(.requestMade).isEmpty)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func aProcessThatHoldsTheKeyInMemoryForgetsIt() async throws {
    let school = try await School.open()
    let dsl = try await school.visit(school.dslKey)
    _ = try await dsl.child(school.child).seen()
    let keyFile = try await school.keyFile
    let key = try #require(try await school.storage.files.read(keyFile))
    #expect(await dsl.childKeys[school.child] != nil)
    try await school.erase()
    // Somebody puts the key back; the process was open all the time.
    try await school.storage.files.create(keyFile, key)
    #expect(
      await stateFault { _ = try await dsl.open(school.advice, reason: "r", into: CapturedOutput()) }
        == .childErased)
    #expect(await dsl.childKeys.isEmpty)
    #expect(await dsl.openedBoxes.isEmpty)
    #expect(await dsl.listedBoxes.isEmpty)
    #expect(try await dsl.children().seen().isEmpty)
  }

  @Test func aRegisterOfNamesFromBeforeIsNotKept() async throws {
    let school = try await School.open()
    for number in 0..<40 {
      _ = try await school.senco.addChild(
        name: "Child \(number)", born: CalendarDate("2014-01-01")!, upn: nil
      ).done()
    }
    // A new process has nothing in memory, so the list opens every box and keeps what it saw.
    let slow = try await school.visit(school.dslKey)
    _ = try await slow.children().seen()
    let before = try await school.storage.files.list(.caches).filter { $0.displayName.contains("register") }
    #expect(before == [.cache("register-0")])
    let stale = try #require(try await school.storage.files.read(.cache("register-0")))
    try await school.erase()
    #expect(try await school.storage.files.list(.caches).allSatisfy { !$0.displayName.contains("register") })
    // A process that was in the middle of writing it gets that done afterwards; whoever opens next takes it away.
    try await school.storage.files.replace(.cache("register-0"), stale)
    _ = try await school.visit(school.teacherKey)
    #expect(try await school.storage.files.read(.cache("register-0")) == nil)
    let fresh = try await school.visit(school.dslKey)
    #expect(try await fresh.children().seen().count == 40)
    #expect(try await school.storage.files.read(.cache("register-1")) != nil)
  }
}

extension School {
  /// The default rules with some words of `policy.yaml` replaced.
  static func policy(replacing old: String, with new: String) throws -> PolicySource {
    var files = PolicySource.england.files
    let text = try #require(files["policy.yaml"])
    let range = try #require(text.firstRange(of: old))
    files["policy.yaml"] = text[..<range.lowerBound] + new + text[range.upperBound...]
    return PolicySource(files: files)
  }
}
