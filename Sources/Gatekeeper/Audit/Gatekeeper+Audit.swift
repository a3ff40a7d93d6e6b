import DisclosureRules
import StrongroomCrypto
package import TransparencyLog
import VaultStore

extension Gatekeeper {
  /// What happened, in order. The view is itself an entry, durable before anything is shown.
  ///
  /// Roles that see their own log only get what they did, and what happened to requests they made.
  package func auditList(_ filter: AuditFilter = AuditFilter()) async throws(GateError) -> Look<[AuditLine]> {
    try filter.check()
    let isFull = try await mayAct(.viewLog, in: try await current())
    let answer = try await viewed(isFull ? .viewLog : .viewOwnLog, filter: filter.words)
    let size: UInt64
    switch answer {
    case .refused(let report): return .refused(report)
    case .done(let seen, _): size = seen
    }
    let own = isFull ? nil : try member(in: state).reference
    var lines: [AuditLine] = []
    var at: UInt64 = 0
    while at < size {
      for (index, event) in try await events(at..<min(at + 512, size)) {
        let isOwn = own.map { event.actor.member == $0 || isRequest(event.request, by: $0) } ?? true
        if isOwn, filter.matches(event) { lines.append(line(event, index)) }
      }
      at = min(at + 512, size)
    }
    return .seen(lines)
  }

  /// One entry in full. Its place under the signed head is proved before it is shown.
  package func auditShow(_ index: UInt64) async throws(GateError) -> Look<AuditEntry> {
    let isFull = try await mayAct(.viewLog, in: try await current())
    let answer = try await viewed(isFull ? .viewLog : .viewOwnLog, filter: "entry=\(index)")
    if case .refused(let report) = answer { return .refused(report) }
    guard case .done(let size, _) = answer, index < size else { throw .notFoundOrNotVisible }
    guard let (_, event) = try await events(index..<index + 1).first else { throw .notFoundOrNotVisible }
    if !isFull {
      let me = try member(in: state).reference
      guard event.actor.member == me || isRequest(event.request, by: me) else {
        throw .notFoundOrNotVisible
      }
    }
    _ = try await current()
    guard let head = verifiedHead else { throw .integrity(.ledgerHead(.missing)) }
    do {
      let tree = try await leafHashes(upTo: head.checkpoint.size)
      let bytes = try await storage.ledger.entries(from: index, to: index + 1)
      let inclusion = try InclusionProof.make(index: index, treeSize: head.checkpoint.size, reader: tree)
      let proof = try TlogProof(
        inclusion: inclusion, leafHash: MerkleTree.leafHash(bytes.first ?? []), checkpoint: head)
      return .seen(entry(line(event, index), event, proof: proof.text, head.checkpoint))
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.root))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Writes the log as a public transparency log: checkpoint, tiles and sealed entries, in C2SP tlog-tiles layout,
  /// with the log's keys and the checkpoints that closed their epochs beside it.
  package func auditPublish(
    to writer: some TileWriter & Sendable
  ) async throws(GateError) -> Look<AuditPublication> {
    let answer: Answer<UInt64> = try await act(.publishLog) { _, draft in
      var event = try draft.event(.auditExported)
      event.fields = ["size": .integer(Int64(draft.state.size) + 1)]
      return ([event], draft.state.size)
    }
    if case .refused(let report) = answer { return .refused(report) }
    _ = try await current()
    guard let head = verifiedHead else { throw .integrity(.ledgerHead(.missing)) }
    let chain = try await logKeyChain(in: state)
    do {
      var writer = writer
      try PublishedKeys.write(chain, to: &writer)
      var publisher = TilePublisher(writer: writer)
      while publisher.size < head.checkpoint.size {
        let end = min(publisher.size + 512, head.checkpoint.size)
        for entry in try await storage.ledger.entries(from: publisher.size, to: end) {
          try publisher.append(entry)
        }
      }
      try publisher.publish(head)
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.root))
    } catch let error as VaultStoreError {
      throw GateError(error)
    } catch {
      throw GateError(output: error)
    }
    return .seen(
      AuditPublication(
        entries: head.checkpoint.size, root: head.checkpoint.root, origin: keys.origin,
        vkey: keys.logKey.text))
  }

  // MARK: Parts

  /// Records a view; gives the size of the ledger that may be shown, the entry of the view included.
  private func viewed(_ action: AccessAction, filter: String) async throws(GateError) -> Answer<UInt64> {
    try await act(action) { _, draft in
      var event = try draft.event(.auditViewed)
      event.fields = ["to": .integer(Int64(draft.state.size))]
      if !filter.isEmpty { event.fields["filter"] = .string(filter) }
      return ([event], draft.state.size + 1)
    }
  }

  private func events(_ range: Range<UInt64>) async throws(GateError) -> [(UInt64, Event)] {
    let entries: [[UInt8]]
    do { entries = try await storage.ledger.entries(from: range.lowerBound, to: range.upperBound) } catch {
      throw GateError(error)
    }
    var events: [(UInt64, Event)] = []
    for (offset, entry) in entries.enumerated() {
      let index = range.lowerBound + UInt64(offset)
      events.append((index, try codec.open(entry, at: index)))
    }
    return events
  }

  private func isRequest(_ reference: RequestReference?, by member: MemberReference) -> Bool {
    reference.flatMap { state.requests[$0] }?.requester.member == member
  }

  private func line(_ event: Event, _ index: UInt64) -> AuditLine {
    AuditLine(event, index: index, name: name(of: event.actor))
  }

  private func name(of actor: EventActor) -> String {
    state.members[actor.member]?.name ?? (actor.role == RecoverySetState.role ? RecoverySetState.name : "")
  }

  private func entry(
    _ line: AuditLine, _ event: Event, proof: [UInt8], _ checkpoint: Checkpoint
  ) -> AuditEntry {
    var lines = EventWords.lines(event, index: line.index, name: line.actorName)
    lines.append("  Signed by the person above; seen when the log had \(event.seen.size) entries.")
    lines.append(
      "  In the log: proved for \(checkpoint.size) entries, root \(checkpoint.root.hex).")
    return AuditEntry(
      line: line, event: EventWords.json(event), proof: proof, treeSize: checkpoint.size,
      root: checkpoint.root, lines: lines)
  }
}
