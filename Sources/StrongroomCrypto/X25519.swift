import COpenSSL

/// X25519 key agreement (RFC 7748). All keys and secrets are 32 bytes; any 32 bytes are a private key.
package enum X25519 {
  package static let keyByteCount = 32

  /// The public key that belongs to a private one.
  package static func publicKey(of privateKey: RawSpan) throws(CryptoError) -> [UInt8] {
    try KeyHandle(.x25519, privateKey: privateKey).publicKey()
  }

  /// The secret both sides arrive at.
  ///
  /// - Throws: `.weakSharedSecret` if the peer's key is a point of low order (RFC 7748, section 6.1: the
  ///   all-zero check).
  package static func sharedSecret(
    privateKey: RawSpan, peerPublicKey: [UInt8]
  ) throws(CryptoError) -> SecretBytes {
    let own = try KeyHandle(.x25519, privateKey: privateKey)
    let peer = try KeyHandle(.x25519, publicKey: peerPublicKey)
    guard let context = unsafe EVP_PKEY_CTX_new(own.pointer, nil) else {
      throw openSSLFailure("EVP_PKEY_CTX_new")
    }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    try checkOpenSSL(unsafe EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
    try checkOpenSSL(unsafe EVP_PKEY_derive_set_peer(context, peer.pointer), "EVP_PKEY_derive_set_peer")
    let secret = try SecretBytes.filling(count: keyByteCount) {
      (output: inout MutableRawSpan) throws(CryptoError) in
      unsafe try derive(context, into: &output)
    }
    // OpenSSL refuses these itself; a provider that doesn't must not pass.
    let zeros = [UInt8](repeating: 0, count: keyByteCount)
    if secret.isEqual(to: zeros.view) { throw .weakSharedSecret }
    return secret
  }

  private static func derive(_ context: OpaquePointer, into output: inout MutableRawSpan) throws(CryptoError)
  {
    var count = output.byteCount
    let result = unsafe output.withUnsafeMutableBytes {
      unsafe EVP_PKEY_derive(context, $0.bytePointer, &count)
    }
    guard result == 1 else {
      // With both keys in place and 32 bytes of room, the all-zero result is the one thing that fails here.
      ERR_clear_error()
      throw .weakSharedSecret
    }
    guard count == keyByteCount else { throw .invalidLength(expected: keyByteCount, actual: count) }
  }
}
