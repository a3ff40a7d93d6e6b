package import DisclosureRules
import VaultStore

// What the fold keeps of holds, proposals to erase, and what was erased.

package struct HoldState: Hashable, Sendable, Codable {
  package let reference: HoldReference
  package let child: ChildReference
  /// The last day it holds; nil: until it is lifted.
  package let until: CalendarDate?
  package let placedBy: EventActor
  package let at: Timestamp
  package let entry: UInt64
  package var liftedAt: UInt64?
  let details: BoxedDetails

  package func isInForce(on day: CalendarDate) -> Bool {
    liftedAt == nil && (until.map { day <= $0 } ?? true)
  }
}

package struct ProposalState: Hashable, Sendable, Codable {
  package let reference: ProposalReference
  package let child: ChildReference
  /// The documents to dispose of; nil: the whole file is to be erased.
  package let records: [RecordReference]?
  package let ground: ErasureGround
  package let proposer: EventActor
  package let at: Timestamp
  package let entry: UInt64
  /// The entry that took it back or carried it out.
  package var closedAt: UInt64?
  let details: BoxedDetails

  var scope: ErasureFacts.Scope { records == nil ? .child : .records }
}

/// That a child's file was erased: all that is left of it but references, kinds and dates.
package struct ErasedState: Hashable, Sendable, Codable {
  package let entry: UInt64
  package let at: Timestamp
  /// nil when it was erased in a history that this ledger does not have, and again after a restore.
  package let ground: ErasureGround?
  /// Entries that say the key was found once more, and removed.
  package var again: Int
}

package struct DisposedState: Hashable, Sendable, Codable {
  package let entry: UInt64
  package let at: Timestamp
  package let ground: ErasureGround
}

/// Files that the newest entries took out of the vault. They may still be there after a crash; whoever opens next, or
/// catches up, removes them before anything else.
struct PendingRemovals: Hashable, Sendable, Codable {
  var keys: [KeyID] = []
  var objects: [ObjectID] = []

  var isEmpty: Bool { keys.isEmpty && objects.isEmpty }
}
