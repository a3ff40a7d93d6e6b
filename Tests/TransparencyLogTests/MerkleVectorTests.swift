import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

@Suite struct MerkleVectorTests {
  private struct Roots: Decodable {
    let leafInputsHex: [String]
    let leafHashesHex: [String]
    let rootsHexBySize: [String]
    let leafL123456: String
    let nodeN123N456: String
  }

  private struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data?
    let leafHash: Data?
    let proof: [Data]?
    let wantErr: Bool
  }

  private struct Consistency: Decodable {
    let size1: UInt64
    let size2: UInt64
    let root1: Data?
    let root2: Data?
    let proof: [Data]?
    let wantErr: Bool
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/merkle"), Vectors.why))
  func rootsOfTheClassicEightLeaves() throws {
    let vectors = try Vectors.decode(
      Roots.self, Vectors.folder("merkle").appendingPathComponent("rfc6962-roots.json"))
    let leaves = try vectors.leafInputsHex.map { MerkleTree.leafHash(try bytes(hex: $0)) }
    #expect(leaves.map(\.hex) == vectors.leafHashesHex)
    #expect(vectors.rootsHexBySize.count == 9)
    for (size, root) in vectors.rootsHexBySize.enumerated() {
      #expect(MerkleTree.root(of: leaves[..<size]).hex == root, "size \(size)")
    }
    #expect(MerkleTree.leafHash(Array("L123456".utf8)).hex == vectors.leafL123456)
    // The node vector's children are three letters each, not hashes: it fixes the prefix.
    #expect(SHA256.digest(of: [1] + Array("N123N456".utf8)).hex == vectors.nodeN123N456)
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/merkle"), Vectors.why))
  func everyInclusionProbe() throws {
    let files = try Vectors.files(Vectors.folder("merkle/testdata/inclusion"), ending: ".json")
    var run = 0
    var accepted = 0
    for file in files {
      let probe = try Vectors.decode(Inclusion.self, file)
      let passed = verifies {
        let proof = try InclusionProof(
          index: probe.leafIdx, treeSize: probe.treeSize, hashes: digests(probe.proof ?? []))
        try proof.verify(leafHash: digest(probe.leafHash), root: digest(probe.root))
      }
      #expect(passed == !probe.wantErr, "\(file.path)")
      run += 1
      accepted += passed ? 1 : 0
    }
    #expect(run == files.count && run >= 62, "\(run) probes")
    #expect(accepted > 0)
  }

  /// One probe is about roots that are not 32 bytes yet equal. A hash here has 32 bytes or does not exist, so that probe runs with its
  /// two roots hashed to that length: what it asks ("equal sizes, equal roots, no proof") stays the same.
  @Test(.enabled(if: VectorFolder.shouldRun("tlog/merkle"), Vectors.why))
  func everyConsistencyProbe() throws {
    let files = try Vectors.files(Vectors.folder("merkle/testdata/consistency"), ending: ".json")
    let quirk = "additional/sizes-are-equal-one-and-proof-is-empty.json"
    var run = 0
    var accepted = 0
    var quirks = 0
    for file in files {
      let probe = try Vectors.decode(Consistency.self, file)
      let isQuirk = file.path.hasSuffix(quirk)
      quirks += isQuirk ? 1 : 0
      let passed = verifies {
        let proof = try ConsistencyProof(
          oldSize: probe.size1, newSize: probe.size2, hashes: digests(probe.proof ?? []))
        let roots =
          isQuirk
          ? [hashed(probe.root1), hashed(probe.root2)] : try [digest(probe.root1), digest(probe.root2)]
        try proof.verify(oldRoot: roots[0], newRoot: roots[1])
      }
      #expect(passed == !probe.wantErr, "\(file.path)")
      run += 1
      accepted += passed ? 1 : 0
    }
    #expect(run == files.count && run >= 77, "\(run) probes")
    #expect(quirks == 1)
    #expect(accepted > 0)
  }

  private struct NotAHash: Error {}

  private func verifies(_ check: () throws -> Void) -> Bool {
    do {
      try check()
      return true
    } catch {
      return false
    }
  }

  private func digest(_ data: Data?) throws -> SHA256Digest {
    guard let digest = SHA256Digest(Array(data ?? Data())) else { throw NotAHash() }
    return digest
  }

  private func digests(_ list: [Data]) throws -> [SHA256Digest] { try list.map { try digest($0) } }

  private func hashed(_ data: Data?) -> SHA256Digest { SHA256.digest(of: Array(data ?? Data())) }

  private func bytes(hex: String) throws -> [UInt8] {
    let digits = Array(hex)
    return try stride(from: 0, to: digits.count, by: 2).map {
      try #require(UInt8(String(digits[$0...$0 + 1]), radix: 16))
    }
  }
}
