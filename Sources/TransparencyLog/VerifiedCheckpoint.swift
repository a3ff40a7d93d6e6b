/// A checkpoint that its log has signed. Only `UnverifiedCheckpoint.verified` makes one.
package struct VerifiedCheckpoint: Hashable, Sendable {
  package let checkpoint: Checkpoint
  /// The note as received, signature lines of strangers included.
  package let signedNote: [UInt8]
  /// The cosignatures that were asked for and verified, with their times.
  package let cosignatures: [VerifiedNote.Signature]

  /// The note's bytes with one more signature line, for instance of a `Cosigner`.
  package func adding(_ signature: NoteSignature) -> [UInt8] { signedNote + Array(signature.line.utf8) }

  /// The checkpoint with the cosignatures that a witness answered with.
  ///
  /// - Parameters:
  ///   - lines: the answer's body: signature lines. Those of unknown keys are dropped, so that nothing unchecked is kept.
  ///   - keys: the cosignature/v1 keys that are trusted.
  /// - Throws: `.witnessAnswerMalformed` if these are no signature lines or none is by `keys`; `.signatureInvalid` if one of
  ///   them does not verify; `.keyOfWrongKind` for a log's key.
  package func adding(
    cosignatures lines: [UInt8], by keys: [VerifierKey]
  ) throws(TransparencyLogError) -> VerifiedCheckpoint {
    for key in keys where key.algorithm != .cosignature { throw .keyOfWrongKind(name: key.name) }
    let before = try UnverifiedNote(parsing: signedNote)
    // An answer with a blank line in it would make another text of ours.
    guard let note = try? UnverifiedNote(parsing: signedNote + lines), note.text == before.text,
      note.signatures.starts(with: before.signatures)
    else { throw .witnessAnswerMalformed }
    var bytes = signedNote
    var added: [VerifiedNote.Signature] = []
    for line in note.signatures.dropFirst(before.signatures.count) {
      guard let key = keys.first(where: { $0.name == line.name && $0.keyID == line.keyID }) else { continue }
      guard let signature = VerifiedNote.Signature(checking: line, by: key, text: note.text) else {
        throw .signatureInvalid(name: key.name)
      }
      bytes += Array(line.line.utf8)
      added.append(signature)
    }
    guard !added.isEmpty else { throw .witnessAnswerMalformed }
    return VerifiedCheckpoint(
      checkpoint: checkpoint, signedNote: bytes, cosignatures: cosignatures + added)
  }
}
