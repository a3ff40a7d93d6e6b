import StrongroomCrypto
import VaultStore

/// How far a verification came without a finding, and the fold at that point, so that the next one goes on from there.
///
///     "SRV1" || salt (16) || AES-256-GCM ciphertext of: u32(length) || canonical JSON {at, depth, facts, root, size} || snapshot
///
/// The key is HKDF-SHA-256(the member's identity, salt, info `strongroom/v1 verified`), the nonce zero (the salt makes each key
/// new), the AAD magic || salt || vault id; the snapshot is that of `Snapshot`. Under the member's own key because it stands for checks
/// that they have made: nobody else may be able to say that a check was made.
struct VerifiedPart {
  let depth: VerifyDepth
  /// Whether a custodian's part, opening boxes and deriving facts, was in it.
  let hasFacts: Bool
  let at: Timestamp
  let state: VaultState

  private static let magic = Array("SRV1".utf8)
  private static let nonce = [UInt8](repeating: 0, count: 12)

  func sealed(for identity: MemberIdentity, effects: Effects) throws -> [UInt8] {
    let header: JSONValue = [
      "at": .string(at.text), "depth": .string(depth.rawValue), "facts": .bool(hasFacts),
      "root": .string(state.head.root.hex), "size": .integer(Int64(state.size)),
    ]
    let headerBytes = header.canonicalBytes
    var plaintext: [UInt8] = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: headerBytes.count >> $0) }
    plaintext += headerBytes
    plaintext += try Snapshot.seal(
      try Snapshot.plaintext(of: state, over: nil), vault: state.vault, for: identity,
      salt: try effects.randomBytes(16))
    let head = Self.magic + (try effects.randomBytes(16))
    let secret = try Self.key(of: identity, salt: Array(head[4...]))
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return head
      + (try cipher.seal(
        plaintext.span.bytes, nonce: Self.nonce, authenticating: head + state.vault.bytes))
  }

  init(depth: VerifyDepth, hasFacts: Bool, at: Timestamp, state: VaultState) {
    self.depth = depth
    self.hasFacts = hasFacts
    self.at = at
    self.state = state
  }

  /// nil for anything that this member did not write for this vault.
  init?(opening bytes: [UInt8], vault: VaultID, for identity: MemberIdentity) {
    guard bytes.count > 40, bytes.starts(with: Self.magic),
      let plaintext = try? Self.decrypt(bytes, vault: vault, identity), plaintext.count >= 4
    else { return nil }
    let length = plaintext[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard plaintext.count - 4 >= length,
      let header = try? JSONValue(canonical: Array(plaintext[4..<4 + length]), limits: .event),
      let at = header["at"]?.string.flatMap({ Timestamp(parsing: $0) }),
      let depth = header["depth"]?.string.flatMap({ VerifyDepth(rawValue: $0) }),
      let hasFacts = header["facts"]?.bool,
      let root = header["root"]?.string, let size = header["size"]?.integer,
      let state = Snapshot.open(Array(plaintext[(4 + length)...]), vault: vault, for: identity)?.state,
      state.size == UInt64(size), state.head.root.hex == root
    else { return nil }
    self.init(depth: depth, hasFacts: hasFacts, at: at, state: state)
  }

  private static func decrypt(
    _ bytes: [UInt8], vault: VaultID, _ identity: MemberIdentity
  ) throws -> [UInt8] {
    let head = Array(bytes[..<20])
    let secret = try key(of: identity, salt: Array(head[4...]))
    var cipher = try AEAD(.aes256GCM, key: secret.bytes)
    return try cipher.openBytes(
      bytes.span.bytes.extracting(20..<bytes.count), nonce: nonce, authenticating: head + vault.bytes)
  }

  private static func key(of identity: MemberIdentity, salt: [UInt8]) throws -> SecretBytes {
    try identity.secret(salt: salt, info: "strongroom/v1 verified")
  }
}
