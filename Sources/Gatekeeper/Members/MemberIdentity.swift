package import AgeFormat
import StrongroomCrypto
package import TransparencyLog

/// A member's private keys: the age identity that opens key files, and the signing key derived from it.
///
/// The signing key's 32-byte seed is HKDF-SHA-256 of the identity's 32 bytes, empty salt, info
/// `strongroom/v1 member signing key`, so one secret to keep gives both.
package final class MemberIdentity: Sendable {
  package let identity: X25519Identity
  let signingKey: Ed25519SigningKey
  package let verifierKey: VerifierKey

  private static let info = Array("strongroom/v1 member signing key".utf8)

  package init(_ identity: X25519Identity) throws(GateError) {
    do {
      var seed: SecretBytes?
      try identity.withSecret { secret in
        seed = try HKDFSHA256.derive(count: 32, from: secret, salt: [], info: Self.info)
      }
      guard let derived = seed.take() else { throw CryptoError.invalidKey }
      let signingKey = try Ed25519SigningKey(seed: derived)
      self.identity = identity
      self.signingKey = signingKey
      verifierKey = try VerifierKey(
        name: MemberCard.signingKeyName, publicKey: signingKey.publicKey, algorithm: .ed25519)
    } catch let error as CryptoError {
      throw .crypto(error)
    } catch {
      // Unreachable: the key's name is a valid constant.
      throw .crypto(.invalidKey)
    }
  }

  package var recipient: X25519Recipient { identity.recipient }

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
