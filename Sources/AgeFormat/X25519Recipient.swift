package import StrongroomCrypto

/// The public half of an X25519 identity: the point files are sealed to. Text form `age1…`, 62 characters.
///
/// Spec: C2SP age.md, "The X25519 recipient type".
package struct X25519Recipient: Hashable, Sendable {
  /// The Curve25519 point, 32 bytes.
  package let publicKey: [UInt8]
  /// The Bech32 text, lower case.
  package let text: String

  private static let prefix = Array("age".utf8)

  /// Reads `age1…`, with nothing before or after it.
  ///
  /// - Throws: `AgeError.keyRefused`, which names the kind of key met but never its text.
  package init(parsing text: String) throws(AgeError) {
    try self.init(parsing: Array(text.utf8).span.bytes)
  }

  /// The same from bytes, as they stand in a recipient file.
  package init(parsing text: RawSpan) throws(AgeError) {
    guard KeyKind(recognising: text) == .x25519Recipient, let layout = Bech32.layout(of: text),
      !layout.isUpperCase, layout.prefixLength == Self.prefix.count,
      layout.byteCount == X25519Sizes.key, layout.symbolCount == X25519Sizes.keySymbols
    else { throw .refusing(text, wanted: .x25519Recipient) }
    var key = [UInt8](repeating: 0, count: X25519Sizes.key)
    var elements = key.mutableSpan
    var bytes = elements.mutableBytes
    Bech32.decode(text, layout, into: &bytes)
    self.init(publicKey: key)
  }

  /// - Parameter publicKey: 32 bytes.
  package init(publicKey: [UInt8]) {
    precondition(publicKey.count == X25519Sizes.key, "an X25519 public key has 32 bytes")
    let length = Bech32.encodedLength(prefixLength: Self.prefix.count, byteCount: publicKey.count)
    var characters = [UInt8](repeating: 0, count: length)
    var elements = characters.mutableSpan
    var bytes = elements.mutableBytes
    Bech32.encode(publicKey.span.bytes, prefix: Self.prefix, upperCase: false, into: &bytes)
    self.publicKey = publicKey
    self.text = String(decoding: characters, as: UTF8.self)
  }
}

extension X25519Recipient: CustomStringConvertible {
  package var description: String { text }
}

extension X25519Recipient: AgeRecipient {
  /// Wraps the file key with a fresh ephemeral key.
  package func wrap(_ fileKey: borrowing SecretBytes) throws(AgeError) -> Stanza {
    let ephemeral = try cryptoCall { () throws(CryptoError) in try SecretBytes.random(count: X25519Sizes.key)
    }
    return try X25519Stanza.sealing(fileKey, to: self, ephemeral: ephemeral).stanza
  }
}

enum X25519Sizes {
  /// Bytes of a private key, public key or share.
  static let key = 32
  /// Bech32 symbols of a key: 52 of five bits, the last with four bits of padding.
  static let keySymbols = 52
}
