import StrongroomCrypto
import Testing
import TransparencyLog

/// The receipt that a court keeps.
@Suite struct TlogProofTests {
  private let leaves = TestLog.leafHashes(13)
  private let key: VerifierKey
  private let checkpoint: VerifiedCheckpoint

  init() throws {
    key = try TestLog.signer().verifierKey
    checkpoint = try TestLog.checkpoint(leaves)
  }

  private func proof(_ index: Int, extra: [UInt8]? = nil) throws -> TlogProof {
    let inclusion = try InclusionProof.make(
      index: UInt64(index), treeSize: 13, reader: TreeHashes(leafHashes: leaves))
    return try TlogProof(inclusion: inclusion, leafHash: leaves[index], checkpoint: checkpoint, extra: extra)
  }

  @Test func everyEntryHasAReceiptThatReadsBack() throws {
    for index in 0..<13 {
      for extra: [UInt8]? in [nil, [], [1, 2, 3, 4]] {
        let made = try proof(index, extra: extra)
        let read = try TlogProof(parsing: made.text)
        #expect(read == made)
        #expect(read.extra == extra)
        let verified = try read.verified(entry: TestLog.entry(index), by: key, origin: TestLog.origin)
        #expect(verified.index == UInt64(index))
        #expect(verified.checkpoint == checkpoint)
        #expect(throws: TransparencyLogError.self) {
          try read.verified(entry: TestLog.entry(index + 1), by: key, origin: TestLog.origin)
        }
      }
    }
  }

  @Test func theTextIsTheOneOfTheSpecification() throws {
    let two = Array(leaves[..<2])
    let checkpoint = try TestLog.checkpoint(two)
    let inclusion = try InclusionProof.make(index: 1, treeSize: 2, reader: TreeHashes(leafHashes: two))
    let proof = try TlogProof(inclusion: inclusion, leafHash: two[1], checkpoint: checkpoint, extra: [0, 1])
    let expected = """
      c2sp.org/tlog-proof@v1
      extra AAE=
      index 1
      \(Base64.encode(two[0].bytes, padded: true))


      """
    #expect(
      String(decoding: proof.text, as: UTF8.self) == expected
        + String(decoding: checkpoint.signedNote, as: UTF8.self))
  }

  /// Pitfall 17: the path is fine, the tree is nobody's.
  @Test func aPathToAnUnsignedTreeShowsNothing() throws {
    let forged = try TestLog.checkpoint(leaves, seed: 2)
    let inclusion = try InclusionProof.make(index: 4, treeSize: 13, reader: TreeHashes(leafHashes: leaves))
    let proof = try TlogProof(inclusion: inclusion, leafHash: leaves[4], checkpoint: forged)
    #expect(throws: TransparencyLogError.noKnownSignature) {
      try TlogProof(parsing: proof.text).verified(leafHash: leaves[4], by: key, origin: TestLog.origin)
    }
    #expect(throws: TransparencyLogError.originMismatch(expected: "example.org/x", actual: TestLog.origin)) {
      try self.proof(4).verified(leafHash: leaves[4], by: key, origin: "example.org/x")
    }
    #expect(throws: TransparencyLogError.quorumNotReached(needed: 1, valid: 0)) {
      try self.proof(4).verified(leafHash: leaves[4], by: key, origin: TestLog.origin, quorum: 1)
    }
  }

  @Test func anyFlippedBitButInTheExtraLineIsRefused() throws {
    let text = try proof(6).text
    for position in text.indices {
      for bit in 0..<8 {
        var changed = text
        changed[position] ^= 1 << UInt8(bit)
        #expect(throws: TransparencyLogError.self, "byte \(position), bit \(bit)") {
          try TlogProof(parsing: changed).verified(leafHash: leaves[6], by: key, origin: TestLog.origin)
        }
      }
    }
    for length in text.indices {
      #expect(throws: TransparencyLogError.self, "\(length) bytes") {
        try TlogProof(parsing: Array(text[..<length])).verified(
          leafHash: leaves[6], by: key, origin: TestLog.origin)
      }
    }
  }

  @Test func damagedStorageGivesNoReceipt() throws {
    let good = try InclusionProof.make(index: 4, treeSize: 13, reader: TreeHashes(leafHashes: leaves))
    #expect(throws: TransparencyLogError.inclusionRejected(index: 4, size: 13)) {
      try TlogProof(
        inclusion: good.with(hashes: good.hashes.reversed()), leafHash: leaves[4], checkpoint: checkpoint)
    }
    let earlier = try InclusionProof.make(index: 4, treeSize: 12, reader: TreeHashes(leafHashes: leaves))
    #expect(throws: TransparencyLogError.inclusionRejected(index: 4, size: 13)) {
      try TlogProof(inclusion: earlier, leafHash: leaves[4], checkpoint: checkpoint)
    }
  }

  @Test func malformedTextsAreRefusedByLine() throws {
    let note = String(decoding: checkpoint.signedNote, as: UTF8.self)
    let hash = Base64.encode(leaves[0].bytes, padded: true)
    let head = "c2sp.org/tlog-proof@v1\n"
    let rows: [(String, Int)] = [
      ("", 1), ("c2sp.org/tlog-proof@v2\nindex 1\n\n\(note)", 1), (" \(head)index 1\n\n\(note)", 1),
      ("\(head)", 1), ("\(head)index\n\n\(note)", 2), ("\(head)index 01\n\n\(note)", 2),
      ("\(head)index +1\n\n\(note)", 2),
      ("\(head)index 9223372036854775808\n\n\(note)", 2), ("\(head)index 1 \n\n\(note)", 2),
      ("\(head)extra *\nindex 1\n\n\(note)", 2), ("\(head)extra AAA\nindex 1\n\n\(note)", 2),
      ("\(head)extra AAE=\nextra AAE=\nindex 1\n\n\(note)", 3), ("\(head)index 1\nextra AAE=\n\n\(note)", 3),
      ("\(head)index 1\n\(hash.dropLast())\n\n\(note)", 3), ("\(head)index 1\n\(hash)", 3),
      ("\(head)index 1\n" + String(repeating: "\(hash)\n", count: 64) + "\n\(note)", 66),
    ]
    for (text, line) in rows {
      #expect(throws: TransparencyLogError.proofTextMalformed(line: line), "\(text.prefix(80))") {
        try TlogProof(parsing: Array(text.utf8))
      }
    }
    #expect(throws: TransparencyLogError.proofTextTooLarge(limitBytes: TlogProof.maximumBytes)) {
      try TlogProof(parsing: [UInt8](repeating: 0x61, count: TlogProof.maximumBytes + 1))
    }
  }
}
