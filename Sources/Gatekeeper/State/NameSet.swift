/// 128-bit names that were used so far, so that none is used twice.
package struct NameSet: Hashable, Sendable, Codable {
  private struct Name: TableKey {
    let high: UInt64
    let low: UInt64

    static var wordCount: Int { 2 }
    func word(_ index: Int) -> UInt64 { index == 0 ? high : low }

    init(words: [UInt64]) {
      high = words[0]
      low = words[1]
    }

    /// - Parameter bytes: 16.
    init(bytes: [UInt8]) {
      high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
      low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private var table = Table<Name, Bool>()

  package init() {}

  package var count: Int { table.count }
  package func contains(_ name: EventID) -> Bool { table.contains(Name(bytes: name.bytes)) }

  /// - Returns: false if it was there.
  @discardableResult
  mutating func insert(_ name: EventID) -> Bool {
    let name = Name(bytes: name.bytes)
    if table.contains(name) { return false }
    table[name] = true
    return true
  }
}
