import COpenSSL

/// An EVP_PKEY: an X25519 or Ed25519 key, freed (and, if private, wiped by OpenSSL) when dropped.
///
/// `@unchecked Sendable` because an EVP_PKEY is not changed once made, and its reference count is atomic.
/// `@safe` because the pointer belongs to this value alone.
@safe
struct KeyHandle: ~Copyable, @unchecked Sendable {
  let pointer: OpaquePointer

  enum Kind {
    case x25519
    case ed25519

    var identifier: CInt {
      switch self {
      case .x25519: EVP_PKEY_X25519
      case .ed25519: EVP_PKEY_ED25519
      }
    }
  }

  /// The corresponding C function is `EVP_PKEY_new_raw_private_key`. 32 bytes.
  init(_ kind: Kind, privateKey: RawSpan) throws(CryptoError) {
    guard privateKey.byteCount == 32 else { throw .invalidLength(expected: 32, actual: privateKey.byteCount) }
    SecureHeap.prepare()
    let made = unsafe privateKey.withUnsafeBytes {
      unsafe EVP_PKEY_new_raw_private_key(kind.identifier, nil, $0.bytePointer, $0.count)
    }
    guard let made = unsafe made else { throw openSSLFailure("EVP_PKEY_new_raw_private_key") }
    unsafe pointer = made
  }

  /// The corresponding C function is `EVP_PKEY_new_raw_public_key`. 32 bytes.
  init(_ kind: Kind, publicKey: [UInt8]) throws(CryptoError) {
    guard publicKey.count == 32 else { throw .invalidLength(expected: 32, actual: publicKey.count) }
    SecureHeap.prepare()
    let made = unsafe publicKey.withUnsafeBufferPointer {
      unsafe EVP_PKEY_new_raw_public_key(kind.identifier, nil, $0.baseAddress, $0.count)
    }
    guard let made = unsafe made else { throw openSSLFailure("EVP_PKEY_new_raw_public_key") }
    unsafe pointer = made
  }

  deinit {
    unsafe EVP_PKEY_free(pointer)
  }

  /// The corresponding C function is `EVP_PKEY_get_raw_public_key`. 32 bytes.
  func publicKey() throws(CryptoError) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: 32)
    var count = key.count
    let result = unsafe key.withUnsafeMutableBufferPointer {
      unsafe EVP_PKEY_get_raw_public_key(pointer, $0.baseAddress, &count)
    }
    try checkOpenSSL(result, "EVP_PKEY_get_raw_public_key")
    guard count == 32 else { throw .invalidLength(expected: 32, actual: count) }
    return key
  }
}
