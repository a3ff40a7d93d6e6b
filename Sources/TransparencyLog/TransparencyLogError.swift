package import StrongroomCrypto

/// Why a tree, proof, note, checkpoint or tile was refused.
///
/// The cases carry data, not sentences; key names, origins and paths in them are those of logs and cosigners, never of people.
package enum TransparencyLogError: Error, Hashable, Sendable {
  // Tree and proofs.
  case indexOutsideTree(index: UInt64, size: UInt64)
  case sizesOutOfOrder(old: UInt64, new: UInt64)
  /// A tree of size 0 has nothing that a proof could show, in either direction.
  case emptyTreeProvesNothing
  /// A reader handed back another number of hashes than asked for: its storage is damaged.
  case wrongNumberOfHashes(expected: Int, actual: Int)
  case inclusionRejected(index: UInt64, size: UInt64)
  case consistencyRejected(old: UInt64, new: UInt64)
  case compactRangeMalformed

  // Signed notes and keys.
  case noteTooLarge(limitBytes: Int)
  case noteMalformed(NoteFlaw)
  case verifierKeyMalformed
  /// The algorithm byte of a vkey is well formed but not one we verify (FORMATS.md 1.3 lists them).
  case keyAlgorithmUnsupported(UInt8)
  case keyNameInvalid
  /// A cosigner's key where a log's belongs, or the reverse.
  case keyOfWrongKind(name: String)
  /// Two different keys share name and key ID, so a signature line could not be attributed.
  case keysAmbiguous(name: String)
  /// A line claims a key we know and does not verify: the whole note is refused, other good lines notwithstanding.
  case signatureInvalid(name: String)
  case noKnownSignature
  case signingFailed(CryptoError)

  // Checkpoints.
  case checkpointMalformed(CheckpointFlaw)
  case originMismatch(expected: String, actual: String)
  /// The log's own key must have signed; cosignatures alone, however many, do not replace it.
  case logSignatureMissing(name: String)
  case quorumNotReached(needed: Int, valid: Int)
  /// The log offers a smaller tree than one it has already signed and we remember.
  case rolledBack(remembered: UInt64, offered: UInt64)
  /// Two signed trees that cannot both be the history of one log.
  case forked(remembered: UInt64, offered: UInt64)
  /// The sender's proof starts at another size than the one remembered here.
  case proofStartsElsewhere(remembered: UInt64, offered: UInt64)

  // Keys of one log, one after another.
  /// The log's key signed a size that belongs to another epoch: a key that was stolen, or not destroyed.
  case keyOutsideEpoch(keyID: UInt32, size: UInt64)
  /// A log never goes back to a key it had.
  case keyRepeated(keyID: UInt32)
  /// An epoch ended between the size remembered and the one offered: its closing checkpoint comes first.
  case closingNotPassed(closing: UInt64, offered: UInt64)

  // Tiles and bundles.
  case entryTooLarge(index: UInt64, sizeBytes: Int)
  case tileMissing(path: String)
  case tileDamaged(path: String)
  case bundleMalformed(path: String)
  /// The bytes of this entry are not those its recorded leaf hash was made from.
  case entryAltered(index: UInt64)
  case rootMismatch(size: UInt64)
  case checkpointMissing
  case checkpointDoesNotMatchTiles(checkpointSize: UInt64, tilesSize: UInt64)

  // What a log and a witness say to each other.
  case witnessRequestTooLarge(limitBytes: Int)
  case witnessRequestMalformed(line: Int)
  /// The witness answered with lines of which none is a cosignature of the key expected.
  case witnessAnswerMalformed

  // Policies about witnesses.
  case policyTooLarge(limitBytes: Int)
  /// Lines count from 1; 0 is the whole text.
  case policyMalformed(line: Int, PolicyFlaw)

  // The text proof of one entry.
  case proofTextTooLarge(limitBytes: Int)
  case proofTextMalformed(line: Int)
}

/// What exactly is wrong with the outer form of a signed note (C2SP signed-note).
package enum NoteFlaw: Hashable, Sendable {
  case notUTF8
  case controlByte
  case noFinalNewline
  case noSignatureBlock
  case signatureLine(Int)
  case tooManySignatures(limit: Int)
}

/// What exactly is wrong with the text of a checkpoint (C2SP tlog-checkpoint).
package enum CheckpointFlaw: Hashable, Sendable {
  case lineCount
  case extensionLines
  case origin
  case size
  case root
  /// Size 0 has one possible root, SHA-256 of nothing.
  case emptyTreeRoot
}

/// What exactly is wrong with a line of a witness policy (C2SP tlog-policy).
package enum PolicyFlaw: Hashable, Sendable {
  case controlByte
  case noFinalNewline
  /// A line that begins with another word than log, witness, group and quorum.
  case unknownWord
  /// Too few or too many items on the line.
  case itemCount
  case key
  /// A cosigner's key for a log, or the reverse.
  case keyOfWrongKind
  case keyTwice
  /// Defined before, or `none`.
  case nameTwice
  /// Used before it is defined, or never defined.
  case unknownName
  /// Already a member of a group, this one or another.
  case memberTwice
  case threshold
  case quorumTwice
  case quorumMissing
  case tooMany
}
