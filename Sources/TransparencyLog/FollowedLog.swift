package import StrongroomCrypto

/// What an outside observer remembers of one log, and the rule by which that memory moves on.
///
/// Two checkpoints that a log has signed and that do not extend one another are proof of a rollback or a fork; remembering one
/// is what makes the other visible. The caller stores `latest` durably **before** it acts on it or cosigns it.
/// The checks and their order are those of C2SP tlog-witness, "add-checkpoint".
package struct FollowedLog: Hashable, Sendable {
  /// The log's keys as far as they are known here; `pass` adds to them.
  package private(set) var keys: LogKeyChain
  /// The largest checkpoint accepted so far; nil before the first.
  package private(set) var latest: VerifiedCheckpoint?

  package var origin: String { keys.origin }

  /// - Parameter latest: what was remembered. With closed epochs in `keys` it is at least the last closing checkpoint, since
  ///   a key is learnt by passing that.
  package init(keys: LogKeyChain, latest: VerifiedCheckpoint? = nil) {
    self.keys = keys
    self.latest = latest
  }

  /// Takes a signed checkpoint as the new latest one.
  ///
  /// - Parameters:
  ///   - oldSize: size that `proof` starts at, as the sender says; must be the size remembered.
  ///   - proof: hashes of the consistency proof; none from size 0 or to an equal size.
  /// - Throws: what `LogKeyChain.verified` throws; `.proofStartsElsewhere`, `.rolledBack`, `.forked`, `.consistencyRejected`;
  ///   `.closingNotPassed` if an epoch ended in between. After a throw the memory is as it was.
  @discardableResult
  package mutating func advance(
    to offered: UnverifiedCheckpoint, oldSize: UInt64, proof: [SHA256Digest]
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    let verified = try keys.verified(offered)
    try check(verified.checkpoint, oldSize: oldSize, proof: proof)
    latest = verified
    return verified
  }

  /// Takes the closing checkpoint of the current epoch as the new latest one, and the key of the next epoch with it.
  ///
  /// Somebody who knows only the first key walks with this from closing checkpoint to closing checkpoint, and then advances.
  ///
  /// - Parameter next: the key of the epoch that begins.
  /// - Throws: as `advance` and `LogKeyChain.close`. After a throw the memory is as it was.
  @discardableResult
  package mutating func pass(
    _ closing: UnverifiedCheckpoint, next: VerifierKey, oldSize: UInt64, proof: [SHA256Digest]
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    let verified = try keys.verifiedClosing(closing, next: next)
    try check(verified.checkpoint, oldSize: oldSize, proof: proof)
    keys.append(verified, next: next)
    latest = verified
    return verified
  }

  private func check(
    _ new: Checkpoint, oldSize: UInt64, proof: [SHA256Digest]
  ) throws(TransparencyLogError) {
    guard oldSize <= new.size else { throw .sizesOutOfOrder(old: oldSize, new: new.size) }
    let remembered = latest?.checkpoint.size ?? 0
    guard new.size >= remembered else { throw .rolledBack(remembered: remembered, offered: new.size) }
    guard oldSize == remembered else { throw .proofStartsElsewhere(remembered: remembered, offered: oldSize) }
    if let old = latest?.checkpoint, old.size == new.size, old.root != new.root {
      throw .forked(remembered: old.size, offered: new.size)
    }
    // One proof cannot show that both the remembered tree and a closing one in between are extended.
    for epoch in keys.closedEpochs {
      let closing = epoch.closing.checkpoint.size
      if remembered < closing, closing < new.size {
        throw .closingNotPassed(closing: closing, offered: new.size)
      }
    }
    // Every tree extends the empty one, so there is nothing to prove and nothing may be claimed.
    try LogKeyChain.check(proof, from: latest?.checkpoint, to: new)
  }
}
