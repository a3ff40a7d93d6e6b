import StrongroomCrypto

/// One of several equal parts of a vault's files, so that a large one can be read through in as many nights.
///
/// Which part a file is in follows from its name alone, so that all parts together are the whole whatever was filed meanwhile.
package struct VaultPart: Hashable, Sendable {
  package static let all = VaultPart(number: 1, count: 1)
  package static let largestCount = 1000

  /// 1...count.
  package let number: Int
  package let count: Int

  private init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  /// Reads `2/7`; nil for anything else, or more than 1,000 parts.
  package init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), let count = Int(parts[1]),
      "\(number)/\(count)" == text, (1...Self.largestCount).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  /// The names of documents are random already.
  package func contains(_ id: ObjectID) -> Bool { contains(id.bytes) }

  package func contains(_ path: String) -> Bool {
    count == 1 || contains(SHA256.digest(of: Array(path.utf8)).bytes)
  }

  private func contains(_ random: [UInt8]) -> Bool {
    random.prefix(4).reduce(0) { $0 << 8 | Int($1) } % count == number - 1
  }
}
