import AgeFormat
import DisclosureRules
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// Members who hold the keys of their role, change the program, and write what they like.
@Suite struct AttackTests {
  @Test func teacherCannotPutOtherRulesInForce() async throws {
    let school = try await School.open()
    let hash = try await Gatekeeper.keep(.school, in: school.storage.files)
    try await (try school.visit(school.teacherKey)).forge(.policyAdopted) { event, _ in
      event.policy = hash
      event.fields = ["policy_name": "school"]
    }
    #expect(await entryFault { _ = try await school.senco.status() } == .roleNotHeld)
    #expect(await entryFault { _ = try await school.visit(school.headKey) } == .roleNotHeld)
  }

  @Test func safeguardingLeadCannotAddMembers() async throws {
    let school = try await School.open()
    let friend = try MemberIdentity.generate()
    try await (try school.visit(school.dslKey)).forge(.memberAdded) { event, _ in
      event.fields = [
        "member": .string(MemberReference(value: 77).description), "name": "Friend", "role": "senco",
        "card_recipient": .string(friend.recipient.text), "card_key": .string(friend.verifierKey.text),
      ]
    }
    #expect(await entryFault { _ = try await school.senco.children() } == .roleNotHeld)
  }

  @Test func officerCannotDeclineForOthersWhatTheRulesDoNotLet() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let (request, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    let reference = try #require(request)
    try await (try school.visit(school.teacherKey)).forge(.approvalDeclined) { event, state in
      event.child = school.child
      event.request = reference
      event.fields = ["scope": .string(try #require(state.requests[reference]).scope.hex)]
    }
    #expect(await entryFault { _ = try await school.senco.status() } == .roleNotHeld)
  }

  @Test func custodianCannotWriteADecisionTheRulesDoNotGive() async throws {
    for forgesFacts in [false, true] {
      let school = try await School.open()
      let college = try await school.recipient("college")
      let (request, report) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
      let reference = try #require(request)
      #expect(report.outcome == .waiting)
      try await school.senco.forge(.requestDecided) { event, state in
        let known = try #require(state.requests[reference])
        var facts = try #require(known.lastDecision).facts
        facts.phase = .release
        if forgesFacts { facts.consent = DisclosureFacts.Consent(state: .given, giver: .parent) }
        event.child = school.child
        event.request = reference
        event.gateway = "consent"
        event.outcome = .allowed
        event.policy = state.policy
        event.facts = JSONValue(facts: facts)
        event.fields = ["scope": .string(known.scope.hex), "phase": "release"]
      }
      // An officer opens no box, and notices as well.
      let officer = await entryFault { _ = try await school.visit(school.officerKey) }
      #expect(officer == (forgesFacts ? .factsDiffer : .decisionDiffers))
    }
  }

  @Test func custodianCannotInventApprovals() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    let reference = try #require(request)
    try await school.senco.forge(.requestDecided) { event, state in
      let known = try #require(state.requests[reference])
      var facts = try #require(known.lastDecision).facts
      facts.approvals = state.activeMembers().filter { ["headteacher", "dsl"].contains($0.role) }.map {
        DisclosureFacts.Person(member: $0.reference.description, role: $0.role)
      }
      event.child = school.child
      event.request = reference
      event.gateway = "court-order"
      event.outcome = .allowed
      event.policy = state.policy
      event.facts = JSONValue(facts: facts)
      event.fields = ["scope": .string(known.scope.hex), "phase": "request"]
    }
    #expect(await entryFault { _ = try await school.visit(school.officerKey) } == .factsDiffer)
  }

  @Test func personRemovedAndAddedAgainDoesNotApproveTheirOwnRequest() async throws {
    let school = try await School.open()
    let court = try await school.recipient("court")
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(court, "court-order", School.orderEvidence()))
    let reference = try #require(request)
    let head = try await school.visit(school.headKey)
    _ = try await head.removeMember(try await school.senco.me.reference).done()
    _ = try await head.addMember(card: try school.sencoKey.card(name: "Jo Patel"), role: "headteacher").done()
    let again = try await school.visit(school.sencoKey)
    #expect(try await again.approve(reference).reasons.map(\.code) == ["approval-by-requester"])
  }

  @Test func anotherEpochInPlaceOfTheVaultsIsGivenNoChildsKey() async throws {
    let storage = VaultStorage.inMemory()
    let effects = TestClock().effects
    let sencoKey = try MemberIdentity.generate()
    let governorKey = try MemberIdentity.generate()
    _ = try await Gatekeeper.createVault(
      in: storage, name: "Jo", creator: sencoKey, policy: .england, settingType: nil, recovery: [],
      effects: effects)
    let first = try await Gatekeeper(opening: storage, as: sencoKey, effects: effects)
    _ = try await first.addMember(card: try governorKey.card(name: "G"), role: "governor").done()

    // A governor may not open a record, but writes to the same folder and holds the ledger's key.
    let epoch = try X25519Identity.generate()
    let ledgerName = VaultFileName.ledgerKey(1)
    let sealed = try #require(try await storage.files.read(ledgerName))
    let text = try Age.open(sealed, identities: [governorKey.identity], limit: 16_384)
    try await storage.files.replace(
      ledgerName, try Age.seal(text.bytes, to: [epoch.recipient, governorKey.recipient]))
    try await storage.files.replace(
      .epochIdentity(1),
      try KeyFiles.seal(epoch, to: [sencoKey.recipient], at: effects.now()))
    let registerName = try #require(try await storage.files.list(.childIdentities).first)
    let register = try X25519Identity.generate()
    try await storage.files.replace(
      registerName, try KeyFiles.seal(register, to: [epoch.recipient], at: effects.now()))

    let senco = try await Gatekeeper(opening: storage, as: sencoKey, effects: effects)
    #expect(
      await failure {
        _ = try await senco.addChild(name: "A", born: CalendarDate("2015-05-03")!, upn: nil)
      } == "integrity")
    #expect(try await storage.files.list(.childIdentities).count == 1)
  }

  @Test func nothingIsSealedUnderAnotherChildsKey() async throws {
    let school = try await School.open()
    let other = try await school.senco.addChild(
      name: "Other", born: CalendarDate("2014-01-01")!, upn: nil
    ).done()
    let state = try await school.senco.current()
    let files = school.storage.files
    let one = VaultFileName.childIdentity(try #require(state.child(school.child)).key)
    let two = VaultFileName.childIdentity(try #require(state.child(other)).key)
    try await files.replace(one, try #require(try await files.read(two)))
    let senco = try await school.visit(school.sencoKey)
    let before = try await school.storage.objects.list().count
    #expect(
      await failure {
        _ = try await senco.store(
          BytesInput(name: "n.txt", bytes: [1]), child: school.child, kind: "advice", dated: nil, title: nil)
      } == "integrity")
    #expect(try await school.storage.objects.list().count == before)
    #expect(
      try await senco.check().findings.contains { $0.isDamage && $0.file == (try? one.relativePath) })
  }

  @Test func removalDuringAnAdditionLeavesTheRemovedWithoutKeys() async throws {
    let school = try await School.open()
    let files = HookedFiles(school.storage.files)
    let storage = VaultStorage(
      ledger: school.storage.ledger, objects: school.storage.objects, files: files,
      inventory: school.storage.inventory)
    let senco = try await Gatekeeper(opening: storage, as: school.sencoKey, effects: school.clock.effects)
    let dsl = try #require(try await senco.members().first { $0.role == "dsl" })
    // The head removes the safeguarding lead while the SENCo is between the entry and the key files.
    let head = try await school.visit(school.headKey)
    await files.beforeReplace { _ = try await head.removeMember(dsl.reference).done() }
    let card = try MemberIdentity.generate().card(name: "New")
    _ = try await senco.addMember(card: card, role: "teacher").done()
    #expect(try await school.storage.files.list(.epochIdentities) == [.epochIdentity(2)])
    #expect(try await !opensEpoch(school.storage, school.dslKey))
    #expect(try await opensEpoch(school.storage, school.headKey))
    #expect(try await senco.check().findings.isEmpty)
  }

  @Test func unknownConsentsAndContactsLeaveAnEntry() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college")
    let before = try await school.senco.status().entries
    #expect(
      await failure { _ = try await school.senco.withdrawConsent(ConsentReference(value: 5)) }
        == "notFoundOrNotVisible")
    for (contact, recipient) in [
      (ContactReference(value: 5), college), (school.mother, RecipientReference(value: 5)),
    ] {
      #expect(
        await failure {
          _ = try await school.senco.recordConsent(
            child: school.child, givenBy: contact, to: recipient, kinds: ["ehc-plan"], purpose: "p",
            until: CalendarDate("2027-01-01")!)
        } == "notFoundOrNotVisible")
    }
    #expect(try await school.senco.status().entries == before + 3)
  }

  @Test func honestVaultStillVerifies() async throws {
    let school = try await School.open()
    let college = try await school.recipient("college", key: try X25519Identity.generate().recipient)
    let consent = try await school.consent(college)
    let (request, _) = try await school.senco.requestDisclosure(school.draft(college, "consent"))
    _ = try await school.senco.release(try #require(request), into: CapturedOutput()).done()
    _ = try await school.senco.withdrawConsent(consent).done()
    #expect(try await school.senco.auditVerify().isWhole)
    #expect(try await (try school.visit(school.officerKey)).auditVerify().isWhole)
  }
}

extension Gatekeeper {
  /// Writes an event that this program would not: signed by this member and sealed, but asked of nobody.
  func forge(
    _ kind: EventKind, _ fill: @Sendable (inout Event, VaultState) throws -> Void
  ) async throws {
    let state = try await current()
    let me = try member(in: state)
    var event = Event(
      id: try EventID.random(), vault: state.vault, seen: state.head, kind: kind, at: effects.now(),
      actor: EventActor(member: me.reference, role: me.role))
    try fill(&event, state)
    event.signature = try identity.signingKey.signature(for: event.signedBytes)
    let entry = try codec.seal(
      event, at: state.size, salt: try effects.randomBytes(SealedEntry.saltByteCount))
    var range = state.range
    range.append(MerkleTree.leafHash(entry))
    _ = try await storage.ledger.append([entry], ifSize: state.size, sign: codec.signer(expecting: range))
  }
}

/// Runs something once, just before a key file is replaced.
actor HookedFiles: NamedFileStorage {
  private let inner: any NamedFileStorage
  private var hook: (@Sendable () async throws -> Void)?

  init(_ inner: any NamedFileStorage) { self.inner = inner }

  func beforeReplace(_ action: @escaping @Sendable () async throws -> Void) { hook = action }

  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? { try await inner.read(name) }

  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    try await inner.create(name, bytes)
  }

  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) {
    if let action = hook {
      hook = nil
      do { try await action() } catch { throw .cryptography }
    }
    try await inner.replace(name, bytes)
  }

  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) {
    for file in files { try await replace(file.name, file.bytes) }
  }

  func remove(_ name: VaultFileName) async throws(VaultStoreError) { try await inner.remove(name) }

  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    try await inner.list(folder)
  }
}

/// What is wrong with the entry an integrity error names.
func entryFault(_ body: () async throws -> Void) async -> EntryFault? {
  do {
    try await body()
    return nil
  } catch GateError.integrity(.entry(_, let fault)) {
    return fault
  } catch {
    return nil
  }
}
