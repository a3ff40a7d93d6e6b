import AgeFormat
package import DisclosureRules
import StrongroomCrypto
import VaultStore

extension Gatekeeper {
  /// Starts a file for a child, with a key of its own.
  ///
  /// The key file is durable before the entry that names it; if the entry is not written, the file is taken away again.
  package func addChild(
    name: String, born: CalendarDate, upn: String?
  ) async throws(GateError) -> Answer<ChildReference> {
    let name = try PersonalText(name, field: .name)
    let upn = try upn.map { (text) throws(GateError) in try PersonalText(text, field: .upn, limitBytes: 32) }
    guard born <= effects.now().date else { throw .invalidInput(.born, .inTheFuture) }
    guard born >= effects.now().date.adding(days: -40_000) else { throw .invalidInput(.born, .inThePast) }
    guard let id = KeyID(try random(16)) else { throw .crypto(.invalidKey) }
    let identity: X25519Identity
    do { identity = try X25519Identity.generate() } catch { throw .crypto(.invalidKey) }
    var content: [String: JSONValue] = ["name": .string(name.text), "born": .string(born.description)]
    content["upn"] = upn.map { .string($0.text) }
    let details = JSONValue.object(content)

    let answer: Answer<ChildReference>
    do {
      answer = try await act(.manageChildren) { gate, draft in
        let epoch = try await gate.epochKey(in: draft.state)
        guard let reference = ChildReference(number: draft.state.children.count + 1) else {
          throw GateError.invalidInput(.child, .tooMany(limit: 999_999_999))
        }
        try await gate.keepKeyFile(id, identity, to: epoch, at: draft.at)
        var event = try draft.event(.childAdded)
        event.child = reference
        event.fields = ["key": .string(id.hex)]
        event.box = try SealedBox(
          sealing: details, scope: .child, identity: identity, vault: event.vault, event: event.id,
          kind: event.kind)
        return ([event], reference)
      }
    } catch {
      try? await storage.files.remove(.childIdentity(id))
      throw error
    }
    if case .done(let reference, _) = answer { childKeys[reference] = identity }
    return answer
  }

  /// Notes what bears on who decides for a child: competence, capacity, care status. The ground for it is sealed.
  ///
  /// - Parameters:
  ///   - notes: at least one, and capacity for one recipient at most; those left out stay as they were.
  ///   - ground: who found it, when and how.
  package func noteChild(
    _ child: ChildReference, _ notes: ChildNotes, ground: String
  ) async throws(GateError) -> Answer<ChildReference> {
    let details: JSONValue = ["ground": .string(try PersonalText(ground, field: .reason).text)]
    guard !notes.isEmpty else { throw .invalidInput(.text, .empty) }
    return try await actOnChild(.manageChildren, child) {
      gate, draft -> (events: [Event], value: ChildReference?) in
      var event = try draft.event(.childChanged)
      event.child = child
      event.fields["competence"] = notes.competence.map { .string($0.rawValue) }
      guard notes.capacity.count <= 1 else { throw GateError.invalidInput(.text, .tooMany(limit: 1)) }
      for (recipient, capacity) in notes.capacity {
        guard draft.state.recipients[recipient] != nil else {
          return ([try gate.notVisible(draft, .manageChildren, child: child)], nil)
        }
        event.fields["capacity"] = .string(capacity.rawValue)
        event.fields["capacity_for"] = .string(recipient.description)
      }
      event.fields["care"] = notes.care.map { .string($0.rawValue) }
      try await gate.seal(details, into: &event, for: child, in: draft.state)
      return ([event], child)
    }
  }

  private func keepKeyFile(
    _ id: KeyID, _ identity: X25519Identity, to epoch: X25519Identity, at: Timestamp
  ) async throws {
    let name = VaultFileName.childIdentity(id)
    let sealed = try KeyFiles.seal(identity, to: [epoch.recipient], at: at)
    // Tried again after a conflict, the file is there, and may be sealed to an epoch that has ended meanwhile.
    if try await storage.files.read(name) == nil {
      try await storage.files.create(name, sealed)
    } else {
      try await storage.files.replace(name, sealed)
    }
  }

  /// The register, in order of filing; with `text`, those whose name, date of birth or reference holds it.
  package func children(matching text: String? = nil) async throws(GateError) -> Look<[ChildSummary]> {
    try await look(.viewRegister, at: .children) { gate, state in
      var summaries: [ChildSummary] = []
      for child in state.livingChildren where !state.isSealed(child.reference, on: gate.effects.now().date) {
        let summary = try await gate.summary(of: child, in: state)
        if text.map({ summary.matches($0) }) ?? true { summaries.append(summary) }
      }
      await gate.saveRegisterIfDue(in: state)
      return summaries
    }
  }

  /// One child's file: everything but the documents themselves.
  ///
  /// - Throws: `.wrongState(.childErased)`; `childView` shows what is left then.
  package func child(_ reference: ChildReference) async throws(GateError) -> Look<ChildFile> {
    try await lookAtChild(reference, at: .child) { gate, state, child in
      try await gate.file(of: child, in: state)
    }
  }

  func file(of child: ChildState, in state: VaultState) async throws(GateError) -> ChildFile {
    let reference = child.reference
    let today = effects.now().date
    var proposals: [ProposalSummary] = []
    for proposal in state.openProposals(of: reference) {
      proposals.append(try await summary(of: proposal, in: state))
    }
    return ChildFile(
      child: try await summary(of: child, in: state),
      contacts: try await contactSummaries(of: reference, in: state),
      records: try await recordSummaries(of: reference, in: state),
      kept: try await keptDocuments(of: reference, on: today, in: state),
      disposed: state.disposedRecords(of: reference),
      consents: try await consentSummaries(of: reference, in: state),
      requests: try await requestSummaries(state.requests(of: reference), in: state),
      holds: try await holdSummaries(of: reference, in: state), proposals: proposals)
  }

  /// A look at something of one child: not visible and not there read the same, and leave the same entry.
  func lookAtChild<Value: Sendable>(
    _ reference: ChildReference, at shown: RegisterView,
    _ view: @Sendable (isolated Gatekeeper, VaultState, ChildState) async throws -> Value
  ) async throws(GateError) -> Look<Value> {
    let found = try await look(.viewRegister, at: shown, child: reference) { gate, state -> Value? in
      guard let child = state.visibleChild(reference, on: gate.effects.now().date) else { return nil }
      guard child.erased == nil else { throw GateError.wrongState(.childErased) }
      return try await view(gate, state, child)
    }
    switch found {
    case .refused(let report): return .refused(report)
    case .seen(let value?): return .seen(value)
    case .seen(nil): throw try await recordNotVisible(.viewRegister, child: reference)
    }
  }

  /// Children and documents whose name, title, kind or reference holds the text, without regard to case.
  package func find(_ text: String) async throws(GateError) -> Look<[FindResult]> {
    let wanted = try PersonalText(text, field: .text).text
    return try await look(.viewRegister, at: .find) { gate, state in
      var results: [FindResult] = []
      for child in state.livingChildren where !state.isSealed(child.reference, on: gate.effects.now().date) {
        let summary = try await gate.summary(of: child, in: state)
        if summary.matches(wanted) {
          results.append(
            FindResult(child: child.reference, record: nil, kind: nil, title: summary.name))
        }
        for record in try await gate.recordSummaries(of: child.reference, in: state)
        where record.matches(wanted) {
          results.append(
            FindResult(
              child: child.reference, record: record.reference, kind: record.kind,
              title: record.title ?? record.fileName))
        }
      }
      await gate.saveRegisterIfDue(in: state)
      return results
    }
  }

  func summary(of child: ChildState, in state: VaultState) async throws(GateError) -> ChildSummary {
    let details = try await listed(child.details, of: child.reference, in: state)
    let personal = try personal(details, child)
    return ChildSummary(
      reference: child.reference, name: personal.name, born: personal.born, upn: personal.upn,
      recordCount: state.records(of: child.reference).count { $0.disposed == nil }, notes: child.notes)
  }

  func childDetails(
    _ reference: ChildReference, in state: VaultState
  ) async throws(GateError) -> (name: String, born: CalendarDate, upn: String?) {
    guard let child = state.child(reference) else { throw .notFoundOrNotVisible }
    return try personal(try await details(child.details, of: reference, in: state), child)
  }

  private func personal(
    _ details: JSONValue, _ child: ChildState
  ) throws(GateError) -> (name: String, born: CalendarDate, upn: String?) {
    guard let name = details["name"]?.string,
      let born = details["born"]?.string.flatMap({ CalendarDate($0) })
    else { throw .integrity(.entry(child.entry, .boxBroken)) }
    return (name, born, details["upn"]?.string)
  }
}

extension String {
  fileprivate func holds(_ text: String) -> Bool { lowercased().contains(text.lowercased()) }
}

extension ChildSummary {
  func matches(_ text: String) -> Bool {
    name.holds(text) || reference.description.holds(text) || born.description == text || upn == text
  }
}

extension RecordSummary {
  func matches(_ text: String) -> Bool {
    reference.description.holds(text) || kind.holds(text) || (title ?? "").holds(text)
      || fileName.holds(text)
  }
}
