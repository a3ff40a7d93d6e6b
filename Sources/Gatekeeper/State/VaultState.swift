package import StrongroomCrypto
package import TransparencyLog
package import VaultStore

/// Everything the ledger says so far: the fold of its entries, and the only register there is.
///
/// A value: `apply` is pure, needs no key and does no I/O, so it is tested alone and any earlier state can be built again
/// to replay a decision. Which boxes to open with which key is the gatekeeper's.
package struct VaultState: Hashable, Sendable, Codable {
  package let vault: VaultID
  /// The tree over the entries applied; `range.size` is the number of them.
  package internal(set) var range = CompactRange()

  package internal(set) var origin = ""
  package internal(set) var settingType = ""
  package internal(set) var isExample = false
  /// In order; the last one lasts. Empty before the first entry.
  package internal(set) var epochs: [EpochState] = []
  /// Names the register's key file.
  package internal(set) var registerKey: KeyID?
  /// Offline recipients of the epoch's key file.
  package internal(set) var recovery: [String] = []
  /// The set behind `recovery`; nil for keys that were named when the vault was made.
  package internal(set) var recoverySet: RecoverySetState?

  /// Hash of the policy set in force, 64 hexadecimal digits.
  package internal(set) var policy = ""
  package internal(set) var policyName = ""
  /// Rules that one person signed for and that wait for another's signature; the newest proposal takes an older one's place.
  package internal(set) var proposedPolicy: ProposedPolicy?
  /// Every set ever in force, and the entry that adopted it first.
  package internal(set) var policies: [String: UInt64] = [:]

  package internal(set) var members: [MemberReference: MemberState] = [:]
  // What grows with the vault is in tables: a copy of the state is cheap, and so is a change to it.
  /// In order of filing; `CH-0001` is the first.
  package internal(set) var children = Table<ChildReference, ChildState>()
  package internal(set) var contacts = Table<ContactReference, ContactState>()
  package internal(set) var records = Table<RecordReference, RecordState>()
  package internal(set) var consents = Table<ConsentReference, ConsentState>()
  package internal(set) var recipients = Table<RecipientReference, RecipientState>()
  package internal(set) var restrictions: [RestrictionReference: RestrictionState] = [:]
  package internal(set) var requests = Table<RequestReference, RequestState>()
  package internal(set) var holds: [HoldReference: HoldState] = [:]
  package internal(set) var proposals: [ProposalReference: ProposalState] = [:]
  /// How many children's files were erased.
  package internal(set) var erasedCount = 0
  /// What the newest entries say must go; empty once anybody has written on, because they saw to it first.
  var removals = PendingRemovals()
  /// Requests that relied on a piece of evidence, by its hash, in order.
  package internal(set) var evidenceUses = Table<SHA256Digest, [RequestReference]>()
  var belongings = Table<ChildReference, ChildIndex>()

  /// When the newest entry says it was made: no later entry may say less.
  package internal(set) var newestAt = Timestamp(millisecondsSinceEpoch: 0)

  /// Restores that somebody entitled to it has accepted, in order.
  package internal(set) var restores: [RestoreState] = []

  /// Roots at the last sizes, the newest last: what an actor may truthfully claim to have seen.
  var recentRoots: [SHA256Digest] = []
  /// An actor decides on the newest size; entries of the same commit follow at most this far behind.
  static let seenWindow = 16

  /// Key files are numbered with four digits.
  static let epochLimit = 9999

  /// Names used so far by events, key files and objects.
  var usedNames = NameSet()

  package init(vault: VaultID) {
    self.vault = vault
    recentRoots = [range.root]
  }

  package var size: UInt64 { range.size }
  package var head: SeenHead { SeenHead(size: range.size, root: range.root) }
}

/// Look-ups.
extension VaultState {
  package func child(_ reference: ChildReference) -> ChildState? { children[reference] }

  package func activeMember(with key: VerifierKey) -> MemberState? {
    members.values.first { $0.isActive && $0.signingKey == key }
  }

  /// Whether two memberships are one person's: somebody removed and added again under another role is still themself.
  package func isSamePerson(_ one: MemberReference, _ other: MemberReference) -> Bool {
    if one == other { return true }
    guard let one = members[one], let other = members[other] else { return false }
    return one.signingKey.publicKey == other.signingKey.publicKey || one.recipient == other.recipient
  }

  package func activeMembers() -> [MemberState] {
    members.values.filter(\.isActive).sorted { $0.entry < $1.entry }
  }

  package func contacts(of child: ChildReference) -> [ContactState] {
    belongings[child]?.contacts.compactMap { contacts[$0] } ?? []
  }

  package func records(of child: ChildReference) -> [RecordState] {
    belongings[child]?.records.compactMap { records[$0] } ?? []
  }

  package func consents(of child: ChildReference) -> [ConsentState] {
    belongings[child]?.consents.compactMap { consents[$0] } ?? []
  }

  package func requests(of child: ChildReference) -> [RequestState] {
    belongings[child]?.requests.compactMap { requests[$0] } ?? []
  }

  /// Whether an earlier request already relied on this evidence. Requests that were turned down used nothing.
  package func evidenceWasUsed(_ sha256: SHA256Digest, before request: RequestReference?) -> Bool {
    let limit = request.flatMap { requests[$0]?.entry } ?? UInt64.max
    return (evidenceUses[sha256] ?? []).contains { other in
      guard other != request, let state = requests[other] else { return false }
      // A release counts whenever it was; otherwise the earlier request has the better claim.
      if state.release != nil { return true }
      return state.entry < limit && state.declined == nil && state.lastDecision?.outcome != .refused
    }
  }

  /// A newer version of a document that existed when consent was given is not what was consented to; the first one
  /// filed after it is (DOMAIN section 10, vector 29).
  package func isVersionAfter(consent: ConsentState, _ record: RecordState) -> Bool {
    record.entry > consent.entry
      && records(of: record.child).contains { $0.kind == record.kind && $0.entry < consent.entry }
  }
}

extension VaultState: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "VaultState(size \(size))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
