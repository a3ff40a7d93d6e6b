import AgeFormat
import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// Many at once in one process: decisions one after another, commits shared, nothing answered before it is durable.
@Suite struct GroupCommitTests {
  @Test func whatIsDecidedWhileTheDiskWorksSharesOneCommit() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    let first = try await school.heldContact("first")
    var rest: [Task<UInt64?, any Error>] = []
    for number in 0..<20 { rest.append(try await school.contactInLine("C\(number)")) }
    let committed = await school.ledger.commits.count
    await school.ledger.letGo()
    // In the order they were decided in, one index each.
    #expect(try await first.value == before)
    for (number, task) in rest.enumerated() {
      #expect(try await task.value == before + 1 + UInt64(number))
    }
    #expect(await Array(school.ledger.commits[committed...]) == [1, 20])
    #expect(await school.senco.queue.isEmpty)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func nothingIsAnsweredBeforeItsOwnEntryIsDurable() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    let act = try await school.heldContact("G")
    let isAnswered = Mutex(false)
    let watch = Task {
      _ = try await act.value
      isAnswered.withLock { $0 = true }
    }
    // Another visit sees the ledger as it is: without the entry.
    #expect(try await school.visit(school.headKey).status().entries == before)
    #expect(!isAnswered.withLock { $0 })
    await school.ledger.letGo()
    try await watch.value
    #expect(isAnswered.withLock { $0 })
    #expect(try await school.visit(school.headKey).status().entries == before + 1)
  }

  @Test func manyTasksAndAnotherProcessAllLandOnceEach() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    let before = try await school.senco.status().entries
    let indexes = try await withThrowingTaskGroup(of: UInt64?.self) { group in
      for number in 0..<256 {
        group.addTask { try await school.senco.addSomebody("C\(number)", to: school.child) }
      }
      group.addTask {
        for number in 0..<12 { _ = try await head.addSomebody("D\(number)", to: school.child) }
        return nil
      }
      return try await group.reduce(into: [UInt64]()) { if let index = $1 { $0.append(index) } }
    }
    #expect(Set(indexes).count == 256)
    let size = try await head.status().entries
    #expect(size == before + 268)
    #expect(try await school.senco.status().root == head.status().root)
    #expect(try await head.auditVerify().isWhole)
    let names = try await head.contacts(of: school.child).seen().map(\.name)
    #expect(Set(names).count == 269)
    // Far fewer commits than acts.
    #expect(await school.ledger.commits.count < 120)
  }

  @Test func releaseSeesAWithdrawalThatIsNotOnTheDiskYet() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college", key: try X25519Identity.generate().recipient)
    let consent = try await school.consent(college)
    let (made, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let request = try #require(made)
    let output = CapturedOutput()
    // While the package is being written, the withdrawal is decided and its flush hangs.
    school.objects.beforeRead {
      await school.ledger.hold()
      Task { _ = try await school.senco.withdrawConsent(consent) }
      await school.ledger.waitUntilHeld()
      Task {
        await school.senco.waitUntilInLine(2)
        await school.ledger.letGo()
      }
    }
    let released = try await school.senco.release(request, into: output)
    #expect(released.refusal?.reasons.map(\.code) == ["consent-withdrawn"])
    #expect(output.isEmpty)
    let kinds = try await school.senco.auditList().seen().map(\.kind).suffix(4)
    #expect(kinds == ["request.decided", "consent.withdrawn", "request.decided", "audit.viewed"])
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test(arguments: 0..<4) func releaseAndWithdrawalOfOneProcessKeepTheirOrder(round: Int) async throws {
    let school = try await School.open()
    let college = try await school.recipient("college", key: try X25519Identity.generate().recipient)
    let consent = try await school.consent(college)
    let (made, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let request = try #require(made)
    let output = CapturedOutput()
    async let withdrawn: Void = {
      for _ in 0..<round * 15 { await Task.yield() }
      _ = try await school.senco.withdrawConsent(consent).done()
    }()
    let released = try await school.senco.release(request, into: output)
    try await withdrawn
    let lines = try await school.senco.auditList().seen()
    let withdrawal = try #require(lines.first { $0.kind == "consent.withdrawn" }).index
    let release = lines.first { $0.kind == "disclosure.released" }?.index
    if let release { #expect(release < withdrawal) }
    #expect(output.isCommitted == (release != nil))
    #expect((released.entry != nil) == (release != nil))
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func flushThatFailsFailsAllThatWaitAndLeavesNothing() async throws {
    let school = try await School.open()
    let before = try await school.senco.status()
    var tasks = [try await school.heldContact("first")]
    for number in 0..<8 { tasks.append(try await school.contactInLine("C\(number)")) }
    await school.ledger.fail(.diskFull("ledger"))
    await school.ledger.letGo()
    for task in tasks { #expect(await failure { _ = try await task.value } == "storage") }
    #expect(await school.senco.queue.isEmpty)
    await school.ledger.fail(nil)
    // The undurable state is gone: the next act is decided on what is on the disk.
    #expect(try await school.senco.status().root == before.root)
    #expect(try await school.senco.addSomebody("later", to: school.child) == before.entries)
    #expect(
      try await school.senco.contacts(of: school.child).seen().map(\.name).sorted()
        == [
          School.motherName, "later",
        ].sorted())
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func crashBetweenEntriesAndHeadLeavesTheFirstBatchAndNoneBehindIt() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    var tasks = [try await school.heldContact("first")]
    for number in 0..<3 { tasks.append(try await school.contactInLine("C\(number)")) }
    await school.ledger.crashBeforeHead()
    await school.ledger.letGo()
    for task in tasks { #expect(await failure { _ = try await task.value } == "storage") }
    // Adopted with an entry that says so, then the act.
    #expect(try await school.senco.addSomebody("later", to: school.child) == before + 2)
    let kinds = try await school.senco.auditList().seen().map(\.kind)
    #expect(
      Array(kinds[Int(before)...]) == [
        "contact.added", "system.recovered", "contact.added", "audit.viewed",
      ])
    #expect(try await school.senco.contacts(of: school.child).seen().count == 3)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func anotherProcessBeforeTheFlushMakesEveryWaiterDecideAgain() async throws {
    let school = try await School.open()
    let consent = try await school.consent(try await school.recipient("college"))
    let head = try await school.visit(school.headKey)
    let first = try await school.heldContact("first")
    let second = Task { try await school.senco.withdrawConsent(consent).done() }
    await school.senco.waitUntilInLine(2)
    let third = try await school.contactInLine("third")
    // Two are decided on the state in memory when the other process withdraws the consent itself.
    await school.ledger.before { _ = try await head.withdrawConsent(consent).done() }
    await school.ledger.letGo()
    _ = try await first.value
    #expect(await failure { _ = try await second.value } == "wrongState")
    let index = try #require(try await third.value)
    let lines = try await head.auditList().seen()
    #expect(lines[Int(index)].kind == "contact.added")
    #expect(lines.count { $0.kind == "consent.withdrawn" } == 1)
    #expect(try await head.auditVerify().isWhole)
  }

  @Test func errorThatRestsOnWhatIsNotDurableWaitsForIt() async throws {
    for isFailing in [false, true] {
      let school = try await School.open()
      let consent = try await school.consent(try await school.recipient("college"))
      await school.ledger.hold()
      let first = Task { try await school.senco.withdrawConsent(consent).done() }
      await school.ledger.waitUntilHeld()
      let second = Task { try await school.senco.withdrawConsent(consent).done() }
      try await Task.sleep(for: .milliseconds(20))
      if isFailing { await school.ledger.fail(.diskFull("ledger")) }
      await school.ledger.letGo()
      let failures = [
        await failure { _ = try await first.value }, await failure { _ = try await second.value },
      ]
      #expect(failures == (isFailing ? ["storage", "storage"] : ["", "wrongState"]))
    }
  }

  @Test func cancelledTaskStillGetsItsAnswerAndHoldsUpNobody() async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    let first = try await school.heldContact("first")
    let cancelled = try await school.contactInLine("cancelled")
    let other = try await school.contactInLine("other")
    first.cancel()
    cancelled.cancel()
    await school.ledger.letGo()
    #expect(try await [first.value, cancelled.value, other.value] == [before, before + 1, before + 2])
    #expect(try await school.senco.contacts(of: school.child).seen().count == 4)
  }

  @Test func fullBatchBeginsTheNextOne() async throws {
    let school = try await School.open()
    let committed = await school.ledger.commits.count
    await school.senco.limitBatches(to: 3000)
    var tasks = [try await school.heldContact("first")]
    for number in 0..<9 { tasks.append(try await school.contactInLine("C\(number)")) }
    let sizes = await school.senco.queue.batches.map { $0.entries.reduce(0) { $0 + $1.count } }
    #expect(sizes.count > 3)
    #expect(sizes.allSatisfy { $0 <= 3000 })
    await school.ledger.letGo()
    for task in tasks { _ = try await task.value }
    #expect(await school.ledger.commits.count == committed + sizes.count)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func manyAtOnceOnARealFolder() async throws {
    let folder = try ScratchDirectory("group")
    let school = try await School.open(storage: try VaultDirectory.create(at: folder.path("vault")))
    let head = try await Gatekeeper(
      opening: try VaultDirectory.open(at: folder.path("vault")), as: school.headKey,
      effects: school.clock.effects)
    let before = try await head.status().entries
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<64 {
        let gate = number.isMultiple(of: 16) ? head : school.senco
        group.addTask { _ = try await gate.addSomebody("C\(number)", to: school.child) }
      }
      try await group.waitForAll()
    }
    #expect(try await head.status().entries == before + 64)
    #expect(try await school.storage.ledger.inspect().damage == [])
    #expect(try await head.auditVerify().isWhole)
  }
}

/// Looks again every millisecond, since yielding in a loop would keep a thread from the other tests; 30 seconds at most.
private func until(_ isSo: () async -> Bool) async {
  for _ in 0..<30_000 {
    if await isSo() { return }
    try? await Task.sleep(for: .milliseconds(1))
  }
  Issue.record("waited in vain")
}

extension School {
  /// An act whose flush hangs until the ledger is let go.
  fileprivate func heldContact(_ name: String) async throws -> Task<UInt64?, any Error> {
    await ledger.hold()
    let task = Task { try await senco.addSomebody(name, to: child) }
    await ledger.waitUntilHeld()
    return task
  }

  /// An act that was decided while a flush hangs.
  fileprivate func contactInLine(_ name: String) async throws -> Task<UInt64?, any Error> {
    let count = await senco.entriesInLine
    let task = Task { try await senco.addSomebody(name, to: child) }
    await senco.waitUntilInLine(count + 1)
    return task
  }
}

extension Gatekeeper {
  fileprivate func addSomebody(_ name: String, to child: ChildReference) async throws -> UInt64? {
    let answer = try await addContact(
      child: child, name: name, relationship: "aunt", parentalResponsibility: false)
    _ = try answer.done()
    return answer.entry
  }

  fileprivate var entriesInLine: Int { queue.batches.reduce(0) { $0 + $1.entries.count } }

  nonisolated fileprivate func waitUntilInLine(_ count: Int) async {
    await until { await self.entriesInLine >= count }
  }

  fileprivate func limitBatches(to bytes: Int) { queue = CommitQueue(limitBytes: bytes) }
}

extension MeddledLedger {
  nonisolated fileprivate func waitUntilHeld() async {
    await until { await self.heldCount > 0 }
  }
}
