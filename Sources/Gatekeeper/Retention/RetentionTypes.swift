package import DisclosureRules

// What people are shown of holds, keep-until dates, disposal and erasure.

package struct HoldSummary: Personal {
  package let reference: HoldReference
  package let child: ChildReference
  package let reason: String
  /// A court's, claim's or investigation's own number.
  package let caseReference: String?
  /// The last day it holds; nil: until it is lifted.
  package let until: CalendarDate?
  package let placedAt: Timestamp
  package let isInForce: Bool
}

/// A proposal without the reason, which is sealed.
package struct ProposalSummary: Hashable, Sendable {
  package let reference: ProposalReference
  package let child: ChildReference
  /// nil: the whole file.
  package let records: [RecordReference]?
  package let ground: ErasureGround
  package let proposer: MemberReference
  package let at: Timestamp
  /// The first day on which somebody else can carry it out, under the rules in force.
  package let from: CalendarDate
}

/// One document and the date it is kept until. The date tells the child's age, so it is as personal as a name.
package struct KeptDocument: Hashable, Personal {
  package let child: ChildReference
  package let record: RecordReference
  package let kind: String
  package let keepUntil: CalendarDate
  package let isDue: Bool
  package let isHeld: Bool
}

package struct RetentionReport: Personal {
  /// Documents that reach their date by the day asked for, the earliest first.
  package let documents: [KeptDocument]
  /// Holds in force.
  package let holds: [HoldSummary]
  package let proposals: [ProposalSummary]
  package let erased: [ErasedChild]
}

/// All that is left of a document that was disposed of, or went with its child's file.
package struct GoneRecord: Hashable, Sendable {
  package let record: RecordReference
  package let kind: String
  package let dated: CalendarDate?
  package let filedAt: Timestamp
  package let goneAt: Timestamp
}

/// All that is left of a child's file that was erased.
package struct ErasedChild: Hashable, Sendable {
  package let child: ChildReference
  package let at: Timestamp
  package let entry: UInt64
  /// nil when the entries of the erasure itself are in another history than this one.
  package let ground: ErasureGround?
  package let records: [GoneRecord]
  /// Requests whose packages are with their recipients.
  package let released: [RequestReference]
}

/// A child's file, or what is left of it.
package enum ChildView: Sendable {
  case file(ChildFile)
  case erased(ErasedChild)
}

/// Which documents of a child to dispose of.
package enum DisposalChoice: Sendable {
  case records([RecordReference])
  /// All that have reached their date.
  case allDue
}

/// What was carried out, and what keeps it from being final.
package struct CarriedOut: Hashable, Sendable {
  package let child: ChildReference
  package let scope: ErasureFacts.Scope
  /// Documents whose files are gone.
  package let records: [RecordReference]
  /// The day after which no backup opens them any more, if backups are kept no longer than the rules say; nil: the rules
  /// say nothing.
  package let finalFrom: CalendarDate?
  package let backupDays: Int?
  /// Whether the list outside the vault has it, so that an older copy of the vault cannot bring it back here.
  package let isRemembered: Bool
}

/// A child whose key was found although the file had been erased, when the vault was opened; it was removed unread.
package struct RepeatedErasure: Hashable, Sendable {
  package let child: ChildReference
  /// Relative to the vault.
  package let file: String
  /// False: this ledger is older than the erasure, and the list outside the vault told of it.
  package let wasInLedger: Bool
  /// Whether an entry says so now.
  package var isRecorded: Bool
}
