package import StrongroomCrypto

/// A public key that signs notes, with the name it signs under.
///
/// Text form ("vkey"): `name+hex8(key ID)+base64(algorithm byte || public key)`. Spec: C2SP signed-note, "Verifier keys".
package struct VerifierKey: Hashable, Sendable {
  /// What a signature of this key is over. The raw value is the algorithm byte that goes into the key ID, so a key of one
  /// kind never passes for the other.
  package enum Algorithm: UInt8, Hashable, Sendable {
    /// The text of the note.
    case ed25519 = 0x01
    /// C2SP tlog-cosignature v1: the text with the time it was seen at.
    case cosignature = 0x04
  }

  /// Longest key name accepted, in bytes of UTF-8.
  package static let maximumNameBytes = 1024

  package let name: String
  package let algorithm: Algorithm
  package let publicKey: Ed25519PublicKey
  /// First 4 bytes of SHA-256(name || 0x0A || algorithm || public key), big-endian. Says which key to try; proves nothing.
  package let keyID: UInt32

  /// - Throws: `.keyNameInvalid` for an empty or overlong name, one with white space, `+` or a control character.
  package init(
    name: String, publicKey: Ed25519PublicKey, algorithm: Algorithm
  ) throws(TransparencyLogError) {
    guard Self.isValidName(name) else { throw .keyNameInvalid }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    let digest = SHA256.digest(of: Array(name.utf8) + [0x0A, algorithm.rawValue] + publicKey.bytes)
    keyID = digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads a vkey.
  ///
  /// - Throws: `.verifierKeyMalformed` (form, base64, length, or a key ID that is not that of name and key), `.keyNameInvalid`,
  ///   `.keyAlgorithmUnsupported` for ECDSA, ML-DSA and others.
  package init(parsing vkey: String) throws(TransparencyLogError) {
    let parts = vkey.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let name = String(parts[0]), parts[1].count == 8, parts[2].count <= 4096,
      parts[1].allSatisfy({ Self.isLowerHex($0) }),
      let keyID = UInt32(String(decoding: parts[1], as: UTF8.self), radix: 16),
      let decoded = Base64.decode(parts[2], padded: true), let algorithmByte = decoded.first
    else { throw .verifierKeyMalformed }
    guard let algorithm = Algorithm(rawValue: algorithmByte) else {
      throw .keyAlgorithmUnsupported(algorithmByte)
    }
    guard decoded.count == 33, let publicKey = Ed25519PublicKey(Array(decoded.dropFirst())) else {
      throw .verifierKeyMalformed
    }
    try self.init(name: name, publicKey: publicKey, algorithm: algorithm)
    guard self.keyID == keyID else { throw .verifierKeyMalformed }
  }

  /// The vkey, which `init(parsing:)` reads back.
  package var text: String {
    let digits = String(keyID, radix: 16)
    let hex = String(repeating: "0", count: 8 - digits.count) + digits
    return "\(name)+\(hex)+\(Base64.encode([algorithm.rawValue] + publicKey.bytes, padded: true))"
  }

  static func isValidName(_ name: String) -> Bool {
    (1...maximumNameBytes).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy { scalar in
        scalar != "+" && !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
      }
  }

  private static func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
