package import StrongroomCrypto

/// The two hash functions of a log and the shape of its tree.
///
/// Spec: RFC 6962, section 2.1 (the same in RFC 9162, section 2.1.1). The prefixes 0x00 and 0x01 keep a leaf from ever
/// passing for an inner node.
package enum MerkleTree {
  /// Largest tree size we write or read: sizes travel through programs that parse them as signed 64-bit numbers.
  package static let maximumSize = UInt64(Int64.max)

  /// Root of the tree without leaves: SHA-256 of no bytes, not 32 zero bytes (old verifiers differ here).
  package static let emptyRoot = SHA256.digest(of: [UInt8]())

  /// SHA-256(0x00 || entry): `entry` is what was logged, without the length prefix it carries in an entry bundle.
  package static func leafHash(_ entry: [UInt8]) -> SHA256Digest {
    leafHash(entry.span.bytes)
  }

  package static func leafHash(_ entry: RawSpan) -> SHA256Digest {
    SHA256.digest(prefix: 0, entry)
  }

  /// SHA-256(0x01 || left || right).
  package static func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
    SHA256.digest(prefix: 1, left, right)
  }

  /// Root over the given leaf hashes; costs one hash a leaf.
  package static func root(of leafHashes: some Sequence<SHA256Digest>) -> SHA256Digest {
    var range = CompactRange()
    for hash in leafHashes { range.append(hash) }
    return range.root
  }

  /// The split point of RFC 6962: the largest power of two strictly below `count`, which must be at least 2.
  static func splitPoint(_ count: UInt64) -> UInt64 {
    precondition(count > 1, "a tree of one leaf is not split")
    return 1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }

  /// The perfect subtrees that make up `leaves`, largest first.
  ///
  /// `leaves` must be a node of some RFC 6962 tree: its start a multiple of the power of two at or above its length
  /// (or of its length, for perfect ones). Every range that a proof names is.
  static func perfectSubtrees(of leaves: Range<UInt64>) -> [Subtree] {
    var subtrees = [Subtree]()
    var start = leaves.lowerBound
    while start < leaves.upperBound {
      let height = 63 - (leaves.upperBound - start).leadingZeroBitCount
      subtrees.append(Subtree(height: height, index: start >> UInt64(height)))
      start += 1 << UInt64(height)
    }
    return subtrees
  }

  /// Joins the roots of perfect subtrees, largest (leftmost) first, into the root over all of them.
  static func fold(_ roots: some BidirectionalCollection<SHA256Digest>) -> SHA256Digest? {
    guard var root = roots.last else { return nil }
    for left in roots.dropLast().reversed() { root = nodeHash(left, root) }
    return root
  }
}

/// A perfect subtree: the leaves `index << height ..< (index + 1) << height`.
package struct Subtree: Hashable, Sendable {
  /// 0 for a single leaf, at most 63.
  package let height: Int
  package let index: UInt64

  package init(height: Int, index: UInt64) {
    self.height = height
    self.index = index
  }

  package var leaves: Range<UInt64> {
    (index << UInt64(height))..<((index + 1) << UInt64(height))
  }
}
