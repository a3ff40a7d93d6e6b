/// ChaCha20-Poly1305 (RFC 8439): authenticated encryption as age uses it.
///
/// One value holds one key and serves any number of messages, one after another: only the nonce changes. A
/// nonce must never serve twice under a key for sealing; the caller counts, or uses a fresh key for each
/// message.
package struct ChaCha20Poly1305: ~Copyable, Sendable {
  package static let keyByteCount = AEADContext.keyByteCount
  package static let nonceByteCount = AEADContext.nonceByteCount
  /// Sealed bytes are the ciphertext, as long as the plaintext, and then the 16-byte tag.
  package static let tagByteCount = AEADContext.tagByteCount

  private var context: AEADContext

  /// - Parameter key: 32 bytes, copied into OpenSSL's context, which wipes them when dropped.
  package init(key: RawSpan) throws(CryptoError) {
    context = try AEADContext(Algorithms.chaCha20Poly1305, key: key)
  }

  /// Seals into `output`, which has room for exactly 16 bytes more than the plaintext. The nonce is 12 bytes.
  package mutating func seal(
    _ plaintext: RawSpan, nonce: RawSpan, authenticating associated: RawSpan,
    into output: inout MutableRawSpan
  ) throws(CryptoError) {
    try context.seal(plaintext, nonce: nonce, authenticating: associated, into: &output)
  }

  /// Opens into `output`, which has room for exactly 16 bytes fewer than `sealed`.
  ///
  /// - Throws: `.authenticationFailed` for any wrong key, nonce, associated data or byte, and for fewer than
  ///   16 bytes; `output` is then all zeros.
  package mutating func open(
    _ sealed: RawSpan, nonce: RawSpan, authenticating associated: RawSpan, into output: inout MutableRawSpan
  ) throws(CryptoError) {
    try context.open(sealed, nonce: nonce, authenticating: associated, into: &output)
  }

  /// Seals into a new array.
  package mutating func seal(
    _ plaintext: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    try context.seal(plaintext, nonce: nonce, authenticating: associated)
  }

  /// Opens a small secret.
  package mutating func open(
    _ sealed: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> SecretBytes {
    try context.open(sealed, nonce: nonce, authenticating: associated)
  }

  /// Opens text that need not be wiped, into a new array.
  package mutating func openBytes(
    _ sealed: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    try context.openBytes(sealed, nonce: nonce, authenticating: associated)
  }
}
