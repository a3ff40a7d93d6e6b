/// A signed checkpoint that parses. Nothing in it may be relied on before `verified`.
package struct UnverifiedCheckpoint: Hashable, Sendable {
  /// What the note claims; for messages and for finding the right key, not for decisions.
  package let claimed: Checkpoint
  package let signedNote: [UInt8]
  private let note: UnverifiedNote

  /// - Throws: `.noteTooLarge`, `.noteMalformed`, `.checkpointMalformed`.
  package init(parsing signedNote: [UInt8]) throws(TransparencyLogError) {
    note = try UnverifiedNote(parsing: signedNote)
    claimed = try Checkpoint(parsing: note.text)
    self.signedNote = signedNote
  }

  /// Checks that the log itself signed, that the checkpoint is of this log, and that enough of the cosigners signed too.
  ///
  /// - Parameters:
  ///   - logKey: the log's own Ed25519 key. A cosigner's key does not stand in for it.
  ///   - origin: first line expected; nearly always the key's name.
  ///   - cosigners: cosignature/v1 keys whose lines are checked where present.
  ///   - quorum: how many different cosigners must have signed.
  /// - Throws: `.originMismatch`, `.signatureInvalid`, `.noKnownSignature`, `.logSignatureMissing`, `.quorumNotReached`,
  ///   `.keysAmbiguous`, `.keyOfWrongKind` for a cosigner's key in the log's place or the reverse.
  package func verified(
    by logKey: VerifierKey, origin: String, cosigners: [VerifierKey] = [], quorum: Int = 0
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    try verified(byOneOf: [logKey], origin: origin, cosigners: cosigners, quorum: quorum).checkpoint
  }

  /// The same for a log that has had several keys; says which of them signed, at least one. Which of them should have is for
  /// `LogKeyChain`.
  func verified(
    byOneOf logKeys: [VerifierKey], origin: String, cosigners: [VerifierKey], quorum: Int
  ) throws(TransparencyLogError) -> (checkpoint: VerifiedCheckpoint, logKeys: [VerifierKey]) {
    // Keys come from files and command lines, so a mix-up is no reason to trap.
    for key in logKeys where key.algorithm != .ed25519 { throw .keyOfWrongKind(name: key.name) }
    for key in cosigners where key.algorithm != .cosignature { throw .keyOfWrongKind(name: key.name) }
    guard claimed.origin == origin else {
      throw .originMismatch(expected: origin, actual: claimed.origin)
    }
    let signatures = try note.verified(by: logKeys + cosigners).signatures
    let signed = signatures.map(\.key).filter { $0.algorithm == .ed25519 }
    guard !signed.isEmpty else { throw .logSignatureMissing(name: origin) }
    // One public key counts once, though it be listed under two names.
    let cosignatures = signatures.filter { $0.key.algorithm == .cosignature }
    let distinct = Set(cosignatures.map(\.key.publicKey)).count
    guard distinct >= quorum else { throw .quorumNotReached(needed: quorum, valid: distinct) }
    let checkpoint = VerifiedCheckpoint(
      checkpoint: claimed, signedNote: signedNote, cosignatures: cosignatures)
    return (checkpoint, signed)
  }
}
