package import DisclosureRules
import VaultStore

// Holds, disposal and erasure: the part of the fold that takes things away.

extension VaultState {
  package func isHeld(_ child: ChildReference, on day: CalendarDate) -> Bool {
    holds.values.contains { $0.child == child && $0.isInForce(on: day) }
  }

  package func holds(of child: ChildReference) -> [HoldState] {
    holds.values.filter { $0.child == child }.sorted { $0.entry < $1.entry }
  }

  package func openProposals(of child: ChildReference) -> [ProposalState] {
    guard self.child(child)?.erased == nil else { return [] }
    return proposals.values.filter { $0.child == child && $0.closedAt == nil }.sorted { $0.entry < $1.entry }
  }

  /// Children whose files were not erased, in order of filing.
  package var livingChildren: [ChildState] { children.filter { $0.erased == nil } }

  package var erasedChildren: [ChildState] { children.filter { $0.erased != nil } }

  /// Documents of a child that were not disposed of.
  package func keptRecords(of child: ChildReference) -> [RecordState] {
    records(of: child).filter { $0.disposed == nil }
  }

  /// Documents whose files must be there.
  package var keptRecords: [RecordState] {
    records.values.filter { $0.disposed == nil && child($0.child)?.erased == nil }
  }

  /// Requests that are neither released nor declined: about the child, or, with `records`, that need one of these.
  package func openRequests(of child: ChildReference, needing records: [RecordReference]?) -> [RequestState] {
    requests(of: child).filter { request in
      guard request.release == nil, request.declined == nil else { return false }
      guard let records else { return true }
      let needed = request.records + request.evidence.compactMap(\.record)
      return needed.contains(where: records.contains)
    }
  }

  /// What the rules see of an erasure. All of it is in the fold but for whether the dates are reached, which the date of
  /// birth says, and that is in a box.
  func erasureFacts(
    of child: ChildReference, records: [RecordReference]?, ground: ErasureGround, due: Bool, at: Timestamp,
    carryingOut proposal: ProposalState? = nil, by member: MemberReference? = nil
  ) -> ErasureFacts {
    let isSame = proposal.flatMap { open in member.map { isSamePerson(open.proposer.member, $0) } } ?? false
    return ErasureFacts(
      phase: proposal == nil ? .propose : .carryOut, scope: records == nil ? .child : .records,
      ground: ground,
      due: due, held: isHeld(child, on: at.date),
      requested: !openRequests(of: child, needing: records).isEmpty, samePerson: isSame,
      daysWaited: proposal.map { max(0, $0.at.date.days(until: at.date)) } ?? 0)
  }

  mutating func takeHold(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: HoldReference = try event.reference("hold")
    guard holds[reference] == nil else { throw .idReused }
    holds[reference] = HoldState(
      reference: reference, child: child, until: try event.optionalDate("until"), placedBy: event.actor,
      at: event.at, entry: size, details: try event.details(.child, at: size))
  }

  mutating func takeHoldLifting(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: HoldReference = try event.reference("hold")
    guard let hold = holds[reference], hold.child == child, hold.liftedAt == nil else {
      throw .danglingReference
    }
    let entry = size
    holds[reference]?.liftedAt = entry
  }

  mutating func takeErasureProposal(_ event: Event) throws(EntryFault) {
    let child = try knownChild(event)
    let reference: ProposalReference = try event.reference("proposal")
    guard proposals[reference] == nil else { throw .idReused }
    let records = try event.disposalRecords()
    try checkKept(records, of: child)
    let facts = try facts(of: event) { recorded in
      erasureFacts(of: child, records: records, ground: recorded.ground, due: recorded.due, at: event.at)
    }
    proposals[reference] = ProposalState(
      reference: reference, child: child, records: records, ground: facts.ground, proposer: event.actor,
      at: event.at, entry: size, details: try event.details(.child, at: size))
  }

  mutating func takeErasureWithdrawal(_ event: Event) throws(EntryFault) {
    let proposal = try openProposal(event)
    let entry = size
    proposals[proposal.reference]?.closedAt = entry
  }

  mutating func takeDisposal(_ event: Event) throws(EntryFault) {
    let proposal = try openProposal(event)
    guard let disposed = proposal.records, try event.disposalRecords() == disposed else {
      throw .danglingReference
    }
    try checkKept(disposed, of: proposal.child)
    try checkCarryingOut(event, proposal)
    let entry = size
    for record in disposed {
      records[record]?.disposed = DisposedState(entry: entry, at: event.at, ground: proposal.ground)
      if let object = records[record]?.object { removals.objects.append(object) }
    }
    proposals[proposal.reference]?.closedAt = entry
  }

  mutating func takeErasure(_ event: Event) throws(EntryFault) {
    if event.isAgain { return try takeErasureAgain(event) }
    let proposal = try openProposal(event)
    guard proposal.records == nil else { throw .danglingReference }
    try checkCarryingOut(event, proposal)
    let entry = size
    proposals[proposal.reference]?.closedAt = entry
    erase(
      proposal.child, ErasedState(entry: entry, at: event.at, ground: proposal.ground, again: 0))
  }

  /// An erasure found undone, by a key file put back or by an older copy of the vault: it counts as it did.
  private mutating func takeErasureAgain(_ event: Event) throws(EntryFault) {
    guard let reference = event.child, let child = child(reference) else { throw .danglingReference }
    guard KeyID(hex: try event.text("key")) == child.key else { throw .danglingReference }
    _ = try event.number("entry")
    var erased = child.erased ?? ErasedState(entry: size, at: event.at, ground: nil, again: 0)
    erased.again += 1
    erase(reference, erased)
  }

  private mutating func erase(_ reference: ChildReference, _ erased: ErasedState) {
    guard let child = children[reference] else { return }
    if child.erased == nil { erasedCount += 1 }
    children[reference]?.erased = erased
    removals.keys.append(child.key)
    for record in records(of: reference) where record.disposed == nil {
      removals.objects.append(record.object)
    }
  }

  private func openProposal(_ event: Event) throws(EntryFault) -> ProposalState {
    let child = try knownChild(event)
    let reference: ProposalReference = try event.reference("proposal")
    guard let proposal = proposals[reference], proposal.child == child, proposal.closedAt == nil else {
      throw .danglingReference
    }
    return proposal
  }

  /// Never by the proposer, never under a hold, never while a request needs it, whatever the policy says.
  private func checkCarryingOut(_ event: Event, _ proposal: ProposalState) throws(EntryFault) {
    let facts = try facts(of: event) { recorded in
      erasureFacts(
        of: proposal.child, records: proposal.records, ground: proposal.ground, due: recorded.due,
        at: event.at,
        carryingOut: proposal, by: event.actor.member)
    }
    guard !facts.samePerson, !facts.held, !facts.requested else { throw .undecided }
  }

  /// The facts recorded, if they are those of the ledger.
  private func facts(
    of event: Event, derived: (ErasureFacts) -> ErasureFacts
  ) throws(EntryFault) -> ErasureFacts {
    guard event.outcome == .allowed, event.policy == policy else { throw .undecided }
    guard let recorded = event.facts?.erasureFacts, event.facts == JSONValue(facts: derived(recorded)) else {
      throw .factsDiffer
    }
    return recorded
  }

  private func checkKept(_ asked: [RecordReference]?, of child: ChildReference) throws(EntryFault) {
    guard let asked else { return }
    guard !asked.isEmpty, Set(asked).count == asked.count else { throw .malformed }
    guard asked.allSatisfy({ records[$0]?.child == child && records[$0]?.disposed == nil }) else {
      throw .danglingReference
    }
  }
}

extension Event {
  /// `child.erased` about a file that was erased before.
  var isAgain: Bool { kind == .childErased && fields["again"]?.bool == true }

  fileprivate func disposalRecords() throws(EntryFault) -> [RecordReference]? {
    fields["records"] == nil ? nil : try references("records")
  }
}

extension EventKind {
  /// Entries of these kinds may be written before the files that earlier ones took away are gone.
  var leavesRemovals: Bool { self == .recordDisposed || self == .childErased || self == .systemRecovered }
}
