import AgeFormat
import StrongroomCrypto
import VaultStore

/// The part of an event that identifies somebody, sealed so that holders of the ledger key alone cannot read it.
///
/// AES-256-GCM under K = HKDF-SHA-256(ikm: the child's 32-byte identity, salt: the event id's 16 bytes, info
/// `strongroom/v1 box`); zero nonce, since each key seals one box: event ids are never used twice. AAD = vault id
/// (16 bytes) || event id (16) || kind (UTF-8). Plaintext: canonical JSON, one byte 0x80, zeros to a multiple of 64.
package struct SealedBox: Hashable, Sendable, Codable {
  /// Whose key it is under.
  package enum Scope: String, Hashable, Sendable, Codable {
    case child
    /// The vault's register key, for what belongs to no child: recipients' names.
    case register
  }

  package let scope: Scope
  /// Ciphertext and 16-byte tag.
  package let sealed: [UInt8]

  private static let info = Array("strongroom/v1 box".utf8)
  private static let block = 64
  /// Room for the rest of the event within one entry.
  static let limitBytes = 40_000

  init(
    sealing content: JSONValue, scope: Scope, identity: X25519Identity, vault: VaultID, event: EventID,
    kind: EventKind
  ) throws(GateError) {
    var plaintext = content.canonicalBytes
    guard plaintext.count < Self.limitBytes else {
      throw .invalidInput(.text, .tooLong(limitBytes: Self.limitBytes))
    }
    plaintext.append(0x80)
    let padding = (Self.block - plaintext.count % Self.block) % Self.block
    plaintext.append(contentsOf: repeatElement(0, count: padding))
    do {
      let key = try Self.key(identity: identity, event: event)
      var cipher = try AEAD(.aes256GCM, key: key.bytes)
      sealed = try cipher.seal(
        plaintext.span.bytes, nonce: [UInt8](repeating: 0, count: 12),
        authenticating: Self.associated(vault: vault, event: event, kind: kind))
      self.scope = scope
    } catch let error as CryptoError {
      throw .crypto(error)
    } catch {
      throw .crypto(.invalidKey)
    }
  }

  func open(
    identity: X25519Identity, vault: VaultID, event: EventID, kind: EventKind
  ) throws(EntryFault) -> JSONValue {
    do {
      let key = try Self.key(identity: identity, event: event)
      var cipher = try AEAD(.aes256GCM, key: key.bytes)
      var plaintext = try cipher.openBytes(
        sealed.span.bytes, nonce: [UInt8](repeating: 0, count: 12),
        authenticating: Self.associated(vault: vault, event: event, kind: kind))
      while plaintext.last == 0 { plaintext.removeLast() }
      guard plaintext.popLast() == 0x80 else { throw EntryFault.boxBroken }
      return try JSONValue(canonical: plaintext, limits: .event)
    } catch {
      throw .boxBroken
    }
  }

  private static func key(identity: X25519Identity, event: EventID) throws -> SecretBytes {
    var key: SecretBytes?
    try identity.withSecret { secret in
      key = try HKDFSHA256.derive(count: 32, from: secret, salt: event.bytes, info: info)
    }
    guard let derived = key.take() else { throw CryptoError.invalidKey }
    return derived
  }

  private static func associated(vault: VaultID, event: EventID, kind: EventKind) -> [UInt8] {
    vault.bytes + event.bytes + Array(kind.rawValue.utf8)
  }

  var json: JSONValue {
    ["scope": .string(scope.rawValue), "data": .string(Base64.encode(sealed, padded: true))]
  }

  init?(json: JSONValue) {
    guard let scope = json["scope"]?.string.flatMap(Scope.init(rawValue:)),
      let sealed = json["data"]?.string.flatMap({ Base64.decode($0.utf8, padded: true) }),
      json.object?.count == 2
    else { return nil }
    self.scope = scope
    self.sealed = sealed
  }
}
