import StrongroomCrypto

/// A file key wrapped under a passphrase.
///
/// ```
/// -> scrypt <base64(salt, 16 bytes)> <log2 N in decimal>
/// <base64(body, 32 bytes)>
/// ```
///
/// Spec: C2SP age.md, "The scrypt recipient type".
struct ScryptStanza {
  let salt: [UInt8]
  /// Binary logarithm of the work factor N; memory is 1,024 · 2^log2N bytes.
  let log2N: Int
  let body: [UInt8]

  static let type = "scrypt"
  static let saltByteCount = 16
  private static let label = Array("age-encryption.org/v1/scrypt".utf8)

  /// - Returns: nil for another type of stanza.
  /// - Throws: `AgeError.headerMalformed(.scryptStanza)` unless salt, factor (`[1-9][0-9]*`) and body have the form
  ///   required. How large a factor is bearable is for the identity to say.
  init?(reading stanza: Stanza) throws(AgeError) {
    guard stanza.type == Self.type else { return nil }
    guard stanza.arguments.count == 2, stanza.body.count == FileKey.wrappedByteCount,
      let salt = Base64.decode(stanza.arguments[0].utf8, padded: false), salt.count == Self.saltByteCount,
      let log2N = Self.factor(stanza.arguments[1])
    else { throw .headerMalformed(.scryptStanza) }
    self.init(salt: salt, log2N: log2N, body: stanza.body)
  }

  private init(salt: [UInt8], log2N: Int, body: [UInt8]) {
    self.salt = salt
    self.log2N = log2N
    self.body = body
  }

  var stanza: Stanza {
    Stanza(type: Self.type, arguments: [Base64.encode(salt, padded: false), String(log2N)], body: body)
  }

  static func sealing(
    _ fileKey: borrowing SecretBytes, passphrase: borrowing SecretBytes, salt: [UInt8], log2N: Int
  ) throws(AgeError) -> ScryptStanza {
    do {
      let wrapKey = try wrapKey(passphrase: passphrase, salt: salt, log2N: log2N)
      return ScryptStanza(salt: salt, log2N: log2N, body: try FileKey.wrap(fileKey, under: wrapKey))
    } catch {
      throw .crypto(error)
    }
  }

  /// - Returns: the file key, 16 bytes; nil if the passphrase is another.
  func open(passphrase: borrowing SecretBytes) throws(AgeError) -> SecretBytes? {
    do {
      let wrapKey = try Self.wrapKey(passphrase: passphrase, salt: salt, log2N: log2N)
      return try FileKey.unwrap(body, under: wrapKey)
    } catch {
      throw .crypto(error)
    }
  }

  private static func wrapKey(
    passphrase: borrowing SecretBytes, salt: [UInt8], log2N: Int
  ) throws(CryptoError) -> SecretBytes {
    try Scrypt.derive(
      count: FileKey.wrapKeyByteCount, passphrase: passphrase.bytes, salt: label + salt, log2N: log2N)
  }

  private static func factor(_ text: String) -> Int? {
    guard let first = text.utf8.first, first != UInt8(ascii: "0"),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int(text)
  }
}
