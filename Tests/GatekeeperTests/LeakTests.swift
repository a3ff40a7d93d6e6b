import AgeFormat
import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

/// Names, titles and reasons stay sealed: at rest, in errors, in logs, in whatever prints a value.
@Suite struct LeakTests {
  private func busySchool() async throws -> School {
    let school = try await School.open()
    let college = try await school.recipient("college")
    _ = try await school.consent(college)
    let tribunal = try await school.recipient("send-tribunal")
    _ = try await school.senco.requestDisclosure(school.draft(tribunal, "appeal", School.appealEvidence))
    _ = try await school.senco.checkDisclosure(school.draft(college, "consent"))
    _ = try await school.senco.open(school.plan, reason: School.reason, into: CapturedOutput())
    for _ in 0..<70 { _ = try await school.senco.auditList().seen() }
    // A second visit writes the snapshot.
    _ = try await school.visit(school.sencoKey)
    return school
  }

  @Test func plantedWordsStandInNoStoredByte() async throws {
    let school = try await busySchool()
    #expect(try await !school.storage.files.list(.caches).isEmpty)
    let bytes = try await school.storedBytes()
    for word in School.planted { #expect(!holds(bytes, word), "\(word)") }
  }

  @Test func holdersOfTheLedgerKeyAloneSeeNoPlantedWord() async throws {
    let school = try await busySchool()
    let officer = try await school.visit(school.officerKey)
    for line in try await officer.auditList().seen() {
      let entry = try await officer.auditShow(line.index).seen()
      let text = entry.lines.joined() + String(decoding: entry.event.canonicalBytes, as: UTF8.self)
      for word in School.planted { #expect(!text.contains(word), "\(word) in entry \(line.index)") }
    }
  }

  @Test func printingWhatCustodiansSeeShowsNoName() async throws {
    let school = try await busySchool()
    let file = try await school.senco.child(school.child).seen()
    let children = try await school.senco.children().seen()
    let found = try await school.senco.find("plan").seen()
    #expect(children.first?.name == School.childName)
    #expect(!found.isEmpty)
    let request = try #require(file.requests.first).reference
    let detail = try await school.senco.request(request).seen()
    let college = try await school.senco.recipients().seen()
    var text = "\(file) \(children) \(found) \(detail) \(college) \(file.records) \(file.contacts)"
    text += String(reflecting: file) + String(reflecting: detail)
    dump(file, to: &text)
    dump(detail, to: &text)
    dump(school.draft(try #require(college.first).reference, "appeal", School.appealEvidence), to: &text)
    dump(Look.seen(children), to: &text)
    dump(Answer.done(children, entry: 1), to: &text)
    for word in School.planted { #expect(!text.contains(word), "\(word)") }
  }

  @Test func errorsCarryNoTypedText() async throws {
    let school = try await School.open()
    let marker = "Quillfeather\u{0}"
    var texts: [String] = []
    func keep(_ body: () async throws -> Void) async {
      do { try await body() } catch { texts.append("\(error) \(String(reflecting: error))") }
    }
    let born = CalendarDate("2015-05-03")!
    await keep { _ = try await school.senco.addChild(name: marker, born: born, upn: nil) }
    await keep { _ = try await school.senco.addChild(name: "A", born: born, upn: marker) }
    await keep {
      _ = try await school.senco.addContact(
        child: school.child, name: "A", relationship: marker, parentalResponsibility: false)
    }
    await keep { _ = try await school.senco.open(school.plan, reason: marker, into: CapturedOutput()) }
    await keep { _ = try await school.senco.find(marker) }
    await keep { _ = try await school.recipient("college", name: marker) }
    await keep { _ = try MemberCard(parsing: "strongroom-card/v1 Quillfeather") }
    await keep {
      _ = try await school.senco.requestDisclosure(
        school.draft(RecipientReference(value: 1), "appeal", [.text(id: "Quillfeather", text: marker)]))
    }
    #expect(texts.count == 8)
    for text in texts { #expect(!text.contains("Quillfeather")) }
  }
}
