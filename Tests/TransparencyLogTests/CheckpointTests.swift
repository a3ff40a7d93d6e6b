import StrongroomCrypto
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
  private let root = MerkleTree.leafHash([1])
  private var rootText: String { Base64.encode(root.bytes, padded: true) }

  @Test func textComesBack() throws {
    for size in [1, 9, 10, UInt64(Int64.max)] {
      let checkpoint = try Checkpoint(origin: "go.sum database tree", size: size, root: root)
      #expect(checkpoint.text == "go.sum database tree\n\(size)\n\(rootText)\n")
      #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    }
    let empty = try Checkpoint(origin: "o", range: CompactRange())
    #expect(empty.text == "o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
  }

  /// Pitfalls 12 and 13.
  @Test(arguments: [
    "", "+5", "-5", "05", "00", " 5", "5 ", "5.0", "0x5", "5e0", "٥", "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999",
  ])
  func oddSizesAreRefused(size: String) {
    #expect(throws: TransparencyLogError.checkpointMalformed(.size)) {
      try Checkpoint(parsing: "o\n\(size)\n\(rootText)\n")
    }
  }

  @Test func sizesBeyondSignedNumbersAreNotWritten() {
    #expect(throws: TransparencyLogError.checkpointMalformed(.size)) {
      try Checkpoint(origin: "o", size: UInt64(Int64.max) + 1, root: root)
    }
  }

  @Test func oddFormsAreRefused() {
    let hash = rootText
    let rows: [(String, CheckpointFlaw)] = [
      ("", .lineCount), ("o\n", .lineCount), ("o\n1\n", .lineCount), ("o\n1\n\(hash)", .lineCount),
      ("o\n1\n\(hash)\nextension\n", .extensionLines), ("o\n1\n\(hash)\n\n", .extensionLines),
      ("\n1\n\(hash)\n", .origin), ("o\u{7F}\n1\n\(hash)\n", .origin), ("o\r\n1\n\(hash)\n", .origin),
      ("o\n1\n\(hash.dropLast())\n", .root), ("o\n1\n\(hash) \n", .root), ("o\n1\nAAAA\n", .root),
      ("o\n1\n\n", .root),
      ("o\n1\n\(hash.dropLast(2))5=\n", .root), ("o\n0\n\(hash)\n", .emptyTreeRoot),
      ("o\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", .emptyTreeRoot),
    ]
    for (text, flaw) in rows {
      #expect(throws: TransparencyLogError.checkpointMalformed(flaw), "\(text)") {
        try Checkpoint(parsing: text)
      }
    }
  }

  @Test func anotherLogsCheckpointIsNotOurs() throws {
    let signer = try TestLog.signer()
    let foreign = try Checkpoint(origin: "example.org/other", size: 1, root: root)
    let checkpoint = try UnverifiedCheckpoint(parsing: signer.sign(foreign).bytes)
    #expect(
      throws: TransparencyLogError.originMismatch(expected: TestLog.origin, actual: "example.org/other")
    ) {
      try checkpoint.verified(by: signer.verifierKey, origin: TestLog.origin)
    }
  }

  @Test func cosignatureSaysWhatWasSeenAndWhen() throws {
    let witness = try TestLog.cosigner(7, name: "example.org/officer")
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(3))
    let line = try witness.cosign(checkpoint, time: 1_700_000_000)
    #expect(line.signature.count == 72)
    #expect(Array(line.signature[..<8]) == [0, 0, 0, 0, 0x65, 0x53, 0xF1, 0x00])
    let message = Array("cosignature/v1\ntime 1700000000\n\(checkpoint.checkpoint.text)".utf8)
    #expect(witness.verifierKey.publicKey.isValidSignature(Array(line.signature[8...]), for: message))

    let logKey = try TestLog.signer().verifierKey
    let again = try UnverifiedCheckpoint(parsing: checkpoint.adding(line)).verified(
      by: logKey, origin: TestLog.origin, cosigners: [witness.verifierKey], quorum: 1)
    #expect(again.cosignatures.map(\.time) == [1_700_000_000])
    #expect(again.checkpoint == checkpoint.checkpoint)
  }

  @Test func cosignatureOfAnotherTimeOrTreeIsRefused() throws {
    let witness = try TestLog.cosigner(7, name: "example.org/officer")
    let logKey = try TestLog.signer().verifierKey
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(3))
    let other = try TestLog.checkpoint(TestLog.leafHashes(4))
    let line = try witness.cosign(other, time: 1_700_000_000)
    #expect(throws: TransparencyLogError.signatureInvalid(name: "example.org/officer")) {
      try UnverifiedCheckpoint(parsing: checkpoint.adding(line)).verified(
        by: logKey, origin: TestLog.origin, cosigners: [witness.verifierKey])
    }
    // An ordinary note signature under the cosigner's name and key ID is no cosignature either.
    let plain = try TestLog.signer(7, name: "example.org/officer").sign(checkpoint.checkpoint)
    let id = witness.verifierKey.keyID
    let bytes =
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id >> UInt32($0)) }
      + (plain.signatures.first?.signature ?? [])
    let forged = Array("\u{2014} example.org/officer \(Base64.encode(bytes, padded: true))\n".utf8)
    #expect(throws: TransparencyLogError.signatureInvalid(name: "example.org/officer")) {
      try UnverifiedCheckpoint(parsing: checkpoint.signedNote + forged).verified(
        by: logKey, origin: TestLog.origin, cosigners: [witness.verifierKey])
    }
  }

  /// Pitfall 4: "some known key signed" is neither "the log signed" nor "the quorum signed".
  @Test func theLogAndTheQuorumAreCountedApart() throws {
    let signer = try TestLog.signer()
    let first = try TestLog.cosigner(7, name: "example.org/first")
    let second = try TestLog.cosigner(8, name: "example.org/second")
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(3))
    let one = try UnverifiedCheckpoint(parsing: checkpoint.adding(first.cosign(checkpoint, time: 5)))
    let keys = [first.verifierKey, second.verifierKey]
    #expect(throws: TransparencyLogError.quorumNotReached(needed: 2, valid: 1)) {
      try one.verified(by: signer.verifierKey, origin: TestLog.origin, cosigners: keys, quorum: 2)
    }
    #expect(throws: Never.self) {
      try one.verified(by: signer.verifierKey, origin: TestLog.origin, cosigners: keys, quorum: 1)
    }
    // The same witness twice is one witness, and its later word counts.
    let repeated = try UnverifiedCheckpoint(
      parsing: checkpoint.signedNote + Array(first.cosign(checkpoint, time: 9).line.utf8)
        + Array(first.cosign(checkpoint, time: 5).line.utf8))
    #expect(throws: TransparencyLogError.quorumNotReached(needed: 2, valid: 1)) {
      try repeated.verified(by: signer.verifierKey, origin: TestLog.origin, cosigners: keys, quorum: 2)
    }
    #expect(
      try repeated.verified(by: signer.verifierKey, origin: TestLog.origin, cosigners: keys, quorum: 1)
        .cosignatures.map(\.time) == [9])
    // Nor do two names make two witnesses of one key.
    let alias = try TestLog.cosigner(7, name: "example.org/alias")
    let twice = try UnverifiedCheckpoint(
      parsing: checkpoint.signedNote + Array(first.cosign(checkpoint, time: 5).line.utf8)
        + Array(alias.cosign(checkpoint, time: 5).line.utf8))
    #expect(throws: TransparencyLogError.quorumNotReached(needed: 2, valid: 1)) {
      try twice.verified(
        by: signer.verifierKey, origin: TestLog.origin, cosigners: [first.verifierKey, alias.verifierKey],
        quorum: 2)
    }
  }

  @Test func cosignersDoNotReplaceTheLog() throws {
    let signer = try TestLog.signer()
    let impostor = try TestLog.signer(3, name: "example.org/impostor")
    let witness = try TestLog.cosigner(7, name: "example.org/first")
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(3))
    let bare = try impostor.sign(checkpoint.checkpoint).adding(witness.cosign(checkpoint, time: 5))
    #expect(throws: TransparencyLogError.logSignatureMissing(name: TestLog.origin)) {
      try UnverifiedCheckpoint(parsing: bare.bytes).verified(
        by: signer.verifierKey, origin: TestLog.origin, cosigners: [witness.verifierKey], quorum: 1)
    }
  }

  @Test func keysOfTheTwoKindsAreNotMixedUp() throws {
    let signer = try TestLog.signer()
    let witness = try TestLog.cosigner(7, name: "example.org/first")
    let checkpoint = try UnverifiedCheckpoint(parsing: TestLog.checkpoint(TestLog.leafHashes(3)).signedNote)
    #expect(throws: TransparencyLogError.keyOfWrongKind(name: "example.org/first")) {
      try checkpoint.verified(by: witness.verifierKey, origin: TestLog.origin)
    }
    #expect(throws: TransparencyLogError.keyOfWrongKind(name: TestLog.origin)) {
      try checkpoint.verified(
        by: signer.verifierKey, origin: TestLog.origin, cosigners: [signer.verifierKey])
    }
  }
}
