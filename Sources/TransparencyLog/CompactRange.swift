package import StrongroomCrypto

/// All of a tree that is needed to go on appending to it: one hash for each set bit of its size.
///
/// Appending costs one hash on average and the root O(log size), so a journal that keeps this beside each signed head never
/// reads old leaves again. Algorithm: the stack of RFC 9162, section 2.1.2.
package struct CompactRange: Hashable, Sendable {
  /// Number of leaves.
  package private(set) var size: UInt64
  /// Roots of the perfect subtrees from left to right, so the largest first.
  package private(set) var hashes: [SHA256Digest]

  package init() {
    size = 0
    hashes = []
  }

  init(size: UInt64, hashes: [SHA256Digest]) {
    precondition(hashes.count == size.nonzeroBitCount, "one hash for each set bit of the size")
    self.size = size
    self.hashes = hashes
  }

  /// Adds one leaf, given its leaf hash (`MerkleTree.leafHash`), at index `size`.
  package mutating func append(_ leafHash: SHA256Digest) {
    precondition(size < MerkleTree.maximumSize, "unreachable: a log of 2^63 - 1 entries")
    var hash = leafHash
    var trailing = size
    while trailing & 1 == 1 {
      hash = MerkleTree.nodeHash(hashes.removeLast(), hash)
      trailing >>= 1
    }
    hashes.append(hash)
    size += 1
  }

  /// Root of the tree so far; `MerkleTree.emptyRoot` for none.
  package var root: SHA256Digest { MerkleTree.fold(hashes) ?? MerkleTree.emptyRoot }

  /// Size as 8 bytes big-endian, then the hashes of 32 bytes each from left to right: 8 to 2,024 bytes.
  package func encoded() -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(8 + hashes.count * SHA256Digest.byteCount)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: size >> UInt64(shift)))
    }
    for hash in hashes { bytes.append(contentsOf: hash.bytes) }
    return bytes
  }

  /// Reads what `encoded()` wrote.
  ///
  /// - Throws: `.compactRangeMalformed` if the length does not follow from the size. That the hashes are the right ones shows
  ///   only when `root` is compared with a signed checkpoint; the caller must do that before it appends.
  package init(decoding bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count >= 8 else { throw .compactRangeMalformed }
    let size = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard size <= MerkleTree.maximumSize,
      bytes.count == 8 + size.nonzeroBitCount * SHA256Digest.byteCount
    else { throw .compactRangeMalformed }
    var hashes = [SHA256Digest]()
    for start in stride(from: 8, to: bytes.count, by: SHA256Digest.byteCount) {
      guard let hash = SHA256Digest(Array(bytes[start..<start + SHA256Digest.byteCount])) else {
        throw .compactRangeMalformed
      }
      hashes.append(hash)
    }
    self.init(size: size, hashes: hashes)
  }
}
