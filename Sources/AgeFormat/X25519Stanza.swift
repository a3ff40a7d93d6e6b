import StrongroomCrypto

/// A file key wrapped for one X25519 recipient.
///
/// ```
/// -> X25519 <base64(ephemeral share, 32 bytes)>
/// <base64(body, 32 bytes)>
/// ```
///
/// Spec: C2SP age.md, "The X25519 recipient type".
struct X25519Stanza {
  let share: [UInt8]
  let body: [UInt8]

  static let type = "X25519"
  private static let info = Array("age-encryption.org/v1/X25519".utf8)

  /// - Returns: nil for another type of stanza.
  /// - Throws: `AgeError.headerMalformed(.x25519Stanza)` unless there is one canonical argument of 32 bytes and a body
  ///   of 32 bytes. The length of the body is fixed before anything is decrypted: a body of free length would let its
  ///   author try many keys with one file (partitioning oracle).
  init?(reading stanza: Stanza) throws(AgeError) {
    guard stanza.type == Self.type else { return nil }
    guard stanza.arguments.count == 1, stanza.body.count == FileKey.wrappedByteCount,
      let share = Base64.decode(stanza.arguments[0].utf8, padded: false), share.count == X25519Sizes.key
    else { throw .headerMalformed(.x25519Stanza) }
    self.share = share
    self.body = stanza.body
  }

  private init(share: [UInt8], body: [UInt8]) {
    self.share = share
    self.body = body
  }

  var stanza: Stanza {
    Stanza(type: Self.type, arguments: [Base64.encode(share, padded: false)], body: body)
  }

  /// - Parameter ephemeral: 32 random bytes, never used for a second stanza.
  static func sealing(
    _ fileKey: borrowing SecretBytes, to recipient: X25519Recipient, ephemeral: borrowing SecretBytes
  ) throws(AgeError) -> X25519Stanza {
    do {
      let share = try X25519.publicKey(of: ephemeral.bytes)
      let shared = try X25519.sharedSecret(privateKey: ephemeral.bytes, peerPublicKey: recipient.publicKey)
      let wrapKey = try HKDFSHA256.derive(
        count: FileKey.wrapKeyByteCount, from: shared.bytes, salt: share + recipient.publicKey, info: info)
      return X25519Stanza(share: share, body: try FileKey.wrap(fileKey, under: wrapKey))
    } catch CryptoError.weakSharedSecret {
      // The recipient is a point of low order: nobody's key.
      throw .keyRefused(.malformed, line: nil)
    } catch {
      throw .crypto(error)
    }
  }

  /// - Returns: the file key, 16 bytes; nil if the stanza is for somebody else.
  /// - Throws: `AgeError.headerMalformed(.weakSharedSecret)` if the share is a point of low order.
  func open(with secret: borrowing SecretBytes, recipient: X25519Recipient) throws(AgeError) -> SecretBytes? {
    do {
      let shared = try X25519.sharedSecret(privateKey: secret.bytes, peerPublicKey: share)
      let wrapKey = try HKDFSHA256.derive(
        count: FileKey.wrapKeyByteCount, from: shared.bytes, salt: share + recipient.publicKey,
        info: Self.info)
      return try FileKey.unwrap(body, under: wrapKey)
    } catch CryptoError.weakSharedSecret {
      throw .headerMalformed(.weakSharedSecret)
    } catch {
      throw .crypto(error)
    }
  }
}
