import DisclosureRules
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing
import VaultStore

/// Many documents filed together: each once, each with its entry, whoever else is at it.
struct ImportTests {
  private func list(_ rows: [String]) throws -> [ImportRow] {
    let heading = "child,upn,name,born,file,kind,dated,title"
    let list = try ImportList(Array(([heading] + rows).joined(separator: "\n").utf8))
    #expect(list.problems == [])
    return list.rows
  }

  private func bytes(_ number: Int) -> [UInt8] { Array("Report \(number) about Quillfeather.".utf8) }

  /// `count` reports about the school's child.
  private func items(
    _ school: School, _ numbers: some Sequence<Int>, kind: String = "advice"
  ) throws -> [ImportItem] {
    let numbers = Array(numbers)
    let rows = try list(numbers.map { "CH-0001,,,,r\($0).pdf,\(kind),,Title \($0)" })
    return zip(rows, numbers).map { row, number in
      ImportItem(row: row, child: school.child) { [bytes = bytes(number)] in
        BytesInput(name: row.file, bytes: bytes)
      }
    }
  }

  private func filed(_ outcomes: [ImportOutcome]) -> [StoredRecord] {
    outcomes.compactMap { if case .filed(let record) = $0 { record } else { nil } }
  }

  private func hashes(_ school: School) async throws -> [String] {
    let file = try await school.visit(school.headKey).child(school.child).seen()
    return file.records.map(\.fileName)
  }

  @Test func manyDocumentsAreFiledUnderOneHead() async throws {
    let school = try await School.open()
    let before = try await school.senco.status()
    let answer = try await school.senco.file(try items(school, 0..<Gatekeeper.filingLimit))
    let records = filed(try answer.done())
    #expect(records.count == Gatekeeper.filingLimit)
    #expect(Set(records.map(\.reference)).count == records.count)
    for (number, record) in records.enumerated() {
      #expect(record.sha256 == SHA256.digest(of: bytes(number)))
    }
    let after = try await school.senco.status()
    #expect(after.entries == before.entries + UInt64(Gatekeeper.filingLimit))
    #expect(answer.entry == after.entries - 1)
    // Somebody else reads them, and everything still follows from the rules.
    let head = try await school.visit(school.headKey)
    let output = CapturedOutput()
    _ = try await head.open(records[200].reference, reason: "x", into: output).done()
    #expect(output.bytes == bytes(200))
    #expect(try await head.auditVerify().isWhole)
    #expect(try await head.check().findings.isEmpty)
    for word in School.planted + ["Title 7", "r7.pdf", "Report 7"] {
      #expect(!holds(try await school.storedBytes(), word), "\(word)")
    }
  }

  @Test func whatIsFiledAlreadyIsLeftOutAndSaidSo() async throws {
    let school = try await School.open()
    let first = filed(try await school.senco.file(try items(school, 0..<3)).done())
    let objects = try await school.storage.objects.list().count
    // Two of them again, one new, and the new one twice.
    let again = try items(school, [1, 7, 2, 7])
    let outcomes = try await school.senco.file(again).done()
    #expect(outcomes[0] == .left(.filedAlready(first[1].reference)))
    #expect(outcomes[2] == .left(.filedAlready(first[2].reference)))
    #expect(outcomes[3] == .left(.twice(line: again[1].line)))
    #expect(filed(outcomes).count == 1)
    #expect(try await school.storage.objects.list().count == objects + 1, "copies are taken away")
    // The same bytes as another kind are another filing.
    let other = try await school.senco.file(try items(school, [1], kind: "correspondence")).done()
    #expect(filed(other).count == 1)
    // All of them again: nothing is written.
    let entries = try await school.senco.status().entries
    let none = try await school.senco.file(try items(school, [0, 1, 2, 7])).done()
    #expect(filed(none).isEmpty)
    #expect(try await school.senco.status().entries == entries)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func twoImportsAtOnceFileEachDocumentOnce() async throws {
    let folder = try ScratchDirectory("imports")
    let school = try await School.open(storage: try VaultDirectory.create(at: folder.path("vault")))
    let outcomes = try await withThrowingTaskGroup(of: [ImportOutcome].self) { group in
      for key in [school.sencoKey, school.sencoKey, school.dslKey] {
        let storage = try VaultDirectory.open(at: folder.path("vault"))
        let items = try items(school, 0..<40)
        group.addTask {
          let visit = try await Gatekeeper(opening: storage, as: key, effects: school.clock.effects)
          return try await visit.file(items).done()
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(filed(outcomes).count == 40)
    #expect(outcomes.count == 120)
    #expect(try await hashes(school).filter { $0.hasPrefix("r") }.count == 40)
    #expect(try await school.senco.check().findings.isEmpty)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func aDocumentThatCannotBeReadStopsNoOther() async throws {
    let school = try await School.open()
    let sound = try items(school, 0..<4)
    let broken: [(ImportFault, @Sendable () throws -> any DocumentInput)] = [
      (.fileMissing, { throw VaultStoreError.outside(.missing) }),
      (.notAFile, { throw VaultStoreError.outside(.notAFile) }),
      (.fileUnreadable, { throw VaultStoreError.outside(.notReadable(code: 13)) }),
      (.fileChanged, { ChangingInput(sizeBytes: 5, bytes: Array("first".utf8)) }),
      (.fileChanged, { ChangingInput(sizeBytes: 50, bytes: Array("short".utf8)) }),
    ]
    let rows = try list(broken.indices.map { "CH-0001,,,,b\($0),advice,," })
    let faulty = zip(rows, broken).map { ImportItem(row: $0, child: school.child, open: $1.1) }
    let outcomes = try await school.senco.file(faulty + sound).done()
    for ((fault, _), outcome) in zip(broken, outcomes) { #expect(outcome == .left(fault)) }
    #expect(filed(outcomes).count == 4)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func nothingIsLeftWhenTheLedgerCannotBeWritten() async throws {
    let school = try await School.open()
    let objects = try await school.storage.objects.list()
    await school.ledger.fail(.diskFull("ledger"))
    #expect(await failure { _ = try await school.senco.file(try items(school, 0..<20)) } == "storage")
    #expect(try await school.storage.objects.list() == objects)
    await school.ledger.fail(nil)
    #expect(filed(try await school.senco.file(try items(school, 0..<20)).done()).count == 20)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func whoMayNotFileIsRefusedWithAnEntryAndShownNothing() async throws {
    let school = try await School.open()
    let objects = try await school.storage.objects.list()
    let rows = try list(["CH-0001,,,,a,advice,,"])
    for key in [school.teacherKey, school.officerKey] {
      let visit = try await school.visit(key)
      let entries = try await visit.status().entries
      #expect(try await visit.look(into: rows).refusal?.entry == entries)
      #expect(try await visit.file(try items(school, 0..<3)).refusal?.entry == entries + 1)
    }
    #expect(try await school.storage.objects.list() == objects)
  }

  @Test func aChildIsFoundExactlyOrNotAtAll() async throws {
    let school = try await School.open()
    let twin = CalendarDate("2013-02-01")!
    for _ in 0..<2 { _ = try await school.senco.addChild(name: "Sam Twin", born: twin, upn: nil).done() }
    let rows = try list([
      "CH-0001,,,,a,advice,,", ",A123456789012,,,a,advice,,", ",a123456789012,,,a,advice,,",
      ",,amira  QUILLFEATHER,2015-05-03,a,advice,,",
      "ch-0001,A123456789012,Amira Quillfeather,2015-05-03,a,advice,,",
      ",,Amira Quillfeather,2015-05-04,a,advice,,", ",,Amira Quillfeathe,2015-05-03,a,advice,,",
      ",A1234,,,a,advice,,", "CH-0999,,,,a,advice,,", ",,Sam Twin,2013-02-01,a,advice,,",
      "CH-0002,A123456789012,,,a,advice,,", "CH-0002,,Sam Twin,2013-02-01,a,advice,,", "CH-0001,,,,a,spy,,",
    ])
    let entries = try await school.senco.status().entries
    let known = try await school.senco.look(into: rows).seen()
    var found = Dictionary(uniqueKeysWithValues: (2...6).map { ($0, school.child) })
    // The reference says which of the two it is.
    found[13] = ChildReference(number: 2)
    #expect(known.children == found)
    let expected: [(Int, ImportColumn, ImportFault)] = [
      (7, .name, .childUnknown), (8, .name, .childUnknown), (9, .upn, .childUnknown),
      (10, .child, .childUnknown), (11, .name, .childAmbiguous), (12, .upn, .childDiffers),
      (14, .kind, .unknownKind),
    ]
    #expect(known.problems == expected.map { ImportProblem(line: $0.0, column: $0.1, fault: $0.2) })
    // It was a look at names, so it is an entry.
    #expect(try await school.senco.status().entries == entries + 1)
  }

  @Test func aReviewReadsOnlyWhatCouldBeTheSame() async throws {
    let school = try await School.open()
    let first = filed(try await school.senco.file(try items(school, [1])).done())
    let rows = try list((0..<5).map { "CH-0001,,,,f\($0),advice,," })
    var review = ImportReview(try await school.senco.look(into: rows).seen())
    var read: [Int] = []
    func fault(_ index: Int, _ content: [UInt8]) throws -> ImportFault? {
      try review.fault(of: rows[index], child: school.child, sizeBytes: content.count) {
        read.append(index)
        return SHA256.digest(of: content)
      }
    }
    #expect(try fault(0, [1, 2, 3]) == nil)
    #expect(read == [], "nothing else has this size")
    #expect(try fault(1, bytes(1)) == .filedAlready(first[0].reference))
    #expect(try fault(2, bytes(2)) == nil)
    #expect(try fault(3, [1, 2, 3]) == .twice(line: rows[0].line))
    #expect(try fault(4, [1, 2, 4]) == nil)
    #expect(read == [1, 2, 3, 0, 4])
  }
}
