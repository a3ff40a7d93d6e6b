/// What came of running a set's cases.
package struct CaseReport: Hashable, Sendable {
  package let passed: Int
  package let failures: [Failure]
  package let pending: [Pending]
  /// Numbers of decision vectors that at least one case, pending or not, stands for.
  package let vectorsSeen: [Int]
  /// Of those, the ones for which every case is pending.
  package let vectorsPending: [Int]
  /// Vectors that the set promises in `decision_vectors` and no case names.
  package let vectorsMissing: [Int]

  /// Nothing failed and no promised vector is missing. Pending cases do not count either way.
  package var isGood: Bool { failures.isEmpty && vectorsMissing.isEmpty }

  /// Every case that was read, pending ones included.
  package var total: Int { passed + failures.count + pending.count }

  package struct Failure: Hashable, Sendable {
    package let name: String
    package let location: RuleLocation
    /// One sentence a difference.
    package let differences: [String]
  }

  package struct Pending: Hashable, Sendable {
    package let name: String
    package let location: RuleLocation
    package let reason: String
    /// It already gives what it expects, so the mark can go.
    package let holdsAlready: Bool
  }
}
