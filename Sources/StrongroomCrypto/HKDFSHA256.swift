import CStrongroom

/// HKDF with SHA-256 (RFC 5869), extract and expand in one.
package enum HKDFSHA256 {
  /// The most HKDF can give: 255 blocks of 32 bytes.
  package static let largestOutput = 255 * 32

  /// - Parameters:
  ///   - count: 1...8160 bytes.
  ///   - salt: may be empty (RFC 5869's default salt of 32 zeros).
  ///   - info: says what the key is for; at most 1,024 bytes.
  package static func derive(
    count: Int, from inputKey: RawSpan, salt: [UInt8], info: [UInt8]
  ) throws(CryptoError) -> SecretBytes {
    try derive(count: count, from: inputKey, salt: salt.view, info: info.view)
  }

  package static func derive(
    count: Int, from inputKey: RawSpan, salt: RawSpan, info: RawSpan
  ) throws(CryptoError) -> SecretBytes {
    guard count > 0, count <= largestOutput else {
      throw .invalidLength(expected: largestOutput, actual: count)
    }
    // OpenSSL 3.0 holds the info in a fixed buffer; the limit here is below its, and said.
    guard info.byteCount <= 1024 else { throw .invalidLength(expected: 1024, actual: info.byteCount) }
    let kdf = try Algorithms.hkdf.get()
    return try SecretBytes.filling(count: count) { (output: inout MutableRawSpan) throws(CryptoError) in
      let result = unsafe output.withUnsafeMutableBytes { out in
        unsafe inputKey.withUnsafeBytes { key in
          unsafe salt.withUnsafeBytes { salt in
            unsafe info.withUnsafeBytes { info in
              unsafe strongroom_hkdf_sha256(
                kdf.pointer, out.bytePointer, out.count, key.bytePointer, key.count, salt.bytePointer,
                salt.count,
                info.bytePointer, info.count)
            }
          }
        }
      }
      try checkOpenSSL(result, "EVP_KDF_derive(HKDF)")
    }
  }
}
