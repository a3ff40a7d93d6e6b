import StrongroomCrypto
import TransparencyLog
import VaultStore

/// Entries to events and back, and the log's signature. Each entry under the key of the epoch that holds its index.
struct LedgerCodec: Sendable {
  let keys: VaultKeys

  /// - Throws: `.integrity(.entry)` naming the index; an entry sealed under the key of another epoch than its index has is refused
  ///   like one that was moved.
  func open(_ entry: [UInt8], at index: UInt64) throws(GateError) -> Event {
    let plaintext: [UInt8]
    do {
      plaintext = try SealedEntry(parsing: entry, index: index).open(
        index: index, origin: keys.origin, key: keys.epoch(ofEntry: index).ledger)
    } catch {
      throw .integrity(.entry(index, .sealBroken))
    }
    do { return try Event(parsing: plaintext) } catch { throw .integrity(.entry(index, error)) }
  }

  /// K: what opens this entry and no other. 32 bytes.
  func entryKey(_ entry: [UInt8], at index: UInt64) throws(GateError) -> SecretBytes {
    do {
      return try SealedEntry(parsing: entry, index: index).entryKey(
        index: index, origin: keys.origin, key: keys.epoch(ofEntry: index).ledger)
    } catch {
      throw .integrity(.entry(index, .sealBroken))
    }
  }

  func seal(_ event: Event, at index: UInt64, salt: [UInt8]) throws(GateError) -> [UInt8] {
    do {
      return try SealedEntry.seal(
        event.bytes, index: index, origin: keys.origin, key: keys.epoch(ofEntry: index).ledger, salt: salt
      ).bytes
    } catch .entryRejected(_, .tooLong) {
      throw .invalidInput(.text, .tooLong(limitBytes: SealedEntry.largestPlaintext))
    } catch {
      throw GateError(error)
    }
  }

  /// Checks a head's signature, and that it is for the tree the store says. At the end of an epoch its key and the next one's
  /// have signed.
  func verify(_ head: LedgerHead) throws(GateError) -> VerifiedCheckpoint {
    var verified: VerifiedCheckpoint?
    for epoch in keys.epochs(signing: head.size) {
      verified = try? UnverifiedCheckpoint(parsing: head.checkpoint).verified(
        by: epoch.logKey, origin: keys.origin)
      if verified == nil { break }
    }
    guard let verified else { throw .integrity(.ledgerHead(.signature)) }
    guard verified.checkpoint.size == head.size, verified.checkpoint.root == head.range.root else {
      throw .integrity(.ledgerHead(.root))
    }
    return verified
  }

  /// Signs the tree, if it is the one expected: what the store puts before us is not believed.
  ///
  /// - Parameter kept: the closing checkpoint of this very tree, if it is kept already: then its epoch's signing key may be gone.
  func signer(
    expecting expected: CompactRange, kept: [UInt8]? = nil
  ) -> @Sendable (CompactRange) throws -> [UInt8] {
    let signers = keys.epochs(signing: expected.size).map(\.signer)
    let origin = keys.origin
    return { range in
      guard range == expected else { throw GateError.integrity(.ledgerHead(.root)) }
      if let kept { return kept }
      let checkpoint = try Checkpoint(origin: origin, range: range)
      var note: SignedNote?
      for signer in signers {
        guard let signed = try signer?.sign(checkpoint) else {
          throw GateError.keyNotAvailable(.opensNothingHere)
        }
        note = signed.signatures.reduce(note ?? signed) { $0.adding($1) }
      }
      guard let note else { throw GateError.integrity(.ledgerHead(.signature)) }
      return note.bytes
    }
  }
}
