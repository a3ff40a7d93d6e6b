package import StrongroomCrypto

/// One section of a header: the file key wrapped for one recipient, or something this reader does not know.
///
/// Spec: C2SP age.md, "Recipient stanza".
package struct Stanza: Hashable, Sendable {
  /// The first argument. Case counts.
  package let type: String
  /// The arguments after the type, each 1 or more characters of ASCII 33...126.
  package let arguments: [String]
  /// The body, decoded.
  package let body: [UInt8]

  package init(type: String, arguments: [String], body: [UInt8]) {
    self.type = type
    self.arguments = arguments
    self.body = body
  }
}

/// Someone or something a file can be sealed to.
package protocol AgeRecipient: Sendable {
  /// Whether the stanza must be the only one of its file. True for passphrases.
  var mustBeAlone: Bool { get }
  /// Wraps a file key of 16 bytes.
  func wrap(_ fileKey: borrowing SecretBytes) throws(AgeError) -> Stanza
}

extension AgeRecipient {
  package var mustBeAlone: Bool { false }
}

/// Something that opens files: a private key or a passphrase.
package protocol AgeIdentity: Sendable {
  /// Whether this is a passphrase, so that "no match" can be put in better words.
  var isPassphrase: Bool { get }
  /// - Parameter stanzas: all of a header, in order, already checked by `AgeHeader`.
  /// - Returns: the file key, 16 bytes; nil if no stanza is for this identity.
  func fileKey(from stanzas: [Stanza]) throws(AgeError) -> SecretBytes?
}

extension AgeIdentity {
  package var isPassphrase: Bool { false }
}
