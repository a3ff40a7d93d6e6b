package import StrongroomCrypto

/// Shows that the tree of `newSize` leaves begins with exactly the leaves of the tree of `oldSize`: nothing removed, nothing changed.
package struct ConsistencyProof: Hashable, Sendable {
  package let oldSize: UInt64
  package let newSize: UInt64
  /// At most 64; none when the sizes are equal.
  package let hashes: [SHA256Digest]

  package init(oldSize: UInt64, newSize: UInt64, hashes: [SHA256Digest]) {
    self.oldSize = oldSize
    self.newSize = newSize
    self.hashes = hashes
  }

  /// The leaves under each hash of the proof, in the proof's order: `PROOF` of RFC 6962, section 2.1.2, without the hashing.
  package static func nodes(
    oldSize: UInt64, newSize: UInt64
  ) throws(TransparencyLogError) -> [Range<UInt64>] {
    try checkSizes(old: oldSize, new: newSize)
    var siblings = [Range<UInt64>]()
    var leaves = 0..<newSize
    while leaves.upperBound != oldSize {
      let middle = leaves.lowerBound + MerkleTree.splitPoint(leaves.upperBound - leaves.lowerBound)
      if oldSize <= middle {
        siblings.append(middle..<leaves.upperBound)
        leaves = leaves.lowerBound..<middle
      } else {
        siblings.append(leaves.lowerBound..<middle)
        leaves = middle..<leaves.upperBound
      }
    }
    // The node left over is the whole old tree, whose root the verifier already has, or a part of it, which it has not.
    let leftOver = leaves.lowerBound == 0 ? [] : [leaves]
    return leftOver + siblings.reversed()
  }

  /// - Throws: `.emptyTreeProvesNothing`, `.sizesOutOfOrder`, and what the reader throws.
  package static func make(
    oldSize: UInt64, newSize: UInt64, reader: some LeafHashReader
  ) throws -> ConsistencyProof {
    let hashes = try nodes(oldSize: oldSize, newSize: newSize).map { try reader.root(over: $0) }
    return ConsistencyProof(oldSize: oldSize, newSize: newSize, hashes: hashes)
  }

  /// Follows RFC 9162, section 2.1.4.2.
  ///
  /// - Throws: `.emptyTreeProvesNothing`, `.sizesOutOfOrder`, `.consistencyRejected`.
  package func verify(
    oldRoot: SHA256Digest, newRoot: SHA256Digest
  ) throws(TransparencyLogError) {
    try Self.checkSizes(old: oldSize, new: newSize)
    let rejected = TransparencyLogError.consistencyRejected(old: oldSize, new: newSize)
    if oldSize == newSize {
      guard hashes.isEmpty, oldRoot == newRoot else { throw rejected }
      return
    }
    var proof = hashes[...]
    // An old tree that is perfect is itself the first node, and the proof leaves it out.
    guard !proof.isEmpty, let start = oldSize.nonzeroBitCount == 1 ? oldRoot : proof.popFirst() else {
      throw rejected
    }
    var first = oldSize - 1
    var last = newSize - 1
    while first & 1 == 1 {
      first >>= 1
      last >>= 1
    }
    var computedOld = start
    var computedNew = start
    for hash in proof {
      guard last != 0 else { throw rejected }
      if first & 1 == 1 || first == last {
        computedOld = MerkleTree.nodeHash(hash, computedOld)
        computedNew = MerkleTree.nodeHash(hash, computedNew)
        while first & 1 == 0 && first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        computedNew = MerkleTree.nodeHash(computedNew, hash)
      }
      first >>= 1
      last >>= 1
    }
    guard last == 0, computedOld == oldRoot, computedNew == newRoot else { throw rejected }
  }

  private static func checkSizes(old: UInt64, new: UInt64) throws(TransparencyLogError) {
    guard old <= new, new <= MerkleTree.maximumSize else { throw .sizesOutOfOrder(old: old, new: new) }
    guard old > 0 else { throw .emptyTreeProvesNothing }
  }
}
