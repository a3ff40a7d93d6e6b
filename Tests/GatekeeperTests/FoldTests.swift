import AgeFormat
import DisclosureRules
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// The fold alone: what a forger with the ledger's key, or a member who oversteps, could try to write.
@Suite struct FoldTests {
  /// A ledger of four entries: creation, a headteacher, a teacher, a child.
  struct Bench {
    var state: VaultState
    let senco: MemberIdentity
    let head: MemberIdentity
    let teacher: MemberIdentity
    let sencoActor: EventActor
    let headActor: EventActor
    let teacherActor: EventActor
    let childKey: X25519Identity

    init() throws {
      let vault = VaultID([UInt8](repeating: 1, count: 16))!
      state = VaultState(vault: vault)
      senco = try MemberIdentity.generate()
      head = try MemberIdentity.generate()
      teacher = try MemberIdentity.generate()
      sencoActor = EventActor(member: MemberReference(value: 1), role: "senco")
      headActor = EventActor(member: MemberReference(value: 2), role: "headteacher")
      teacherActor = EventActor(member: MemberReference(value: 3), role: "teacher")
      childKey = try X25519Identity.generate()
      let log = try NoteSigner(name: "log", key: try Ed25519SigningKey.generate())
      var created = event(.vaultCreated, by: sencoActor)
      created.policy = String(repeating: "a", count: 64)
      created.fields = [
        "setting": "academy", "example": false, "register_key": .string(String(repeating: "0", count: 32)),
        "log_key": .string(log.verifierKey.text), "origin": "log", "recovery": [], "policy_name": "england",
      ]
      created.fields.merge(card(senco, sencoActor)) { $1 }
      try apply(created, senco)
      var added = event(.memberAdded, by: sencoActor)
      added.fields = card(head, headActor)
      try apply(added, senco)
      added = event(.memberAdded, by: sencoActor)
      added.fields = card(teacher, teacherActor)
      try apply(added, senco)
      try apply(try childAdded(1, key: 5), senco)
    }

    func card(_ identity: MemberIdentity, _ actor: EventActor) -> [String: JSONValue] {
      [
        "member": .string(actor.member.description), "name": "N", "role": .string(actor.role),
        "card_recipient": .string(identity.recipient.text),
        "card_key": .string(identity.verifierKey.text),
      ]
    }

    func event(_ kind: EventKind, by actor: EventActor) -> Event {
      Event(
        id: try! EventID.random(), vault: state.vault, seen: state.head, kind: kind,
        at: Timestamp(millisecondsSinceEpoch: 1_790_000_000_000), actor: actor)
    }

    func childAdded(_ number: Int, key: UInt8) throws -> Event {
      var event = event(.childAdded, by: sencoActor)
      event.child = ChildReference(number: number)
      event.fields = ["key": .string(String(repeating: "0\(key)", count: 16))]
      event.box = try box(event)
      return event
    }

    func box(_ event: Event) throws -> SealedBox {
      try SealedBox(
        sealing: ["name": "A"], scope: .child, identity: childKey, vault: event.vault, event: event.id,
        kind: event.kind)
    }

    mutating func apply(_ event: Event, _ key: MemberIdentity) throws {
      try state.apply(try signed(event, key), leafHash: SHA256.digest(of: event.id.bytes))
    }

    func signed(_ event: Event, _ key: MemberIdentity) throws -> Event {
      var event = event
      event.signature = try key.signingKey.signature(for: event.signedBytes)
      return event
    }

    func refusal(of event: Event, _ key: MemberIdentity) throws -> EntryFault? {
      var copy = self
      do {
        try copy.apply(event, key)
        return nil
      } catch let fault as EntryFault {
        #expect(copy.state == state, "a refused event changes nothing")
        return fault
      }
    }
  }

  @Test func honestEventIsTaken() throws {
    let bench = try Bench()
    #expect(bench.state.size == 4)
    #expect(try bench.refusal(of: try bench.childAdded(2, key: 6), bench.senco) == nil)
  }

  @Test func anothersSignatureIsRefused() throws {
    let bench = try Bench()
    #expect(try bench.refusal(of: try bench.childAdded(2, key: 6), bench.head) == .signature)
  }

  @Test func roleNotHeldIsRefused() throws {
    let bench = try Bench()
    let actor = EventActor(member: bench.teacherActor.member, role: "senco")
    var event = bench.event(.memberRemoved, by: actor)
    event.fields = ["member": .string(bench.headActor.member.description)]
    #expect(try bench.refusal(of: event, bench.teacher) == .roleNotHeld)
  }

  @Test func teacherMayNotWriteWhatNeedsAChildsKey() throws {
    let bench = try Bench()
    var event = bench.event(.memberRemoved, by: bench.teacherActor)
    event.fields = ["member": .string(bench.headActor.member.description)]
    #expect(try bench.refusal(of: event, bench.teacher) == .roleNotHeld)
  }

  @Test func teacherMayNotPutOtherRulesInForce() throws {
    let bench = try Bench()
    var event = bench.event(.policyAdopted, by: bench.teacherActor)
    event.policy = String(repeating: "b", count: 64)
    event.fields = ["policy_name": "mine"]
    #expect(try bench.refusal(of: event, bench.teacher) == .roleNotHeld)
  }

  @Test func rulesAreNotPutInForceByOneSignature() throws {
    var bench = try Bench()
    func signing(_ kind: EventKind, _ actor: EventActor, _ digit: String) -> Event {
      var event = bench.event(kind, by: actor)
      event.policy = String(repeating: digit, count: 64)
      event.fields = ["policy_name": "other"]
      return event
    }
    #expect(try bench.refusal(of: signing(.policyAdopted, bench.sencoActor, "b"), bench.senco) == .undecided)
    try bench.apply(signing(.policyProposed, bench.sencoActor, "b"), bench.senco)
    #expect(try bench.refusal(of: signing(.policyAdopted, bench.sencoActor, "b"), bench.senco) == .undecided)
    // Another set than the one proposed.
    #expect(try bench.refusal(of: signing(.policyAdopted, bench.headActor, "c"), bench.head) == .undecided)
    try bench.apply(signing(.policyAdopted, bench.headActor, "b"), bench.head)
    #expect(bench.state.policy == String(repeating: "b", count: 64))
    // One proposal carries one adoption.
    #expect(bench.state.proposedPolicy == nil)
  }

  @Test func strangersAndRemovedMembersWriteNothing() throws {
    var bench = try Bench()
    let stranger = EventActor(member: MemberReference(value: 9), role: "senco")
    #expect(try bench.refusal(of: bench.event(.auditViewed, by: stranger), bench.senco) == .unknownActor)
    var removed = bench.event(.memberRemoved, by: bench.sencoActor)
    removed.fields = ["member": .string(bench.headActor.member.description)]
    try bench.apply(removed, bench.senco)
    #expect(
      try bench.refusal(of: bench.event(.auditViewed, by: bench.headActor), bench.head) == .unknownActor)
  }

  @Test func anEventIsNotTakenTwice() throws {
    var bench = try Bench()
    let event = bench.event(.auditViewed, by: bench.sencoActor)
    try bench.apply(event, bench.senco)
    var again = event
    again.seen = bench.state.head
    #expect(try bench.refusal(of: again, bench.senco) == .idReused)
  }

  @Test func otherVaultsAndOtherHistoriesAreRefused() throws {
    let bench = try Bench()
    var event = bench.event(.auditViewed, by: bench.sencoActor)
    let foreign = Event(
      id: event.id, vault: VaultID([UInt8](repeating: 2, count: 16))!, seen: event.seen, kind: .auditViewed,
      at: event.at, actor: event.actor)
    #expect(try bench.refusal(of: foreign, bench.senco) == .otherVault)
    let older = Event(
      id: event.id, vault: event.vault, seen: event.seen, kind: .auditViewed,
      at: Timestamp(millisecondsSinceEpoch: event.at.millisecondsSinceEpoch - 1), actor: event.actor)
    #expect(try bench.refusal(of: older, bench.senco) == .timeRanBack)
    event.seen = SeenHead(size: 4, root: SHA256.digest(of: [9]))
    #expect(try bench.refusal(of: event, bench.senco) == .seenFork)
    event.seen = SeenHead(size: 5, root: bench.state.head.root)
    #expect(try bench.refusal(of: event, bench.senco) == .seenFork)
  }

  @Test func childrenComeInOrderAndWithAKeyOfTheirOwn() throws {
    let bench = try Bench()
    #expect(try bench.refusal(of: try bench.childAdded(1, key: 6), bench.senco) == .idReused)
    #expect(try bench.refusal(of: try bench.childAdded(3, key: 6), bench.senco) == .idReused)
    #expect(try bench.refusal(of: try bench.childAdded(2, key: 5), bench.senco) == .idReused)
  }

  @Test func openingWithoutADecisionIsRefused() throws {
    var bench = try Bench()
    var stored = bench.event(.recordStored, by: bench.sencoActor)
    stored.child = ChildReference(number: 1)
    stored.record = RecordReference(value: 1)
    stored.fields = [
      "document_kind": "advice", "object": .string(String(repeating: "0a", count: 16)), "object_size": 10,
      "object_sha256": .string(String(repeating: "b", count: 64)),
    ]
    stored.box = try bench.box(stored)
    try bench.apply(stored, bench.senco)
    var opened = bench.event(.recordOpened, by: bench.sencoActor)
    opened.child = ChildReference(number: 1)
    opened.record = RecordReference(value: 1)
    opened.policy = bench.state.policy
    opened.facts = JSONValue(
      facts: AccessFacts(role: "senco", action: .open, document: "advice", reason: true))
    opened.outcome = .refused
    #expect(try bench.refusal(of: opened, bench.senco) == .undecided)
    opened.outcome = .allowed
    #expect(try bench.refusal(of: opened, bench.senco) == nil)
    var other = opened
    other.facts = JSONValue(
      facts: AccessFacts(role: "senco", action: .open, document: "strategies", reason: true))
    #expect(try bench.refusal(of: other, bench.senco) == .factsDiffer)
    opened.record = RecordReference(value: 2)
    #expect(try bench.refusal(of: opened, bench.senco) == .danglingReference)
  }

  @Test func releaseOfNothingDecidedIsRefused() throws {
    let bench = try Bench()
    var event = bench.event(.disclosureReleased, by: bench.sencoActor)
    event.child = ChildReference(number: 1)
    event.request = RequestReference(value: 1)
    event.outcome = .allowed
    #expect(try bench.refusal(of: event, bench.senco) == .danglingReference)
  }

  @Test func eventTextIsCanonicalOrRefused() throws {
    let bench = try Bench()
    let event = try bench.signed(try bench.childAdded(2, key: 6), bench.senco)
    #expect(try Event(parsing: event.bytes) == event)
    var spaced = event.bytes
    spaced.insert(0x20, at: 1)
    #expect(throws: EntryFault.malformed) { try Event(parsing: spaced) }
    let lower = String(decoding: event.bytes, as: UTF8.self).replacing("CH-0002", with: "ch-0002")
    #expect(throws: EntryFault.malformed) { try Event(parsing: Array(lower.utf8)) }
    let unknown = String(decoding: event.bytes, as: UTF8.self).replacing(
      "child.added", with: "child.vanished")
    #expect(throws: EntryFault.unknownKind) { try Event(parsing: Array(unknown.utf8)) }
  }

  @Test func fieldsOfALaterVersionAreKeptAndStaySigned() throws {
    let bench = try Bench()
    var event = bench.event(.auditViewed, by: bench.sencoActor)
    event.fields = ["zz_new": [1, 2]]
    event = try bench.signed(event, bench.senco)
    let read = try Event(parsing: event.bytes)
    #expect(read.fields["zz_new"] == [1, 2])
    #expect(read.isSigned(by: bench.senco.verifierKey))
  }

  @Test func boxOpensUnderItsKeyEventAndKindOnly() throws {
    let bench = try Bench()
    let event = try bench.childAdded(2, key: 6)
    let box = try #require(event.box)
    #expect(
      try box.open(identity: bench.childKey, vault: event.vault, event: event.id, kind: .childAdded)["name"]
        == "A")
    #expect(throws: EntryFault.boxBroken) {
      try box.open(identity: bench.senco.identity, vault: event.vault, event: event.id, kind: .childAdded)
    }
    #expect(throws: EntryFault.boxBroken) {
      try box.open(identity: bench.childKey, vault: event.vault, event: event.id, kind: .contactAdded)
    }
    #expect(throws: EntryFault.boxBroken) {
      try box.open(
        identity: bench.childKey, vault: event.vault, event: try EventID.random(), kind: .childAdded)
    }
    // Lengths say little: 64-byte steps.
    #expect((box.sealed.count - 16).isMultiple(of: 64))
  }
}
