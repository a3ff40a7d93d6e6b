/// What came of an act inside the vault.
package enum Answer<Value: Sendable>: Sendable {
  /// Done and durable. `entry` is the ledger entry that says so.
  case done(Value, entry: UInt64)
  /// Not allowed; `report.entry` is the entry that records the attempt.
  case refused(DecisionReport)
}

/// What came of looking at something that leaves no entry, or whose entry does not matter to who looks.
package enum Look<Value: Sendable>: Sendable {
  case seen(Value)
  /// Not for this role; `report.entry` is the entry that records the attempt.
  case refused(DecisionReport)
}

// Answers may hold names, so printing one tells which it was and no more.

extension Answer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    switch self {
    case .done(_, let entry): "done(entry \(entry))"
    case .refused(let report): "refused(\(report.reasons.map(\.code).joined(separator: ",")))"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Look: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    switch self {
    case .seen: "seen"
    case .refused(let report): "refused(\(report.reasons.map(\.code).joined(separator: ",")))"
    }
  }

  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
