/// A checkpoint that its log has signed. Only `UnverifiedCheckpoint.verified` makes one.
package struct VerifiedCheckpoint: Hashable, Sendable {
  package let checkpoint: Checkpoint
  /// The note as received, signature lines of strangers included.
  package let signedNote: [UInt8]
  /// The cosignatures that were asked for and verified, with their times.
  package let cosignatures: [VerifiedNote.Signature]

  /// The note's bytes with one more signature line, for instance of a `Cosigner`.
  package func adding(_ signature: NoteSignature) -> [UInt8] { signedNote + Array(signature.line.utf8) }
}
