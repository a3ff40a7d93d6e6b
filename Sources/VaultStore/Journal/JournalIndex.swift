/// Where entries lie: for each segment the index of its first entry and, once somebody asked, the offset of each of its records.
/// Costs 8 bytes an entry that was looked at.
struct JournalIndex {
  struct Segment {
    let number: Int
    let firstEntry: UInt64
  }

  private var firstEntries: [Int: UInt64] = [:]
  private var known: [Int: [Int]] = [:]
  /// The segment still being written, whose offsets come from the scan.
  private var openNumber = 0

  /// A segment that is being scanned from its start.
  mutating func begin(_ number: Int, firstEntry: UInt64) {
    openNumber = number
    firstEntries[number] = firstEntry
    known[number] = []
  }

  func firstEntry(_ number: Int) -> UInt64? { firstEntries[number] }
  func offsets(_ number: Int) -> [Int] { known[number] ?? [] }
  func isComplete(_ number: Int) -> Bool { known[number] != nil }

  mutating func set(_ offsets: [Int], of number: Int) { known[number] = offsets }
  mutating func append(_ offsets: [Int], to number: Int) { known[number, default: []] += offsets }
  mutating func complete(_ number: Int, _ offsets: [Int]) { known[number] = offsets }

  mutating func truncate(_ number: Int, entries: Int) {
    guard let count = known[number]?.count, count > entries else { return }
    known[number]?.removeLast(count - entries)
  }

  /// The segment that holds an entry, by bisection over the segments' first entries.
  ///
  /// - Parameter read: reads the index of a segment's first entry from its start record.
  mutating func segment(
    holding entry: UInt64, read: (Int) throws(VaultStoreError) -> UInt64
  ) throws(VaultStoreError) -> Segment {
    var low = 0
    var high = openNumber
    while low < high {
      let middle = (low + high + 1) / 2
      if try first(middle, read) <= entry { low = middle } else { high = middle - 1 }
    }
    // The one behind it tells how many entries this one must have.
    if low < openNumber { _ = try first(low + 1, read) }
    return Segment(number: low, firstEntry: try first(low, read))
  }

  private mutating func first(
    _ number: Int, _ read: (Int) throws(VaultStoreError) -> UInt64
  ) throws(VaultStoreError) -> UInt64 {
    if let known = firstEntries[number] { return known }
    let value = try read(number)
    firstEntries[number] = value
    return value
  }
}
