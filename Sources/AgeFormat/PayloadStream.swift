import StrongroomCrypto

/// Sizes of the payload, by arithmetic alone.
///
/// Spec: C2SP age.md, "Payload".
package enum PayloadSize {
  /// Plaintext bytes of a chunk; only the last may have fewer.
  package static let chunk = 65_536
  /// The same on disk: chunk and tag.
  package static let sealedChunk = chunk + AEAD.tagByteCount

  /// Chunks for this many plaintext bytes; an empty file has one.
  package static func chunkCount(plaintext: Int) -> Int {
    max(1, (plaintext + chunk - 1) / chunk)
  }

  /// Bytes of all chunks, tags included.
  package static func sealed(plaintext: Int) -> Int {
    plaintext + AEAD.tagByteCount * chunkCount(plaintext: plaintext)
  }

  /// The plaintext bytes in `sealed` bytes of chunks, or nil if no payload has this size.
  package static func plaintext(sealed: Int) -> Int? {
    let tag = AEAD.tagByteCount
    guard sealed >= tag else { return nil }
    let chunks = (sealed + sealedChunk - 1) / sealedChunk
    let lastChunk = sealed - (chunks - 1) * sealedChunk
    // Only the single chunk of an empty file holds nothing.
    guard lastChunk > tag || (chunks == 1 && lastChunk == tag) else { return nil }
    return sealed - chunks * tag
  }
}

/// The 12-byte nonce of a chunk: its number, big-endian, in bytes 0...10 and 0x01 in byte 11 for the last.
///
/// A number of 64 bits cannot run out: that would be 2^80 bytes of plaintext.
private struct ChunkNonce {
  private(set) var bytes = [UInt8](repeating: 0, count: 12)

  mutating func set(index: UInt64, isLast: Bool) {
    for place in 0..<8 { bytes[3 + place] = UInt8(truncatingIfNeeded: index >> UInt64(56 - 8 * place)) }
    bytes[11] = isLast ? 1 : 0
  }
}

/// Seals and opens the chunks of one payload, in any order. Keyed once; only the nonce changes between chunks.
///
/// One cipher serves one thread at a time: work on several cores takes one for each.
struct PayloadCipher: ~Copyable {
  private var cipher: AEAD
  private var nonce = ChunkNonce()

  /// - Parameter key: 32 bytes, from `FileKey.payloadKey`.
  init(key: borrowing SecretBytes) throws(AgeError) {
    do {
      self.cipher = try AEAD(.chaCha20Poly1305, key: key.bytes)
    } catch {
      throw .crypto(error)
    }
  }

  /// - Parameter payloadNonce: the 16 bytes that follow the header.
  init(fileKey: borrowing SecretBytes, payloadNonce: [UInt8]) throws(AgeError) {
    let key = try FileKey.payloadKey(fileKey, nonce: payloadNonce)
    try self.init(key: key)
  }

  /// Seals one payload chunk. The caller sees to it that no number serves twice.
  ///
  /// - Parameters:
  ///   - chunk: 65,536 bytes; 0...65,536 for the last, empty only if the whole plaintext is.
  ///   - index: the number of the chunk, from 0.
  ///   - output: 16 bytes more than `chunk`.
  mutating func seal(
    _ chunk: RawSpan, index: UInt64, isLast: Bool, into output: inout MutableRawSpan
  ) throws(AgeError) {
    nonce.set(index: index, isLast: isLast)
    let nonceBytes = nonce.bytes
    do {
      try cipher.seal(
        chunk, nonce: nonceBytes.span.bytes, authenticating: RawSpan(), into: &output)
    } catch {
      throw .crypto(error)
    }
  }

  /// Opens one payload chunk.
  ///
  /// - Parameters:
  ///   - sealed: ciphertext then the 16-byte tag, 17...65,552 bytes; exactly 16 only for an empty file's single chunk.
  ///   - index: the number of the chunk, from 0.
  ///   - isLast: sets the final-chunk flag, byte 11 of the 12-byte nonce.
  ///   - output: 16 bytes fewer than `sealed`; wiped when the chunk is rejected.
  /// - Throws: `AgeError.chunkRejected(index:)`.
  ///
  /// Spec: C2SP age.md, "Payload". C counterpart: `EVP_DecryptFinal_ex`.
  mutating func open(
    _ sealed: RawSpan, index: UInt64, isLast: Bool, into output: inout MutableRawSpan
  ) throws(AgeError) {
    let isEmpty = sealed.byteCount == AEAD.tagByteCount
    guard sealed.byteCount >= AEAD.tagByteCount, !isEmpty || (isLast && index == 0) else {
      throw .chunkRejected(index: index)
    }
    nonce.set(index: index, isLast: isLast)
    let nonceBytes = nonce.bytes
    do {
      try cipher.open(
        sealed, nonce: nonceBytes.span.bytes, authenticating: RawSpan(), into: &output)
    } catch CryptoError.authenticationFailed {
      throw .chunkRejected(index: index)
    } catch {
      throw .crypto(error)
    }
  }
}
