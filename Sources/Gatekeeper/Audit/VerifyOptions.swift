import StrongroomCrypto
package import TransparencyLog

/// How far verification goes. Each depth includes those before it.
package enum VerifyDepth: String, Hashable, Sendable, CaseIterable, Comparable {
  /// The tree over all entries as they lie there, and the log's signature on it.
  case tree
  /// Each entry opens at its place and nowhere else.
  case entries
  /// Each event is signed by its actor, in the role held at that moment, and fits what was before it.
  case signatures
  /// Each decision is the one that the rules then in force give. A custodian also derives its facts again.
  case decisions

  package static func < (one: VerifyDepth, other: VerifyDepth) -> Bool {
    (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
  }
}

package struct VerifyOptions: Sendable {
  package var depth = VerifyDepth.decisions
  /// A size and root from an earlier verification, kept outside the vault: the record must still begin with exactly that.
  package var seen: SeenHead?
  /// Who must have cosigned; nil asks for nobody.
  package var policy: WitnessPolicy?
  /// What an earlier verification handed to `keep`: what was checked then is not checked again as long as it is, byte for byte, the
  /// same. What does not open under this member's key, or fits another vault or a lesser depth, is not used.
  package var earlier: [UInt8]?
  /// Entries read and examined at a time: some megabytes.
  package var pieceSize: UInt64 = 1024
  /// `keep` is called after so many entries, at the end of a piece, and at the end.
  package var keepEvery: UInt64 = 25_000
  /// false: on one core, for comparison.
  package var isParallel = true

  package init(depth: VerifyDepth = .decisions, seen: SeenHead? = nil) {
    self.depth = depth
    self.seen = seen
  }
}

/// The largest cosigned checkpoint that a policy accepts.
package struct QuorumReport: Hashable, Sendable {
  package let size: UInt64
  /// Entries that came after it.
  package let newer: UInt64
  /// Names of the cosigners' keys that count.
  package let cosigners: [String]
}

/// What was not checked again.
package struct EarlierPart: Hashable, Sendable {
  package let size: UInt64
  package let at: Timestamp
}
