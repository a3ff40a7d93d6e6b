import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// Members as witnesses of their own vault's log: what their side remembers, and what they cosign.
extension Gatekeeper {
  /// The keys of this log, the first one first.
  var keyChain: LogKeyChain {
    get async throws(GateError) { try await logKeyChain(in: state) }
  }

  /// What to remember of the log as it is now. Everything in it was checked when the vault was opened.
  package func memory() async throws(GateError) -> LogMemory {
    let head: LedgerHead
    do {
      guard let found = try await storage.ledger.head() else {
        throw GateError.integrity(.ledgerHead(.missing))
      }
      head = found
    } catch {
      throw GateError(wrapping: error)
    }
    return try await LogMemory(
      vault: description.vault, keys: keyChain, checkpoint: codec.verify(head), range: head.range,
      at: effects.now())
  }

  /// The first look of somebody who remembers nothing of this log. That it is the vault they think of, only another person can
  /// tell them; but if the vault holds their own cosignature, it has to continue that.
  package func firstLook() async throws(GateError) -> FirstLook {
    let memory = try await memory()
    guard let own = try await largestOwnCosignature() else { return .new(memory, lastCosigned: nil) }
    let size = own.checkpoint.size
    if size <= memory.head.size, try await LogWatch.root(in: storage, size: size) == own.checkpoint.root {
      return .new(memory, lastCosigned: size)
    }
    // A restore that was accepted lost that tree, and an entry says so.
    if state.isRestored(after: size) { return .new(memory, lastCosigned: nil) }
    guard let found = try? UnverifiedCheckpoint(parsing: memory.signedNote) else {
      throw .integrity(.ledgerHead(.signature))
    }
    return .conflict(
      LogConflict(size > memory.head.size ? .rolledBack : .forked, remembered: own, found: found))
  }

  /// Tells this member's own files beside the vault from another's: 8 hexadecimal digits.
  package var cosignerKeyID: String {
    let digits = String(identity.cosigner.verifierKey.keyID, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  // MARK: Cosigning

  /// Puts this member's cosignature beside the checkpoint they remember: "at this time, the largest consistent tree I have seen
  /// of this log has this root". Only for a memory that is durable.
  ///
  /// - Returns: false where this member may not write to the vault's folder, which is no fault of theirs.
  /// - Throws: `.integrity(.ledgerHead(.forked))` if others have cosigned another tree of the same size.
  @discardableResult
  package func cosign(_ memory: LogMemory) async throws(GateError) -> Bool {
    guard let checkpoint = memory.log.latest, checkpoint.checkpoint.size > 0 else { return true }
    do {
      try await addCosignature(to: checkpoint)
      try await dropSuperfluousCosignatures()
      return true
    } catch let error as VaultStoreError where error.isForbidden {
      return false
    } catch {
      throw GateError(wrapping: error)
    }
  }

  private func addCosignature(to checkpoint: VerifiedCheckpoint) async throws {
    let name = VaultFileName.cosigned(checkpoint.checkpoint.size)
    let line = try identity.cosigner.cosign(
      checkpoint, time: UInt64(effects.now().millisecondsSinceEpoch / 1000))
    // Two officers may write the same file at once, and the later one takes the earlier one's line away with it.
    for _ in 0..<3 {
      let there = try await cosigned(name, of: checkpoint)
      if let there, there.cosignatures.contains(where: { $0.key == identity.cosigner.verifierKey }) { return }
      var note = (there ?? checkpoint).adding(line)
      // A file full of lines is no reason to lose this one.
      if (try? UnverifiedCheckpoint(parsing: note)) == nil { note = checkpoint.adding(line) }
      try await storage.files.replace(name, note)
    }
  }

  /// The cosigned checkpoint as it lies in the vault, with this member's line checked; nil if there is none worth keeping.
  private func cosigned(
    _ name: VaultFileName, of checkpoint: VerifiedCheckpoint
  ) async throws -> VerifiedCheckpoint? {
    guard let bytes = try await storage.files.read(name),
      let note = try? UnverifiedCheckpoint(parsing: bytes),
      let verified = try? await keyChain.verified(note, cosigners: [identity.cosigner.verifierKey])
    else { return nil }
    guard verified.checkpoint == checkpoint.checkpoint else {
      throw GateError.integrity(.ledgerHead(.forked(at: checkpoint.checkpoint.size)))
    }
    return verified
  }

  private func dropSuperfluousCosignatures() async throws {
    var files: [UInt64: CosignedCheckpoints.Signers] = [:]
    for (size, bytes) in try await cosignedNotes() {
      guard let note = try? UnverifiedNote(parsing: bytes) else { continue }
      files[size] = CosignedCheckpoints.signers(of: note, origin: keys.origin)
    }
    for size in CosignedCheckpoints.superfluous(files) {
      try await storage.files.remove(.cosigned(size))
    }
  }

  /// The newest cosigned checkpoints as they lie in the vault, largest size first.
  func cosignedNotes() async throws -> [(size: UInt64, note: [UInt8])] {
    var sizes: [UInt64] = []
    for case .cosigned(let size) in try await storage.files.list(.cosigned) { sizes.append(size) }
    var notes: [(size: UInt64, note: [UInt8])] = []
    for size in sizes.sorted(by: >).prefix(CosignedCheckpoints.limit) {
      if let bytes = try await storage.files.read(.cosigned(size)) { notes.append((size, bytes)) }
    }
    return notes
  }

  private func largestOwnCosignature() async throws(GateError) -> VerifiedCheckpoint? {
    do {
      let own = identity.cosigner.verifierKey
      for (_, bytes) in try await cosignedNotes() {
        guard let note = try? UnverifiedCheckpoint(parsing: bytes),
          let verified = try? await keyChain.verified(note, cosigners: [own]),
          verified.cosignatures.contains(where: { $0.key == own })
        else { continue }
        return verified
      }
      return nil
    } catch {
      throw GateError(wrapping: error)
    }
  }

  // MARK: Restores

  /// Accepts that the vault lost what this side had seen of it: a signed decision, and an entry.
  ///
  /// Somebody whose role may not decide that goes along with the decision of somebody whose role may, if it is about at least as
  /// much as they themselves had seen; that needs no entry.
  ///
  /// - Parameters:
  ///   - reason: everybody who may read the access record reads it.
  ///   - lost: the tree last accepted by this side.
  /// - Returns: once the entry is durable, what to remember from now on in the old memory's place.
  package func acceptRestore(
    of lost: SeenHead, reason: String
  ) async throws(GateError) -> Answer<AcceptedRestore> {
    let text = try PersonalText(reason, field: .reason).text
    let state = try await current()
    if try await !mayAct(.acceptRestore, in: state),
      let earlier = state.restores.last(where: { $0.lostSize >= lost.size })
    {
      return .done(AcceptedRestore(memory: try await memory(), by: earlier.actor), entry: earlier.entry)
    }
    let answer: Answer<EventActor> = try await act(.acceptRestore) { _, draft in
      var event = try draft.event(.systemRestored)
      event.fields = [
        "lost_size": .integer(Int64(lost.size)), "lost_root": .string(lost.root.hex),
        "reason": .string(text),
      ]
      return ([event], draft.actor)
    }
    switch answer {
    case .refused(let report): return .refused(report)
    case .done(let actor, let entry):
      return .done(AcceptedRestore(memory: try await memory(), by: actor), entry: entry)
    }
  }
}

/// What somebody finds who has no memory of a log.
package enum FirstLook: Sendable {
  /// What to remember. `lastCosigned`: the vault holds this member's own cosignature over so many entries, and is its
  /// continuation; so it is their memory that was lost, or another machine's.
  case new(LogMemory, lastCosigned: UInt64?)
  /// The vault holds this member's own cosignature over a tree that it does not continue.
  case conflict(LogConflict)
}

package struct AcceptedRestore: Sendable {
  package let memory: LogMemory
  package let by: EventActor
}

extension VaultState {
  /// Whether somebody entitled to it accepted the loss of a tree of this size, or of a larger one.
  func isRestored(after size: UInt64) -> Bool { restores.contains { $0.lostSize >= size } }
}
