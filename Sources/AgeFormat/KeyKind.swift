import StrongroomCrypto

/// The kinds of key an age user may hold, told apart by how their text begins.
///
/// Strongroom uses X25519 alone. The others are recognised so that the refusal can name them.
package enum KeyKind: Hashable, Sendable {
  case x25519Recipient
  case x25519Identity
  case postQuantumRecipient
  case postQuantumIdentity
  /// `age1tag1…` and `age1tagpq1…`: keys in hardware.
  case taggedRecipient
  case pluginRecipient
  case pluginIdentity
  case sshRecipient
  case sshIdentity

  /// Whether this kind is secret and belongs into an identity file.
  package var isIdentity: Bool {
    switch self {
    case .x25519Identity, .postQuantumIdentity, .pluginIdentity, .sshIdentity: true
    case .x25519Recipient, .postQuantumRecipient, .taggedRecipient, .pluginRecipient, .sshRecipient: false
    }
  }

  /// Recognises a key by its first characters, without checking the rest. Nil for anything else.
  ///
  /// A recipient with a second "1" belongs to a plugin: the data part of Bech32 has no "1".
  package init?(recognising text: RawSpan) {
    if text.hasPrefix("AGE-SECRET-KEY-PQ-1") {
      self = .postQuantumIdentity
    } else if text.hasPrefix("AGE-SECRET-KEY-1") {
      self = .x25519Identity
    } else if text.hasPrefix("AGE-PLUGIN-") {
      self = .pluginIdentity
    } else if text.hasPrefix("age1pq1") {
      self = .postQuantumRecipient
    } else if text.hasPrefix("age1tag1") || text.hasPrefix("age1tagpq1") {
      self = .taggedRecipient
    } else if text.hasPrefix("age1") {
      let isPlugin = (4..<text.byteCount).contains { text.byte(at: $0) == UInt8(ascii: "1") }
      self = isPlugin ? .pluginRecipient : .x25519Recipient
    } else if text.hasPrefix("ssh-") || text.hasPrefix("ecdsa-sha2-") || text.hasPrefix("sk-ssh-") {
      self = .sshRecipient
    } else if text.hasPrefix("-----BEGIN OPENSSH PRIVATE KEY") || text.hasPrefix("-----BEGIN RSA PRIVATE KEY")
    {
      self = .sshIdentity
    } else {
      return nil
    }
  }
}

extension AgeError {
  /// The refusal for a text that is not the kind of key wanted.
  static func refusing(_ text: RawSpan, wanted: KeyKind) -> AgeError {
    guard let kind = KeyKind(recognising: text) else { return .keyRefused(.unrecognised, line: nil) }
    if kind == wanted { return .keyRefused(.malformed, line: nil) }
    if kind.isIdentity != wanted.isIdentity { return .keyRefused(.misplaced(kind), line: nil) }
    return .keyRefused(.unsupported(kind), line: nil)
  }

  /// The same error, naming the line of the key file on which it was met.
  func onLine(_ line: Int) -> AgeError {
    if case .keyRefused(let fault, _) = self { return .keyRefused(fault, line: line) }
    return self
  }
}
