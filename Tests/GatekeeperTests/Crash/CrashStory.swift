import AgeFormat
import CrashLab
import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@testable import Gatekeeper

/// A vault's life, acted through the one door on a file system that writes everything down.
struct CrashStory {
  /// Words that stand in documents, names and reasons, and must never be seen on a disk.
  static let canary = "Kanarienvogel"
  /// So small that segments are begun and the reserve is used.
  static let geometry = JournalGeometry(segmentSize: 12 << 10, headReserve: 1200)

  let clock = TestClock()
  let senco: MemberIdentity
  let officer: MemberIdentity
  let teacher: MemberIdentity

  init() throws {
    senco = try MemberIdentity.generate()
    officer = try MemberIdentity.generate()
    teacher = try MemberIdentity.generate()
  }

  /// The school's rules without their cases, which take as long to read again as everything else together.
  static let policy = PolicySource(files: PolicySource.school.files.filter { !$0.key.hasPrefix("cases/") })
  static let otherPolicy = PolicySource(
    files: policy.files.mapValues { $0 + "\n# Adopted in spring.\n" })

  func open(_ files: CrashFileSystem, as identity: MemberIdentity) async throws -> Gatekeeper {
    let storage = try VaultDirectory.open(on: files, mode: .readWrite, geometry: Self.geometry)
    return try await Gatekeeper(opening: storage, as: identity, effects: clock.effects)
  }

  static func document(_ number: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(number))
    return Array("\(canary) \(number) ".utf8) + generator.bytes(200 + number * 431 % 5000)
  }

  /// Makes the vault.
  func create(on files: CrashFileSystem) async throws {
    _ = try await Gatekeeper.createVault(
      in: try VaultDirectory.create(on: files, geometry: Self.geometry), name: "Jo Patel", creator: senco,
      policy: Self.policy, settingType: nil, recovery: [], effects: clock.effects)
  }

  /// Everything from the making of a vault on: people, documents, an import of 20, an opening, a release, a leaver, new rules.
  func run(_ chronicle: Chronicle) async throws {
    let files = chronicle.files
    try await create(on: files)
    let gate = try await open(files, as: senco)
    func acted() async throws { chronicle.note(.ledger(await gate.state.head)) }
    try await acted()
    _ = try await gate.addMember(card: officer.card(name: "Robin Khan"), role: "compliance-officer").done()
    try await acted()
    let leaver = try await gate.addMember(card: teacher.card(name: "Terry Marsh"), role: "teacher").done()
    try await acted()
    let child = try await gate.addChild(name: Self.canary, born: CalendarDate("2015-05-03")!, upn: nil).done()
    try await acted()
    let mother = try await gate.addContact(
      child: child, name: Self.canary, relationship: "mother", parentalResponsibility: true
    ).done()
    try await acted()
    var records: [RecordReference] = []
    // One document, then an import of twenty.
    for number in 0...20 {
      let bytes = Self.document(number)
      let stored = try await gate.store(
        BytesInput(name: "\(Self.canary)-\(number).txt", bytes: bytes), child: child, kind: "ehc-plan",
        dated: nil,
        title: Self.canary
      ).done()
      records.append(stored.reference)
      chronicle.note(.record(stored.reference, bytes))
    }
    try await acted()
    let opening = Chronicle.Fact.left(kind: "record.opened", reference: records[3].description)
    _ = try await gate.open(
      records[3], reason: Self.canary, into: WatchedOutput(chronicle, opening, leavesWhenWritten: true)
    ).done()
    let college = try await gate.addRecipient(
      name: Self.canary, kind: "college", key: try X25519Identity.generate().recipient
    ).done()
    _ = try await gate.recordConsent(
      child: child, givenBy: mother, to: college, kinds: ["ehc-plan"], purpose: Self.canary,
      until: CalendarDate("2027-07-31")!, answer: .given
    ).done()
    try await acted()
    let (made, _) = try await gate.requestDisclosure(
      DisclosureDraft(
        child: child, recipient: college, gateway: "consent", records: [records[0]], evidence: [],
        reason: Self.canary))
    guard let request = made else { throw TestFailure.missing }
    try await acted()
    let release = Chronicle.Fact.left(kind: "disclosure.released", reference: request.description)
    _ = try await gate.release(request, into: WatchedOutput(chronicle, release, leavesWhenWritten: false))
      .done()
    _ = try await gate.removeMember(leaver).done()
    try await acted()
    _ = try await gate.adoptPolicy(Self.otherPolicy).done()
    try await acted()
  }

  /// Makes the ledger long enough for a snapshot.
  func lengthen(_ files: CrashFileSystem) async throws {
    let gate = try await open(files, as: officer)
    while await gate.state.size < 66 { _ = try await gate.auditList().seen() }
  }

  /// A visit that writes a snapshot, reads it again, and files a document on top of it.
  func visitWithSnapshot(_ chronicle: Chronicle) async throws {
    _ = try await open(chronicle.files, as: senco)
    let gate = try await open(chronicle.files, as: senco)
    guard let child = await gate.state.children.values.first?.reference else { throw TestFailure.missing }
    let bytes = Self.document(40)
    let stored = try await gate.store(
      BytesInput(name: "late.txt", bytes: bytes), child: child, kind: "ehc-plan", dated: nil, title: nil
    ).done()
    chronicle.note(.record(stored.reference, bytes))
    chronicle.note(.ledger(await gate.state.head))
  }
}
