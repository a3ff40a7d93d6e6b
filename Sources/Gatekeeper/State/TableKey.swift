import StrongroomCrypto

/// What a table is sorted by: a fixed number of 64-bit words, compared one after the other.
package protocol TableKey: Hashable, Sendable {
  static var wordCount: Int { get }
  func word(_ index: Int) -> UInt64
  /// nil if the words are none that `word` gives.
  init?(words: [UInt64])
}

extension TableKey {
  func precedes(_ other: Self) -> Bool {
    for index in 0..<Self.wordCount where word(index) != other.word(index) {
      return word(index) < other.word(index)
    }
    return false
  }
}

extension RandomReference {
  package static var wordCount: Int { 1 }
  package func word(_ index: Int) -> UInt64 { value }
  package init?(words: [UInt64]) {
    self.init(value: words[0])
    guard value == words[0] else { return nil }
  }
}

extension RecordReference: TableKey {}
extension ConsentReference: TableKey {}
extension ContactReference: TableKey {}
extension RecipientReference: TableKey {}
extension RequestReference: TableKey {}

extension ChildReference: TableKey {
  package static var wordCount: Int { 1 }
  package func word(_ index: Int) -> UInt64 { UInt64(number) }
  package init?(words: [UInt64]) {
    guard let number = Int(exactly: words[0]) else { return nil }
    self.init(number: number)
  }
}

extension SHA256Digest: TableKey {
  package static var wordCount: Int { 4 }

  package func word(_ index: Int) -> UInt64 {
    bytes[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
  }

  package init?(words: [UInt64]) {
    var bytes: [UInt8] = []
    for word in words {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    self.init(bytes)
  }
}
