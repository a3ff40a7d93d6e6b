import COpenSSL

/// Random bytes that may be seen by others: nonces, salts, identifiers. For keys use `SecretBytes.random`.
package enum SecureRandom {
  /// The corresponding C function is `RAND_bytes`.
  ///
  /// - Throws: `CryptoError.callFailed` if the operating system gives no randomness.
  package static func bytes(count: Int) throws(CryptoError) -> [UInt8] {
    guard count >= 0, count <= Int(CInt.max) else {
      throw .invalidLength(expected: Int(CInt.max), actual: count)
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let result = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe RAND_bytes($0.baseAddress, CInt(count))
    }
    try checkOpenSSL(result, "RAND_bytes")
    return bytes
  }
}
