import StrongroomCrypto
import Testing
import TransparencyLog

@Suite struct MerkleTreeTests {
  /// Pitfall 1: 32 zero bytes is what old verifiers take.
  @Test func emptyTreeHasTheHashOfNothing() {
    #expect(MerkleTree.emptyRoot.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(CompactRange().root == MerkleTree.emptyRoot)
    #expect(MerkleTree.root(of: []) == MerkleTree.emptyRoot)
  }

  @Test func aLeafCannotPassForANode() {
    let left = MerkleTree.leafHash([1])
    let right = MerkleTree.leafHash([2])
    #expect(MerkleTree.leafHash(left.bytes + right.bytes) != MerkleTree.nodeHash(left, right))
    #expect(MerkleTree.leafHash([7, 8]) == SHA256.digest(of: [0, 7, 8]))
  }

  /// Pitfall 9: the split is strictly below the size, and the last node is not doubled to fill the tree.
  @Test func everySizeAgreesWithTheWordsOfTheStandard() throws {
    let leaves = TestLog.leafHashes(130)
    var range = CompactRange()
    var tree = TreeHashes()
    for size in 0...leaves.count {
      let expected = TestLog.root(leaves[..<size])
      #expect(range.root == expected, "size \(size)")
      #expect(try tree.root(size: UInt64(size)) == expected)
      #expect(range.hashes.count == size.nonzeroBitCount)
      #expect(try CompactRange(decoding: range.encoded()) == range)
      #expect(try tree.compactRange(size: UInt64(size)) == range)
      if size < leaves.count {
        range.append(leaves[size])
        tree.append(leaves[size])
      }
    }
    for size in 0...leaves.count {
      #expect(try tree.root(size: UInt64(size)) == TestLog.root(leaves[..<size]), "earlier size \(size)")
    }
    #expect(throws: TransparencyLogError.self) { try tree.root(size: UInt64(leaves.count + 1)) }
  }

  @Test func damagedCompactRangeIsRefused() throws {
    var range = CompactRange()
    for hash in TestLog.leafHashes(7) { range.append(hash) }
    let bytes = range.encoded()
    #expect(bytes.count == 8 + 3 * 32)
    for length in 0..<bytes.count {
      #expect(throws: TransparencyLogError.compactRangeMalformed) {
        try CompactRange(decoding: Array(bytes[..<length]))
      }
    }
    #expect(throws: TransparencyLogError.compactRangeMalformed) { try CompactRange(decoding: bytes + [0]) }
    var beyond = [UInt8](repeating: 0, count: 40)
    beyond[0] = 0x80
    #expect(throws: TransparencyLogError.compactRangeMalformed) { try CompactRange(decoding: beyond) }
  }
}
