import AgeFormat
import FoundationEssentials
import StrongroomCrypto
package import VaultStore

/// One member's snapshot of the fold in `cache/`: "SRS1" || salt (16) || AES-256-GCM ciphertext, under HKDF-SHA-256(the
/// member's identity, salt, info `strongroom/v1 snapshot`), zero nonce (the salt makes each key new), AAD = magic || salt
/// || vault id. Plaintext: length of the JSON (4 bytes, big-endian), the JSON of `VaultState`, then 16 bytes for each name
/// in use, sorted.
///
/// Under the member's own key, because it stands for signatures this member has checked: a snapshot anybody else could
/// write, such as one under the ledger key, which teachers hold too, could slip in a consent that nobody recorded.
///
/// It may be deleted, damaged or old at any time: what does not open is ignored, what is old is caught up with, and the
/// signed head decides. One that opens but is ahead of the ledger is no cache problem but a ledger that was cut.
struct Snapshot {
  /// Entries between two snapshots.
  static let interval: UInt64 = 64
  private static let magic = Array("SRS1".utf8)
  private static let info = Array("strongroom/v1 snapshot".utf8)
  private static let nonce = [UInt8](repeating: 0, count: 12)

  /// `cache/snapshot-` and 16 hexadecimal digits of SHA-256 over the member's recipient.
  static func name(for identity: MemberIdentity) -> VaultFileName {
    .cache("snapshot-" + SHA256.digest(of: identity.recipient.publicKey).hex.prefix(16))
  }

  static func seal(
    _ state: VaultState, for identity: MemberIdentity, salt: [UInt8]
  ) throws -> [UInt8] {
    let json = try JSONEncoder().encode(state)
    var plaintext: [UInt8] = []
    plaintext.reserveCapacity(4 + json.count + 16 * state.usedNames.count)
    for shift in [24, 16, 8, 0] { plaintext.append(UInt8(truncatingIfNeeded: json.count >> shift)) }
    plaintext.append(contentsOf: json)
    for name in state.usedNames.sorted() { plaintext.append(contentsOf: name.bytes) }
    let head = magic + salt
    let secret = try key(of: identity, salt: salt)
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return head
      + (try cipher.seal(
        plaintext.span.bytes, nonce: nonce, authenticating: head + state.vault.bytes))
  }

  /// nil for anything that is not a snapshot of this vault under this key.
  static func open(_ bytes: [UInt8], vault: VaultID, for identity: MemberIdentity) -> VaultState? {
    guard bytes.count > 40, bytes.starts(with: magic) else { return nil }
    let head = Array(bytes[..<20])
    guard
      let plaintext = try? decrypt(bytes, head: head, vault: vault, identity), plaintext.count >= 4
    else { return nil }
    let length = plaintext[..<4].reduce(0) { $0 << 8 | Int($1) }
    let rest = plaintext.count - 4 - length
    guard rest >= 0, rest.isMultiple(of: 16),
      var state = try? JSONDecoder().decode(VaultState.self, from: Data(plaintext[4..<4 + length])),
      state.vault == vault
    else { return nil }
    state.usedNames.reserveCapacity(rest / 16)
    for start in stride(from: 4 + length, to: plaintext.count, by: 16) {
      state.usedNames.insert(EventID(checkedBytes: Array(plaintext[start..<start + 16])))
    }
    return state
  }

  private static func decrypt(
    _ bytes: [UInt8], head: [UInt8], vault: VaultID, _ identity: MemberIdentity
  ) throws -> [UInt8] {
    let secret = try key(of: identity, salt: Array(head[4...]))
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return try cipher.openBytes(
      bytes.span.bytes.extracting(20..<bytes.count), nonce: nonce, authenticating: head + vault.bytes)
  }

  private static func key(of identity: MemberIdentity, salt: [UInt8]) throws -> SecretBytes {
    var key: SecretBytes?
    try identity.identity.withSecret { secret in
      key = try HKDFSHA256.derive(count: 32, from: secret, salt: salt, info: info)
    }
    guard let derived = key.take() else { throw CryptoError.invalidKey }
    return derived
  }
}

extension Gatekeeper {
  /// Removes a member's snapshot, if it can be removed: it is a cache, and the next visit folds everything.
  package static func forgetSnapshot(of identity: MemberIdentity, in storage: VaultStorage) async {
    try? await storage.files.remove(Snapshot.name(for: identity))
  }

  func loadSnapshot() async {
    guard let bytes = try? await storage.files.read(Snapshot.name(for: identity)),
      let loaded = Snapshot.open(bytes, vault: description.vault, for: identity)
    else { return }
    state = loaded
    snapshotSize = loaded.size
  }

  /// A cache that cannot be written is no reason to fail: the next visit folds a little more.
  func saveSnapshotIfDue() async {
    // What was not held to the rules is not kept as if it had been.
    guard doubt == nil, state.size >= snapshotSize + Snapshot.interval,
      let salt = try? effects.randomBytes(16),
      let bytes = try? Snapshot.seal(state, for: identity, salt: salt)
    else { return }
    try? await storage.files.replace(Snapshot.name(for: identity), bytes)
    snapshotSize = state.size
  }
}
