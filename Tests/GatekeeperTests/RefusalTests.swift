import AgeFormat
import DisclosureRules
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@Suite struct RefusalTests {
  @Test func strangersAndRemovedMembersOpenNothing() async throws {
    let school = try await School.open()
    let stranger = try MemberIdentity.generate()
    await #expect(throws: GateError.self) { _ = try await school.visit(stranger) }
    let members = try await school.senco.members()
    let teacher = try #require(members.first { $0.role == "teacher" })
    let visit = try await school.visit(school.teacherKey)
    _ = try await school.senco.removeMember(teacher.reference).done()
    #expect(await failure { _ = try await school.visit(school.teacherKey) } == "keyNotAvailable")
    // The process that was open before is out as well.
    #expect(await failure { _ = try await visit.children() } == "keyNotAvailable")
    let head = try #require(members.first { $0.role == "headteacher" })
    _ = try await school.senco.removeMember(head.reference).done()
    #expect(await failure { _ = try await school.visit(school.headKey) } == "keyNotAvailable")
  }

  @Test func theLastWhoCanManageMembersStays() async throws {
    let school = try await School.open()
    for member in try await school.senco.members() where member.role == "headteacher" {
      _ = try await school.senco.removeMember(member.reference).done()
    }
    let me = try await school.senco.me.reference
    #expect(await failure { _ = try await school.senco.removeMember(me) } == "wrongState")
  }

  @Test func onePersonIsOneMember() async throws {
    let school = try await School.open()
    let again = try school.headKey.card(name: "Somebody Else")
    #expect(await failure { _ = try await school.senco.addMember(card: again, role: "dsl") } == "wrongState")
    let card = try MemberIdentity.generate().card(name: "X")
    #expect(
      await failure { _ = try await school.senco.addMember(card: card, role: "king") } == "invalidInput")
    let head = try await school.visit(school.headKey)
    _ = try await head.addMember(card: card, role: "governor").done()
    let officer = try await school.visit(school.officerKey)
    let other = try MemberIdentity.generate().card(name: "Y")
    #expect(try await officer.addMember(card: other, role: "senco").refusal != nil)
  }

  @Test func exampleKeysAreRefusedInARealVaultAndMarkTheirOwn() async throws {
    let folder = VectorFolder.packageRoot.appendingPathComponent("keys-example")
    func key(_ name: String) throws -> MemberIdentity {
      let file = try [UInt8](Data(contentsOf: folder.appendingPathComponent("\(name).key")))
      return try MemberIdentity(identityFile: secret(file)) { secret("") }
    }
    let school = try await School.open()
    let teacher = try key("teacher").card(name: "T")
    #expect(
      await failure { _ = try await school.senco.addMember(card: teacher, role: "teacher") }
        == "exampleKeyRefused")
    #expect(await failure { _ = try await school.visit(try key("senco")) } == "exampleKeyRefused")
    let tribunal = try key("tribunal").recipient
    #expect(
      await failure { _ = try await school.recipient("send-tribunal", key: tribunal) } == "exampleKeyRefused")

    let storage = VaultStorage.inMemory()
    let created = try await Gatekeeper.createVault(
      in: storage, name: "Jo Patel", creator: key("senco"), policy: .england, settingType: "academy",
      recovery: [], effects: school.clock.effects)
    #expect(created.isExample)
    let senco = try await Gatekeeper(opening: storage, as: key("senco"), effects: school.clock.effects)
    #expect(await senco.isExampleVault)
    _ = try await senco.addMember(card: teacher, role: "teacher").done()
  }

  @Test func whatDoesNotExistReadsLikeWhatMayNotBeSeen() async throws {
    let school = try await School.open()
    let unknown = ChildReference(number: 999)!
    let before = try await school.senco.status().entries
    #expect(await failure { _ = try await school.senco.child(unknown) } == "notFoundOrNotVisible")
    #expect(
      await failure {
        _ = try await school.senco.open(RecordReference(value: 9), reason: "r", into: CapturedOutput())
      } == "notFoundOrNotVisible")
    #expect(
      await failure { _ = try await school.senco.contacts(of: unknown) } == "notFoundOrNotVisible")
    #expect(
      await failure { _ = try await school.senco.approve(RequestReference(value: 9)) }
        == "notFoundOrNotVisible")
    #expect(
      await failure {
        _ = try await school.senco.requestDisclosure(
          school.draft(RecipientReference(value: 3), "appeal"))
      } == "notFoundOrNotVisible")
    // Each attempt left an entry.
    #expect(try await school.senco.status().entries == before + 5)
  }

  @Test func sencoDoesNotOpenChildProtectionRecordsAndTheDSLDoes() async throws {
    let school = try await School.open()
    let record = try await school.senco.store(
      BytesInput(name: "cp.txt", bytes: Array("cp".utf8)), child: school.child, kind: "child-protection",
      dated: nil, title: nil
    ).done().reference
    let output = CapturedOutput()
    let refusal = try await school.senco.open(record, reason: "r", into: output).refusal
    #expect(refusal?.reasons.map(\.code) == ["documents-not-for-role"])
    #expect(output.isEmpty)
    let dsl = try await school.visit(school.dslKey)
    _ = try await dsl.open(record, reason: "r", into: output).done()
    #expect(output.isCommitted)
  }

  @Test func anotherChildsDocumentsAndContactsAreNotMixedIn() async throws {
    let school = try await School.open()
    let other = try await school.senco.addChild(
      name: "Other", born: CalendarDate("2014-01-01")!, upn: nil
    ).done()
    let college = try await school.recipient("college")
    var draft = school.draft(college, "consent")
    draft.child = other
    #expect(
      await failure { _ = try await school.senco.requestDisclosure(draft) } == "notFoundOrNotVisible")
    #expect(
      await failure {
        _ = try await school.senco.recordConsent(
          child: other, givenBy: school.mother, to: college, kinds: ["ehc-plan"], purpose: "p",
          until: CalendarDate("2027-01-01")!)
      } == "invalidInput")
  }

  @Test func planAmendedAfterConsentIsNotCovered() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let amended = try await school.senco.store(
      BytesInput(name: "p2.pdf", bytes: School.planBytes + [1]), child: school.child, kind: "ehc-plan",
      dated: nil, title: nil
    ).done().reference
    let (_, report) = try await school.senco.requestDisclosure(
      school.draft(college, "consent", records: [amended]))
    #expect(report.outcome == .refused)
    #expect(report.reasons.map(\.code) == ["consent-does-not-cover-version"])
    let (_, old) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    #expect(old.outcome == .allowed)
  }

  @Test func consentOfAnotherKindExpiredOrFromTheWrongPersonIsNotEnough() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college, kinds: ["advice"])
    var report = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(report.reasons.map(\.code) == ["consent-does-not-cover-documents"])
    _ = try await school.consent(college, until: "2026-12-01")
    report = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .allowed)
    school.clock.advance(days: 30)
    report = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(report.outcome != .allowed)
    let neighbour = try await school.senco.addContact(
      child: school.child, name: "N", relationship: "neighbour", parentalResponsibility: false
    ).done()
    let hospital = try await school.recipient("health", name: "H")
    _ = try await school.consent(hospital, from: neighbour)
    report = try await school.senco.checkDisclosure(school.draft(hospital, "consent"))
    #expect(report.reasons.map(\.code) == ["consent-wrong-giver"])
  }

  @Test func parentsWhoDisagreeAreHeldNotArbitrated() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let father = try await school.senco.addContact(
      child: school.child, name: "F", relationship: "father", parentalResponsibility: true
    ).done()
    _ = try await school.consent(college)
    _ = try await school.consent(college, answer: .refused, from: father)
    var report = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .waiting)
    #expect(report.needs.map(\.code) == ["consent-conflict"])
    // Each person's latest answer counts.
    _ = try await school.consent(college, from: father)
    report = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    #expect(report.outcome == .allowed)
  }

  @Test func badWordsAndTextsAreRefusedBeforeAnythingIsWritten() async throws {
    let school = try await School.open()
    let entries = try await school.senco.status().entries
    let objects = try await school.storage.objects.list().count
    let born = CalendarDate("2015-05-03")!
    let input = BytesInput(name: "x", bytes: [1])
    let college = RecipientReference(value: 1)
    for name in ["", "   ", "a\u{0}b", "a\nb", "a\u{202E}b", String(repeating: "x", count: 10_000)] {
      #expect(
        await failure { _ = try await school.senco.addChild(name: name, born: born, upn: nil) }
          == "invalidInput")
    }
    #expect(
      await failure {
        _ = try await school.senco.store(
          input, child: school.child, kind: "advice", dated: nil, title: String(repeating: "t", count: 10_000)
        )
      } == "invalidInput")
    #expect(
      await failure {
        _ = try await school.senco.store(input, child: school.child, kind: "shopping", dated: nil, title: nil)
      } == "invalidInput")
    #expect(
      await failure {
        _ = try await school.senco.addChild(name: "A", born: CalendarDate("2099-01-01")!, upn: nil)
      } == "invalidInput")
    #expect(
      await failure { _ = try await school.senco.addRecipient(name: "A", kind: "aunt", key: nil) }
        == "invalidInput")
    for draft in [
      school.draft(college, "appeal", records: []),
      school.draft(college, "appeal", records: [school.plan, school.plan]),
      school.draft(college, "../../etc"),
    ] {
      #expect(await failure { _ = try await school.senco.requestDisclosure(draft) } == "invalidInput")
    }
    #expect(
      await failure { _ = try await school.senco.auditList(AuditFilter(kind: "nonsense")) } == "invalidInput")
    #expect(try await school.senco.status().entries == entries)
    #expect(try await school.storage.objects.list().count == objects)
    #expect(try await school.storage.files.list(.childIdentities).count == 2)
  }

  @Test func emptyAndLyingFilesAreFiledAsTheyAre() async throws {
    let school = try await School.open()
    let empty = try await school.senco.store(
      BytesInput(name: "empty.pdf", bytes: []), child: school.child, kind: "advice", dated: nil, title: nil
    ).done()
    #expect(empty.sizeBytes == 0)
    let liar = try await school.senco.store(
      BytesInput(name: "a\u{202E}\nfdp.pdf", bytes: Array("just text".utf8)), child: school.child,
      kind: "advice",
      dated: nil, title: nil
    ).done()
    #expect(liar.mismatchedClaim != nil)
    let output = CapturedOutput()
    let opened = try await school.senco.open(liar.reference, reason: "r", into: output).done()
    #expect(output.bytes == Array("just text".utf8))
    #expect(!opened.name.contains("\n"))
  }
}

/// The case of the `GateError` thrown, or "" for none.
func failure(_ body: () async throws -> Void) async -> String {
  do {
    try await body()
    return ""
  } catch let error as GateError {
    return String("\(error)".prefix { $0.isLetter })
  } catch {
    return "other: \(error)"
  }
}
