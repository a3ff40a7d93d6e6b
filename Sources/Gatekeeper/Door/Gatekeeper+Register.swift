import AgeFormat
import StrongroomCrypto
import VaultStore

/// The register of names in `cache/register-N`, so that a list of 15,000 children opens one file, not 15,000; N is the
/// number of files that were erased when it was made, so that one from before an erasure is known by its name. "SRR1" ||
/// salt (16) || AES-256-GCM ciphertext under HKDF-SHA-256(epoch identity, salt, info `strongroom/v1 register cache`), zero
/// nonce (the salt makes each key new), AAD = magic || salt || vault id. Plaintext: canonical JSON, event id to what its box
/// says. Custodians alone can open or make it, those of this epoch. It may be deleted at any time, and nothing is decided
/// on it.
extension Gatekeeper {
  var registerName: VaultFileName { .cache("register-\(state.erasedCount)") }
  private static let registerMagic = Array("SRR1".utf8)
  private static let registerInfo = Array("strongroom/v1 register cache".utf8)
  /// Boxes opened in one visit that make a new cache worth writing.
  private static let registerInterval = 32
  private static let registerLimits = JSONValue.Limits(byteCount: 256 << 20, depth: 8)

  /// Once a visit. Whatever does not open is as if it were not there.
  func loadRegister(in state: VaultState) async {
    guard !isRegisterLoaded else { return }
    isRegisterLoaded = true
    guard let bytes = try? await storage.files.read(registerName), bytes.count > 36,
      bytes.starts(with: Self.registerMagic), let identity = try? await epochKey(in: state),
      let plaintext = try? Self.openRegister(bytes, identity, state.vault),
      let members = try? JSONValue(canonical: plaintext, limits: Self.registerLimits).object
    else { return }
    for (key, content) in members {
      if let id = EventID(hex: key) { listedBoxes[id] = content }
    }
  }

  /// A cache that cannot be written is no reason to fail: the next list opens the boxes again.
  func saveRegisterIfDue(in state: VaultState) async {
    guard unsavedListed >= Self.registerInterval, let salt = try? effects.randomBytes(16),
      let identity = try? await epochKey(in: state)
    else { return }
    var members: [String: JSONValue] = [:]
    for (id, content) in listedBoxes { members[id.hex] = content }
    let name = registerName
    guard
      let bytes = try? Self.sealRegister(
        JSONValue.object(members).canonicalBytes, identity, state.vault, salt)
    else { return }
    try? await storage.files.replace(name, bytes)
    unsavedListed = 0
    // A file may have been erased while this was written.
    if (try? await current()) == nil || name != registerName { try? await storage.files.remove(name) }
  }

  private static func sealRegister(
    _ plaintext: [UInt8], _ identity: X25519Identity, _ vault: VaultID, _ salt: [UInt8]
  ) throws -> [UInt8] {
    let head = registerMagic + salt
    let key = try registerCacheKey(identity, salt)
    var cipher = try AEAD(.aes256GCM, key: key.bytes)
    return head
      + (try cipher.seal(
        plaintext.span.bytes, nonce: [UInt8](repeating: 0, count: 12), authenticating: head + vault.bytes))
  }

  static func openRegister(
    _ bytes: [UInt8], _ identity: X25519Identity, _ vault: VaultID
  ) throws -> [UInt8] {
    let head = Array(bytes[..<20])
    let key = try registerCacheKey(identity, Array(head[4...]))
    var cipher = try AEAD(.aes256GCM, key: key.bytes)
    return try cipher.openBytes(
      bytes.span.bytes.extracting(20..<bytes.count), nonce: [UInt8](repeating: 0, count: 12),
      authenticating: head + vault.bytes)
  }

  private static func registerCacheKey(_ identity: X25519Identity, _ salt: [UInt8]) throws -> SecretBytes {
    var key: SecretBytes?
    try identity.withSecret { secret in
      key = try HKDFSHA256.derive(count: 32, from: secret, salt: salt, info: registerInfo)
    }
    guard let derived = key.take() else { throw CryptoError.invalidKey }
    return derived
  }
}
