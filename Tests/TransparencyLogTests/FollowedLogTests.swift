import StrongroomCrypto
import Testing
import TransparencyLog

/// What an officer's tools remember makes rollback, truncation and forks visible.
@Suite struct FollowedLogTests {
  private let leaves = TestLog.leafHashes(20)
  private let key: VerifierKey

  init() throws { key = try TestLog.signer().verifierKey }

  private func offer(_ size: Int, changing index: Int? = nil) throws -> UnverifiedCheckpoint {
    var leaves = Array(leaves[..<size])
    if let index { leaves[index] = MerkleTree.leafHash([0xFF]) }
    return try UnverifiedCheckpoint(parsing: TestLog.checkpoint(leaves).signedNote)
  }

  private func proof(_ old: Int, _ new: Int) throws -> [SHA256Digest] {
    try ConsistencyProof.make(
      oldSize: UInt64(old), newSize: UInt64(new), reader: TreeHashes(leafHashes: leaves)
    ).hashes
  }

  @Test func anHonestLogIsFollowed() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: key))
    try log.advance(to: offer(0), oldSize: 0, proof: [])
    try log.advance(to: offer(3), oldSize: 0, proof: [])
    try log.advance(to: offer(3), oldSize: 3, proof: [])
    try log.advance(to: offer(8), oldSize: 3, proof: proof(3, 8))
    try log.advance(to: offer(20), oldSize: 8, proof: proof(8, 20))
    #expect(log.latest?.checkpoint.size == 20)
  }

  @Test func aDishonestLogIsNot() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: key))
    try log.advance(to: offer(8), oldSize: 0, proof: [])
    let before = log
    let rows: [(UnverifiedCheckpoint, UInt64, [SHA256Digest], TransparencyLogError)] = try [
      (offer(7), 7, [], .rolledBack(remembered: 8, offered: 7)),
      (offer(0), 0, [], .rolledBack(remembered: 8, offered: 0)),
      (offer(8, changing: 2), 8, [], .forked(remembered: 8, offered: 8)),
      (offer(12, changing: 2), 8, proof(8, 12), .consistencyRejected(old: 8, new: 12)),
      (offer(12), 8, [], .consistencyRejected(old: 8, new: 12)),
      (offer(12), 7, proof(7, 12), .proofStartsElsewhere(remembered: 8, offered: 7)),
      (offer(12), 0, [], .proofStartsElsewhere(remembered: 8, offered: 0)),
      (offer(12), 13, [], .sizesOutOfOrder(old: 13, new: 12)),
      (offer(8), 8, [leaves[0]], .consistencyRejected(old: 8, new: 8)),
    ]
    for (checkpoint, old, proof, error) in rows {
      #expect(throws: error) { try log.advance(to: checkpoint, oldSize: old, proof: proof) }
      #expect(log == before)
    }
  }

  @Test func aProofFromNothingIsRefused() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: key))
    #expect(throws: TransparencyLogError.consistencyRejected(old: 0, new: 3)) {
      try log.advance(to: offer(3), oldSize: 0, proof: [leaves[0]])
    }
  }

  @Test func aCheckpointOfAnotherKeyDoesNotPoisonTheMemory() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: key))
    try log.advance(to: offer(3), oldSize: 0, proof: [])
    let forged = try TestLog.checkpoint(Array(leaves[..<9]), seed: 2).signedNote
    #expect(throws: TransparencyLogError.noKnownSignature) {
      try log.advance(to: UnverifiedCheckpoint(parsing: forged), oldSize: 3, proof: proof(3, 9))
    }
    #expect(log.latest?.checkpoint.size == 3)
  }
}
