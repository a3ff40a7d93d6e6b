import AgeFormat
package import DisclosureRules
import StrongroomCrypto
import VaultStore

/// A document that is sealed and durable, and that no entry names yet.
struct FiledDocument: Sendable {
  let reference: RecordReference
  let kind: String
  let dated: CalendarDate?
  let object: StoredObject
  let sha256: SHA256Digest
  let sizeBytes: Int
  let mediaType: String
  let mismatchedClaim: String?
  /// For the box.
  let details: JSONValue
}

extension FiledDocument {
  init(
    _ sealed: SealedDocument, reference: RecordReference, kind: String, dated: CalendarDate?,
    title: PersonalText?
  ) {
    let meta = sealed.meta
    var content: [String: JSONValue] = [
      "file_name": .string(meta.originalName), "media_type": .string(meta.mediaType),
      "size": .integer(Int64(meta.length)), "sha256": .string(meta.sha256.hex),
    ]
    content["title"] = title.map { .string($0.text) }
    self.init(
      reference: reference, kind: kind, dated: dated, object: sealed.object, sha256: meta.sha256,
      sizeBytes: meta.length, mediaType: meta.mediaType,
      mismatchedClaim: sealed.mediaType.isMismatch ? sealed.mediaType.claimed?.rawValue : nil,
      details: .object(content))
  }
}

extension StoredRecord {
  /// - Parameters:
  ///   - policy: in force when it was filed.
  ///   - born: the child's date of birth, from which the time it is kept is counted.
  init(_ filed: FiledDocument, under policy: PolicySet, born: CalendarDate) {
    self.init(
      reference: filed.reference, mediaType: filed.mediaType, sizeBytes: filed.sizeBytes,
      sha256: filed.sha256, mismatchedClaim: filed.mismatchedClaim,
      keepUntil: policy.keepUntil(filed.kind, born: born), yearsKept: policy.yearsKept(filed.kind))
  }
}

extension Gatekeeper {
  /// Files a document: sealed and durable first, then the entry, which is the commit.
  ///
  /// Constant memory. Nothing is left behind when it is refused or fails, but for a crash in between: an object no entry
  /// names is never served and `check` lists it.
  package func store(
    _ input: any DocumentInput, child: ChildReference, kind: String, dated: CalendarDate?, title: String?
  ) async throws(GateError) -> Answer<StoredRecord> {
    let title = try title.map { (text) throws(GateError) in
      try PersonalText(text, field: .title, limitBytes: 1000)
    }
    // Looked at before the work; decided when the entry is made.
    let state = try await current()
    let policy = try await policySet(state.policy)
    let member = try member(in: state)
    let isAllowed =
      policy.decideAccess(AccessFacts(role: member.role, action: .file)).outcome == .allowed
    guard isAllowed, state.visibleChild(child, on: effects.now().date) != nil else {
      return try await actOnChild(.file, child) { _, _ in throw GateError.busy }
    }
    let filed = try await seal(input, for: child, kind: kind, dated: dated, title: title, in: state)
    return try await keeping([filed]) { () throws(GateError) in
      try await self.actOnChild(.file, child) { gate, draft in
        let event = try await gate.event(for: filed, child: child, draft)
        let policy = try await gate.policySet(draft.state.policy)
        let born = try await gate.childDetails(child, in: draft.state).born
        return ([event], StoredRecord(filed, under: policy, born: born))
      }
    }
  }

  /// Seals a document to the child and makes it durable.
  func seal(
    _ input: any DocumentInput, for child: ChildReference, kind: String, dated: CalendarDate?,
    title: PersonalText?, in state: VaultState
  ) async throws(GateError) -> FiledDocument {
    let known = try await policySet(state.policy).vocabulary.documentKinds
    guard known.contains(kind) else { throw .invalidInput(.kind, .unknownWord(known: known.all)) }
    let identity = try await key(of: child, in: state)
    let reference = RecordReference(randomBytes: try random(8))
    guard let id = ObjectID(try random(16)) else { throw .crypto(.invalidKey) }
    let at = effects.now()
    do {
      let label = DocumentLabel(
        vault: state.vault.hex, child: child.description, record: reference.description, version: 1,
        kind: kind, originalName: PersonalText(cleaning: input.name).text, title: title?.text,
        dated: dated?.description)
      let sealed = try await DocumentSealer.seal(
        input, as: label, to: identity.recipient, sealedAt: at, id: id, in: storage.objects)
      return FiledDocument(sealed, reference: reference, kind: kind, dated: dated, title: title)
    } catch {
      throw GateError(filing: error)
    }
  }

  /// The entry that files a sealed document.
  func event(
    for filed: FiledDocument, child: ChildReference, _ draft: Draft
  ) async throws(GateError) -> Event {
    var event = try draft.event(.recordStored)
    event.child = child
    event.record = filed.reference
    event.fields = [
      "document_kind": .string(filed.kind), "object": .string(filed.object.id.hex),
      "object_size": .integer(Int64(filed.object.length)),
      "object_sha256": .string(filed.object.sha256.hex),
    ]
    event.fields["dated"] = filed.dated.map { .string($0.description) }
    try await seal(filed.details, into: &event, for: child, in: draft.state)
    return event
  }

  /// Runs the act that files the documents, and takes them away again if it does not come to that.
  func keeping<Value: Sendable>(
    _ documents: [FiledDocument], _ act: () async throws(GateError) -> Answer<Value>
  ) async throws(GateError) -> Answer<Value> {
    do {
      let answer = try await act()
      if case .refused = answer { await discard(documents) }
      return answer
    } catch {
      // After a failed flush nobody knows whether the entry is there: then the documents stay, as orphans at worst.
      if !error.mayHaveWritten { await discard(documents) }
      throw error
    }
  }

  func discard(_ documents: [FiledDocument]) async {
    for document in documents { try? await storage.objects.delete(document.object.id) }
  }

  /// Opens one document to read it: decide, append, make durable, and only then decrypt.
  ///
  /// - Parameter output: committed here, after the last byte was authenticated; discarded on any failure.
  /// - Throws: `.notFoundOrNotVisible`, recorded; `.integrity(.record)` with nothing left at the output.
  package func open(
    _ reference: RecordReference, reason: String, into output: any DocumentOutput
  ) async throws(GateError) -> Answer<OpenedRecord> {
    do {
      let reason = try PersonalText(reason, field: .reason, limitBytes: 2000)
      let granted: Answer<RecordState?> = try await commit { gate, draft in
        try await gate.planOpening(reference, reason: reason, draft)
      }
      switch granted {
      case .refused(let report):
        output.discard()
        return .refused(report)
      case .done(nil, _): throw GateError.notFoundOrNotVisible
      case .done(let record?, let entry):
        let opened = try await decrypt(record, into: output)
        do { try output.commit() } catch { throw GateError(output: error) }
        return .done(opened, entry: entry)
      }
    } catch {
      output.discard()
      throw GateError(wrapping: error)
    }
  }

  private func planOpening(
    _ reference: RecordReference, reason: PersonalText, _ draft: Draft
  ) async throws(GateError) -> Plan<Answer<RecordState?>> {
    let record = draft.state.records[reference]
    let policy = try await policySet(draft.state.policy)
    let seesRegister =
      policy.decideAccess(AccessFacts(role: draft.me.role, action: .viewRegister)).outcome == .allowed
    // To somebody who does not see the register, a document that exists and one that does not are the same.
    let facts = AccessFacts(
      role: draft.me.role, action: .open, document: seesRegister ? record?.kind : nil, reason: true)
    let isSealed = record.map { draft.state.isSealed($0.child, on: draft.at.date) } ?? false
    guard let record, seesRegister, !isSealed else {
      if !seesRegister,
        let refusal = try await refusal(facts, draft, child: record?.child, record: reference)
      {
        return Plan(events: [refusal.event]) { .refused(refusal.report.recorded(at: $0)) }
      }
      let event = try notVisible(draft, .open, child: record?.child, record: reference)
      return Plan(events: [event]) { .done(nil, entry: $0) }
    }
    if let refusal = try await refusal(facts, draft, child: record.child, record: reference) {
      return Plan(events: [refusal.event]) { .refused(refusal.report.recorded(at: $0)) }
    }
    guard draft.state.child(record.child)?.erased == nil else { throw .wrongState(.childErased) }
    guard record.disposed == nil else { throw .wrongState(.recordDisposed) }
    var event = try draft.event(.recordOpened)
    event.child = record.child
    event.record = reference
    event.outcome = .allowed
    event.policy = draft.state.policy
    event.facts = JSONValue(facts: facts)
    event.fields = ["document_kind": .string(record.kind)]
    try await seal(["reason": .string(reason.text)], into: &event, for: record.child, in: draft.state)
    return Plan(events: [event]) { .done(record, entry: $0) }
  }

  private func decrypt(
    _ record: RecordState, into output: any DocumentOutput
  ) async throws(GateError) -> OpenedRecord {
    let identity = try await key(of: record.child, in: state)
    let expected = try await expectation(of: record, in: state)
    do {
      let meta = try await DocumentOpener.open(
        record.stored, expecting: expected, with: identity, from: storage.objects, into: output)
      return OpenedRecord(
        reference: record.reference, name: meta.originalName, mediaType: meta.mediaType,
        sizeBytes: meta.length)
    } catch {
      throw GateError(opening: record.reference, error)
    }
  }

  /// What the ledger says a stored document is.
  func expectation(
    of record: RecordState, in state: VaultState
  ) async throws(GateError) -> DocumentExpectation {
    let details = try await details(record.details, of: record.child, in: state)
    guard let sha256 = details["sha256"]?.string.flatMap({ SHA256Digest(hex: $0) }),
      let size = details["size"]?.integer
    else { throw .integrity(.entry(record.entry, .boxBroken)) }
    return DocumentExpectation(
      vault: state.vault.hex, child: record.child.description, record: record.reference.description,
      version: 1, sha256: sha256, length: Int(size))
  }

  func recordSummaries(
    of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> [RecordSummary] {
    var summaries: [RecordSummary] = []
    for record in state.keptRecords(of: child) {
      let details = try await listed(record.details, of: child, in: state)
      summaries.append(
        RecordSummary(
          reference: record.reference, child: child, kind: record.kind, dated: record.dated,
          title: details["title"]?.string, fileName: details["file_name"]?.string ?? "",
          mediaType: details["media_type"]?.string ?? "",
          sizeBytes: Int(details["size"]?.integer ?? 0), filedAt: record.at))
    }
    return summaries
  }
}
