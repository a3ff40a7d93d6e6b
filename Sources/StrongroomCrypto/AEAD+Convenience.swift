// The same operations for callers that want a new value rather than fill a buffer.

extension AEAD {
  /// Seals into a new array.
  package mutating func seal(
    _ plaintext: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: plaintext.byteCount + Self.tagByteCount)
    var span = sealed.mutableSpan
    var output = unsafe span.mutableBytes  // Safe: a UInt8 has no padding, and any byte is one.
    try seal(plaintext, nonce: nonce.view, authenticating: associated.view, into: &output)
    return sealed
  }

  /// Opens a small secret.
  package mutating func open(
    _ sealed: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> SecretBytes {
    guard sealed.byteCount >= Self.tagByteCount else { throw .authenticationFailed }
    return try SecretBytes.filling(count: sealed.byteCount - Self.tagByteCount) {
      (output: inout MutableRawSpan) throws(CryptoError) in
      try open(sealed, nonce: nonce.view, authenticating: associated.view, into: &output)
    }
  }

  /// Opens text that need not be wiped, into a new array.
  package mutating func openBytes(
    _ sealed: RawSpan, nonce: [UInt8], authenticating associated: [UInt8] = []
  ) throws(CryptoError) -> [UInt8] {
    guard sealed.byteCount >= Self.tagByteCount else { throw .authenticationFailed }
    var opened = [UInt8](repeating: 0, count: sealed.byteCount - Self.tagByteCount)
    var span = opened.mutableSpan
    var output = unsafe span.mutableBytes  // Safe: a UInt8 has no padding, and any byte is one.
    try open(sealed, nonce: nonce.view, authenticating: associated.view, into: &output)
    return opened
  }
}
