import DisclosureRules
import StrongroomCrypto
import Testing
import VaultStore

@testable import Gatekeeper

/// What a forger with the ledger's key could try to write about erasing: every reader refuses it.
@Suite struct ErasureFoldTests {
  private typealias Bench = FoldTests.Bench
  private static let child = ChildReference(number: 1)!
  private static let record = RecordReference(value: 1)
  private static let proposal = ProposalReference(value: 1)

  private func proposed(
    _ bench: Bench, records: [RecordReference]? = nil, _ change: (inout ErasureFacts) -> Void = { _ in }
  ) throws -> Event {
    var event = bench.event(.erasureProposed, by: bench.sencoActor)
    event.child = Self.child
    var facts = ErasureFacts(phase: .propose, scope: records == nil ? .child : .records, ground: .courtOrder)
    change(&facts)
    event.fields = ["proposal": .string(Self.proposal.description)]
    event.fields["records"] = records.map { .array($0.map { .string($0.description) }) }
    event.decide(facts, bench)
    event.box = try bench.box(event)
    return event
  }

  private func carriedOut(
    _ bench: Bench, by actor: EventActor, records: [RecordReference]? = nil,
    _ change: (inout ErasureFacts) -> Void = { _ in }
  ) -> Event {
    var event = bench.event(records == nil ? .childErased : .recordDisposed, by: actor)
    event.child = Self.child
    var facts = ErasureFacts(phase: .carryOut, scope: records == nil ? .child : .records, ground: .courtOrder)
    change(&facts)
    event.fields = ["proposal": .string(Self.proposal.description)]
    event.fields["records"] = records.map { .array($0.map { .string($0.description) }) }
    event.decide(facts, bench)
    return event
  }

  private func stored(_ bench: Bench) throws -> Event {
    var event = bench.event(.recordStored, by: bench.sencoActor)
    event.child = Self.child
    event.record = Self.record
    event.fields = [
      "document_kind": "advice", "object": .string(String(repeating: "0a", count: 16)), "object_size": 10,
      "object_sha256": .string(String(repeating: "b", count: 64)),
    ]
    event.box = try bench.box(event)
    return event
  }

  @Test func anotherPersonsErasureIsTakenAndTheFileIsClosed() throws {
    var bench = try Bench()
    try bench.apply(try stored(bench), bench.senco)
    try bench.apply(try proposed(bench), bench.senco)
    #expect(bench.state.removals.isEmpty)
    try bench.apply(carriedOut(bench, by: bench.headActor), bench.head)
    #expect(bench.state.child(Self.child)?.erased != nil)
    #expect(bench.state.erasedCount == 1)
    #expect(bench.state.removals.keys == [KeyID(hex: String(repeating: "05", count: 16))!])
    #expect(bench.state.removals.objects == [ObjectID(hex: String(repeating: "0a", count: 16))!])
    // What comes after it: nothing about the child, and by then the files are gone.
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == .danglingReference)
    var second = try stored(bench)
    second.record = RecordReference(value: 2)
    second.fields["object"] = .string(String(repeating: "0b", count: 16))
    #expect(try bench.refusal(of: second, bench.senco) == .danglingReference)
    var hold = bench.event(.holdPlaced, by: bench.sencoActor)
    hold.child = Self.child
    hold.fields = ["hold": .string(HoldReference(value: 1).description)]
    hold.box = try bench.box(hold)
    #expect(try bench.refusal(of: hold, bench.senco) == .danglingReference)
    try bench.apply(bench.event(.auditViewed, by: bench.teacherActor), bench.teacher)
    #expect(bench.state.removals.isEmpty)
  }

  @Test func withoutAProposalOrByItsProposerNothingGoes() throws {
    var bench = try Bench()
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == .danglingReference)
    try bench.apply(try proposed(bench), bench.senco)
    #expect(
      try bench.refusal(of: carriedOut(bench, by: bench.sencoActor) { $0.samePerson = true }, bench.senco)
        == .undecided)
    // Nor by saying that they are another.
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.sencoActor), bench.senco) == .factsDiffer)
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.teacherActor), bench.teacher) == .roleNotHeld)
    var withdrawn = bench.event(.erasureWithdrawn, by: bench.headActor)
    withdrawn.child = Self.child
    withdrawn.fields = ["proposal": .string(Self.proposal.description)]
    try bench.apply(withdrawn, bench.head)
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == .danglingReference)
  }

  @Test func factsThatAreNotTheLedgersAreRefused() throws {
    var bench = try Bench()
    #expect(try bench.refusal(of: try proposed(bench) { $0.held = true }, bench.senco) == .factsDiffer)
    #expect(try bench.refusal(of: try proposed(bench) { $0.daysWaited = 3 }, bench.senco) == .factsDiffer)
    try bench.apply(try proposed(bench), bench.senco)
    for change: (inout ErasureFacts) -> Void in [
      { $0.daysWaited = 14 }, { $0.ground = .retention }, { $0.requested = true }, { $0.phase = .propose },
      { $0.scope = .records },
    ] {
      #expect(
        try bench.refusal(of: carriedOut(bench, by: bench.headActor, change), bench.head) == .factsDiffer)
    }
    var refused = carriedOut(bench, by: bench.headActor)
    refused.outcome = .refused
    #expect(try bench.refusal(of: refused, bench.head) == .undecided)
    refused = carriedOut(bench, by: bench.headActor)
    refused.policy = String(repeating: "b", count: 64)
    #expect(try bench.refusal(of: refused, bench.head) == .undecided)
    refused = carriedOut(bench, by: bench.headActor)
    refused.facts = nil
    #expect(try bench.refusal(of: refused, bench.head) == .factsDiffer)
  }

  @Test func aHoldCountsWhoeverWrites() throws {
    var bench = try Bench()
    try bench.apply(try proposed(bench), bench.senco)
    var hold = bench.event(.holdPlaced, by: bench.headActor)
    hold.child = Self.child
    hold.fields = ["hold": .string(HoldReference(value: 1).description), "until": "2099-01-01"]
    hold.box = try bench.box(hold)
    try bench.apply(hold, bench.head)
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == .factsDiffer)
    #expect(
      try bench.refusal(of: carriedOut(bench, by: bench.headActor) { $0.held = true }, bench.head)
        == .undecided)
    var lifted = bench.event(.holdLifted, by: bench.teacherActor)
    lifted.child = Self.child
    lifted.fields = ["hold": .string(HoldReference(value: 1).description)]
    #expect(try bench.refusal(of: lifted, bench.teacher) == .roleNotHeld)
    lifted.actor = bench.sencoActor
    try bench.apply(lifted, bench.senco)
    var again = lifted
    again.id = try EventID.random()
    again.seen = bench.state.head
    #expect(try bench.refusal(of: again, bench.senco) == .danglingReference)
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == nil)
  }

  @Test func disposalTakesWhatWasProposedAndNothingElse() throws {
    var bench = try Bench()
    try bench.apply(try stored(bench), bench.senco)
    for records in [[], [Self.record, Self.record]] {
      #expect(try bench.refusal(of: try proposed(bench, records: records), bench.senco) == .malformed)
    }
    #expect(
      try bench.refusal(of: try proposed(bench, records: [RecordReference(value: 9)]), bench.senco)
        == .danglingReference)
    try bench.apply(try proposed(bench, records: [Self.record]), bench.senco)
    #expect(try bench.refusal(of: carriedOut(bench, by: bench.headActor), bench.head) == .danglingReference)
    #expect(
      try bench.refusal(
        of: carriedOut(bench, by: bench.headActor, records: [RecordReference(value: 9)]), bench.head)
        == .danglingReference)
    try bench.apply(carriedOut(bench, by: bench.headActor, records: [Self.record]), bench.head)
    #expect(bench.state.records[Self.record]?.disposed != nil)
    #expect(bench.state.keptRecords.isEmpty)
    #expect(bench.state.removals.keys.isEmpty)
    var opened = bench.event(.recordOpened, by: bench.sencoActor)
    opened.child = Self.child
    opened.record = Self.record
    opened.policy = bench.state.policy
    opened.outcome = .allowed
    opened.facts = JSONValue(
      facts: AccessFacts(role: "senco", action: .open, document: "advice", reason: true))
    #expect(try bench.refusal(of: opened, bench.senco) == .danglingReference)
  }

  @Test func againIsForKeysOfThisChildAndForWhoMayErase() throws {
    var bench = try Bench()
    func again(_ actor: EventActor, key: UInt8 = 5) -> Event {
      var event = bench.event(.childErased, by: actor)
      event.child = Self.child
      event.fields = ["again": true, "key": .string(String(repeating: "0\(key)", count: 16)), "entry": 7]
      return event
    }
    #expect(try bench.refusal(of: again(bench.sencoActor, key: 6), bench.senco) == .danglingReference)
    #expect(try bench.refusal(of: again(bench.teacherActor), bench.teacher) == .roleNotHeld)
    try bench.apply(again(bench.sencoActor), bench.senco)
    #expect(bench.state.child(Self.child)?.erased?.ground == nil)
    // Now it is erased here as well: whoever finds the key says so.
    try bench.apply(again(bench.teacherActor), bench.teacher)
    #expect(bench.state.child(Self.child)?.erased?.again == 2)
    #expect(bench.state.erasedCount == 1)
  }
}

extension Event {
  fileprivate mutating func decide(_ facts: ErasureFacts, _ bench: FoldTests.Bench) {
    outcome = .allowed
    policy = bench.state.policy
    self.facts = JSONValue(facts: facts)
  }
}
