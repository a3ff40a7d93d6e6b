package import StrongroomCrypto

/// One sealed entry of the ledger, the bytes of one leaf.
///
///     0      4     8        24              56
///     "SRE1" epoch salt(16) commitment(32)  ciphertext (plaintext padded to a multiple of 128, then a 16-byte tag)
///
/// Integers are big-endian. With index as 8 bytes and origin as UTF-8 bytes:
///
///     K              = HKDF-SHA-256(ledger key, salt, info = "strongroom/v1 entry" || origin || index), 32 bytes
///     encryption key = HMAC-SHA-256(K, "encrypt")
///     commitment     = HMAC-SHA-256(K, "commit" || bytes 0..<24 || origin || index)
///     ciphertext     = AES-256-GCM(encryption key, 12 zero bytes, AAD = bytes 0..<56 || origin || index)
///
/// Why this is sound: the random salt makes K, and so the encryption key, new for each entry, hence the fixed nonce. The
/// commitment is checked first, so an entry opens under one key only, at one index of one log. K alone opens one entry,
/// which is how an entry is shown to a court. The padding leaves only a rough length.
package struct SealedEntry: Hashable, Sendable {
  /// Bytes before the ciphertext.
  package static let headerByteCount = 56
  package static let saltByteCount = 16
  /// Plaintexts are padded to a multiple of this.
  package static let blockByteCount = 128
  /// The longest plaintext whose entry fits `LedgerLimits.entry`: 511 blocks less the padding's first byte.
  package static let largestPlaintext = 511 * 128 - 1

  private static let magic: [UInt8] = Array("SRE1".utf8)
  private static let zeroNonce = [UInt8](repeating: 0, count: 12)

  /// The leaf's bytes: 56 + 16 + a multiple of 128.
  package let bytes: [UInt8]

  /// Looks at the size and the first four bytes, and at nothing else.
  ///
  /// - Parameter index: for the error only.
  /// - Throws: `.entryRejected(.malformed)`.
  package init(parsing bytes: [UInt8], index: UInt64) throws(VaultStoreError) {
    let sealed = bytes.count - Self.headerByteCount - AEAD.tagByteCount
    guard bytes.count <= LedgerLimits.entry, sealed >= Self.blockByteCount,
      sealed.isMultiple(of: Self.blockByteCount), bytes.starts(with: Self.magic)
    else { throw .entryRejected(index: index, .malformed) }
    self.bytes = bytes
  }

  private init(checkedBytes: [UInt8]) { bytes = checkedBytes }

  /// The ledger epoch whose key opens this entry, as the entry says (the commitment covers it).
  package var epoch: UInt32 { UInt32(bigEndian: bytes[4..<8]) }

  /// Seals `plaintext` for one place of one log.
  ///
  /// - Parameter salt: 16 random bytes, fresh for each call.
  /// - Throws: `.entryRejected(.tooLong)` beyond `largestPlaintext`; `.cryptography`.
  package static func seal(
    _ plaintext: [UInt8], index: UInt64, origin: String, key: LedgerKey, salt: [UInt8]
  ) throws(VaultStoreError) -> SealedEntry {
    precondition(salt.count == saltByteCount, "a salt has 16 bytes")
    guard plaintext.count <= largestPlaintext else { throw .entryRejected(index: index, .tooLong) }
    let place = Self.place(index, origin)
    var header = magic + key.epoch.bigEndianBytes + salt
    let padding = blockByteCount - plaintext.count % blockByteCount
    let padded = plaintext + [0x80] + [UInt8](repeating: 0, count: padding - 1)
    do throws(CryptoError) {
      let entryKey = try entryKey(key, salt: salt, place: place)
      header += try commitment(entryKey, head: header, place: place).bytes
      let encryptionKey = try encryptionKey(entryKey)
      var cipher = try AEAD(.aes256GCM, key: encryptionKey.bytes)
      let sealed = try cipher.seal(padded.span.bytes, nonce: zeroNonce, authenticating: header + place)
      return SealedEntry(checkedBytes: header + sealed)
    } catch {
      throw .cryptography
    }
  }

  /// Opens the entry at its place.
  ///
  /// - Throws: `.entryRejected`: `.otherEpoch` if another ledger key is needed, `.commitment` if the entry was altered, moved
  ///   or copied from another log, or the key is not its key.
  package func open(index: UInt64, origin: String, key: LedgerKey) throws(VaultStoreError) -> [UInt8] {
    let entryKey = try entryKey(index: index, origin: origin, key: key)
    return try open(index: index, origin: origin, entryKey: entryKey)
  }

  /// K: what opens this entry and no other. 32 bytes.
  ///
  /// - Throws: `.entryRejected(.otherEpoch)`; `.cryptography`.
  package func entryKey(index: UInt64, origin: String, key: LedgerKey) throws(VaultStoreError) -> SecretBytes
  {
    guard epoch == key.epoch else { throw .entryRejected(index: index, .otherEpoch(epoch)) }
    do {
      return try Self.entryKey(key, salt: Array(bytes[8..<24]), place: Self.place(index, origin))
    } catch {
      throw .cryptography
    }
  }

  /// Opens the entry with K alone, as somebody does who was shown this one entry.
  ///
  /// - Throws: `.entryRejected(.commitment)` if K is not the key of this entry at this place.
  package func open(
    index: UInt64, origin: String, entryKey: borrowing SecretBytes
  ) throws(VaultStoreError) -> [UInt8] {
    let place = Self.place(index, origin)
    let padded: [UInt8]
    do throws(CryptoError) {
      let expected = try Self.commitment(entryKey, head: Array(bytes[..<24]), place: place)
      guard constantTimeEqual(expected.bytes, Array(bytes[24..<56])) else {
        throw CryptoError.authenticationFailed
      }
    } catch {
      throw error == .authenticationFailed ? .entryRejected(index: index, .commitment) : .cryptography
    }
    do throws(CryptoError) {
      let encryptionKey = try Self.encryptionKey(entryKey)
      var cipher = try AEAD(.aes256GCM, key: encryptionKey.bytes)
      padded = try cipher.openBytes(
        bytes.span.bytes.extracting(Self.headerByteCount..<bytes.count), nonce: Self.zeroNonce,
        authenticating: bytes[..<Self.headerByteCount] + place)
    } catch {
      throw error == .authenticationFailed ? .entryRejected(index: index, .ciphertext) : .cryptography
    }
    // The padding is authenticated: only a writer with the key can have made it wrong.
    guard let end = padded.lastIndex(where: { $0 != 0 }), padded[end] == 0x80,
      padded.count - end <= Self.blockByteCount
    else { throw .entryRejected(index: index, .malformed) }
    return Array(padded[..<end])
  }

  /// `origin || index`: what ties an entry to one place.
  private static func place(_ index: UInt64, _ origin: String) -> [UInt8] {
    Array(origin.utf8) + index.bigEndianBytes
  }

  private static func entryKey(
    _ key: LedgerKey, salt: [UInt8], place: [UInt8]
  ) throws(CryptoError) -> SecretBytes {
    try key.withSecret { (secret) throws(CryptoError) in
      try HKDFSHA256.derive(
        count: 32, from: secret, salt: salt, info: Array("strongroom/v1 entry".utf8) + place)
    }
  }

  private static func encryptionKey(_ entryKey: borrowing SecretBytes) throws(CryptoError) -> SecretBytes {
    let digest = try HMACSHA256.authenticate(Array("encrypt".utf8).span.bytes, key: entryKey.bytes)
    return digest.withBytes { SecretBytes.copying($0) }
  }

  private static func commitment(
    _ entryKey: borrowing SecretBytes, head: [UInt8], place: [UInt8]
  ) throws(CryptoError) -> SHA256Digest {
    try HMACSHA256.authenticate((Array("commit".utf8) + head + place).span.bytes, key: entryKey.bytes)
  }
}
