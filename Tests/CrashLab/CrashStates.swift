import StrongroomTestSupport
import Synchronization

/// Every disk that may be found after a power cut at some point of a recorded run.
///
/// For every prefix of the run: all unflushed operations complete, all missing, each of them with each fate alone among complete ones and
/// alone among missing ones, all pairs, and random combinations. A disk that was looked at before, with as much acknowledged, is not
/// looked at again.
package struct CrashStates: Sendable {
  package typealias Operation = CrashFileSystem.Operation
  package typealias Disk = CrashFileSystem.Disk

  /// How an operation that was not flushed came out.
  enum Fate: Hashable, Sendable {
    case complete, absent, zeroed, cut512, cut4096
    /// The first sector is missing, the later ones are there.
    case late
    /// Each sector of 512 bytes is there or not, as the bits of a number say.
    case scattered(UInt64)
  }

  /// A disk, and how many marks lay before the cut.
  package struct Crash: Sendable {
    package let disk: Disk
    package let acknowledged: Int
    /// The last operation that was begun.
    package let operation: Int
    package let variant: Int
    let fates: [Fate]
    let name: String
    /// For the message when a test fails.
    package var label: String { "after operation \(operation) (\(name)), variant \(variant): \(fates)" }
  }

  package struct Count: Sendable {
    /// Points at which power was cut.
    package var points = 0
    /// States made.
    package var states = 0
    /// Different ones: so many were judged.
    package var distinct = 0
  }

  private let initial: Disk
  private let operations: [Operation]
  /// Random combinations over all unflushed operations, for each point.
  private let randomStates: Int
  /// So many of the newest unflushed operations are varied one by one and in pairs. Older ones, which are mostly names left
  /// in `tmp/`, only all together and at random.
  private let window: Int
  private let seed: UInt64

  package init(
    initial: Disk = Disk(), operations: [Operation], randomStates: Int, window: Int = 6, seed: UInt64
  ) {
    self.initial = initial
    self.operations = operations
    self.randomStates = randomStates
    self.window = window
    self.seed = seed
  }

  /// Calls `body` with each state, on as many tasks as asked.
  ///
  /// - Parameter step: only every `step`-th point.
  package func walk(
    every step: Int = 1, tasks: Int = 1, _ body: @escaping @Sendable (Crash) async throws -> Void
  ) async throws -> Count {
    let points = points(every: step)
    let progress = Progress()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<tasks {
        group.addTask {
          while true {
            let index = progress.next()
            guard index < points.count else { return }
            try await visit(points[index], progress, body)
          }
        }
      }
      try await group.waitForAll()
    }
    var count = progress.count
    count.points = points.count
    return count
  }

  // MARK: Points

  /// What is on the disk for certain, and what may be, when power fails at one moment.
  private struct Point: Sendable {
    let number: Int
    let name: String
    let durable: Disk
    let fingerprint: Fingerprint
    let pending: [Operation]
    let acknowledged: Int
  }

  private func points(every step: Int) -> [Point] {
    var points: [Point] = []
    var durable = initial
    var fingerprint = Fingerprint(of: initial)
    var pending: [Operation] = []
    var acknowledged = 0
    for (number, operation) in operations.enumerated() {
      let settled = absorb(operation, &durable, &pending, &acknowledged)
      for inode in settled { fingerprint.update(inode, of: durable) }
      if case .mark = operation { continue }
      if number % step != 0 { continue }
      points.append(
        Point(
          number: number, name: Self.name(operation), durable: durable, fingerprint: fingerprint,
          pending: pending, acknowledged: acknowledged))
    }
    return points
  }

  /// - Returns: the files whose durable bytes changed.
  private func absorb(
    _ operation: Operation, _ durable: inout Disk, _ pending: inout [Operation], _ acknowledged: inout Int
  ) -> Set<Int> {
    var settled: Set<Int> = []
    switch operation {
    case .newFile(let inode):
      durable.apply(operation)
      settled.insert(inode)
    case .newFolder: durable.apply(operation)
    case .link, .unlink, .write, .extend: pending.append(operation)
    case .mark: acknowledged += 1
    case .syncFile(let inode):
      pending.removeAll { other in
        guard Self.file(other) == inode else { return false }
        durable.apply(other)
        settled.insert(inode)
        return true
      }
    case .syncEverything:
      for other in pending {
        durable.apply(other)
        if let inode = Self.file(other) { settled.insert(inode) }
      }
      pending.removeAll()
    case .syncFolder(let inode):
      pending.removeAll { other in
        guard Self.folder(other) == inode else { return false }
        durable.apply(other)
        return true
      }
    }
    return settled
  }

  // MARK: States of one point

  /// What the tasks of one run share.
  private final class Progress: Sendable {
    private let state = Mutex((next: 0, count: Count(), seen: Set<StateDigest>()))

    func next() -> Int {
      state.withLock { state in
        state.next += 1
        return state.next - 1
      }
    }

    /// Counts a state; false if the same was there before.
    func isNew(_ digest: StateDigest) -> Bool {
      state.withLock {
        $0.count.states += 1
        guard $0.seen.insert(digest).inserted else { return false }
        $0.count.distinct += 1
        return true
      }
    }

    var count: Count { state.withLock { $0.count } }
  }

  private func visit(
    _ point: Point, _ progress: Progress, _ body: @Sendable (Crash) async throws -> Void
  ) async throws {
    var generator = SeededGenerator(seed: seed &+ UInt64(point.number))
    for (variant, fates) in combinations(point.pending, &generator).enumerated() {
      var disk = point.durable
      var touched: Set<Int> = []
      for (operation, fate) in zip(point.pending, fates) where fate != .absent {
        Self.apply(operation, fate, to: &disk)
        if let inode = Self.file(operation) { touched.insert(inode) }
      }
      let digest = point.fingerprint.digest(of: disk, changed: touched, acknowledged: point.acknowledged)
      guard progress.isNew(digest) else { continue }
      try await body(
        Crash(
          disk: disk, acknowledged: point.acknowledged, operation: point.number, variant: variant,
          fates: fates, name: point.name))
    }
  }

  private func combinations(_ pending: [Operation], _ generator: inout SeededGenerator) -> [[Fate]] {
    let complete = pending.map { _ in Fate.complete }
    let absent = pending.map { _ in Fate.absent }
    guard !pending.isEmpty else { return [[]] }
    var all = [complete, absent]
    let newest = pending.indices.suffix(window)
    for index in newest {
      for fate in Self.fates(pending[index]) {
        for base in [complete, absent] {
          var alone = base
          alone[index] = fate
          all.append(alone)
        }
      }
    }
    for first in newest {
      for second in newest where second > first {
        var pair = complete
        pair[first] = .absent
        pair[second] = .absent
        all.append(pair)
        // The other way round: nothing but these two reached the disk.
        pair = absent
        pair[first] = .complete
        pair[second] = .complete
        all.append(pair)
      }
    }
    for _ in 0..<randomStates {
      all.append(
        pending.map { operation in
          var fates = Self.fates(operation)
          if Self.isLong(operation) { fates.append(.scattered(generator.next())) }
          return fates.randomElement(using: &generator) ?? .complete
        })
    }
    return all
  }

  private static func isLong(_ operation: Operation) -> Bool {
    if case .write(_, _, let bytes) = operation { bytes.count > 512 } else { false }
  }

  private static func fates(_ operation: Operation) -> [Fate] {
    guard case .write(_, _, let bytes) = operation else { return [.complete, .absent] }
    var fates: [Fate] = [.complete, .absent, .zeroed]
    if bytes.count > 512 { fates += [.cut512, .late] }
    if bytes.count > 4096 { fates.append(.cut4096) }
    return fates
  }

  private static func apply(_ operation: Operation, _ fate: Fate, to disk: inout Disk) {
    guard case .write(let inode, let offset, let bytes) = operation else {
      if fate != .absent { disk.apply(operation) }
      return
    }
    switch fate {
    case .complete: disk.apply(operation)
    case .absent: break
    case .zeroed:
      disk.apply(.write(inode: inode, offset: offset, bytes: [UInt8](repeating: 0, count: bytes.count)))
    case .cut512: disk.apply(.write(inode: inode, offset: offset, bytes: cut(bytes, at: offset, 512)))
    case .cut4096: disk.apply(.write(inode: inode, offset: offset, bytes: cut(bytes, at: offset, 4096)))
    case .late:
      let edge = min((offset / 512 + 1) * 512, offset + bytes.count)
      disk.apply(.write(inode: inode, offset: edge, bytes: Array(bytes.dropFirst(edge - offset))))
    case .scattered(let bits):
      var start = offset
      var sector: UInt64 = 0
      while start < offset + bytes.count {
        let end = min((start / 512 + 1) * 512, offset + bytes.count)
        if bits >> (sector % 64) & 1 == 1 {
          disk.apply(.write(inode: inode, offset: start, bytes: Array(bytes[start - offset..<end - offset])))
        }
        start = end
        sector += 1
      }
    }
  }

  /// The part up to the last edge of a block before the write's end, as blocks lie in the file.
  private static func cut(_ bytes: [UInt8], at offset: Int, _ block: Int) -> [UInt8] {
    let end = (offset + bytes.count - 1) / block * block
    return Array(bytes.prefix(max(0, end - offset)))
  }

  private static func file(_ operation: Operation) -> Int? {
    switch operation {
    case .write(let inode, _, _), .extend(let inode, _): inode
    default: nil
    }
  }

  private static func folder(_ operation: Operation) -> Int? {
    switch operation {
    case .link(let folder, _, _), .unlink(let folder, _): folder
    default: nil
    }
  }

  private static func name(_ operation: Operation) -> String {
    switch operation {
    case .link(_, let name, _): "link \(name)"
    case .unlink(_, let name): "unlink \(name)"
    case .write(_, let offset, let bytes): "write \(bytes.count) at \(offset)"
    case .extend(_, let size): "extend \(size)"
    case .newFile, .newFolder: "new"
    case .syncFile, .syncFolder, .syncEverything: "sync"
    case .mark: "mark"
    }
  }
}
