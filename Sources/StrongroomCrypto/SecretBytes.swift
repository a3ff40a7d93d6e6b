import COpenSSL

/// Bytes that must not be left behind: keys, passphrases, the text of an identity file.
///
/// They are in OpenSSL's secure heap (locked, guarded, left out of core files), or in the ordinary heap if
/// larger than 16 KiB or the secure heap is full, and wiped when the value goes out of scope, is consumed, or
/// an error passes it. The value can't be copied, printed, encoded or compared but in constant time. Moving
/// it moves a pointer: no copy of the bytes stays on the stack, as one would with bytes held inline.
///
/// `@unchecked Sendable` because the bytes never change after `filling` returns, and only one owner can free
/// them. `@safe` because the memory belongs to this value alone and is reached only through spans that borrow
/// it.
@safe
package struct SecretBytes: ~Copyable, @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer
  /// Number of bytes.
  package let count: Int

  private init(zeroed count: Int) {
    unsafe self.memory = SecureHeap.allocate(count)
    self.count = count
  }

  deinit {
    unsafe SecureHeap.wipeAndFree(memory, count)
  }

  /// A view of the bytes, borrowed from this value.
  package var bytes: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: the memory lives as long as `self`, and holds `count` bytes, all initialized.
      unsafe _overrideLifetime(RawSpan(_unsafeStart: memory, byteCount: count), borrowing: self)
    }
  }

  /// Lends the bytes to `body`. For a secret in a class or global, whose `bytes` can't leave the access.
  package func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try body(bytes)
  }

  /// A secret of `count` bytes, zero at first, that `body` fills. If `body` throws, what it wrote is wiped.
  package static func filling<E: Error>(
    count: Int, _ body: (inout MutableRawSpan) throws(E) -> Void
  ) throws(E) -> SecretBytes {
    let secret = SecretBytes(zeroed: count)
    // Safe: no other view of the memory exists before this function returns, and `secret` lives until then.
    // The span is made from a copy of the pointer, or it would borrow `secret`, which must stay free to be
    // returned.
    let memory = unsafe secret.memory
    var span = unsafe MutableRawSpan(_unsafeStart: memory, byteCount: count)
    try body(&span)
    return secret
  }

  /// A copy of the bytes. Wiping the source is its owner's task.
  package static func copying(_ bytes: RawSpan) -> SecretBytes {
    filling(count: bytes.byteCount) { $0.copyBytes(bytes) }
  }

  /// Random bytes from the generator OpenSSL keeps apart for secrets. The corresponding C function is
  /// `RAND_priv_bytes`.
  ///
  /// - Throws: `CryptoError.callFailed` if the operating system gives no randomness.
  package static func random(count: Int) throws(CryptoError) -> SecretBytes {
    guard count <= Int(CInt.max) else { throw .invalidLength(expected: Int(CInt.max), actual: count) }
    return try filling(count: count) { (span: inout MutableRawSpan) throws(CryptoError) in
      let result = unsafe span.withUnsafeMutableBytes {
        unsafe RAND_priv_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), CInt($0.count))
      }
      try checkOpenSSL(result, "RAND_priv_bytes")
    }
  }

  /// A second secret with the same bytes, for a second owner.
  package func duplicate() -> SecretBytes { .copying(bytes) }

  /// Equality in time that depends on the lengths only.
  package func isEqual(to other: RawSpan) -> Bool { constantTimeEqual(bytes, other) }
}
