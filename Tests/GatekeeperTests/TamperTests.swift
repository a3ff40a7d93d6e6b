import AgeFormat
import DisclosureRules
import Gatekeeper
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

/// Storage that lies, breaks and stops.
@Suite struct TamperTests {
  private func entries(_ school: School) async throws -> [[UInt8]] {
    let head = try #require(try await school.storage.ledger.head())
    return try await school.storage.ledger.entries(from: 0, to: head.size)
  }

  @Test func oneFlippedByteIsNamedByItsEntry() async throws {
    let school = try await School.open()
    let officer = try await school.visit(school.officerKey)
    let all = try await entries(school)
    for index in [0, all.count / 2, all.count - 1] {
      for byte in [0, 5, 10, 30, 60, all[index].count - 1] {
        var changed = all[index]
        changed[byte] ^= 1
        await school.ledger.replace(UInt64(index), with: changed)
        let report = try await officer.auditVerify()
        #expect(report.findings.contains { $0.entry == UInt64(index) }, "byte \(byte) of \(index)")
        #expect(report.entry == nil)
        #expect(await integrityEntry { _ = try await school.visit(school.sencoKey) } == UInt64(index))
        await school.ledger.replace(UInt64(index), with: nil)
      }
    }
    #expect(try await officer.auditVerify().isWhole)
  }

  @Test func swappedAndCopiedEntriesAreNamed() async throws {
    let school = try await School.open()
    let all = try await entries(school)
    await school.ledger.replace(3, with: all[4])
    await school.ledger.replace(4, with: all[3])
    let report = try await school.visitUnchecked().auditVerify()
    #expect(Set(report.findings.compactMap(\.entry)).isSuperset(of: [3, 4]))
  }

  @Test func aLedgerCutShorterThanSeenIsRefused() async throws {
    let school = try await School.open()
    let old = try #require(try await school.storage.ledger.head())
    _ = try await school.recipient("college")
    await school.ledger.override(old)
    #expect(await failure { _ = try await school.senco.status() } == "integrity")
  }

  @Test func aHeadNotSignedByTheLogIsRefused() async throws {
    let school = try await School.open()
    let head = try #require(try await school.storage.ledger.head())
    var note = head.checkpoint
    note[note.count - 10] ^= 1
    await school.ledger.override(LedgerHead(checkpoint: note, range: head.range))
    #expect(await failure { _ = try await school.visit(school.officerKey) } == "integrity")
  }

  @Test func nothingOpensAndNothingIsReleasedIfTheEntryCannotBeWritten() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal", key: try X25519Identity.generate().recipient)
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    await school.ledger.fail(.diskFull("ledger"))
    let output = CapturedOutput()
    #expect(
      await failure { _ = try await school.senco.open(school.plan, reason: "r", into: output) } == "storage")
    #expect(output.isEmpty)
    #expect(
      await failure { _ = try await school.senco.release(try #require(request), into: output) } == "storage")
    #expect(output.isEmpty)
    await school.ledger.fail(nil)
    _ = try await school.senco.open(school.plan, reason: "r", into: output).done()
  }

  @Test func busyLedgerIsBusy() async throws {
    let school = try await School.open()
    await school.ledger.fail(.busy)
    #expect(await failure { _ = try await school.recipient("college") } == "busy")
  }

  @Test func aDamagedSwappedOrMissingDocumentGivesNothing() async throws {
    let school = try await School.open()
    let objects = school.storage.objects
    let stored = try await objects.list()
    for (id, length) in stored {
      let bytes = try await objects.read(id, range: 0..<length)
      try await objects.delete(id)
      let output = CapturedOutput()
      let plan = await failure { _ = try await school.senco.open(school.plan, reason: "r", into: output) }
      let advice = await failure {
        _ = try await school.senco.open(school.advice, reason: "r", into: CapturedOutput())
      }
      #expect([plan, advice].sorted() == ["", "integrity"])
      #expect(try await school.senco.check().findings.contains { $0.isDamage })
      var changed = bytes
      changed[length - 20] ^= 1
      try await put(changed, id, objects)
      #expect(try await school.senco.check().findings.contains { $0.isDamage && $0.file.contains(id.hex) })
      try await objects.delete(id)
      try await put(bytes, id, objects)
    }
    #expect(try await school.senco.check().findings.isEmpty)
    let planted = ObjectID([UInt8](repeating: 7, count: 16))!
    try await put([1, 2, 3], planted, objects)
    #expect(try await school.senco.check().findings.map(\.isDamage) == [false])
  }

  @Test func packageOfADamagedDocumentIsNotMade() async throws {
    let school = try await School.open()
    let tribunal = try await school.recipient("send-tribunal", key: try X25519Identity.generate().recipient)
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    let objects = school.storage.objects
    for (id, length) in try await objects.list() {
      var bytes = try await objects.read(id, range: 0..<length)
      bytes[length - 3] ^= 1
      try await objects.delete(id)
      try await put(bytes, id, objects)
    }
    let output = CapturedOutput()
    #expect(
      await failure { _ = try await school.senco.release(try #require(request), into: output) } == "integrity"
    )
    #expect(output.isEmpty)
  }

  @Test func swappedKeyFilesAreNamedAndOpenNothing() async throws {
    let school = try await School.open()
    _ = try await school.senco.addChild(name: "B", born: CalendarDate("2014-01-01")!, upn: nil).done()
    let files = school.storage.files
    let names = try await files.list(.childIdentities)
    var contents: [[UInt8]] = []
    for name in names { contents.append(try #require(try await files.read(name))) }
    for (name, content) in zip(names, contents.dropFirst() + contents.prefix(1)) {
      try await files.replace(name, content)
    }
    let senco = try await school.visit(school.sencoKey)
    #expect(await failure { _ = try await senco.children() } == "integrity")
    let output = CapturedOutput()
    #expect(await failure { _ = try await senco.open(school.plan, reason: "r", into: output) } == "integrity")
    #expect(output.isEmpty)
    #expect(try await senco.check().findings.contains { $0.isDamage && $0.file.hasPrefix("keys/") })
  }

  @Test func changedRulesOnDiskAreNotObeyed() async throws {
    let school = try await School.open()
    let files = school.storage.files
    let policy = try await files.list(.policies)
    let access = try #require(policy.first { "\($0)".contains("access.yaml") })
    let text = String(decoding: try #require(try await files.read(access)), as: UTF8.self)
    try await files.replace(access, Array(text.replacing("opens: []", with: "opens: [] # hm").utf8))
    let senco = try await school.visit(school.sencoKey)
    #expect(
      await failure { _ = try await senco.open(school.plan, reason: "r", into: CapturedOutput()) }
        == "integrity")
    #expect(try await senco.check().findings.contains { $0.file.hasPrefix("policies/") })
  }

  @Test func anotherVaultsDescriptionIsRefused() async throws {
    let school = try await School.open()
    let other = try await School.open()
    let text = try #require(try await other.storage.files.read(.description))
    try await school.storage.files.replace(.description, text)
    #expect(await failure { _ = try await school.visit(school.sencoKey) } == "integrity")
  }

  private func put(_ bytes: [UInt8], _ id: ObjectID, _ objects: any ObjectStorage) async throws {
    _ = try await objects.put(id, exactSize: bytes.count) { write in try write(bytes.span.bytes) }
  }
}

extension School {
  /// The process that is open already, to which the storage may now lie.
  func visitUnchecked() -> Gatekeeper { senco }
}

/// The entry an integrity error names.
func integrityEntry(_ body: () async throws -> Void) async -> UInt64? {
  do {
    try await body()
    return nil
  } catch GateError.integrity(.entry(let index, _)) {
    return index
  } catch {
    return nil
  }
}
