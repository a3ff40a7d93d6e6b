/// How many shares a recovery set has and how many of them open the vault: `2-of-3`.
package struct RecoveryShape: Hashable, Sendable, CustomStringConvertible {
  /// Shares that are needed; 2 or more, since one alone would be a key like any other.
  package let needed: Int
  package let count: Int

  /// More shares than this are no safer, and would need thousands of files.
  package static let largestCount = 10

  /// Nil unless 2 <= needed <= count <= 10.
  package init?(needed: Int, count: Int) {
    guard (2...Self.largestCount).contains(needed), (needed...Self.largestCount).contains(count) else {
      return nil
    }
    self.needed = needed
    self.count = count
  }

  /// Reads `M-of-N` as `description` writes it.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1] == "of", let needed = Int(parts[0]), let count = Int(parts[2]) else {
      return nil
    }
    self.init(needed: needed, count: count)
    guard description == text else { return nil }
  }

  package var description: String { "\(needed)-of-\(count)" }

  /// Every choice of `needed` shares out of 1...`count`, at most 252 of them: each in order, and in order.
  package var choices: [[Int]] {
    var choices: [[Int]] = [[]]
    for share in 1...count {
      choices += choices.filter { $0.count < needed }.map { $0 + [share] }
    }
    return choices.filter { $0.count == needed }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The name of a choice's file: `1-3`.
  package static func name(of choice: [Int]) -> String { choice.map(String.init).joined(separator: "-") }
}
