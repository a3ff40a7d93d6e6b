import StrongroomCrypto

/// What is derived from a file key, the 16 random bytes drawn afresh for each file.
///
/// Spec: C2SP age.md, "File key", "Header MAC", "Payload".
enum FileKey {
  static let byteCount = 16
  /// The wrapped form in a stanza: file key and tag.
  static let wrappedByteCount = byteCount + AEAD.tagByteCount
  static let wrapKeyByteCount = 32
  private static let payloadKeyByteCount = 32
  private static let macKeyByteCount = 32

  // The wrap key is used for one message in its life, so a fixed nonce repeats nothing.
  private static let zeroNonce = [UInt8](repeating: 0, count: 12)

  static func generate() throws(AgeError) -> SecretBytes {
    try cryptoCall { () throws(CryptoError) in try SecretBytes.random(count: byteCount) }
  }

  /// HMAC-SHA-256 over the header up to and with its three dashes.
  static func headerMAC(
    _ fileKey: borrowing SecretBytes, over header: RawSpan
  ) throws(AgeError) -> SHA256Digest {
    do {
      let key = try HKDFSHA256.derive(
        count: macKeyByteCount, from: fileKey.bytes, salt: [], info: Array("header".utf8))
      return try HMACSHA256.authenticate(header, key: key.bytes)
    } catch {
      throw .crypto(error)
    }
  }

  /// - Parameter nonce: the 16 bytes between header and payload.
  static func payloadKey(_ fileKey: borrowing SecretBytes, nonce: [UInt8]) throws(AgeError) -> SecretBytes {
    do {
      return try HKDFSHA256.derive(
        count: payloadKeyByteCount, from: fileKey.bytes, salt: nonce, info: Array("payload".utf8))
    } catch {
      throw .crypto(error)
    }
  }

  static func wrap(
    _ fileKey: borrowing SecretBytes, under wrapKey: borrowing SecretBytes
  ) throws(CryptoError) -> [UInt8] {
    var cipher = try AEAD(.chaCha20Poly1305, key: wrapKey.bytes)
    return try cipher.seal(fileKey.bytes, nonce: zeroNonce, authenticating: [])
  }

  /// - Returns: nil if the body was not sealed under this key.
  static func unwrap(
    _ body: [UInt8], under wrapKey: borrowing SecretBytes
  ) throws(CryptoError) -> SecretBytes? {
    var cipher = try AEAD(.chaCha20Poly1305, key: wrapKey.bytes)
    do {
      return try cipher.open(body.span.bytes, nonce: zeroNonce, authenticating: [])
    } catch CryptoError.authenticationFailed {
      return nil
    }
  }
}
