import StrongroomCrypto

/// Header and payload nonce of a new file, and the key of its payload.
struct FileBeginning: ~Copyable {
  /// The first bytes of the file.
  let bytes: [UInt8]
  /// 32 bytes.
  let payloadKey: SecretBytes

  /// Draws a fresh file key.
  ///
  /// - Parameter recipients: 1...256; a passphrase only by itself.
  /// - Throws: `AgeError.noRecipients`, `.passphraseNotAlone`, `.limitExceeded(.stanzas, …)`, `.crypto`.
  init(to recipients: [any AgeRecipient]) throws(AgeError) {
    let fileKey = try FileKey.generate()
    let stanzas = try Self.stanzas(for: fileKey, recipients)
    let nonce = try cryptoCall { () throws(CryptoError) in
      try SecureRandom.bytes(count: AgeHeader.nonceByteCount)
    }
    let header = try AgeHeader.encode(stanzas, fileKey: fileKey)
    guard header.count <= AgeHeader.maximumByteCount else {
      throw .limitExceeded(.headerBytes, maximum: AgeHeader.maximumByteCount)
    }
    payloadKey = try FileKey.payloadKey(fileKey, nonce: nonce)
    bytes = header + nonce
  }

  private static func stanzas(
    for fileKey: borrowing SecretBytes, _ recipients: [any AgeRecipient]
  ) throws(AgeError) -> [Stanza] {
    guard !recipients.isEmpty else { throw .noRecipients }
    guard recipients.count <= AgeHeader.maximumStanzaCount else {
      throw .limitExceeded(.stanzas, maximum: AgeHeader.maximumStanzaCount)
    }
    guard recipients.count == 1 || !recipients.contains(where: \.mustBeAlone) else {
      throw .passphraseNotAlone
    }
    var stanzas: [Stanza] = []
    for recipient in recipients { stanzas.append(try recipient.wrap(fileKey)) }
    return stanzas
  }
}
