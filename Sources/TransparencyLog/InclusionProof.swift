package import StrongroomCrypto

/// Shows that a leaf stands at `index` in the tree of `treeSize` leaves.
///
/// By itself it says nothing about who signed that tree: `TlogProof.verified` is the check that does both.
package struct InclusionProof: Hashable, Sendable {
  package let index: UInt64
  package let treeSize: UInt64
  /// The leaf's sibling first, at most 63.
  package let hashes: [SHA256Digest]

  package init(index: UInt64, treeSize: UInt64, hashes: [SHA256Digest]) {
    self.index = index
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// The leaves under each hash of the proof, in the proof's order: `PATH` of RFC 6962, section 2.1.1, without the hashing.
  /// Storage that must wait for its reads computes these roots itself and uses the memberwise initialiser.
  package static func nodes(
    index: UInt64, treeSize: UInt64
  ) throws(TransparencyLogError) -> [Range<UInt64>] {
    guard index < treeSize, treeSize <= MerkleTree.maximumSize else {
      throw .indexOutsideTree(index: index, size: treeSize)
    }
    var siblings = [Range<UInt64>]()
    var leaves = 0..<treeSize
    while leaves.upperBound - leaves.lowerBound > 1 {
      let middle = leaves.lowerBound + MerkleTree.splitPoint(leaves.upperBound - leaves.lowerBound)
      if index < middle {
        siblings.append(middle..<leaves.upperBound)
        leaves = leaves.lowerBound..<middle
      } else {
        siblings.append(leaves.lowerBound..<middle)
        leaves = middle..<leaves.upperBound
      }
    }
    return siblings.reversed()
  }

  /// - Throws: `.indexOutsideTree`, and what the reader throws.
  package static func make(
    index: UInt64, treeSize: UInt64, reader: some LeafHashReader
  ) throws -> InclusionProof {
    let hashes = try nodes(index: index, treeSize: treeSize).map { try reader.root(over: $0) }
    return InclusionProof(index: index, treeSize: treeSize, hashes: hashes)
  }

  /// Follows RFC 9162, section 2.1.3.2; a proof with a hash too few or too many is refused as any other wrong one.
  ///
  /// - Throws: `.indexOutsideTree`, `.inclusionRejected`.
  package func verify(leafHash: SHA256Digest, root: SHA256Digest) throws(TransparencyLogError) {
    guard index < treeSize, treeSize <= MerkleTree.maximumSize else {
      throw .indexOutsideTree(index: index, size: treeSize)
    }
    var first = index
    var last = treeSize - 1
    var computed = leafHash
    for hash in hashes {
      guard last != 0 else { throw .inclusionRejected(index: index, size: treeSize) }
      if first & 1 == 1 || first == last {
        computed = MerkleTree.nodeHash(hash, computed)
        while first & 1 == 0 && first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        computed = MerkleTree.nodeHash(computed, hash)
      }
      first >>= 1
      last >>= 1
    }
    guard last == 0, computed == root else { throw .inclusionRejected(index: index, size: treeSize) }
  }
}
