import AgeFormat
import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// A release that was decided and is about to be written.
private struct DecidedRelease: Sendable {
  let request: RequestState
  let records: [RecordState]
  let plan: PackagePlan
  let recipient: RecipientState
  let obligations: [String]
  let policy: String
}

extension Gatekeeper {
  /// Makes the package for a request the rules allow at this moment.
  ///
  /// Order: decide and append `request.decided`, durable -> write the package, sealed, to the uncommitted output -> decide
  /// again and append `disclosure.released` with the package's hash, durable -> commit the output. So power failing
  /// anywhere leaves either no package, or a package and its entry. What changed meanwhile, such as a consent taken back,
  /// counts: then a refusal is appended and the output discarded.
  package func release(
    _ reference: RequestReference, into output: any DocumentOutput
  ) async throws(GateError) -> Answer<ReleasedPackage> {
    do {
      let first: Answer<DecidedRelease> = try await decideRelease(reference)
      guard case .done(let release, let decisionEntry) = first else {
        output.discard()
        guard case .refused(let report) = first else { throw GateError.busy }
        return .refused(report)
      }
      let receipt = try await receipt(for: decisionEntry)
      let isKeyed = release.recipient.key != nil
      let passphrase = try Passphrase(isNeeded: !isKeyed)
      let sealedTo: [any AgeRecipient] = try release.recipient.key.map { [$0] } ?? [passphrase.recipient()]
      let written: WrittenPackage
      do {
        written = try await DisclosurePackage.write(
          release.plan, receipt: receipt, to: sealedTo, from: storage.objects, into: output)
      } catch {
        throw GateError(packing: error, records: release.records)
      }
      let second = try await commitRelease(
        release, decision: decisionEntry, written: written, isKeyed: isKeyed)
      switch second {
      case .refused(let report):
        output.discard()
        return .refused(report)
      case .done(_, let entry):
        do { try output.commit() } catch { throw GateError(output: error) }
        let package = ReleasedPackage(
          sha256: written.sha256, sizeBytes: written.length, obligations: release.obligations,
          passphrase: passphrase.take())
        return .done(package, entry: entry)
      }
    } catch {
      output.discard()
      throw GateError(wrapping: error)
    }
  }

  private func decideRelease(
    _ reference: RequestReference
  ) async throws(GateError) -> Answer<DecidedRelease> {
    let outcome: Answer<ReleaseStep> = try await actOnRequest(.request, reference) {
      gate, draft, request in
      let (facts, decision) = try await gate.releaseDecision(request, draft)
      var event = try gate.decidedEvent(RequestView(request), facts, decision, draft)
      guard decision.outcome == .allowed else {
        let report = DecisionReport(
          decision, gateway: request.gateway, state: draft.state, names: request.names)
        return ([event], .stopped(report))
      }
      let release = try await gate.plan(request, decision, draft)
      event.fields["manifest"] = .string(release.plan.manifestDigest.hex)
      return ([event], .decided(release))
    }
    switch outcome {
    case .refused(let report): return .refused(report)
    case .done(.stopped(let report), let entry): return .refused(report.recorded(at: entry))
    case .done(.decided(let release), let entry): return .done(release, entry: entry)
    }
  }

  private enum ReleaseStep: Sendable {
    case stopped(DecisionReport)
    case decided(DecidedRelease)
  }

  private func releaseDecision(
    _ request: RequestState, _ draft: Draft
  ) async throws -> (DisclosureFacts, Decision) {
    let facts = try await facts(of: RequestView(request), phase: .release, at: draft.at, in: draft.state)
    return (facts, try await policySet(draft.state.policy).decide(facts))
  }

  /// What goes into the package, fixed before the decision is appended: the decision names the manifest's hash.
  private func plan(
    _ request: RequestState, _ decision: Decision, _ draft: Draft
  ) async throws -> DecidedRelease {
    let state = draft.state
    guard let recipient = state.recipients[request.recipient],
      let gateway = try await policySet(state.policy).gateway(request.gateway)
    else { throw GateError.notFoundOrNotVisible }
    let child = try await childDetails(request.child, in: state)
    let identity = try await key(of: request.child, in: state)
    let titles = try await policySet(state.policy).vocabulary.documentKinds
    var records: [RecordState] = []
    var documents: [PackageDocument] = []
    for reference in request.records {
      guard let record = state.records[reference] else { throw GateError.notFoundOrNotVisible }
      let details = try await details(record.details, of: record.child, in: state)
      let parts = [
        details["title"]?.string, titles.title(of: record.kind), record.dated.map { "dated \($0)" },
      ]
      records.append(record)
      documents.append(
        PackageDocument(
          object: record.stored, expectation: try await expectation(of: record, in: state),
          identity: identity, originalName: details["file_name"]?.string ?? "document",
          coverText: parts.compactMap { $0 }.joined(separator: ", ")))
    }
    let obligations = decision.obligations.map(\.text)
    let note = CoverNote(
      from:
        "\(draft.me.name), \(try await policySet(state.policy).vocabulary.roles.title(of: draft.me.role))",
      to: try await recipientName(recipient, in: state), about: "\(child.name), born \(child.born)",
      gatewayTitle: gateway.title, authority: gateway.provision, conditions: obligations)
    do {
      let plan = try PackagePlan(
        request: request.reference, documents: documents, cover: note, madeAt: draft.at)
      return DecidedRelease(
        request: request, records: records, plan: plan, recipient: recipient,
        obligations: obligations, policy: state.policy)
    } catch {
      throw GateError(packing: error, records: records)
    }
  }

  /// Decides a last time, on the state the entry is appended to.
  private func commitRelease(
    _ release: DecidedRelease, decision decisionEntry: UInt64, written: WrittenPackage, isKeyed: Bool
  ) async throws(GateError) -> Answer<DecisionReport> {
    let reference = release.request.reference
    let outcome: Answer<DecisionReport> = try await actOnRequest(.request, reference) {
      gate, draft, request in
      let (facts, decision) = try await gate.releaseDecision(request, draft)
      let report = DecisionReport(
        decision, gateway: request.gateway, state: draft.state, names: request.names)
      guard decision.outcome == .allowed else {
        return ([try gate.decidedEvent(RequestView(request), facts, decision, draft)], report)
      }
      // Allowed still, but not the same thing: other evidence, other rules, or another release began meanwhile.
      guard let decided = request.lastDecision, decided.entry == decisionEntry,
        draft.state.policy == release.policy, facts.isSameCase(as: decided.facts)
      else {
        throw GateError.busy
      }
      var event = try draft.event(.disclosureReleased)
      event.child = request.child
      event.request = reference
      event.gateway = request.gateway
      event.outcome = .allowed
      event.policy = draft.state.policy
      event.fields = [
        "recipient": .string(request.recipient.description),
        "records": .array(request.records.map { .string($0.description) }),
        "decision": .integer(Int64(decisionEntry)), "package_sha256": .string(written.sha256.hex),
        "package_size": .integer(Int64(written.length)),
        "sealed_to": .string(isKeyed ? "key" : "passphrase"),
      ]
      return ([event], report)
    }
    if case .done(let report, let entry) = outcome, report.outcome != .allowed {
      return .refused(report.recorded(at: entry))
    }
    return outcome
  }

  /// The entry of a decision with its key and its place under the newest signed head.
  private func receipt(for index: UInt64) async throws(GateError) -> PackageReceipt {
    _ = try await current()
    guard let head = verifiedHead else { throw .integrity(.ledgerHead(.missing)) }
    do {
      let leaves = try await leafHashes(upTo: head.checkpoint.size)
      let entries = try await storage.ledger.entries(from: index, to: index + 1)
      guard let bytes = entries.first else { throw GateError.integrity(.entry(index, .sealBroken)) }
      let event = try codec.open(bytes, at: index)
      let inclusion = try InclusionProof.make(
        index: index, treeSize: head.checkpoint.size, reader: leaves)
      let proof = try TlogProof(
        inclusion: inclusion, leafHash: MerkleTree.leafHash(bytes), checkpoint: head)
      return PackageReceipt(
        decision: event.bytes, entry: bytes, entryKey: try codec.entryKey(bytes, at: index), proof: proof,
        logKey: keys.logKey)
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.root))
    } catch {
      throw GateError(wrapping: error)
    }
  }
}

/// A package's passphrase, made only where the recipient has no key, and handed over once.
private final class Passphrase {
  private var secret: SecretBytes?

  init(isNeeded: Bool) throws(GateError) {
    guard isNeeded else { return }
    do { secret = try PackagePassphrase.generate() } catch { throw .crypto(.invalidKey) }
  }

  func recipient() throws -> any AgeRecipient {
    guard let copy = secret?.duplicate() else { throw GateError.crypto(.invalidKey) }
    return try ScryptRecipient(passphrase: copy)
  }

  func take() -> SecretBytes? { secret.take() }
}
