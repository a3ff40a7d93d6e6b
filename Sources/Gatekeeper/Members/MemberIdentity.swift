package import AgeFormat
import StrongroomCrypto
package import TransparencyLog

/// A member's private keys: the age identity that opens key files, and the signing keys derived from it.
///
/// A signing key's 32-byte seed is HKDF-SHA-256 of the identity's 32 bytes, empty salt, info `strongroom/v1 member signing key`
/// for events and `strongroom/v1 cosigner key` for checkpoints, so one secret to keep gives all three.
package final class MemberIdentity: Sendable {
  package let identity: X25519Identity
  let signingKey: Ed25519SigningKey
  package let verifierKey: VerifierKey

  /// Cosigns the checkpoints this member has checked, as `strongroom.member/` and the fingerprint on their card: a name that
  /// is the same in every vault, since the key is.
  package let cosigner: Cosigner

  package init(_ identity: X25519Identity) throws(GateError) {
    do {
      let signingKey = try Self.key(of: identity, info: "strongroom/v1 member signing key")
      self.identity = identity
      self.signingKey = signingKey
      verifierKey = try VerifierKey(
        name: MemberCard.signingKeyName, publicKey: signingKey.publicKey, algorithm: .ed25519)
      let fingerprint = MemberCard.fingerprint(recipient: identity.recipient, signingKey: verifierKey)
      cosigner = try Cosigner(
        name: "\(MemberCard.signingKeyName)/\(fingerprint)",
        key: try Self.key(of: identity, info: "strongroom/v1 cosigner key"))
    } catch let error as CryptoError {
      throw .crypto(error)
    } catch {
      // Unreachable: the keys' names are valid by construction.
      throw .crypto(.invalidKey)
    }
  }

  private static func key(of identity: X25519Identity, info: String) throws -> Ed25519SigningKey {
    var seed: SecretBytes?
    try identity.withSecret { secret in
      seed = try HKDFSHA256.derive(count: 32, from: secret, salt: [], info: Array(info.utf8))
    }
    guard let derived = seed.take() else { throw CryptoError.invalidKey }
    return try Ed25519SigningKey(seed: derived)
  }

  package var recipient: X25519Recipient { identity.recipient }

  /// 32 bytes that only the holder of this identity can have: HKDF-SHA-256(identity, salt, info).
  func secret(salt: [UInt8], info: String) throws -> SecretBytes {
    var secret: SecretBytes?
    try identity.withSecret { own in
      secret = try HKDFSHA256.derive(count: 32, from: own, salt: salt, info: Array(info.utf8))
    }
    guard let derived = secret.take() else { throw CryptoError.invalidKey }
    return derived
  }

  /// - Throws: `.invalidInput(.name, …)` for an empty or overlong name, or one with control characters.
  package func card(name: String) throws(GateError) -> MemberCard {
    MemberCard(
      name: try PersonalText(name, field: .name).text, recipient: recipient, signingKey: verifierKey)
  }

  package var fingerprint: String {
    MemberCard.fingerprint(recipient: recipient, signingKey: verifierKey)
  }
}

extension MemberIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "MemberIdentity(\(fingerprint))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
