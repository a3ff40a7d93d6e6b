/// How long one kind of document is kept: a row of `retention` in `policy.yaml`.
package struct RetentionRule: Hashable, Sendable {
  package let documentKind: String
  /// From the date of birth.
  package let years: Int
  package let note: String?
  package let location: RuleLocation

  /// For a kind that has no row: 25 years and 6 more, the figure most often cited for SEN files. Lint names such kinds.
  package static let defaultYears = 31
}

/// Why something is erased. Only the first waits for the date the retention table gives.
package enum ErasureGround: String, Codable, Hashable, Sendable, CaseIterable {
  case retention
  /// A request for erasure that was upheld (UK GDPR article 17).
  case erasureRequest = "erasure-request"
  case filedInError = "filed-in-error"
  case courtOrder = "court-order"

  package static let early = allCases.filter { $0 != .retention }
}

/// `erasure` in `policy.yaml`: how something may be erased or disposed of.
package struct ErasureRules: Hashable, Sendable {
  /// Whole days between a proposal and carrying it out, in which anybody may object.
  package let waitDays: Int
  /// Grounds that count before the retention date.
  package let earlyGrounds: [ErasureGround]
  /// Days for which backups are kept: after them, no backup opens what was erased. nil: the policy does not say.
  package let backupDays: Int?
  /// Where it stands; nil if the policy leaves it out, and the values are those of `unwritten`.
  package let location: RuleLocation?

  /// Two weeks, and nothing before its date.
  static let unwritten = ErasureRules(waitDays: 14, earlyGrounds: [], backupDays: nil, location: nil)
}

extension PolicySet {
  /// How many years from birth a kind of document is kept.
  package func yearsKept(_ documentKind: String) -> Int {
    retention.first { $0.documentKind == documentKind }?.years ?? RetentionRule.defaultYears
  }

  /// The first day on which a document of this kind may go.
  package func keepUntil(_ documentKind: String, born: CalendarDate) -> CalendarDate {
    born.adding(years: yearsKept(documentKind))
  }

  /// The first day on which a child's whole file may go: when the last of its documents may.
  package func keepUntil(_ documentKinds: some Sequence<String>, born: CalendarDate) -> CalendarDate {
    documentKinds.map { keepUntil($0, born: born) }.max() ?? born.adding(years: RetentionRule.defaultYears)
  }
}
