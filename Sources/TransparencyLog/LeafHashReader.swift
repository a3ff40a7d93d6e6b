package import StrongroomCrypto

/// Where proofs find the hashes of a tree.
///
/// A reader vouches for nothing: a proof made from damaged storage simply does not verify, so makers check their proof against
/// the signed root before they hand it out.
package protocol LeafHashReader {
  /// The leaf hashes of `range`, in order, exactly as many as asked for.
  func leafHashes(_ range: Range<UInt64>) throws -> [SHA256Digest]

  /// The root of one perfect subtree. The default reads all its leaves; storage that keeps inner hashes answers in O(1).
  func subtreeRoot(_ subtree: Subtree) throws -> SHA256Digest
}

extension LeafHashReader {
  package func subtreeRoot(_ subtree: Subtree) throws -> SHA256Digest {
    var range = CompactRange()
    var next = subtree.leaves.lowerBound
    // In pieces, so that a large subtree is not held in memory at once.
    while next < subtree.leaves.upperBound {
      let end = min(next + 4096, subtree.leaves.upperBound)
      let hashes = try leafHashes(next..<end)
      guard hashes.count == Int(end - next) else {
        throw TransparencyLogError.wrongNumberOfHashes(expected: Int(end - next), actual: hashes.count)
      }
      for hash in hashes { range.append(hash) }
      next = end
    }
    return range.root
  }

  /// The root over `leaves`, a node of an RFC 6962 tree as `InclusionProof.nodes` and `ConsistencyProof.nodes` name them.
  package func root(over leaves: Range<UInt64>) throws -> SHA256Digest {
    let roots = try MerkleTree.perfectSubtrees(of: leaves).map(subtreeRoot)
    return MerkleTree.fold(roots) ?? MerkleTree.emptyRoot
  }
}

/// A whole tree in memory: every leaf hash and every perfect inner hash, 64 bytes a leaf in all.
///
/// Makes proofs for its own and all earlier sizes in O(log size).
package struct TreeHashes: LeafHashReader, Sendable {
  /// `levels[h][i]` is the root of `Subtree(height: h, index: i)`.
  private var levels: [[SHA256Digest]] = [[]]

  package init() {}

  package init(leafHashes: some Sequence<SHA256Digest>) {
    for hash in leafHashes { append(hash) }
  }

  package var size: UInt64 { UInt64(levels[0].count) }

  package mutating func append(_ leafHash: SHA256Digest) {
    levels[0].append(leafHash)
    var height = 0
    while levels[height].count.isMultiple(of: 2) {
      let pair = levels[height].suffix(2)
      if levels.count == height + 1 { levels.append([]) }
      levels[height + 1].append(MerkleTree.nodeHash(pair[pair.startIndex], pair[pair.startIndex + 1]))
      height += 1
    }
  }

  /// The root at `size`, which may be any size the tree has had.
  package func root(size: UInt64) throws(TransparencyLogError) -> SHA256Digest {
    try compactRange(size: size).root
  }

  /// The compact range at `size`, which may be any size the tree has had.
  package func compactRange(size: UInt64) throws(TransparencyLogError) -> CompactRange {
    guard size <= self.size else { throw .sizesOutOfOrder(old: size, new: self.size) }
    let hashes = MerkleTree.perfectSubtrees(of: 0..<size).map { levels[$0.height][Int($0.index)] }
    return CompactRange(size: size, hashes: hashes)
  }

  package func leafHashes(_ range: Range<UInt64>) throws(TransparencyLogError) -> [SHA256Digest] {
    guard range.upperBound <= size else {
      throw .indexOutsideTree(index: range.upperBound - 1, size: size)
    }
    return Array(levels[0][Int(range.lowerBound)..<Int(range.upperBound)])
  }

  package func subtreeRoot(_ subtree: Subtree) throws(TransparencyLogError) -> SHA256Digest {
    guard subtree.height < levels.count, subtree.index < UInt64(levels[subtree.height].count) else {
      throw .indexOutsideTree(index: subtree.index, size: size)
    }
    return levels[subtree.height][Int(subtree.index)]
  }
}
