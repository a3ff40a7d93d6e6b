package import StrongroomCrypto

/// A tree known by its compact range at an earlier size and by the leaves that came after.
///
/// All that a consistency proof between two sizes needs: what it names to the left of the earlier size are the range's own hashes,
/// and everything else lies over the new leaves. So whoever kept a range of at most 64 hashes checks a log that grew without
/// reading what they have seen before. 32 bytes of memory a new leaf.
package struct TreeExtension: LeafHashReader, Sendable {
  package let old: CompactRange
  /// The tree with the new leaves.
  package private(set) var new: CompactRange
  private var leaves: [SHA256Digest] = []

  package init(from old: CompactRange) {
    self.old = old
    new = old
  }

  package mutating func append(_ leafHash: SHA256Digest) {
    leaves.append(leafHash)
    new.append(leafHash)
  }

  /// Hashes of the consistency proof from `old` to `new`; none from the empty tree, or where nothing came.
  ///
  /// It says that `new` extends the tree whose range this is. That the range belongs to a root that somebody signed is the caller's to
  /// check, as is the new root.
  package func proof() throws -> [SHA256Digest] {
    guard old.size > 0 else { return [] }
    return try ConsistencyProof.make(oldSize: old.size, newSize: new.size, reader: self).hashes
  }

  package func leafHashes(_ range: Range<UInt64>) throws(TransparencyLogError) -> [SHA256Digest] {
    guard range.lowerBound >= old.size, range.upperBound <= new.size else {
      throw .indexOutsideTree(index: range.lowerBound, size: new.size)
    }
    return Array(leaves[Int(range.lowerBound - old.size)..<Int(range.upperBound - old.size)])
  }

  package func subtreeRoot(_ subtree: Subtree) throws(TransparencyLogError) -> SHA256Digest {
    let range = subtree.leaves
    if range.upperBound <= old.size {
      let known = MerkleTree.perfectSubtrees(of: 0..<old.size)
      guard let index = known.firstIndex(of: subtree) else {
        throw .indexOutsideTree(index: range.lowerBound, size: old.size)
      }
      return old.hashes[index]
    }
    return MerkleTree.root(of: try leafHashes(range))
  }
}
