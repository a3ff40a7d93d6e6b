import AgeFormat
import DisclosureRules
import Gatekeeper
import StrongroomCrypto
import Synchronization
import Testing
import TransparencyLog
import VaultStore

/// An output in memory that remembers whether it was committed.
final class CapturedOutput: DocumentOutput {
  private struct State {
    var bytes: [UInt8] = []
    var isCommitted = false
    var isDiscarded = false
  }

  private let state = Mutex(State())
  private let failsAtCommit: Bool

  init(failsAtCommit: Bool = false) { self.failsAtCommit = failsAtCommit }

  func write(_ bytes: RawSpan) throws {
    let copy = [UInt8](copying: bytes)
    state.withLock { $0.bytes += copy }
  }

  func commit() throws {
    if failsAtCommit { throw VaultStoreError.outside(.outputExists) }
    state.withLock { $0.isCommitted = true }
  }

  func discard() {
    state.withLock {
      $0.bytes = []
      $0.isDiscarded = true
    }
  }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var isCommitted: Bool { state.withLock { $0.isCommitted } }
  /// Nothing can be found there.
  var isEmpty: Bool { state.withLock { !$0.isCommitted && $0.bytes.isEmpty } }
}

/// A clock that the test turns.
final class TestClock: Sendable {
  private let now: Mutex<Timestamp>

  init(_ text: String = "2026-11-21T10:00:00.000Z") {
    now = Mutex(Timestamp(parsing: text) ?? Timestamp(millisecondsSinceEpoch: 0))
  }

  var time: Timestamp { now.withLock { $0 } }

  func advance(days: Int) {
    now.withLock {
      $0 = Timestamp(millisecondsSinceEpoch: $0.millisecondsSinceEpoch + Int64(days) * 86_400_000)
    }
  }

  var effects: Effects {
    Effects(now: { self.time }, randomBytes: { try SecureRandom.bytes(count: $0) })
  }
}

/// A ledger between the vault and its storage, to damage, cut and interrupt.
actor MeddledLedger: LedgerStorage {
  private let inner: any LedgerStorage
  var replaced: [UInt64: [UInt8]] = [:]
  var headOverride: LedgerHead?
  var failing: VaultStoreError?
  /// The next append writes its entries and then fails before the head.
  var crashesBeforeHead = false
  /// Runs once, just before the next append.
  var beforeAppend: (@Sendable () async throws -> Void)?
  /// Appends wait, as on a slow disk, until `letGo`.
  private var isHeld = false
  private var held: [CheckedContinuation<Void, Never>] = []
  /// How many entries each commit brought that went through here.
  private(set) var commits: [Int] = []

  init(_ inner: any LedgerStorage) { self.inner = inner }

  func replace(_ index: UInt64, with entry: [UInt8]?) { replaced[index] = entry }
  func override(_ head: LedgerHead?) { headOverride = head }
  func fail(_ error: VaultStoreError?) { failing = error }
  func crashBeforeHead() { crashesBeforeHead = true }
  func before(_ action: @escaping @Sendable () async throws -> Void) { beforeAppend = action }

  func hold() { isHeld = true }
  var heldCount: Int { held.count }
  func letGo() {
    isHeld = false
    for waiter in held { waiter.resume() }
    held = []
  }

  func head() async throws(VaultStoreError) -> LedgerHead? {
    if let headOverride { return headOverride }
    return try await inner.head()
  }

  func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]] {
    let entries = try await inner.entries(from: from, to: to)
    return zip(from..<to, entries).map { replaced[$0] ?? $1 }
  }

  func append(
    _ entries: [[UInt8]], ifSize: UInt64, after files: [NamedFile],
    sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    if let action = beforeAppend {
      beforeAppend = nil
      do { try await action() } catch { throw .cryptography }
    }
    if isHeld { await withCheckedContinuation { held.append($0) } }
    if let failing { throw failing }
    if crashesBeforeHead {
      crashesBeforeHead = false
      _ = try? await inner.append(entries, ifSize: ifSize, after: files) { _ in
        throw VaultStoreError.signingFailed
      }
      throw .stopped(operation: .sync, name: "ledger", code: 5)
    }
    let head = try await inner.append(entries, ifSize: ifSize, after: files, sign: sign)
    commits.append(entries.count)
    return head
  }

  func signTail(
    ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try await inner.signTail(ifSize: ifSize, sign: sign)
  }

  func unsignedTail() async throws(VaultStoreError) -> [[UInt8]] { try await inner.unsignedTail() }
  func inspect() async throws(VaultStoreError) -> LedgerInspection { try await inner.inspect() }
}

/// Objects between the vault and its storage: something may happen while a document is read.
final class MeddledObjects: ObjectStorage {
  private let inner: any ObjectStorage
  private let action = Mutex<(@Sendable () async throws -> Void)?>(nil)
  private let deletionsLeft = Mutex(Int.max)

  init(_ inner: any ObjectStorage) { self.inner = inner }

  /// So many deletions succeed, then the disk fails.
  func dieAtDeletion(_ count: Int) { deletionsLeft.withLock { $0 = count } }

  /// Runs once, before the next read. Awaited, never blocked on: blocking a thread of the pool stops the other tests.
  func beforeRead(_ action: @escaping @Sendable () async throws -> Void) {
    self.action.withLock { $0 = action }
  }

  nonisolated(nonsending) func stage(
    _ id: ObjectID, exactSize: Int, _ body: (_ write: Write) throws -> Void
  ) async throws -> StoredObject {
    try await inner.stage(id, exactSize: exactSize, body)
  }

  func publish(_ ids: [ObjectID]) async throws(VaultStoreError) { try await inner.publish(ids) }
  func unstage(_ ids: [ObjectID]) async { await inner.unstage(ids) }

  func reader(of id: ObjectID) async throws(VaultStoreError) -> any ObjectReader {
    try await meddle()
    return try await inner.reader(of: id)
  }

  func read(_ id: ObjectID, range: Range<Int>) async throws(VaultStoreError) -> [UInt8] {
    try await meddle()
    return try await inner.read(id, range: range)
  }

  private func meddle() async throws(VaultStoreError) {
    let action = action.withLock { held in
      defer { held = nil }
      return held
    }
    guard let action else { return }
    do { try await action() } catch { throw .cryptography }
  }

  func stat(_ id: ObjectID) async throws(VaultStoreError) -> Int? { try await inner.stat(id) }
  func delete(_ id: ObjectID) async throws(VaultStoreError) {
    let mayGo = deletionsLeft.withLock { left in
      left -= 1
      return left >= 0
    }
    guard mayGo else { throw .stopped(operation: .syncDirectory, name: "records", code: 5) }
    try await inner.delete(id)
  }

  func list() async throws(VaultStoreError) -> [ObjectID: Int] { try await inner.list() }
}

extension Answer {
  func done(_ location: SourceLocation = #_sourceLocation) throws -> Value {
    guard case .done(let value, _) = self else {
      Issue.record("refused: \(self)", sourceLocation: location)
      throw TestFailure.refused
    }
    return value
  }

  var refusal: DecisionReport? {
    if case .refused(let report) = self { report } else { nil }
  }

  var entry: UInt64? {
    if case .done(_, let entry) = self { entry } else { nil }
  }
}

extension Look {
  func seen(_ location: SourceLocation = #_sourceLocation) throws -> Value {
    guard case .seen(let value) = self else {
      Issue.record("refused: \(self)", sourceLocation: location)
      throw TestFailure.refused
    }
    return value
  }

  var refusal: DecisionReport? {
    if case .refused(let report) = self { report } else { nil }
  }
}

enum TestFailure: Error { case refused, missing }

/// A school with its people, one child and two documents, in storage of the test's choice.
struct School {
  /// Words planted where they must stay sealed.
  static let childName = "Amira Quillfeather"
  static let motherName = "Zenobia Quillfeather"
  static let collegeName = "Northbridge Marrowfat College"
  static let title = "Plan of November, final"
  static let reason = "Papers wanted by Thistlewood"
  static let planted = [
    "Quillfeather", "Marrowfat", "Thistlewood", "Plan of November", "secret-plan", "2015-05-03",
    "EH850/26/00221",
  ]

  let storage: VaultStorage
  let ledger: MeddledLedger
  let objects: MeddledObjects
  let clock: TestClock
  let sencoKey: MemberIdentity
  let headKey: MemberIdentity
  let dslKey: MemberIdentity
  let teacherKey: MemberIdentity
  let officerKey: MemberIdentity
  let senco: Gatekeeper
  let child: ChildReference
  let mother: ContactReference
  let plan: RecordReference
  let advice: RecordReference
  static let planBytes = Array("%PDF-1.7\nThe plan of the child, many pages.\n%%EOF\n".utf8)

  static func open(
    policy: PolicySource = .england, storage given: VaultStorage = .inMemory()
  ) async throws -> School {
    let ledger = MeddledLedger(given.ledger)
    let objects = MeddledObjects(given.objects)
    let storage = VaultStorage(
      ledger: ledger, objects: objects, files: given.files, inventory: given.inventory)
    let clock = TestClock()
    let keys = try (0..<5).map { _ in try MemberIdentity.generate() }
    _ = try await Gatekeeper.createVault(
      in: storage, name: "Jo Patel", creator: keys[0], policy: policy, settingType: nil, recovery: [],
      effects: clock.effects)
    let senco = try await Gatekeeper(opening: storage, as: keys[0], effects: clock.effects)
    for (key, (name, role)) in zip(
      keys.dropFirst(),
      [
        ("Morgan Owusu", "headteacher"), ("Dale Ellis", "dsl"), ("Terry Marsh", "teacher"),
        ("Robin Khan", "compliance-officer"),
      ])
    {
      _ = try await senco.addMember(card: key.card(name: name), role: role).done()
    }
    let child = try await senco.addChild(
      name: childName, born: CalendarDate("2015-05-03")!, upn: "A123456789012"
    ).done()
    let mother = try await senco.addContact(
      child: child, name: motherName, relationship: "mother", parentalResponsibility: true
    ).done()
    let plan = try await senco.store(
      BytesInput(name: "secret-plan.pdf", bytes: planBytes), child: child, kind: "ehc-plan",
      dated: CalendarDate("2026-11-12"), title: title
    ).done().reference
    let advice = try await senco.store(
      BytesInput(name: "advice.txt", bytes: Array("Speech and language.".utf8)), child: child,
      kind: "advice", dated: nil, title: nil
    ).done().reference
    return School(
      storage: storage, ledger: ledger, objects: objects, clock: clock, sencoKey: keys[0], headKey: keys[1],
      dslKey: keys[2],
      teacherKey: keys[3], officerKey: keys[4], senco: senco, child: child, mother: mother, plan: plan,
      advice: advice)
  }

  /// Another process of the member who holds this key.
  func visit(_ key: MemberIdentity) async throws -> Gatekeeper {
    try await Gatekeeper(opening: storage, as: key, effects: clock.effects)
  }

  /// Puts rules in force, as two people do.
  func adopt(_ policy: PolicySource) async throws -> String {
    _ = try await senco.adoptPolicy(policy).done()
    let adoption = try await visit(headKey).adoptPolicy(policy).done()
    #expect(adoption.isInForce)
    return adoption.policy
  }

  func recipient(
    _ kind: String, name: String = collegeName, key: X25519Recipient? = nil
  ) async throws
    -> RecipientReference
  {
    try await senco.addRecipient(name: name, kind: kind, key: key).done()
  }

  func consent(
    _ recipient: RecipientReference, kinds: [String] = ["ehc-plan", "advice"], until: String = "2027-07-31",
    answer: ConsentAnswer = .given, from contact: ContactReference? = nil
  ) async throws -> ConsentReference {
    try await senco.recordConsent(
      child: child, givenBy: contact ?? mother, to: recipient, kinds: kinds,
      purpose: "Thistlewood planning", until: CalendarDate(until)!, answer: answer
    ).done()
  }

  func draft(
    _ recipient: RecipientReference, _ gateway: String, _ evidence: [EvidenceInput] = [],
    records: [RecordReference]? = nil
  ) -> DisclosureDraft {
    DisclosureDraft(
      child: child, recipient: recipient, gateway: gateway, records: records ?? [plan], evidence: evidence,
      reason: Self.reason)
  }

  static let appealEvidence: [EvidenceInput] = [
    .text(id: "appeal-number", text: "EH850/26/00221"),
    .document(
      id: "registration-letter",
      input: BytesInput(name: "letter.pdf", bytes: Array("%PDF-1.4 letter of registration".utf8))),
  ]

  static func orderEvidence(_ number: String = "FD26P00123") -> [EvidenceInput] {
    [
      .text(id: "case-number", text: number),
      .document(
        id: "sealed-order", input: BytesInput(name: "order.pdf", bytes: Array("%PDF-1.4 order".utf8))),
    ]
  }

  /// Every byte at rest, but for the ledger's own framing.
  func storedBytes() async throws -> [UInt8] {
    var bytes: [UInt8] = []
    if let head = try await storage.ledger.head() {
      bytes += head.checkpoint
      for entry in try await storage.ledger.entries(from: 0, to: head.size) { bytes += entry }
    }
    for (id, length) in try await storage.objects.list() {
      bytes += try await storage.objects.read(id, range: 0..<length)
    }
    for item in try await storage.inventory.items() {
      if case .named(let name) = item.kind { bytes += try await storage.files.read(name) ?? [] }
    }
    return bytes
  }
}

/// Whether a text stands in a run of bytes.
func holds(_ bytes: [UInt8], _ text: String) -> Bool {
  String(decoding: bytes, as: UTF8.self).contains(text)
}
