import CrashLab
import DisclosureRules
import Glibc
import StrongroomCrypto
import Synchronization
import Testing
import VaultStore

@testable import Gatekeeper

/// What must hold of a vault after a power cut, whatever was lost: FAULTS section 3, and that nothing left the vault without its entry.
final class CrashOracle: Sendable {
  struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  let story: CrashStory
  let facts: [Chronicle.Fact]
  /// Facts from before the run began, which must hold in every state.
  let settled: Int
  private let judged: Judged
  private let contents = Mutex<Set<SHA256Digest>>([])
  private let tally = Tally()

  init(
    _ story: CrashStory, _ facts: [Chronicle.Fact], settled: Int = 0,
    ignoring: Set<String> = ["tmp", "cache"]
  ) {
    self.story = story
    self.facts = facts
    self.settled = settled
    judged = Judged(ignoring: ignoring)
  }

  /// Different disks after recovery.
  var recovered: Int { judged.count }
  /// Different vaults, opened and verified in full through the gatekeeper.
  var verified: Int { tally.count("verified") }

  /// Recovers and judges.
  ///
  /// - Parameter share: of vaults whose content was not met before, one in so many is opened and verified in full. After a recovery
  ///   every vault is a new one, having entries of its own.
  /// - Returns: whether the vault was opened and verified in full; otherwise one with the same content was before.
  func judge(_ files: CrashFileSystem, acknowledged: Int, share: Int = 1) async throws -> Bool {
    let done = settled + acknowledged
    let storage: VaultStorage
    do {
      storage = try VaultDirectory.open(on: files, mode: .readWrite, geometry: CrashStory.geometry)
    } catch {
      try Self.require(error == .notAVault && done == 0, "the vault does not open: \(error)")
      try await beginAgain(files)
      return false
    }
    _ = try await storage.ledger.unsignedTail()
    guard judged.isNew(files.disk, acknowledged: done) else { return false }
    try Self.requireNoCanary(files.disk)
    try await judgeStore(files, storage)
    guard try await isNewContent(storage, done), tally.add("new") % share == 0 else { return false }
    tally.add("verified")
    try await judgeVault(files, storage, done)
    return true
  }

  /// A beginning that was cut short can be begun again. All of it costs much, so every twentieth is.
  private func beginAgain(_ files: CrashFileSystem) async throws {
    if tally.add("begun again") % 20 == 0 {
      try await story.create(on: files)
      let gate = try await story.open(files, as: story.senco)
      let findings = try await gate.check().findings
      try Self.require(findings.isEmpty, "a vault begun again is not clean: \(findings)")
    } else {
      _ = try VaultDirectory.create(on: files, geometry: CrashStory.geometry)
    }
  }

  /// The journal is whole, and opening twice is opening once.
  private func judgeStore(_ files: CrashFileSystem, _ storage: VaultStorage) async throws {
    let damage = try await storage.ledger.inspect().damage
    try Self.require(damage.isEmpty, "the journal is damaged: \(damage)")
    let before = Fingerprint(of: files.disk).digest(of: files.disk)
    let other = try VaultDirectory.open(on: files, mode: .readWrite, geometry: CrashStory.geometry)
    let isSameTail = try await other.ledger.unsignedTail() == storage.ledger.unsignedTail()
    let isSameHead = try await other.ledger.head() == storage.ledger.head()
    try Self.require(isSameTail && isSameHead, "the second opening finds another ledger")
    try Self.require(
      Fingerprint(of: files.disk).digest(of: files.disk) == before, "the second opening changed the disk")
  }

  /// What the gatekeeper can see of a vault: entries, objects and small files. How they lie in segments, it cannot.
  private func isNewContent(_ storage: VaultStorage, _ done: Int) async throws -> Bool {
    var digests: [UInt8] = []
    func add(_ bytes: [UInt8]) { digests += SHA256.digest(of: bytes).bytes }
    let size = try await storage.ledger.head()?.size ?? 0
    add(Array("\(done) \(size)".utf8))
    for entry in try await storage.ledger.entries(from: 0, to: size) + storage.ledger.unsignedTail() {
      add(entry)
    }
    for item in try await storage.inventory.items().sorted(by: { $0.path < $1.path }) {
      switch item.kind {
      case .object(let id): add(try await storage.objects.read(id, range: 0..<item.length))
      case .named(let name): add(try await storage.files.read(name) ?? [])
      default: continue
      }
      add(Array(item.path.utf8))
    }
    let digest = SHA256.digest(of: digests)
    return contents.withLock { $0.insert(digest).inserted }
  }

  private func judgeVault(_ files: CrashFileSystem, _ storage: VaultStorage, _ done: Int) async throws {
    let gate = try await Gatekeeper(opening: storage, as: story.senco, effects: story.clock.effects)
    let held = facts.prefix(done)
    var seen: SeenHead?
    for case .ledger(let head) in held { seen = head }
    let report = try await gate.auditVerify(seen: seen)
    try Self.require(report.isWhole, "the record does not verify: \(report.findings)")
    try await requireClean(gate)
    let events = try await events(gate, storage)
    for case .left(let kind, let reference) in held {
      let hasEntry = events.contains {
        $0.kind.rawValue == kind
          && ($0.record?.description == reference || $0.request?.description == reference)
      }
      try Self.require(hasEntry, "\(reference) left the vault without its entry \(kind)")
    }
    var records: [(RecordReference, [UInt8])] = []
    for case .record(let reference, let bytes) in held { records.append((reference, bytes)) }
    // `check` has compared all of them with the ledger; these are also opened.
    for (reference, bytes) in records.suffix(2) {
      let output = CapturedOutput()
      _ = try await gate.open(reference, reason: "r", into: output).done()
      try Self.require(output.bytes == bytes, "\(reference) has other bytes")
    }
    // And life goes on: a child is filed, and another process finds it.
    let child = try await gate.addChild(name: "Kim", born: CalendarDate("2016-01-01")!, upn: nil).done()
    guard tally.add("went on") % 4 == 0 else { return }
    let next = try await story.open(files, as: story.senco)
    let isFound = await next.state.child(child) != nil
    try Self.require(isFound, "the next act is not found")
    let damage = try await storage.ledger.inspect().damage
    try Self.require(damage.isEmpty, "the next act damaged the journal: \(damage)")
  }

  private func requireClean(_ gate: Gatekeeper) async throws {
    let damage = try await gate.check().findings.filter(\.isDamage)
    try Self.require(damage.isEmpty, "check finds damage: \(damage)")
  }

  private func events(_ gate: Gatekeeper, _ storage: VaultStorage) async throws -> [Event] {
    let size = try await storage.ledger.head()?.size ?? 0
    let codec = await gate.codec
    return try await storage.ledger.entries(from: 0, to: size).enumerated().map { index, entry in
      try codec.open(entry, at: UInt64(index))
    }
  }

  static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw Broken(message()) }
  }

  /// No document, name or reason lies readable anywhere, `tmp/` and `cache/` included.
  static func requireNoCanary(_ disk: CrashFileSystem.Disk) throws {
    let canary = Array(CrashStory.canary.utf8)
    for bytes in disk.files.values {
      let holdsIt = bytes.withUnsafeBytes { file in canary.withUnsafeBytes { holds(file, $0) } }
      try require(!holdsIt, "a file holds plaintext")
    }
  }

  private static func holds(_ bytes: UnsafeRawBufferPointer, _ word: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while start + word.count <= bytes.count, let base = bytes.baseAddress,
      let hit = memchr(base + start, Int32(word[0]), bytes.count - word.count - start + 1)
    {
      let offset = UnsafeRawPointer(hit) - base
      if let wanted = word.baseAddress, memcmp(base + offset, wanted, word.count) == 0 { return true }
      start = offset + 1
    }
    return false
  }
}
