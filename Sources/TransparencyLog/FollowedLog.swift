package import StrongroomCrypto

/// What an outside observer remembers of one log, and the rule by which that memory moves on.
///
/// Two checkpoints that a log has signed and that do not extend one another are proof of a rollback or a fork; remembering one
/// is what makes the other visible. The caller stores `latest` durably **before** it acts on it or cosigns it.
/// The checks and their order are those of C2SP tlog-witness, "add-checkpoint".
package struct FollowedLog: Hashable, Sendable {
  package let key: VerifierKey
  package let origin: String
  /// The largest checkpoint accepted so far; nil before the first.
  package private(set) var latest: VerifiedCheckpoint?

  package init(key: VerifierKey, origin: String, latest: VerifiedCheckpoint? = nil) {
    self.key = key
    self.origin = origin
    self.latest = latest
  }

  /// Takes a signed checkpoint as the new latest one.
  ///
  /// - Parameters:
  ///   - oldSize: size that `proof` starts at, as the sender says; must be the size remembered.
  ///   - proof: hashes of the consistency proof; none from size 0 or to an equal size.
  /// - Throws: what `UnverifiedCheckpoint.verified` throws; `.proofStartsElsewhere`, `.rolledBack`, `.forked`,
  ///   `.consistencyRejected`. After a throw the memory is as it was.
  @discardableResult
  package mutating func advance(
    to offered: UnverifiedCheckpoint, oldSize: UInt64, proof: [SHA256Digest]
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    let verified = try offered.verified(by: key, origin: origin)
    let new = verified.checkpoint
    guard oldSize <= new.size else { throw .sizesOutOfOrder(old: oldSize, new: new.size) }
    let remembered = latest?.checkpoint.size ?? 0
    guard new.size >= remembered else { throw .rolledBack(remembered: remembered, offered: new.size) }
    guard oldSize == remembered else { throw .proofStartsElsewhere(remembered: remembered, offered: oldSize) }
    if let old = latest?.checkpoint, old.size == new.size, old.root != new.root {
      throw .forked(remembered: old.size, offered: new.size)
    }
    if let old = latest?.checkpoint, old.size > 0 {
      let consistency = ConsistencyProof(oldSize: old.size, newSize: new.size, hashes: proof)
      try consistency.verify(oldRoot: old.root, newRoot: new.root)
    } else {
      // Every tree extends the empty one, so there is nothing to prove and nothing may be claimed.
      guard proof.isEmpty else { throw .consistencyRejected(old: 0, new: new.size) }
    }
    latest = verified
    return verified
  }
}
