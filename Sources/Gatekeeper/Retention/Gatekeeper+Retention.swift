package import DisclosureRules
import VaultStore

// From when records may go: the retention table of the rules in force, counted from the date of birth.

extension Gatekeeper {
  /// What has reached the date it is kept until, or reaches it by `day`; what is held; and what waits for a second person.
  /// The look is an entry: the dates tell children's ages.
  ///
  /// - Parameter day: nil: today.
  package func retention(dueBy day: CalendarDate? = nil) async throws(GateError) -> Look<RetentionReport> {
    try await look(.viewRegister, at: .retention) { gate, state in
      var documents: [KeptDocument] = []
      var holds: [HoldSummary] = []
      var proposals: [ProposalSummary] = []
      let today = gate.effects.now().date
      for child in state.livingChildren where !state.isSealed(child.reference, on: today) {
        documents += try await gate.keptDocuments(of: child.reference, on: today, in: state).filter {
          $0.keepUntil <= day ?? today
        }
        holds += try await gate.holdSummaries(of: child.reference, in: state).filter(\.isInForce)
        for proposal in state.openProposals(of: child.reference) {
          proposals.append(try await gate.summary(of: proposal, in: state))
        }
      }
      await gate.saveRegisterIfDue(in: state)
      documents.sort { ($0.keepUntil, $0.child, $0.record) < ($1.keepUntil, $1.child, $1.record) }
      return RetentionReport(
        documents: documents, holds: holds, proposals: proposals,
        erased: state.erasedChildren.compactMap { state.erasedChild($0.reference) })
    }
  }

  /// What disposing of these documents of a child would take away; nothing is changed. The look is an entry.
  package func disposal(
    of child: ChildReference, _ choice: DisposalChoice
  ) async throws(GateError) -> Look<[KeptDocument]> {
    try await lookAtChild(child, at: .retention) { gate, state, _ in
      let today = gate.effects.now().date
      let kept = try await gate.keptDocuments(of: child, on: today, in: state)
      switch choice {
      case .allDue: return kept.filter(\.isDue)
      case .records(let asked):
        return try asked.map { (record) throws(GateError) in
          guard let found = kept.first(where: { $0.record == record }) else {
            throw state.absence(of: record, child)
          }
          return found
        }
      }
    }
  }

  /// The date each kept document of a child is kept until. For lists; nothing is decided on it.
  func keptDocuments(
    of child: ChildReference, on today: CalendarDate, in state: VaultState
  ) async throws(GateError) -> [KeptDocument] {
    let kept = state.keptRecords(of: child)
    guard !kept.isEmpty, let known = state.child(child) else { return [] }
    let policy = try await policySet(state.policy)
    let born = try await summary(of: known, in: state).born
    let isHeld = state.isHeld(child, on: today)
    return kept.map { record in
      let date = policy.keepUntil(record.kind, born: born)
      return KeptDocument(
        child: child, record: record.reference, kind: record.kind, keepUntil: date, isDue: date <= today,
        isHeld: isHeld)
    }
  }

  func summary(of proposal: ProposalState, in state: VaultState) async throws(GateError) -> ProposalSummary {
    ProposalSummary(
      reference: proposal.reference, child: proposal.child, records: proposal.records,
      ground: proposal.ground,
      proposer: proposal.proposer.member, at: proposal.at,
      from: proposal.at.date.adding(days: try await policySet(state.policy).erasure.waitDays))
  }

  /// A child's file, or, once it was erased, what is left of it.
  package func childView(_ reference: ChildReference) async throws(GateError) -> Look<ChildView> {
    let found = try await look(.viewRegister, at: .child, child: reference) { gate, state -> ChildView? in
      guard let child = state.visibleChild(reference, on: gate.effects.now().date) else { return nil }
      if let erased = state.erasedChild(reference) { return .erased(erased) }
      return .file(try await gate.file(of: child, in: state))
    }
    switch found {
    case .refused(let report): return .refused(report)
    case .seen(let view?): return .seen(view)
    case .seen(nil): throw try await recordNotVisible(.viewRegister, child: reference)
    }
  }
}

extension VaultState {
  /// nil unless the child's file was erased.
  func erasedChild(_ reference: ChildReference) -> ErasedChild? {
    guard let erased = child(reference)?.erased else { return nil }
    return ErasedChild(
      child: reference, at: erased.at, entry: erased.entry, ground: erased.ground,
      records: records(of: reference).map { GoneRecord($0, at: $0.disposed?.at ?? erased.at) },
      released: requests(of: reference).filter { $0.release != nil }.map(\.reference))
  }

  /// Documents of a child that were disposed of one by one.
  func disposedRecords(of child: ChildReference) -> [GoneRecord] {
    records(of: child).compactMap { record in record.disposed.map { GoneRecord(record, at: $0.at) } }
  }

  /// Why a document of a child is not there to be disposed of.
  func absence(of record: RecordReference, _ child: ChildReference) -> GateError {
    guard let known = records[record], known.child == child else { return .notFoundOrNotVisible }
    return .wrongState(.recordDisposed)
  }
}

extension GoneRecord {
  init(_ record: RecordState, at goneAt: Timestamp) {
    self.init(
      record: record.reference, kind: record.kind, dated: record.dated, filedAt: record.at, goneAt: goneAt)
  }
}
