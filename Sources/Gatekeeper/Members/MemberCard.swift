package import AgeFormat
import StrongroomCrypto
package import TransparencyLog

/// The public half of a member's identity: one line of text that can be e-mailed.
///
/// `strongroom-card/v1 <age1…> <vkey> <display name>`. It proves nothing by itself: read the fingerprint out to its
/// owner before adding them.
package struct MemberCard: Hashable, Sendable {
  package let name: String
  package let recipient: X25519Recipient
  /// Checks this member's signatures. The key's name is `strongroom.member` for everybody: the vault knows members by
  /// reference, and a name in a key would be copied into every signature.
  package let signingKey: VerifierKey

  package static let signingKeyName = "strongroom.member"
  private static let header = "strongroom-card/v1"

  init(name: String, recipient: X25519Recipient, signingKey: VerifierKey) {
    self.name = name
    self.recipient = recipient
    self.signingKey = signingKey
  }

  /// Reads one line, with or without its line end.
  package init(parsing line: String) throws(GateError) {
    guard line.utf8.count <= 2048 else { throw .invalidInput(.card, .tooLong(limitBytes: 2048)) }
    let plain = line.last?.isNewline == true ? line.dropLast() : line[...]
    // By bytes: a blank before a combining mark is no blank among the characters of a string.
    let parts = plain.utf8.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 4, parts[0] == Self.header,
      let recipient = try? X25519Recipient(parsing: parts[1]),
      let key = try? VerifierKey(parsing: parts[2]), key.algorithm == .ed25519,
      key.name == Self.signingKeyName
    else { throw .invalidInput(.card, .malformed) }
    self.init(
      name: try PersonalText(parts[3], field: .card).text, recipient: recipient, signingKey: key)
  }

  /// The line, without a line end.
  package var text: String { "\(Self.header) \(recipient.text) \(signingKey.text) \(name)" }

  /// Four groups of four Crockford characters to read out: 80 bits of SHA-256 over both public keys.
  package var fingerprint: String {
    Self.fingerprint(recipient: recipient, signingKey: signingKey)
  }

  static func fingerprint(recipient: X25519Recipient, signingKey: VerifierKey) -> String {
    Fingerprint.text(SHA256.digest(of: recipient.publicKey + signingKey.publicKey.bytes))
  }
}
