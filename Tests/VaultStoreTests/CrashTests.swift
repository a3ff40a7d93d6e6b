import CrashLab
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing
import TransparencyLog
import VaultStore

/// Power cuts at every operation of creating a vault, appending, storing and replacing, in every state the disk may then be in.
@Suite struct CrashTests {
  /// One step of the story; the oracle knows what each must leave behind.
  enum Step {
    case create
    case append([[UInt8]])
    case put(ObjectID, [UInt8])
    /// Several with one flush.
    case putTogether([ObjectID: [UInt8]])
    case file(VaultFileName, [UInt8])
    case replace(VaultFileName, [UInt8])
    case delete(ObjectID)
  }

  static let object = ObjectID(checkedBytes: [UInt8](repeating: 0x11, count: 16))
  static let second = ObjectID(checkedBytes: [UInt8](repeating: 0x22, count: 16))
  /// Two of these share a folder, two the folder above.
  static let batch = [0x4401, 0x4402, 0x4455, 0x7701].map { (name: Int) in
    ObjectID(
      checkedBytes: [UInt8(name >> 8), UInt8(name & 0xF0), UInt8(name & 0xFF)]
        + [UInt8](repeating: 0x44, count: 13))
  }
  static let key = KeyID(checkedBytes: [UInt8](repeating: 0x33, count: 16))
  /// So small that the story begins new segments and uses the reserve.
  static let geometry = JournalGeometry(segmentSize: 6 << 10, headReserve: 900)

  static let story: [Step] = [
    .create,
    .append([TestLog.entry(0)]),
    .append([TestLog.entry(1), TestLog.entry(2, size: 700), TestLog.entry(3)]),
    .put(object, TestLog.entry(4, size: 5000)),
    .append([TestLog.entry(5, size: 1500)]),
    .file(.childIdentity(key), TestLog.entry(6, size: 300)),
    .replace(.epochIdentity(1), TestLog.entry(7, size: 600)),
    .append([TestLog.entry(8, size: 1700)]),
    .replace(.epochIdentity(1), TestLog.entry(9, size: 900)),
    .append([TestLog.entry(10, size: 900), TestLog.entry(11, size: 900)]),
    .put(second, TestLog.entry(12, size: 600)),
    .append([TestLog.entry(13, size: 2600)]),
    .putTogether(
      Dictionary(
        uniqueKeysWithValues: batch.enumerated().map { ($1, TestLog.entry($0, size: 700 * $0)) })),
    .delete(object),
    .append([TestLog.entry(14, size: 9000)]),
    .append([TestLog.entry(15)]),
  ]

  /// A checkpoint without a signature: storage looks at its lines alone.
  @Sendable static func sign(_ range: CompactRange) throws -> [UInt8] {
    Array("crash\n\(range.size)\n\(Base64.encode(range.root.bytes))\n\n— crash AAAA\n".utf8)
  }

  static func run(_ steps: ArraySlice<Step>, on files: CrashFileSystem) async throws {
    var vault: VaultStorage?
    if steps.startIndex > 0 {
      vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
    }
    for step in steps {
      switch step {
      case .create:
        let new = try VaultDirectory.create(on: files, geometry: geometry)
        try await new.files.create(.description, Array(TestLog.description.text().utf8))
        vault = new
      case .append(let entries):
        let size = try await vault?.ledger.head()?.size ?? 0
        _ = try await vault?.ledger.append(entries, ifSize: size, sign: sign)
      case .put(let id, let bytes):
        _ = try await vault?.objects.put(id, exactSize: bytes.count) { write in
          try write(bytes.span.bytes.extracting(0..<bytes.count / 2))
          try write(bytes.span.bytes.extracting(bytes.count / 2..<bytes.count))
        }
      case .putTogether(let objects):
        let ids = objects.keys.sorted { $0.hex < $1.hex }
        for id in ids {
          guard let bytes = objects[id] else { continue }
          _ = try await vault?.objects.stage(id, exactSize: bytes.count) { write in
            try write(bytes.count / 2, bytes.span.bytes.extracting(bytes.count / 2..<bytes.count))
            try write(0, bytes.span.bytes.extracting(0..<bytes.count / 2))
          }
        }
        try await vault?.objects.publish(ids)
      case .file(let name, let bytes): try await vault?.files.create(name, bytes)
      case .replace(let name, let bytes): try await vault?.files.replace(name, bytes)
      case .delete(let id): try await vault?.objects.delete(id)
      }
      files.mark()
    }
  }

  struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  static func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw Broken(message()) }
  }

  /// What must hold when `done` steps were acknowledged and the next may have begun. Leaves the vault recovered.
  ///
  /// - Parameter judged: disks recovered before; one of them is not looked at again, being the same in every respect.
  static func check(
    _ files: CrashFileSystem, _ story: [Step], done: Int, _ judged: Judged = Judged()
  ) async throws {
    let steps = Array(story.prefix(done + 1))
    let vault: VaultStorage
    do {
      vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
    } catch {
      // Only an unacknowledged creation may be absent, and it can be done again.
      try require(error == .notAVault && done == 0, "the vault does not open: \(error)")
      let again = try VaultDirectory.create(on: files, geometry: geometry)
      try await again.files.create(.description, Array(TestLog.description.text().utf8))
      return
    }
    _ = try await vault.ledger.unsignedTail()
    guard judged.isNew(files.disk, acknowledged: done) else { return }
    try await checkLedger(vault, steps, done)
    try await checkFiles(vault, steps, done)
    // Recovery twice is recovery once: another process finds the same.
    let other = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
    try require(try await other.ledger.head() == vault.ledger.head(), "the second opening has another head")
    try require(
      try await other.ledger.unsignedTail() == vault.ledger.unsignedTail(),
      "the second opening has another tail")
    let findings = try await VaultCheck.run(
      other, expecting: VaultExpectation(objects: []), depth: .structure)
    try require(!findings.contains(where: \.isDamage), "check finds damage: \(findings)")
    // And the vault goes on: the tail is adopted, a new entry follows.
    let size = try await vault.ledger.head()?.size ?? 0
    let tail = UInt64(try await vault.ledger.unsignedTail().count)
    let before = try await read(other)
    let head = try await other.ledger.append([[0xEE]], ifSize: size + tail, sign: sign)
    try require(head.size == size + tail + 1, "the next append has another size")
    try require(try await read(other) == before + [[0xEE]], "the next append changed what was there")
    try require(try await other.ledger.inspect().damage == [], "damage after the next append")
    let third = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
    try require(try await third.ledger.head() == head, "the third opening has another head")
    // Large enough to begin a new segment, which takes the reserve.
    let large = TestLog.entry(99, size: 2600)
    let later = try await third.ledger.append([large], ifSize: head.size, sign: sign)
    let last = try await third.ledger.append([large], ifSize: later.size, sign: sign)
    try require(
      try await read(third) == before + [[0xEE], large, large], "a new segment changed what was there")
    let fourth = try VaultDirectory.open(on: files, mode: .readOnly, geometry: geometry)
    try require(try await fourth.ledger.head() == last, "the fourth opening has another head")
    try require(try await fourth.ledger.inspect().damage == [], "damage after a new segment")
  }

  private static func read(_ vault: VaultStorage) async throws -> [[UInt8]] {
    let size = try await vault.ledger.head()?.size ?? 0
    return try await vault.ledger.entries(from: 0, to: size) + vault.ledger.unsignedTail()
  }

  private static func checkLedger(_ vault: VaultStorage, _ steps: [Step], _ done: Int) async throws {
    var commits: [[[UInt8]]] = []
    var acknowledged = 0
    for (number, step) in steps.enumerated() {
      guard case .append(let entries) = step else { continue }
      commits.append(entries)
      if number < done { acknowledged = commits.count }
    }
    let found = try await read(vault)
    let allowed = (acknowledged...commits.count).map { Array(commits.prefix($0).joined()) }
    try require(
      allowed.contains(found), "\(found.count) entries are there, \(allowed.map(\.count)) may be")
    let signed = try await vault.ledger.head()?.size ?? 0
    try require(signed >= UInt64(allowed[0].count), "an acknowledged head is gone")
  }

  private static func checkFiles(_ vault: VaultStorage, _ steps: [Step], _ done: Int) async throws {
    var objects: [ObjectID: [[UInt8]?]] = [:]
    var files: [VaultFileName: [[UInt8]?]] = [:]
    for (number, step) in steps.enumerated() {
      let isDone = number < done
      switch step {
      case .put(let id, let bytes): objects[id] = isDone ? [bytes] : [nil, bytes]
      case .putTogether(let batch):
        for (id, bytes) in batch { objects[id] = isDone ? [bytes] : [nil, bytes] }
      case .delete(let id): objects[id] = isDone ? [nil] : (objects[id] ?? []) + [nil]
      case .file(let name, let bytes), .replace(let name, let bytes):
        files[name] = isDone ? [bytes] : (files[name] ?? [nil]) + [bytes]
      case .create, .append: break
      }
    }
    for (id, allowed) in objects {
      var bytes: [UInt8]?
      if let length = try await vault.objects.stat(id) {
        bytes = try await vault.objects.read(id, range: 0..<length)
      }
      try require(allowed.contains(bytes), "object \(id) has \(bytes?.count ?? -1) bytes")
    }
    for (name, allowed) in files {
      let bytes = try await vault.files.read(name)
      try require(allowed.contains(bytes), "\(name) has \(bytes?.count ?? -1) bytes")
    }
  }

  static let seed: UInt64 = 20_261_121
  /// `STRONGROOM_TORTURE` makes the campaigns run at full size.
  static let isFull = ProcessInfo.processInfo.environment["STRONGROOM_TORTURE"] != nil

  /// Steps as they may come in any order and size, after the making of a vault.
  static func story(seed: UInt64) -> [Step] {
    var generator = SeededGenerator(seed: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    var stored: [ObjectID] = []
    return [.create]
      + (0..<16).map { step in
        let entry = { TestLog.entry(step * 10 + $0, size: number(1...2500)) }
        switch number(0...9) {
        case 0...4: return .append((0..<number(1...3)).map(entry))
        case 5:
          let ids = (0..<number(2...5)).map { _ in ObjectID(checkedBytes: generator.bytes(16)) }
          stored += ids
          return .putTogether(
            Dictionary(
              uniqueKeysWithValues: ids.map { ($0, TestLog.entry(step * 10, size: number(0...4000))) }))
        case 6:
          let id = ObjectID(checkedBytes: generator.bytes(16))
          stored.append(id)
          return .put(id, TestLog.entry(step, size: number(0...12_000)))
        case 7:
          return .file(
            .childIdentity(KeyID(checkedBytes: generator.bytes(16))),
            TestLog.entry(step, size: number(1...900)))
        case 8: return .replace(.epochIdentity(number(1...2)), TestLog.entry(step, size: number(1...2000)))
        default: return .delete(stored.randomElement(using: &generator) ?? object)
        }
      }
  }

  @Test func whateverAPowerCutLeavesIsWholeOrAbsent() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    let tally = Tally()
    let stories =
      [Self.story] + (1...(Self.isFull ? 60 : 12)).map { Self.story(seed: Self.seed &+ UInt64($0)) }
    for (number, story) in stories.enumerated() {
      // On every third system `syncfs` promises nothing.
      try await Self.campaign(story, number, tally, canSyncEverything: number % 3 != 2)
    }
    let seconds = Int((clock.now - start) / .seconds(1))
    print(
      "F1 store: \(stories.count) stories, \(tally.count("states")) different crash states at \(tally.count("points")) points,"
        + " \(tally.count("judged")) different disks after recovery, \(tally.count("again")) states more during recovery,"
        + " \(seconds) s, seed \(Self.seed)")
    let failures = tally.failures
    #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
    #expect(tally.count("states") > 20_000)
    #expect(tally.count("again") > 3000)
  }

  private static func campaign(
    _ story: [Step], _ number: Int, _ tally: Tally, canSyncEverything: Bool
  ) async throws {
    let files = CrashFileSystem(canSyncEverything: canSyncEverything)
    try await run(story[...], on: files)
    let judged = Judged()
    let states = CrashStates(operations: files.operations, randomStates: isFull ? 100 : 40, seed: seed)
    let count = try await states.walk(tasks: 2) { crash in
      guard !tally.hasFailedEnough else { return }
      let recovery = CrashFileSystem(crash.disk)
      do { try await check(recovery, story, done: crash.acknowledged, judged) } catch {
        tally.fail("story \(number), \(crash.label): \(error)")
      }
      // Power fails again while one in so many is recovering.
      guard (crash.operation &* 31 &+ crash.variant) % 20 == 0 else { return }
      let inner = CrashStates(
        initial: crash.disk, operations: recovery.operations, randomStates: 4, seed: UInt64(crash.operation))
      let more = try await inner.walk(every: 3) { again in
        do { try await checkOnlyGrowth(again.disk, story, done: crash.acknowledged) } catch {
          tally.fail("story \(number), \(crash.label), then \(again.label): \(error)")
        }
      }
      tally.add("again", more.distinct)
    }
    tally.add("states", count.distinct)
    tally.add("points", count.points)
    tally.add("judged", judged.count)
  }

  /// After a second crash, during recovery: everything acknowledged is there, and the vault opens and goes on.
  private static func checkOnlyGrowth(_ disk: CrashFileSystem.Disk, _ story: [Step], done: Int) async throws {
    let files = CrashFileSystem(disk)
    let vault: VaultStorage
    do {
      vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: geometry)
    } catch {
      try require(error == .notAVault && done == 0, "the vault does not open: \(error)")
      _ = try VaultDirectory.create(on: files, geometry: geometry)
      return
    }
    let acknowledged = story.prefix(done).flatMap { step -> [[UInt8]] in
      if case .append(let entries) = step { return entries }
      return []
    }
    let found = try await read(vault)
    try require(found.starts(with: acknowledged), "acknowledged entries are gone")
    let size = try await vault.ledger.head()?.size ?? 0
    let tail = UInt64(try await vault.ledger.unsignedTail().count)
    _ = try await vault.ledger.append([[0xDD]], ifSize: size + tail, sign: sign)
    try require(try await vault.ledger.inspect().damage == [], "damage")
  }

  /// Every call of the story fails once, with and without having taken effect: nothing acknowledged is lost, and a failed flush
  /// is never followed by another acknowledgement.
  @Test(arguments: [(5 as Int32, "EIO"), (28, "ENOSPC")], [false, true])
  func callThatFailsLosesNothingAcknowledged(
    error: (code: Int32, name: String), takesEffect: Bool
  ) async throws {
    var call = 0
    var failures: [String] = []
    while true {
      let files = CrashFileSystem()
      files.fail(.init(call: call, code: error.code, takesEffect: takesEffect))
      do {
        try await Self.run(Self.story[...], on: files)
      } catch is VaultStoreError {
      } catch {
        failures.append("call \(call): an untyped error \(error)")
      }
      let wasHit = files.hasFailed
      files.fail(nil)
      let done = files.operations.count { if case .mark = $0 { true } else { false } }
      do {
        try await Self.check(CrashFileSystem(files.disk), Self.story, done: min(done, Self.story.count - 1))
      } catch {
        failures.append("call \(call), \(done) done: \(error)")
      }
      if !wasHit { break }
      call += 1
    }
    print("failing calls (\(error.name), takes effect: \(takesEffect)): \(call)")
    #expect(call > 150)
    #expect(failures.isEmpty, "\(failures.count): \(failures.prefix(5))")
  }

  @Test func afterAFailedFlushNothingIsWrittenAnyMore() async throws {
    let files = CrashFileSystem()
    try await Self.run(Self.story[..<2], on: files)
    let vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: Self.geometry)
    let size = try await vault.ledger.head()?.size ?? 0
    // Count the calls of one append, then fail its flushes one at a time.
    let flushes = Mutex(0)
    for call in 0..<60 {
      let copy = CrashFileSystem(files.disk)
      let broken = try VaultDirectory.open(on: copy, mode: .readWrite, geometry: Self.geometry)
      copy.fail(.init(call: call, code: 5, takesEffect: false))
      do {
        _ = try await broken.ledger.append([[1]], ifSize: size, sign: Self.sign)
      } catch VaultStoreError.stopped(let operation, let name, let code) {
        flushes.withLock { $0 += 1 }
        copy.fail(nil)
        let stopped = VaultStoreError.stopped(operation: operation, name: name, code: code)
        await #expect(throws: stopped) {
          try await broken.ledger.append([[2]], ifSize: size, sign: Self.sign)
        }
        await #expect(throws: stopped) { try await broken.files.create(.ledgerKey(5), [1]) }
        await #expect(throws: stopped) {
          try await broken.objects.put(Self.second, exactSize: 0) { _ in }
        }
      } catch {}
    }
    // Two flushes to a commit, no more: that is what an append costs.
    #expect(flushes.withLock { $0 } == 2)
  }
}
