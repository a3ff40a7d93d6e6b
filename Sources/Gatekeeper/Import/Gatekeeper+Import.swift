import AgeFormat
package import DisclosureRules
import StrongroomCrypto
import VaultStore

/// One document that is to be filed with others.
package struct ImportItem: Sendable {
  package let line: Int
  package let child: ChildReference
  package let kind: String
  package let dated: CalendarDate?
  package let title: String?
  /// Opens the document, so that few are open at once.
  package let open: @Sendable () throws -> any DocumentInput

  package init(
    row: ImportRow, child: ChildReference, open: @escaping @Sendable () throws -> any DocumentInput
  ) {
    line = row.line
    self.child = child
    kind = row.kind
    dated = row.dated
    title = row.title
    self.open = open
  }
}

/// What came of one item.
package enum ImportOutcome: Hashable, Sendable {
  case filed(StoredRecord)
  /// Not filed: the rest was.
  case left(ImportFault)
}

/// What a vault knows about the rows of a list.
package struct ImportKnowledge: Sendable {
  /// The child of each row that leads to one, by its line.
  package let children: [Int: ChildReference]
  package let problems: [ImportProblem]
  let filed: [FilingPlace: [FiledBefore]]
}

/// Where a document is recognised: the same bytes for another child, or as another kind, are another filing.
struct FilingPlace: Hashable, Sendable {
  let child: ChildReference
  let kind: String
}

struct FiledBefore: Sendable {
  let record: RecordReference
  let sha256: SHA256Digest
  let sizeBytes: Int
}

extension Gatekeeper {
  /// Most items of one `file`: one flush of the disk, one commit.
  package static let filingLimit = 256

  /// Finds the children that rows mean, and what is filed for them already. A look at the register, and an entry.
  ///
  /// A child is found by its reference, by its number, or by name and date of birth, exactly; never by the nearest.
  package func look(into rows: [ImportRow]) async throws(GateError) -> Look<ImportKnowledge> {
    // Somebody who may not file is told so before anything is shown.
    if case .refused(let report) = try await look(.file, { _, _ in }) { return .refused(report) }
    return try await look(.viewRegister, at: .find) { gate, state in
      let today = gate.effects.now().date
      let kinds = try await gate.policySet(state.policy).vocabulary.documentKinds
      let finder = try await gate.finder(for: rows, in: state)
      var children: [Int: ChildReference] = [:]
      var problems: [ImportProblem] = []
      for row in rows {
        if !kinds.contains(row.kind) {
          problems.append(ImportProblem(line: row.line, column: .kind, fault: .unknownKind))
          continue
        }
        do throws(ImportProblem) {
          children[row.line] = try finder.child(of: row, in: state, on: today)
        } catch {
          problems.append(error)
        }
      }
      return ImportKnowledge(
        children: children, problems: problems,
        filed: try await gate.filed(for: Set(children.values), in: state))
    }
  }

  /// Files several documents together: all are sealed, on all cores, then made durable with one flush, then committed with an entry
  /// each under one decision.
  ///
  /// An item that cannot be read, or is filed already, is left out and said so; the others are filed. Killed at any moment, each
  /// document is filed, with its entry, or not at all; asked again, it is filed only if it is not there.
  ///
  /// - Parameter items: 1...`filingLimit`, of children that `look(into:)` found.
  /// - Returns: an outcome for each item, in order. The entry is the last one made.
  package func file(_ items: [ImportItem]) async throws(GateError) -> Answer<[ImportOutcome]> {
    precondition((1...Self.filingLimit).contains(items.count), "a batch has a bound")
    let state = try await current()
    let member = try member(in: state)
    let policy = try await policySet(state.policy)
    guard policy.decideAccess(AccessFacts(role: member.role, action: .file)).outcome == .allowed else {
      return try await act(.file) { _, _ in throw GateError.busy }
    }
    let staged = try await stage(items, in: state)
    let documents = staged.compactMap { try? $0.get() }
    do {
      try await storage.objects.publish(documents.map(\.object.id))
    } catch {
      throw GateError(error)
    }
    let answer = try await keeping(documents) { () throws(GateError) in
      try await self.act(.file) { gate, draft in
        let policy = try await gate.policySet(draft.state.policy)
        var taken = try await gate.filed(for: Set(items.map(\.child)), in: draft.state)
        var lines: [FilingPlace: [SHA256Digest: Int]] = [:]
        var events: [Event] = []
        var outcomes: [ImportOutcome] = []
        for (item, result) in zip(items, staged) {
          guard case .success(let document) = result else {
            if case .failure(let left) = result { outcomes.append(.left(left.fault)) }
            continue
          }
          let place = FilingPlace(child: item.child, kind: item.kind)
          if let before = taken[place]?.first(where: { $0.sha256 == document.sha256 }) {
            // Filed by somebody else since it was looked for, or by an earlier row.
            let line = lines[place]?[document.sha256]
            outcomes.append(.left(line.map { .twice(line: $0) } ?? .filedAlready(before.record)))
            continue
          }
          events.append(try await gate.event(for: document, child: item.child, draft))
          let born = try await gate.childDetails(item.child, in: draft.state).born
          outcomes.append(.filed(StoredRecord(document, under: policy, born: born)))
          taken[place, default: []].append(FiledBefore(document))
          lines[place, default: [:]][document.sha256] = item.line
        }
        return (events, outcomes)
      }
    }
    if case .done(let outcomes, _) = answer {
      let left = zip(outcomes, staged).compactMap { outcome, result -> FiledDocument? in
        if case .left = outcome { try? result.get() } else { nil }
      }
      await discard(left)
    }
    return answer
  }

  private struct Left: Error {
    let fault: ImportFault
  }

  /// Seals the items on all cores, several at once; what cannot be read is left out.
  private func stage(
    _ items: [ImportItem], in state: VaultState
  ) async throws(GateError) -> [Result<FiledDocument, Left>] {
    var jobs: [SealingJob] = []
    for item in items {
      let identity = try await key(of: item.child, in: state)
      let reference = RecordReference(randomBytes: try random(8))
      guard let id = ObjectID(try random(16)) else { throw .crypto(.invalidKey) }
      let title = try item.title.map { (text) throws(GateError) in
        try PersonalText(text, field: .title, limitBytes: 1000)
      }
      jobs.append(
        SealingJob(
          item: item, title: title, recipient: identity.recipient, reference: reference, id: id,
          vault: state.vault, at: effects.now()))
    }
    let objects = storage.objects
    let width = min(AllCores.count, jobs.count)
    let results = await withTaskGroup(of: [(Int, Result<FiledDocument, GateErrorOrLeft>)].self) { group in
      for first in 0..<width {
        group.addTask { [jobs] in
          var results: [(Int, Result<FiledDocument, GateErrorOrLeft>)] = []
          for index in stride(from: first, to: jobs.count, by: width) {
            results.append((index, await jobs[index].stage(in: objects)))
          }
          return results
        }
      }
      var all = [Result<FiledDocument, GateErrorOrLeft>?](repeating: nil, count: jobs.count)
      for await part in group { for (index, result) in part { all[index] = result } }
      return all.compactMap { $0 }
    }
    do {
      return try results.map { result throws(GateError) in
        switch result {
        case .success(let document): .success(document)
        case .failure(.left(let fault)): .failure(Left(fault: fault))
        case .failure(.gate(let error)): throw error
        }
      }
    } catch {
      await objects.unstage(results.compactMap { try? $0.get().object.id })
      throw error
    }
  }

  /// What is filed for some children: kinds, sizes and hashes as their boxes say.
  private func filed(
    for children: Set<ChildReference>, in state: VaultState
  ) async throws(GateError) -> [FilingPlace: [FiledBefore]] {
    var found: [FilingPlace: [FiledBefore]] = [:]
    for record in state.keptRecords where children.contains(record.child) {
      let details = try await details(record.details, of: record.child, in: state)
      guard let sha256 = details["sha256"]?.string.flatMap({ SHA256Digest(hex: $0) }),
        let size = details["size"]?.integer
      else { throw .integrity(.entry(record.entry, .boxBroken)) }
      found[FilingPlace(child: record.child, kind: record.kind), default: []].append(
        FiledBefore(record: record.reference, sha256: sha256, sizeBytes: Int(size)))
    }
    return found
  }

  private func finder(for rows: [ImportRow], in state: VaultState) async throws(GateError) -> ChildFinder {
    var finder = ChildFinder()
    // References need nobody's name.
    guard rows.contains(where: { $0.subject.upn != nil || $0.subject.name != nil }) else { return finder }
    let today = effects.now().date
    for child in state.livingChildren where !state.isSealed(child.reference, on: today) {
      finder.add(try await summary(of: child, in: state))
    }
    await saveRegisterIfDue(in: state)
    // The lists come from a cache; what is filed under a child rests on the child's own box.
    for reference in finder.candidates(for: rows) {
      finder.confirm(reference, try await childDetails(reference, in: state))
    }
    return finder
  }
}

/// Why one document was not sealed: its own fault, or everybody's.
enum GateErrorOrLeft: Error {
  case left(ImportFault)
  case gate(GateError)
}

/// One document's sealing, free of the actor.
private struct SealingJob: Sendable {
  let item: ImportItem
  let title: PersonalText?
  let recipient: X25519Recipient
  let reference: RecordReference
  let id: ObjectID
  let vault: VaultID
  let at: Timestamp

  func stage(in storage: any ObjectStorage) async -> Result<FiledDocument, GateErrorOrLeft> {
    let input: any DocumentInput
    do { input = try item.open() } catch { return .failure(.left(ImportFault(opening: error))) }
    do {
      let label = DocumentLabel(
        vault: vault.hex, child: item.child.description, record: reference.description, version: 1,
        kind: item.kind, originalName: PersonalText(cleaning: input.name).text, title: title?.text,
        dated: item.dated?.description)
      let sealed = try await DocumentSealer.stage(
        input, as: label, to: recipient, sealedAt: at, id: id, in: storage)
      return .success(
        FiledDocument(sealed, reference: reference, kind: item.kind, dated: item.dated, title: title))
    } catch {
      switch error {
      case .inputChanged: return .failure(.left(.fileChanged))
      case .limitExceeded: return .failure(.left(.fileTooLarge))
      case .storage(.outside), .outside: return .failure(.left(.fileUnreadable))
      default: return .failure(.gate(GateError(filing: error)))
      }
    }
  }
}

extension ImportFault {
  /// A file that could not be opened: not there, a link or no file, or unreadable.
  package init(opening error: any Error) {
    switch error {
    case VaultStoreError.outside(.notAFile): self = .notAFile
    case VaultStoreError.outside(.missing): self = .fileMissing
    default: self = .fileUnreadable
    }
  }
}

extension FiledBefore {
  fileprivate init(_ document: FiledDocument) {
    self.init(record: document.reference, sha256: document.sha256, sizeBytes: document.sizeBytes)
  }
}
