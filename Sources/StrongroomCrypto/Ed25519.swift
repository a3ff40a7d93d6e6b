import COpenSSL

/// The public half of an Ed25519 key (RFC 8032): 32 bytes, any 32 of which may be held; a bad one verifies
/// nothing.
package struct Ed25519PublicKey: Hashable, Sendable {
  package static let byteCount = 32
  package static let signatureByteCount = 64

  package let bytes: [UInt8]

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Whether `signature` (64 bytes) is this key's over `message`.
  ///
  /// Which odd encodings count is OpenSSL's choice (RFC 8032's cofactorless check): the same 208 of the 914
  /// edge cases of C2SP's CCTV that Go accepts. False for anything wrong; there is nothing a caller could do
  /// with the difference.
  package func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureByteCount else { return false }
    do throws(CryptoError) {
      try verify(signature, message)
      return true
    } catch {
      return false
    }
  }

  private func verify(_ signature: [UInt8], _ message: [UInt8]) throws(CryptoError) {
    let key = try KeyHandle(.ed25519, publicKey: bytes)
    guard let context = unsafe EVP_MD_CTX_new() else { throw openSSLFailure("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    try checkOpenSSL(unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer), "EVP_DigestVerifyInit")
    let result = unsafe signature.withUnsafeBufferPointer { signature in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe EVP_DigestVerify(
          context, signature.baseAddress, signature.count, message.baseAddress, message.count)
      }
    }
    try checkOpenSSL(result, "EVP_DigestVerify")
  }
}

/// An Ed25519 key that signs. The seed is wiped when the last reference goes.
package final class Ed25519SigningKey: Sendable {
  package static let seedByteCount = 32

  package let publicKey: Ed25519PublicKey
  private let seed: SecretBytes
  private let key: KeyHandle

  /// - Parameter seed: RFC 8032's 32-byte private key.
  package init(seed: consuming SecretBytes) throws(CryptoError) {
    let key = try KeyHandle(.ed25519, privateKey: seed.bytes)
    guard let publicKey = Ed25519PublicKey(try key.publicKey()) else { throw CryptoError.invalidKey }
    self.publicKey = publicKey
    self.key = key
    self.seed = seed
  }

  /// A new random key.
  package static func generate() throws(CryptoError) -> Ed25519SigningKey {
    try Ed25519SigningKey(seed: SecretBytes.random(count: seedByteCount))
  }

  /// 64 bytes, the same each time for the same message. Safe to call from many threads at once.
  package func signature(for message: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard let context = unsafe EVP_MD_CTX_new() else { throw openSSLFailure("EVP_MD_CTX_new") }
    defer { unsafe EVP_MD_CTX_free(context) }
    try checkOpenSSL(unsafe EVP_DigestSignInit(context, nil, nil, nil, key.pointer), "EVP_DigestSignInit")
    var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureByteCount)
    var count = signature.count
    let result = unsafe signature.withUnsafeMutableBufferPointer { signature in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe EVP_DigestSign(context, signature.baseAddress, &count, message.baseAddress, message.count)
      }
    }
    try checkOpenSSL(result, "EVP_DigestSign")
    guard count == signature.count else { throw .invalidLength(expected: signature.count, actual: count) }
    return signature
  }

  /// Lends the seed, for writing it to a sealed file.
  package func withSeed<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try seed.withBytes(body)
  }
}
