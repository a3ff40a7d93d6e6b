/// Entries that were decided and are not durable yet, in batches of which each becomes one commit of the ledger.
///
/// While the first batch is being flushed, the one behind it collects. A state machine: no I/O, no waiting, one owner.
struct CommitQueue {
  struct Batch {
    /// Counted from 1, never used twice.
    let number: Int
    /// Size of the ledger before its first entry.
    let base: UInt64
    /// Sealed, each for its place, in the order they were decided in.
    fileprivate(set) var entries: [[UInt8]]
    /// Of the entries.
    fileprivate(set) var byteCount: Int
    /// The state with all of them.
    fileprivate(set) var end: VaultState
  }

  /// Bytes of entries after which a batch takes no more: the next one begins. An act's own entries are never parted.
  let limitBytes: Int
  /// The first one is the one being flushed, if any is.
  private(set) var batches: [Batch] = []
  private(set) var isFlushing = false
  /// Goes up whenever undurable entries were thrown away: what was decided on them is void.
  private(set) var generation = 0
  private var count = 0

  init(limitBytes: Int) { self.limitBytes = limitBytes }

  var isEmpty: Bool { batches.isEmpty }
  /// The batch with the newest entries.
  var last: Batch? { batches.last }

  func holds(_ number: Int) -> Bool { batches.contains { $0.number == number } }

  /// Takes the entries of one act in.
  ///
  /// - Parameters:
  ///   - base: size of the ledger before them: that of `last?.end` unless the queue is empty.
  ///   - end: the state with them.
  /// - Returns: the number of their batch.
  mutating func join(_ entries: [[UInt8]], base: UInt64, end: VaultState) -> Int {
    precondition(end.size == base + UInt64(entries.count), "a state has all its entries")
    precondition(batches.last.map { $0.end.size == base } ?? true, "decided on the newest state")
    let byteCount = entries.reduce(0) { $0 + $1.count }
    let isOpen = batches.count > (isFlushing ? 1 : 0)
    if isOpen, let last = batches.last, last.byteCount + byteCount <= limitBytes {
      batches[batches.count - 1].entries += entries
      batches[batches.count - 1].byteCount += byteCount
      batches[batches.count - 1].end = end
      return last.number
    }
    count += 1
    batches.append(Batch(number: count, base: base, entries: entries, byteCount: byteCount, end: end))
    return count
  }

  /// The batch to flush now; nil if there is none. Nothing joins it any more.
  mutating func begin() -> Batch? {
    precondition(!isFlushing, "one batch is flushed at a time")
    isFlushing = !batches.isEmpty
    return batches.first
  }

  /// The batch that was begun is durable.
  mutating func succeed() {
    precondition(isFlushing, "a batch was begun")
    isFlushing = false
    batches.removeFirst()
  }

  /// The batch that was begun is not in the ledger as it was decided, so neither can those behind it be.
  ///
  /// - Returns: the numbers of all of them.
  mutating func fail() -> [Int] {
    precondition(isFlushing, "a batch was begun")
    isFlushing = false
    generation += 1
    defer { batches = [] }
    return batches.map(\.number)
  }
}

/// What became of a batch.
enum CommitOutcome: Sendable {
  /// Its entries are in the ledger, under a signed head, on the disk.
  case durable
  /// Another process was faster: whoever waited decides again on the new state.
  case moved
  /// The flush failed, of this batch or of one before it.
  case failed(GateError)
}
