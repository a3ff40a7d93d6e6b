import COpenSSL
import CStrongroom

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
package enum HMACSHA256 {
  /// The 32-byte tag of `message` under `key` (any length, the empty key included).
  ///
  /// Compare tags with `constantTimeEqual`, not with `==`, when an outsider can try.
  package static func authenticate(_ message: RawSpan, key: RawSpan) throws(CryptoError) -> SHA256Digest {
    let context = unsafe try newContext()
    defer { unsafe EVP_MAC_CTX_free(context) }
    unsafe try initialize(context, key)
    unsafe try update(context, message)
    return unsafe try finish(context)
  }

  package static func authenticate(_ message: [UInt8], key: RawSpan) throws(CryptoError) -> SHA256Digest {
    try authenticate(message.view, key: key)
  }

  package static func authenticate(_ message: [UInt8], key: [UInt8]) throws(CryptoError) -> SHA256Digest {
    try authenticate(message.view, key: key.view)
  }

  /// Whether `tag` is the right one, in constant time.
  package static func isValid(_ tag: RawSpan, for message: RawSpan, key: RawSpan) throws(CryptoError) -> Bool
  {
    let expected = try authenticate(message, key: key)
    return expected.withBytes { constantTimeEqual($0, tag) }
  }

  /// A keyless context with SHA-256 chosen; copying it costs a third of making one.
  private static let template: Result<AlgorithmHandle, CryptoError> = {
    do throws(CryptoError) {
      let mac = try Algorithms.hmac.get()
      return .success(
        unsafe try AlgorithmHandle(
          fetchedBy: "EVP_MAC_CTX_set_params", strongroom_hmac_sha256_context(mac.pointer)))
    } catch {
      return .failure(error)
    }
  }()

  private static func newContext() throws(CryptoError) -> OpaquePointer {
    let template = try template.get()
    guard let context = unsafe EVP_MAC_CTX_dup(template.pointer) else {
      throw openSSLFailure("EVP_MAC_CTX_dup")
    }
    return unsafe context
  }

  private static func initialize(_ context: OpaquePointer, _ key: RawSpan) throws(CryptoError) {
    let result: CInt = unsafe key.withUnsafeBytes { bytes in
      // A null pointer would mean "keep the old key", so the empty key needs an address.
      if let start = bytes.baseAddress {
        return unsafe EVP_MAC_init(context, start.assumingMemoryBound(to: UInt8.self), bytes.count, nil)
      }
      return unsafe withUnsafePointer(to: UInt8(0)) { unsafe EVP_MAC_init(context, $0, 0, nil) }
    }
    try checkOpenSSL(result, "EVP_MAC_init")
  }

  private static func update(_ context: OpaquePointer, _ bytes: RawSpan) throws(CryptoError) {
    guard bytes.byteCount > 0 else { return }
    let result = unsafe bytes.withUnsafeBytes {
      unsafe EVP_MAC_update(context, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count)
    }
    try checkOpenSSL(result, "EVP_MAC_update")
  }

  private static func finish(_ context: OpaquePointer) throws(CryptoError) -> SHA256Digest {
    var result: CInt = 0
    let tag = unsafe SHA256Digest { output in
      result = unsafe EVP_MAC_final(context, output, nil, SHA256Digest.byteCount)
    }
    try checkOpenSSL(result, "EVP_MAC_final")
    return tag
  }
}
