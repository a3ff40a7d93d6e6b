import StrongroomCrypto
import Testing
import TransparencyLog

/// Whoever kept a compact range proves to themself that a log grew from there, without its old leaves.
@Suite struct TreeExtensionTests {
  private let leaves = TestLog.leafHashes(70)

  private func range(_ size: Int) -> CompactRange {
    var range = CompactRange()
    for leaf in leaves[..<size] { range.append(leaf) }
    return range
  }

  @Test func proofIsTheOneMadeFromAllLeaves() throws {
    let whole = TreeHashes(leafHashes: leaves)
    for old in 1...leaves.count {
      var tree = TreeExtension(from: range(old))
      for new in old...leaves.count {
        if new > old { tree.append(leaves[new - 1]) }
        let proof = try tree.proof()
        let expected = try ConsistencyProof.make(
          oldSize: UInt64(old), newSize: UInt64(new), reader: whole)
        #expect(proof == expected.hashes, "\(old) to \(new)")
        try expected.verify(oldRoot: tree.old.root, newRoot: tree.new.root)
      }
    }
  }

  @Test func emptyTreeProvesNothing() throws {
    var tree = TreeExtension(from: CompactRange())
    tree.append(leaves[0])
    #expect(try tree.proof().isEmpty)
    #expect(tree.new == range(1))
  }
}
