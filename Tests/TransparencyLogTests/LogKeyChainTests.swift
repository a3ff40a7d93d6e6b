import StrongroomCrypto
import Testing
import TransparencyLog

/// Three epochs: sizes up to 5 under key 1, 5 to 12 under key 2, from 12 on under key 3.
@Suite struct LogKeyChainTests {
  private let leaves = TestLog.leafHashes(20)
  private let tree: TreeHashes
  private let chain: LogKeyChain

  init() throws {
    tree = TreeHashes(leafHashes: leaves)
    var chain = try LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1))
    try chain.close(Self.note(leaves, 5, by: 1, 2), next: Self.key(2), proof: [])
    let proof = try ConsistencyProof.make(oldSize: 5, newSize: 12, reader: tree).hashes
    try chain.close(Self.note(leaves, 12, by: 2, 3), next: Self.key(3), proof: proof)
    self.chain = chain
  }

  private static func key(_ seed: UInt8) throws -> VerifierKey { try TestLog.signer(seed).verifierKey }

  /// The signed checkpoint of the first `size` leaves.
  private static func note(
    _ leaves: [SHA256Digest], _ size: Int, by seeds: UInt8...
  ) throws -> UnverifiedCheckpoint {
    let checkpoint = try Checkpoint(
      origin: TestLog.origin, size: UInt64(size), root: MerkleTree.root(of: leaves[..<size]))
    let notes = try seeds.map { try TestLog.signer($0).sign(checkpoint) }
    let whole = notes.dropFirst().flatMap(\.signatures).reduce(notes[0]) { $0.adding($1) }
    return try UnverifiedCheckpoint(parsing: whole.bytes)
  }

  private func note(_ size: Int, by seeds: UInt8...) throws -> UnverifiedCheckpoint {
    let first = try Self.note(leaves, size, by: seeds[0])
    guard let second = seeds.dropFirst().first else { return first }
    return try Self.note(leaves, size, by: seeds[0], second)
  }

  private func proof(_ old: UInt64, _ new: UInt64) throws -> [SHA256Digest] {
    try ConsistencyProof.make(oldSize: old, newSize: new, reader: tree).hashes
  }

  /// The same log with one entry of the first epoch rewritten.
  private var rewritten: [SHA256Digest] {
    var leaves = leaves
    leaves[2] = MerkleTree.leafHash([0xFF])
    return leaves
  }

  // MARK: Good paths

  @Test func whoKnowsTheFirstKeyFindsAllOthers() throws {
    #expect(try chain.keys == [Self.key(1), Self.key(2), Self.key(3)])
    #expect(chain.currentEpoch == 3)
    #expect(try chain.currentKey == Self.key(3))
    let again = try LogKeyChain(
      origin: TestLog.origin, firstKey: Self.key(1),
      remembered: [(note(5, by: 1, 2), Self.key(2)), (note(12, by: 2, 3), Self.key(3))])
    #expect(again == chain)
  }

  @Test func recomputingTheTreeIsAsGoodAsAProof() throws {
    var walked = try LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1))
    try walked.close(note(5, by: 1, 2), next: Self.key(2), recomputedRoot: tree.root(size: 5))
    try walked.close(note(12, by: 2, 3), next: Self.key(3), recomputedRoot: tree.root(size: 12))
    #expect(walked == chain)
  }

  @Test func eachSizeIsVerifiedUnderTheKeyOfItsEpoch() throws {
    for size in 0...20 {
      for seed in UInt8(1)...3 {
        let rightful = [0...5, 5...12, 12...20][Int(seed) - 1].contains(size)
        let offered = try note(size, by: seed)
        if rightful {
          let verified = try chain.verified(offered)
          #expect(verified.checkpoint.size == UInt64(size))
          let anchor = try #require(chain.anchor(for: UInt64(size)))
          let between = [anchor.size, UInt64(size)].sorted()
          let hashes = between[0] == 0 ? [] : try proof(between[0], between[1])
          #expect(throws: Never.self) { try chain.checkConsistency(of: verified, proof: hashes) }
        } else {
          let keyID = try Self.key(seed).keyID
          #expect(throws: TransparencyLogError.keyOutsideEpoch(keyID: keyID, size: UInt64(size))) {
            try chain.verified(offered)
          }
        }
      }
    }
  }

  @Test func cosignersCountAsUnderOneKey() throws {
    let witness = try TestLog.cosigner(7, name: "example.org/first")
    let line = try witness.cosign(chain.verified(note(14, by: 3)), time: 5)
    let offered = try UnverifiedCheckpoint(
      parsing: note(14, by: 3).signedNote + Array(line.line.utf8))
    let verified = try chain.verified(offered, cosigners: [witness.verifierKey], quorum: 1)
    #expect(verified.cosignatures.map(\.time) == [5])
    #expect(throws: TransparencyLogError.quorumNotReached(needed: 1, valid: 0)) {
      try chain.verified(note(14, by: 3), cosigners: [witness.verifierKey], quorum: 1)
    }
  }

  // MARK: A stolen key

  /// The thief has the current key, 3, and the folder. Keys 1 and 2 are destroyed.
  @Test func aStolenCurrentKeyCannotRewriteAClosedEpoch() throws {
    let forged = TreeHashes(leafHashes: rewritten)
    // The closed part again, under the stolen key.
    for size in [3, 5, 11] {
      #expect(throws: TransparencyLogError.keyOutsideEpoch(keyID: try Self.key(3).keyID, size: UInt64(size)))
      {
        try chain.verified(Self.note(rewritten, size, by: 3))
      }
    }
    // The closing checkpoint itself, which the stolen key may sign.
    #expect(throws: TransparencyLogError.forked(remembered: 12, offered: 12)) {
      try chain.verified(Self.note(rewritten, 12, by: 3))
    }
    // A tree that goes on from the rewritten part: rightly signed, and no continuation, whatever the proof.
    let longer = try chain.verified(Self.note(rewritten, 15, by: 3))
    for proof in [
      try proof(12, 15), try ConsistencyProof.make(oldSize: 12, newSize: 15, reader: forged).hashes,
    ] {
      #expect(throws: TransparencyLogError.consistencyRejected(old: 12, new: 15)) {
        try chain.checkConsistency(of: longer, proof: proof)
      }
    }
    #expect(throws: TransparencyLogError.forked(remembered: 12, offered: 12)) {
      try chain.checkRoot(forged.root(size: 12), at: 12)
    }
    #expect(throws: Never.self) { try chain.checkRoot(tree.root(size: 12), at: 12) }
    // Another succession: a fourth key over the rewritten tree.
    var walk = chain
    let closing = try Self.note(rewritten, 15, by: 3, 4)
    let claimed = try ConsistencyProof.make(oldSize: 12, newSize: 15, reader: forged).hashes
    #expect(throws: TransparencyLogError.consistencyRejected(old: 12, new: 15)) {
      try walk.close(closing, next: Self.key(4), proof: claimed)
    }
    #expect(throws: TransparencyLogError.forked(remembered: 15, offered: 15)) {
      try walk.close(closing, next: Self.key(4), recomputedRoot: tree.root(size: 15))
    }
    #expect(walk == chain)
  }

  /// A copy of a destroyed key turned up. What it signs inside its own epoch is held against the closing checkpoint.
  @Test func aClosedKeyCannotRewriteItsOwnEpoch() throws {
    let forged = TreeHashes(leafHashes: rewritten)
    let offered = try chain.verified(Self.note(rewritten, 4, by: 1))
    #expect(chain.anchor(for: 4)?.size == 5)
    for proof in [try proof(4, 5), try ConsistencyProof.make(oldSize: 4, newSize: 5, reader: forged).hashes] {
      #expect(throws: TransparencyLogError.consistencyRejected(old: 4, new: 5)) {
        try chain.checkConsistency(of: offered, proof: proof)
      }
    }
    #expect(throws: TransparencyLogError.keyOutsideEpoch(keyID: try Self.key(1).keyID, size: 14)) {
      try chain.verified(note(14, by: 3, 1))
    }
  }

  // MARK: Walks that are refused

  @Test func closingsThatDoNotFitAreRefused() throws {
    var walk = try LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1))
    try walk.close(note(5, by: 1, 2), next: Self.key(2), proof: [])
    let before = walk
    let witness = try TestLog.cosigner(3, name: TestLog.origin).verifierKey
    let foreign = try TestLog.signer(3, name: "example.org/other").verifierKey
    let missing = TransparencyLogError.noKnownSignature
    let rows: [(UnverifiedCheckpoint, VerifierKey, UInt64, TransparencyLogError)] = try [
      // One of the two signatures is not there, or is somebody else's.
      (note(12, by: 2), Self.key(3), 12, missing),
      (note(12, by: 3), Self.key(3), 12, missing),
      (note(12, by: 2, 4), Self.key(3), 12, missing),
      (note(12, by: 4, 3), Self.key(3), 12, missing),
      // A gap: the closing checkpoint of the epoch after.
      (note(16, by: 3, 4), Self.key(4), 16, missing),
      // A repeat, and keys that were in use before.
      (note(5, by: 1, 2), Self.key(2), 5, .keyRepeated(keyID: Self.key(2).keyID)),
      (note(12, by: 2, 1), Self.key(1), 12, .keyRepeated(keyID: Self.key(1).keyID)),
      (note(12, by: 2), Self.key(2), 12, .keyRepeated(keyID: Self.key(2).keyID)),
      // Sizes that do not grow.
      (note(5, by: 2, 3), Self.key(3), 5, .sizesOutOfOrder(old: 5, new: 5)),
      (note(4, by: 2, 3), Self.key(3), 4, .sizesOutOfOrder(old: 5, new: 4)),
      // Keys of another log or kind.
      (
        note(12, by: 2, 3), foreign, 12,
        .originMismatch(expected: TestLog.origin, actual: "example.org/other")
      ),
      (note(12, by: 2, 3), witness, 12, .keyOfWrongKind(name: TestLog.origin)),
    ]
    for (number, row) in rows.enumerated() {
      #expect(throws: row.3, "row \(number), by proof") {
        try walk.close(row.0, next: row.1, proof: row.2 > 5 ? proof(5, row.2) : [])
      }
      #expect(throws: row.3, "row \(number), by tree") {
        try walk.close(row.0, next: row.1, recomputedRoot: tree.root(size: row.2))
      }
      #expect(throws: row.3, "row \(number), remembered") {
        try LogKeyChain(
          origin: TestLog.origin, firstKey: Self.key(1),
          remembered: [(note(5, by: 1, 2), Self.key(2)), (row.0, row.1)])
      }
      #expect(walk == before)
    }
    for hashes in [[], [leaves[0]], try proof(5, 11)] {
      #expect(throws: TransparencyLogError.consistencyRejected(old: 5, new: 12)) {
        try walk.close(note(12, by: 2, 3), next: Self.key(3), proof: hashes)
      }
    }
  }

  @Test func aSignatureThatDoesNotHoldIsRefusedBesideAGoodOne() throws {
    var walk = try LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1))
    for (good, forged) in [(UInt8(1), UInt8(2)), (2, 1)] {
      let text = try note(5, by: good).signedNote
      let line = try TestLog.signer(forged).sign("another text\n").signatures[0].line
      let closing = try UnverifiedCheckpoint(parsing: text + Array(line.utf8))
      #expect(throws: TransparencyLogError.signatureInvalid(name: TestLog.origin)) {
        try walk.close(closing, next: Self.key(2), proof: [])
      }
    }
  }

  @Test func theFirstEpochStartsWithNothing() throws {
    var walk = try LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1))
    #expect(walk.anchor(for: 3) == nil)
    let three = try walk.verified(note(3, by: 1))
    #expect(throws: Never.self) { try walk.checkConsistency(of: three, proof: []) }
    #expect(throws: TransparencyLogError.consistencyRejected(old: 0, new: 3)) {
      try walk.checkConsistency(of: three, proof: [leaves[0]])
    }
    #expect(throws: TransparencyLogError.consistencyRejected(old: 0, new: 5)) {
      try walk.close(note(5, by: 1, 2), next: Self.key(2), proof: [leaves[0]])
    }
    #expect(throws: TransparencyLogError.sizesOutOfOrder(old: 0, new: 0)) {
      try walk.close(note(0, by: 1, 2), next: Self.key(2), proof: [])
    }
    #expect(throws: TransparencyLogError.noKnownSignature) { try walk.verified(note(9, by: 3)) }
  }

  @Test func aChainBeginsWithAKeyOfItsLog() throws {
    let foreign = try TestLog.signer(3, name: "example.org/other").verifierKey
    #expect(
      throws: TransparencyLogError.originMismatch(expected: TestLog.origin, actual: "example.org/other")
    ) {
      try LogKeyChain(origin: TestLog.origin, firstKey: foreign)
    }
    let witness = try TestLog.cosigner(3, name: TestLog.origin).verifierKey
    #expect(throws: TransparencyLogError.keyOfWrongKind(name: TestLog.origin)) {
      try LogKeyChain(origin: TestLog.origin, firstKey: witness)
    }
  }

  /// Key IDs are 32 bits, so two keys that share one are found in a second. They sign nothing here: the check comes first.
  @Test func twoKeysWithOneKeyIDAreRefused() throws {
    func key(_ number: UInt16) throws -> VerifierKey {
      let bytes = [0, 0, UInt8(number >> 8), UInt8(number & 0xFF)] + [UInt8](repeating: 0, count: 28)
      return try VerifierKey(
        name: TestLog.origin, publicKey: try #require(Ed25519PublicKey(bytes)), algorithm: .ed25519)
    }
    #expect(try key(5615).keyID == key(35982).keyID)
    var walk = try LogKeyChain(origin: TestLog.origin, firstKey: key(5615))
    #expect(throws: TransparencyLogError.keysAmbiguous(name: TestLog.origin)) {
      try walk.close(note(5, by: 1, 2), next: key(35982), proof: [])
    }
  }

  @Test func anotherLogsCheckpointIsNotOurs() throws {
    let foreign = try Checkpoint(origin: "example.org/other", size: 14, root: tree.root(size: 14))
    let offered = try UnverifiedCheckpoint(parsing: TestLog.signer(3).sign(foreign).bytes)
    #expect(
      throws: TransparencyLogError.originMismatch(expected: TestLog.origin, actual: "example.org/other")
    ) {
      try chain.verified(offered)
    }
  }

  // MARK: An observer

  @Test func anObserverPassesEachClosing() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1)))
    try log.advance(to: note(3, by: 1), oldSize: 0, proof: [])
    try log.pass(note(5, by: 1, 2), next: Self.key(2), oldSize: 3, proof: proof(3, 5))
    try log.pass(note(12, by: 2, 3), next: Self.key(3), oldSize: 5, proof: proof(5, 12))
    try log.advance(to: note(17, by: 3), oldSize: 12, proof: proof(12, 17))
    #expect(log.keys == chain)
    #expect(log.latest?.checkpoint.size == 17)
  }

  @Test func anObserverIsNotLedPastAClosing() throws {
    // Remembered before the first closing, and told of the keys by somebody else.
    var log = try FollowedLog(keys: chain, latest: chain.verified(note(3, by: 1)))
    let before = log
    #expect(throws: TransparencyLogError.closingNotPassed(closing: 5, offered: 17)) {
      try log.advance(to: note(17, by: 3), oldSize: 3, proof: proof(3, 17))
    }
    #expect(throws: TransparencyLogError.closingNotPassed(closing: 5, offered: 12)) {
      try log.advance(to: note(12, by: 2), oldSize: 3, proof: proof(3, 12))
    }
    #expect(log == before)
    try log.advance(to: note(5, by: 1), oldSize: 3, proof: proof(3, 5))
    try log.advance(to: note(12, by: 2), oldSize: 5, proof: proof(5, 12))
    try log.advance(to: note(17, by: 3), oldSize: 12, proof: proof(12, 17))
  }

  @Test func aClosingThatForksFromWhatWasRememberedIsRefused() throws {
    var log = try FollowedLog(keys: LogKeyChain(origin: TestLog.origin, firstKey: Self.key(1)))
    try log.advance(to: note(3, by: 1), oldSize: 0, proof: [])
    let before = log
    #expect(throws: TransparencyLogError.consistencyRejected(old: 3, new: 5)) {
      try log.pass(Self.note(rewritten, 5, by: 1, 2), next: Self.key(2), oldSize: 3, proof: proof(3, 5))
    }
    #expect(throws: TransparencyLogError.noKnownSignature) {
      try log.pass(note(5, by: 1), next: Self.key(2), oldSize: 3, proof: proof(3, 5))
    }
    #expect(throws: TransparencyLogError.rolledBack(remembered: 3, offered: 2)) {
      try log.pass(note(2, by: 1, 2), next: Self.key(2), oldSize: 2, proof: [])
    }
    #expect(log == before)
  }
}
