import StrongroomTestSupport

/// Every disk that may be found after a power cut at some point of a recorded run.
struct CrashStates {
  typealias Operation = CrashFileSystem.Operation
  typealias Disk = CrashFileSystem.Disk

  /// How an operation that was not flushed came out.
  enum Fate: CaseIterable {
    case complete, absent, zeroed, cut512, cut4096
    /// The first sector is missing, the later ones are there.
    case late
  }

  /// A disk, and how many marks lay before the cut.
  struct Crash {
    let disk: Disk
    let acknowledged: Int
    /// For the message when a test fails.
    let label: String
  }

  let initial: Disk
  let operations: [Operation]
  /// Random combinations over all unflushed operations, for each point.
  var randomStates = 6
  /// So many of the newest unflushed operations are varied one by one and in pairs. Older ones, which are mostly names left
  /// in `tmp/`, only all together and at random.
  var window = 5

  /// Calls `body` with each state: for every prefix of the run, all complete, all missing, each operation with each fate alone among
  /// complete ones and alone among missing ones, all pairs of missing ones, and random combinations.
  func forEach(
    using generator: inout SeededGenerator, every step: Int = 1, _ body: (Crash) async throws -> Void
  ) async rethrows {
    var durable = initial
    var pending: [Operation] = []
    var acknowledged = 0
    for (number, operation) in operations.enumerated() {
      absorb(operation, &durable, &pending, &acknowledged)
      if case .mark = operation { continue }
      // A flush adds no state but that of the operation before it with everything complete.
      if number % step != 0 { continue }
      for (variant, fates) in combinations(pending, &generator).enumerated() {
        var disk = durable
        for (operation, fate) in zip(pending, fates) { Self.apply(operation, fate, to: &disk) }
        try await body(
          Crash(
            disk: disk, acknowledged: acknowledged,
            label: "after operation \(number) (\(Self.name(operation))), variant \(variant): \(fates)"))
      }
    }
  }

  private func absorb(
    _ operation: Operation, _ durable: inout Disk, _ pending: inout [Operation], _ acknowledged: inout Int
  ) {
    switch operation {
    case .newFile, .newFolder: durable.apply(operation)
    case .link, .unlink, .write, .extend: pending.append(operation)
    case .mark: acknowledged += 1
    case .syncFile(let inode):
      pending.removeAll { other in
        guard Self.file(other) == inode else { return false }
        durable.apply(other)
        return true
      }
    case .syncEverything:
      for other in pending { durable.apply(other) }
      pending.removeAll()
    case .syncFolder(let inode):
      pending.removeAll { other in
        guard Self.folder(other) == inode else { return false }
        durable.apply(other)
        return true
      }
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
        var alone = complete
        alone[index] = fate
        all.append(alone)
        alone = absent
        alone[index] = fate
        all.append(alone)
      }
    }
    for first in newest {
      for second in newest where second > first {
        var pair = complete
        pair[first] = .absent
        pair[second] = .absent
        all.append(pair)
      }
    }
    if pending.count > 2 {
      for _ in 0..<randomStates {
        all.append(pending.map { Self.fates($0).randomElement(using: &generator) ?? .complete })
      }
    }
    return Array(Set(all))
  }

  private static func fates(_ operation: Operation) -> [Fate] {
    switch operation {
    case .write(_, _, let bytes):
      var fates: [Fate] = [.complete, .absent, .zeroed]
      if bytes.count > 512 { fates += [.cut512, .late] }
      if bytes.count > 4096 { fates.append(.cut4096) }
      return fates
    default: return [.complete, .absent]
    }
  }

  private static func apply(_ operation: Operation, _ fate: Fate, to disk: inout Disk) {
    guard case .write(let inode, let offset, let bytes) = operation else {
      if fate == .complete { disk.apply(operation) }
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
