import StrongroomCrypto
import TransparencyLog
import VaultStore

/// Entries to events and back, and the log's signature.
struct LedgerCodec: Sendable {
  let keys: VaultKeys

  /// - Throws: `.integrity(.entry)` naming the index.
  func open(_ entry: [UInt8], at index: UInt64) throws(GateError) -> Event {
    let plaintext: [UInt8]
    do {
      plaintext = try SealedEntry(parsing: entry, index: index).open(
        index: index, origin: keys.origin, key: keys.ledger)
    } catch {
      throw .integrity(.entry(index, .sealBroken))
    }
    do { return try Event(parsing: plaintext) } catch { throw .integrity(.entry(index, error)) }
  }

  func seal(_ event: Event, at index: UInt64, salt: [UInt8]) throws(GateError) -> [UInt8] {
    do {
      return try SealedEntry.seal(
        event.bytes, index: index, origin: keys.origin, key: keys.ledger, salt: salt
      ).bytes
    } catch .entryRejected(_, .tooLong) {
      throw .invalidInput(.text, .tooLong(limitBytes: SealedEntry.largestPlaintext))
    } catch {
      throw GateError(error)
    }
  }

  /// Checks a head's signature, and that it is for the tree the store says.
  func verify(_ head: LedgerHead) throws(GateError) -> VerifiedCheckpoint {
    guard
      let verified = try? UnverifiedCheckpoint(parsing: head.checkpoint).verified(
        by: keys.signer.verifierKey, origin: keys.origin)
    else { throw .integrity(.ledgerHead(.signature)) }
    guard verified.checkpoint.size == head.size, verified.checkpoint.root == head.range.root else {
      throw .integrity(.ledgerHead(.root))
    }
    return verified
  }

  /// Signs the tree, if it is the one expected: what the store puts before us is not believed.
  func signer(expecting expected: CompactRange) -> @Sendable (CompactRange) throws -> [UInt8] {
    let signer = keys.signer
    let origin = keys.origin
    return { range in
      guard range == expected else { throw GateError.integrity(.ledgerHead(.root)) }
      return try signer.sign(try Checkpoint(origin: origin, range: range)).bytes
    }
  }
}
