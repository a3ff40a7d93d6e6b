package import StrongroomCrypto

/// The keys of one log in their order, and how each came to follow the one before.
///
/// A log's key belongs to an epoch. An epoch ends with a *closing checkpoint*, which the old key and the new one both sign:
/// the old one hands over, the new one accepts what it inherits. Whoever knows the first key and has the closing checkpoints can
/// therefore find every later key without trusting who hands them over. Sizes up to the closing one, and that itself, belong to
/// the old key; that and all larger ones to the new key:
///
///     size   1 ... c1         c1 ... c2         c2 ...
///     key    first            second            third
///
/// Why a stolen key cannot rewrite a closed epoch: it may not sign a size below the closing one it began with, it cannot make
/// another closing checkpoint of that size since the key before it is destroyed, and a tree that does not extend the closing
/// checkpoint is refused (`checkConsistency`, `checkRoot`).
package struct LogKeyChain: Hashable, Sendable {
  package let origin: String
  package let firstKey: VerifierKey
  /// In order; epoch n is at index n - 1.
  package private(set) var closedEpochs: [ClosedEpoch] = []

  /// An epoch that has ended.
  package struct ClosedEpoch: Hashable, Sendable {
    /// Signed by the epoch's own key and by `nextKey`.
    package let closing: VerifiedCheckpoint
    package let nextKey: VerifierKey
  }

  /// A log in its first epoch.
  ///
  /// - Throws: `.originMismatch` if the key signs under another name; `.keyOfWrongKind` for a cosigner's key.
  package init(origin: String, firstKey: VerifierKey) throws(TransparencyLogError) {
    try Self.check(firstKey, origin: origin)
    self.origin = origin
    self.firstKey = firstKey
  }

  /// The chain as its holder has kept it: that each closing checkpoint extends the one before was shown when it was taken.
  ///
  /// - Throws: what `close(_:next:recomputedRoot:)` throws but `.forked`.
  package init(
    origin: String, firstKey: VerifierKey,
    remembered: [(closing: UnverifiedCheckpoint, next: VerifierKey)]
  ) throws(TransparencyLogError) {
    try self.init(origin: origin, firstKey: firstKey)
    for epoch in remembered {
      append(try verifiedClosing(epoch.closing, next: epoch.next), next: epoch.next)
    }
  }

  /// Every key the log has had, the first one first.
  package var keys: [VerifierKey] { [firstKey] + closedEpochs.map(\.nextKey) }

  /// The key that signs now.
  package var currentKey: VerifierKey { closedEpochs.last?.nextKey ?? firstKey }

  /// 1 for a log that has never changed its key.
  package var currentEpoch: Int { closedEpochs.count + 1 }

  /// The keys that may sign a tree of `size`: one, or two at a closing size.
  package func keys(for size: UInt64) -> [VerifierKey] {
    keys.indices.filter { index in
      let opening = index == 0 ? 0 : closedEpochs[index - 1].closing.checkpoint.size
      let closing =
        index < closedEpochs.count ? closedEpochs[index].closing.checkpoint.size : MerkleTree.maximumSize
      return opening <= size && size <= closing
    }.map { keys[$0] }
  }

  // MARK: Walking

  /// Ends the current epoch.
  ///
  /// - Parameters:
  ///   - closing: the closing checkpoint as it was kept or published.
  ///   - next: the key of the epoch that begins.
  ///   - proof: hashes of the consistency proof from the closing checkpoint before; none in the first epoch.
  /// - Throws: `.sizesOutOfOrder` if the epoch would hold nothing, `.consistencyRejected`, and what
  ///   `close(_:next:recomputedRoot:)` throws but `.forked`. After a throw the chain is as it was.
  package mutating func close(
    _ closing: UnverifiedCheckpoint, next: VerifierKey, proof: [SHA256Digest]
  ) throws(TransparencyLogError) {
    let verified = try verifiedClosing(closing, next: next)
    try Self.check(proof, from: closedEpochs.last?.closing.checkpoint, to: verified.checkpoint)
    closedEpochs.append(ClosedEpoch(closing: verified, nextKey: next))
  }

  /// Ends the current epoch for somebody who has the entries and has recomputed the tree from the first one on.
  ///
  /// - Parameter recomputedRoot: root of the tree at the closing checkpoint's size.
  /// - Throws: `.originMismatch`, `.keyOfWrongKind`, `.keyRepeated`, `.keysAmbiguous`; `.sizesOutOfOrder`; `.signatureInvalid`,
  ///   `.noKnownSignature`, `.logSignatureMissing` unless both keys signed; `.forked` if the tree is another.
  package mutating func close(
    _ closing: UnverifiedCheckpoint, next: VerifierKey, recomputedRoot: SHA256Digest
  ) throws(TransparencyLogError) {
    let verified = try verifiedClosing(closing, next: next)
    guard verified.checkpoint.root == recomputedRoot else {
      throw .forked(remembered: verified.checkpoint.size, offered: verified.checkpoint.size)
    }
    closedEpochs.append(ClosedEpoch(closing: verified, nextKey: next))
  }

  /// Everything about a closing checkpoint but whether its tree extends the one before.
  func verifiedClosing(
    _ closing: UnverifiedCheckpoint, next: VerifierKey
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    try Self.check(next, origin: origin)
    for key in keys {
      guard key.publicKey != next.publicKey else { throw .keyRepeated(keyID: next.keyID) }
      guard key.keyID != next.keyID else { throw .keysAmbiguous(name: origin) }
    }
    let opening = closedEpochs.last?.closing.checkpoint.size ?? 0
    guard closing.claimed.size > opening else {
      throw .sizesOutOfOrder(old: opening, new: closing.claimed.size)
    }
    // Each on its own, so that neither signature can stand in for the other.
    _ = try closing.verified(by: currentKey, origin: origin)
    return try closing.verified(by: next, origin: origin)
  }

  /// For closing checkpoints that were checked against the ones before by other means.
  mutating func append(_ closing: VerifiedCheckpoint, next: VerifierKey) {
    closedEpochs.append(ClosedEpoch(closing: closing, nextKey: next))
  }

  // MARK: Checkpoints

  /// Checks that a checkpoint is signed by the key whose epoch holds its size, and by no key of another epoch.
  ///
  /// At a closing size the root is the closing checkpoint's. Elsewhere this says who signed and not that the tree continues the
  /// closed epochs: `checkConsistency`, or `checkRoot` while recomputing the tree, says that.
  ///
  /// - Parameters:
  ///   - cosigners: cosignature/v1 keys whose lines are checked where present.
  ///   - quorum: how many different cosigners must have signed.
  /// - Throws: `.keyOutsideEpoch`, `.forked`, and what `UnverifiedCheckpoint.verified` throws.
  package func verified(
    _ offered: UnverifiedCheckpoint, cosigners: [VerifierKey] = [], quorum: Int = 0
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    let size = offered.claimed.size
    let verified = try offered.verified(
      byOneOf: keys, origin: origin, cosigners: cosigners, quorum: quorum)
    let rightful = keys(for: size)
    for key in verified.logKeys where !rightful.contains(key) {
      throw .keyOutsideEpoch(keyID: key.keyID, size: size)
    }
    try checkRoot(verified.checkpoint.checkpoint.root, at: size)
    return verified.checkpoint
  }

  /// The closing checkpoint that shows whether a tree of `size` belongs to this history: the next one from that size on, or
  /// the last one; nil while no epoch has ended.
  package func anchor(for size: UInt64) -> Checkpoint? {
    (closedEpochs.first { $0.closing.checkpoint.size >= size } ?? closedEpochs.last)?.closing.checkpoint
  }

  /// Checks that a checkpoint and the closed epochs are one history.
  ///
  /// - Parameter proof: hashes of the consistency proof between the checkpoint and `anchor(for:)` of its size, from the smaller
  ///   to the larger; none if there is no anchor.
  /// - Throws: `.consistencyRejected`.
  package func checkConsistency(
    of checkpoint: VerifiedCheckpoint, proof: [SHA256Digest]
  ) throws(TransparencyLogError) {
    let tree = checkpoint.checkpoint
    guard let anchor = anchor(for: tree.size) else { return try Self.check(proof, from: nil, to: tree) }
    if anchor.size <= tree.size {
      try Self.check(proof, from: anchor, to: tree)
    } else {
      try Self.check(proof, from: tree, to: anchor)
    }
  }

  /// Checks a recomputed root against the closing checkpoint of that size, if there is one.
  ///
  /// - Throws: `.forked`.
  package func checkRoot(_ root: SHA256Digest, at size: UInt64) throws(TransparencyLogError) {
    for epoch in closedEpochs where epoch.closing.checkpoint.size == size {
      guard epoch.closing.checkpoint.root == root else { throw .forked(remembered: size, offered: size) }
    }
  }

  /// A proof from the empty tree, or none, shows nothing and so has no hashes.
  static func check(
    _ proof: [SHA256Digest], from old: Checkpoint?, to new: Checkpoint
  ) throws(TransparencyLogError) {
    guard let old, old.size > 0 else {
      guard proof.isEmpty else { throw .consistencyRejected(old: 0, new: new.size) }
      return
    }
    try ConsistencyProof(oldSize: old.size, newSize: new.size, hashes: proof)
      .verify(oldRoot: old.root, newRoot: new.root)
  }

  private static func check(_ key: VerifierKey, origin: String) throws(TransparencyLogError) {
    guard key.algorithm == .ed25519 else { throw .keyOfWrongKind(name: key.name) }
    guard key.name == origin else { throw .originMismatch(expected: origin, actual: key.name) }
  }
}
