import COpenSSL

/// Authenticated encryption with associated data: ChaCha20-Poly1305 (RFC 8439), as age uses it, and AES-256 in Galois/Counter
/// Mode (NIST SP 800-38D). Keys are 32 bytes, nonces 12, tags 16.
///
/// One value holds one key and serves any number of messages, one after another: only the nonce changes. A nonce must never
/// serve twice under a key for sealing; the caller counts, or uses a fresh key for each message.
///
/// One OpenSSL context, keyed once: sealing and opening 64 KiB allocates nothing. OpenSSL wipes its memory when freed.
///
/// `@unchecked Sendable` because it has one owner and changes only through `mutating` functions. `@safe`
/// because the context belongs to this value alone.
@safe
package struct AEAD: ~Copyable, @unchecked Sendable {
  package enum Algorithm: Hashable, Sendable { case chaCha20Poly1305, aes256GCM }

  package static let keyByteCount = 32
  package static let nonceByteCount = 12
  /// Sealed bytes are the ciphertext, as long as the plaintext, and then the 16-byte tag.
  package static let tagByteCount = 16

  private enum Direction: CInt {
    case open = 0
    case seal = 1
  }

  private let context: OpaquePointer

  /// - Parameter key: 32 bytes, copied into OpenSSL's context, which wipes them when dropped.
  package init(_ algorithm: Algorithm, key: RawSpan) throws(CryptoError) {
    let cipher =
      switch algorithm {
      case .chaCha20Poly1305: try Algorithms.chaCha20Poly1305.get()
      case .aes256GCM: try Algorithms.aes256GCM.get()
      }
    guard key.byteCount == Self.keyByteCount else {
      throw .invalidLength(expected: Self.keyByteCount, actual: key.byteCount)
    }
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw openSSLFailure("EVP_CIPHER_CTX_new") }
    let result = unsafe key.withUnsafeBytes {
      unsafe EVP_CipherInit_ex2(context, cipher.pointer, $0.bytePointer, nil, Direction.seal.rawValue, nil)
    }
    guard result == 1 else {
      unsafe EVP_CIPHER_CTX_free(context)
      throw openSSLFailure("EVP_CipherInit_ex2")
    }
    unsafe self.context = context
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
  }

  /// Seals into `output`, which has room for exactly 16 bytes more than the plaintext. The nonce is 12 bytes.
  package mutating func seal(
    _ plaintext: RawSpan, nonce: RawSpan, authenticating associated: RawSpan,
    into output: inout MutableRawSpan
  ) throws(CryptoError) {
    guard output.byteCount == plaintext.byteCount + Self.tagByteCount else {
      throw .invalidLength(expected: plaintext.byteCount + Self.tagByteCount, actual: output.byteCount)
    }
    try start(.seal, nonce, associated)
    var failure: CryptoError?
    unsafe output.withUnsafeMutableBytes { out in
      do throws(CryptoError) {
        unsafe try update(out.bytePointer, plaintext)
        // An AEAD gives no bytes at the end, but insists on an address.
        unsafe try finishSealing(out.bytePointer)
        unsafe try getTag(out.bytePointer! + plaintext.byteCount)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Opens into `output`, which has room for exactly 16 bytes fewer than `sealed`.
  ///
  /// - Throws: `.authenticationFailed` for any wrong key, nonce, associated data or byte, and for fewer than
  ///   16 bytes; `output` is then all zeros.
  package mutating func open(
    _ sealed: RawSpan, nonce: RawSpan, authenticating associated: RawSpan, into output: inout MutableRawSpan
  ) throws(CryptoError) {
    // Too short to carry a tag: no honest sealer made it.
    guard sealed.byteCount >= Self.tagByteCount else { throw .authenticationFailed }
    let count = sealed.byteCount - Self.tagByteCount
    guard output.byteCount == count else { throw .invalidLength(expected: count, actual: output.byteCount) }
    do throws(CryptoError) {
      try start(.open, nonce, associated)
      try setTag(sealed.extracting(count...))
      try openBody(sealed.extracting(..<count), into: &output)
    } catch {
      output.wipe()
      throw error
    }
  }

  private mutating func openBody(_ sealed: RawSpan, into output: inout MutableRawSpan) throws(CryptoError) {
    var failure: CryptoError?
    unsafe output.withUnsafeMutableBytes { out in
      do throws(CryptoError) {
        unsafe try update(out.bytePointer, sealed)
        try finishOpening()
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Sets direction and nonce, keeping the key, and takes the associated data in.
  private mutating func start(
    _ direction: Direction, _ nonce: RawSpan, _ associated: RawSpan
  ) throws(CryptoError) {
    guard nonce.byteCount == Self.nonceByteCount else {
      throw .invalidLength(expected: Self.nonceByteCount, actual: nonce.byteCount)
    }
    let result = unsafe nonce.withUnsafeBytes {
      unsafe EVP_CipherInit_ex2(context, nil, nil, $0.bytePointer, direction.rawValue, nil)
    }
    try checkOpenSSL(result, "EVP_CipherInit_ex2")
    // OpenSSL's convention: an update without an output is associated data.
    unsafe try update(nil, associated)
  }

  private mutating func update(_ output: UnsafeMutablePointer<UInt8>?, _ input: RawSpan) throws(CryptoError) {
    guard input.byteCount > 0 else { return }
    guard let count = CInt(exactly: input.byteCount) else {
      throw .invalidLength(expected: Int(CInt.max), actual: input.byteCount)
    }
    var written: CInt = 0
    let result = unsafe input.withUnsafeBytes {
      unsafe EVP_CipherUpdate(context, output, &written, $0.bytePointer, count)
    }
    try checkOpenSSL(result, "EVP_CipherUpdate")
    guard written == count else { throw .callFailed(function: "EVP_CipherUpdate", code: 0) }
  }

  private mutating func finishSealing(_ output: UnsafeMutablePointer<UInt8>?) throws(CryptoError) {
    var written: CInt = 0
    try checkOpenSSL(unsafe EVP_CipherFinal_ex(context, output, &written), "EVP_CipherFinal_ex")
    guard written == 0 else { throw .callFailed(function: "EVP_CipherFinal_ex", code: 0) }
  }

  /// The one place where a failure means "not authentic": `EVP_CipherFinal_ex` compares the tag, in constant
  /// time.
  private mutating func finishOpening() throws(CryptoError) {
    var written: CInt = 0
    var unused: UInt8 = 0
    let result = unsafe EVP_CipherFinal_ex(context, &unused, &written)
    guard result == 1, written == 0 else {
      ERR_clear_error()
      throw .authenticationFailed
    }
  }

  private mutating func getTag(_ tag: UnsafeMutablePointer<UInt8>) throws(CryptoError) {
    let result = unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagByteCount), tag)
    try checkOpenSSL(result, "EVP_CIPHER_CTX_ctrl(GET_TAG)")
  }

  private mutating func setTag(_ tag: RawSpan) throws(CryptoError) {
    let result = unsafe tag.withUnsafeBytes {
      // OpenSSL copies the tag; the missing const is its interface's age.
      unsafe EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, CInt($0.count), UnsafeMutableRawPointer(mutating: $0.baseAddress))
    }
    try checkOpenSSL(result, "EVP_CIPHER_CTX_ctrl(SET_TAG)")
  }
}
