package import StrongroomCrypto

/// The private half of an X25519 key pair. Text form `AGE-SECRET-KEY-1…`, 74 characters.
///
/// Owns its 32 bytes in `SecretBytes`, wiped when the last reference goes. A class so that one identity can stand in
/// many lists without a copy of the key.
///
/// Spec: C2SP age.md, "The X25519 recipient type".
package final class X25519Identity: Sendable {
  private let secret: SecretBytes
  /// The public half.
  package let recipient: X25519Recipient

  private static let prefix = Array("age-secret-key-".utf8)
  static let textLength = 74

  /// A new identity from 32 random bytes.
  package static func generate() throws(AgeError) -> X25519Identity {
    let secret = try cryptoCall { () throws(CryptoError) in try SecretBytes.random(count: X25519Sizes.key) }
    return try X25519Identity(secret: secret)
  }

  /// - Parameter secret: the scalar, 32 bytes.
  /// - Throws: `AgeError.keyRefused(.malformed, line: nil)` for another length.
  package init(secret: consuming SecretBytes) throws(AgeError) {
    guard secret.count == X25519Sizes.key else { throw .keyRefused(.malformed, line: nil) }
    let publicKey = try Self.publicKey(of: secret)
    self.recipient = X25519Recipient(publicKey: publicKey)
    self.secret = secret
  }

  /// Reads `AGE-SECRET-KEY-1…`, with nothing before or after it.
  ///
  /// - Throws: `AgeError.keyRefused`, which names the kind of key met but never its text.
  package convenience init(parsing text: RawSpan) throws(AgeError) {
    guard KeyKind(recognising: text) == .x25519Identity, let layout = Bech32.layout(of: text),
      layout.isUpperCase, layout.prefixLength == Self.prefix.count,
      layout.byteCount == X25519Sizes.key, layout.symbolCount == X25519Sizes.keySymbols
    else { throw .refusing(text, wanted: .x25519Identity) }
    let secret = SecretBytes.filling(count: X25519Sizes.key) { bytes in
      Bech32.decode(text, layout, into: &bytes)
    }
    try self.init(secret: secret)
  }

  /// The text form, 74 bytes of capitals and digits without a line end.
  package func encodedText() -> SecretBytes {
    Self.encodedText(of: secret)
  }

  /// Hands out the 32 private bytes for as long as `body` runs; they must not be copied to ordinary memory.
  package func withSecret<R>(_ body: (RawSpan) throws -> R) rethrows -> R {
    try Self.lend(secret, to: body)
  }

  // A span of a class property cannot outlive the access to it, so the borrowed secret goes to static functions.

  private static func publicKey(of secret: borrowing SecretBytes) throws(AgeError) -> [UInt8] {
    do {
      return try X25519.publicKey(of: secret.bytes)
    } catch {
      throw .crypto(error)
    }
  }

  private static func lend<R>(_ secret: borrowing SecretBytes, to body: (RawSpan) throws -> R) rethrows -> R {
    try body(secret.bytes)
  }

  private static func encodedText(of secret: borrowing SecretBytes) -> SecretBytes {
    let key = secret.bytes
    return SecretBytes.filling(count: textLength) { text in
      Bech32.encode(key, prefix: prefix, upperCase: true, into: &text)
    }
  }
}

extension X25519Identity: AgeIdentity {
  package func fileKey(from stanzas: [Stanza]) throws(AgeError) -> SecretBytes? {
    for stanza in stanzas {
      guard let candidate = try X25519Stanza(reading: stanza) else { continue }
      if let fileKey = try candidate.open(with: secret, recipient: recipient) { return fileKey }
    }
    return nil
  }
}

// An identity must not reach a log by way of string interpolation or a debugger's mirror.
extension X25519Identity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "X25519Identity(\(recipient.text))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
