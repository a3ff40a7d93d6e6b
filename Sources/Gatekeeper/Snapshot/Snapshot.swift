import AgeFormat
import StrongroomCrypto
import VaultStore

/// One member's snapshot of the fold in `cache/`: "SRS2" || salt (16) || AES-256-GCM ciphertext, under HKDF-SHA-256(the
/// member's identity, salt, info `strongroom/v1 snapshot`), zero nonce (the salt makes each key new), AAD = magic || salt
/// || vault id. Plaintext: number of names (4 bytes), each name (length, 1 byte, and UTF-8), and `VaultState` as one value in
/// `BinaryForm`. Whatever changes the meaning of a value changes the magic; members may come and go.
///
/// Under the member's own key, because it stands for signatures this member has checked: a snapshot anybody else could
/// write, such as one under the ledger key, which teachers hold too, could slip in a consent that nobody recorded.
///
/// It may be deleted, damaged or old at any time: what does not open is ignored, what is old is caught up with, and the
/// signed head decides. One that opens but is ahead of the ledger is no cache problem but a ledger that was cut.
struct Snapshot {
  let state: VaultState
  /// What the state's tables lie in.
  let source: FrozenSource

  private static let magic = Array("SRS2".utf8)
  private static let info = Array("strongroom/v1 snapshot".utf8)
  private static let nonce = [UInt8](repeating: 0, count: 12)
  private static let headByteCount = 20

  /// `cache/snapshot-` and 16 hexadecimal digits of SHA-256 over the member's recipient.
  static func name(for identity: MemberIdentity) -> VaultFileName {
    .cache("snapshot-" + SHA256.digest(of: identity.recipient.publicKey).hex.prefix(16))
  }

  /// Entries folded beyond a snapshot of this size that make a new one worth writing. Writing costs some nanoseconds for
  /// each of its bytes, folding an entry a fraction of a millisecond: so the visits between two snapshots fold, each, at
  /// most what writing one costs, and one in some hundreds pays for it.
  static func interval(_ byteCount: Int) -> UInt64 { UInt64(64 + byteCount / (128 << 10)) }

  /// - Parameter source: what the state was made from, whose unchanged values are taken over as they are.
  static func plaintext(of state: VaultState, over source: FrozenSource?) throws -> [UInt8] {
    var body = BinaryWriter(names: source?.names ?? [])
    try BinaryEncoder.encode(state, into: &body, source: source)
    var plaintext = BinaryWriter()
    plaintext.append(count: body.names.count)
    for name in body.names {
      guard let length = UInt8(exactly: name.utf8.count) else { throw BinaryFault.malformed }
      plaintext.append([length])
      plaintext.append(name.utf8)
    }
    plaintext.append(body.bytes)
    return plaintext.bytes
  }

  static func seal(
    _ plaintext: [UInt8], vault: VaultID, for identity: MemberIdentity, salt: [UInt8]
  ) throws -> [UInt8] {
    let head = magic + salt
    let secret = try key(of: identity, salt: salt)
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return head
      + (try cipher.seal(plaintext.span.bytes, nonce: nonce, authenticating: head + vault.bytes))
  }

  /// nil for anything that is not a snapshot of this vault under this key.
  static func open(_ bytes: [UInt8], vault: VaultID, for identity: MemberIdentity) -> Snapshot? {
    guard bytes.count > headByteCount + AEAD.tagByteCount, bytes.starts(with: magic) else { return nil }
    let head = Array(bytes[..<headByteCount])
    guard let plaintext = try? decrypt(bytes, head: head, vault: vault, identity),
      let snapshot = try? Snapshot(plaintext: plaintext), snapshot.state.vault == vault
    else { return nil }
    return snapshot
  }

  /// - Throws: `BinaryFault`, whatever the bytes are.
  init(plaintext: [UInt8]) throws {
    var reader = BinaryReader(FrozenSource(bytes: plaintext, names: []), 0..<plaintext.count)
    var names: [String] = []
    for _ in 0..<(try reader.count()) {
      let length = Int(try reader.byte())
      names.append(String(decoding: plaintext[try reader.take(length)], as: UTF8.self))
    }
    source = FrozenSource(bytes: plaintext, names: names)
    state = try BinaryDecoder.decode(from: source, reader.offset..<plaintext.count)
  }

  private static func decrypt(
    _ bytes: [UInt8], head: [UInt8], vault: VaultID, _ identity: MemberIdentity
  ) throws -> [UInt8] {
    let secret = try key(of: identity, salt: Array(head[4...]))
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return try cipher.openBytes(
      bytes.span.bytes.extracting(headByteCount..<bytes.count), nonce: nonce,
      authenticating: head + vault.bytes)
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
