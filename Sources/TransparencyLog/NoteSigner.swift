package import StrongroomCrypto

/// Signs notes with Ed25519 under a name: the log's own voice.
///
/// A log must never sign two checkpoints that are not consistent; the signer cannot know, its caller must (DESIGN.md, section 6:
/// sign only what is durable and was read back).
package final class NoteSigner: Sendable {
  package let verifierKey: VerifierKey
  private let key: Ed25519SigningKey

  /// - Throws: `.keyNameInvalid`.
  package init(name: String, key: Ed25519SigningKey) throws(TransparencyLogError) {
    verifierKey = try VerifierKey(name: name, publicKey: key.publicKey, algorithm: .ed25519)
    self.key = key
  }

  /// Signs `text`, which must end in a newline and hold no control byte but newlines.
  ///
  /// - Throws: `.noteMalformed`, `.signingFailed`.
  package func sign(_ text: String) throws(TransparencyLogError) -> SignedNote {
    try SignedNote.checkText(text)
    do {
      let signature = try key.signature(for: Array(text.utf8))
      let line = NoteSignature(name: verifierKey.name, keyID: verifierKey.keyID, signature: signature)
      return SignedNote(text: text, signatures: [line])
    } catch {
      throw .signingFailed(error)
    }
  }

  /// Signs a checkpoint, whose origin should be the signer's name; it is for `UnverifiedCheckpoint.verified` to insist.
  package func sign(_ checkpoint: Checkpoint) throws(TransparencyLogError) -> SignedNote {
    try sign(checkpoint.text)
  }
}
