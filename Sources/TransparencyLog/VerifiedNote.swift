import StrongroomCrypto

/// A note whose lines by known keys have all verified; at least one has. Only `UnverifiedNote.verified(by:)` makes one.
package struct VerifiedNote: Hashable, Sendable {
  package let text: String
  /// One for each known key that signed, in the order the keys were given.
  package let signatures: [Signature]

  package struct Signature: Hashable, Sendable {
    package let key: VerifierKey
    /// POSIX seconds at which a cosigner saw the checkpoint; nil for an ordinary note signature.
    package let time: UInt64?

    /// Checks one line against the key it names; nil if it does not verify.
    init?(checking line: NoteSignature, by key: VerifierKey, text: String) {
      self.key = key
      switch key.algorithm {
      case .ed25519:
        time = nil
        guard key.publicKey.isValidSignature(line.signature, for: Array(text.utf8)) else { return nil }
      case .cosignature:
        guard let cosignature = Cosignature(decoding: line.signature) else { return nil }
        time = cosignature.time
        let message = Cosignature.message(text: text, time: cosignature.time)
        guard key.publicKey.isValidSignature(cosignature.signature, for: message) else { return nil }
      }
    }
  }
}
