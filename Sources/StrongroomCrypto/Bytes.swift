// Bytes at this module's border travel as `RawSpan` (read) and `MutableRawSpan` (write): borrowed views that
// can't outlive their owner and copy nothing. Callers get them so, without any feature flag:
//
//   secret.bytes                      from SecretBytes and PlaintextBuffer
//   array.span.bytes                  from [UInt8]
//   array.span.bytes.extracting(4..<20)
//   RawSpan()                         no bytes
//
//   var output = array.mutableSpan    // a variable of its own: the view holds `array` until its last use
//   var bytes = output.mutableBytes   // MutableRawSpan
//   try cipher.seal(plaintext.span.bytes, nonce: nonce.span.bytes, authenticating: RawSpan(), into: &bytes)
//
// A span taken from a class property or a global can't leave the access ("lifetime-dependent value escapes
// its scope"): lend it with `secret.withBytes { ... }`, or give the owner as a `borrowing` parameter.
//
// Bind a secret before borrowing it: `let key = try derive(); use(key.bytes)`. Swift 6.3.1 crashes
// ("Instruction does not dominate all uses") on `use(try derive().bytes)`, a span of a temporary made by a
// throwing call.

import COpenSSL

extension [UInt8] {
  /// What callers write as `.span.bytes`. That is marked unsafe for element types with padding; a UInt8 has
  /// none.
  var view: RawSpan {
    @_lifetime(borrow self)
    borrowing get {
      // Safe: see above, and the span borrows the array.
      unsafe _overrideLifetime(span.bytes, borrowing: self)
    }
  }

  /// A copy of the bytes. Not for secrets: an array is never wiped.
  package init(copying bytes: RawSpan) {
    // Safe: initializes exactly `byteCount` bytes of the capacity asked for.
    self = unsafe [UInt8](unsafeUninitializedCapacity: bytes.byteCount) { buffer, count in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      }
      count = bytes.byteCount
    }
  }
}

extension RawSpan {
  /// The byte at an offset, which must be in `0..<byteCount`.
  package func byte(at offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "offset outside the span")
    // Safe: the bounds were checked on the line before, and every byte pattern is a UInt8.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}

extension MutableRawSpan {
  /// Copies `bytes` to `offset`. Traps if they don't fit.
  package mutating func copyBytes(_ bytes: RawSpan, at offset: Int = 0) {
    precondition(
      offset >= 0 && offset <= byteCount && bytes.byteCount <= byteCount - offset, "bytes don't fit")
    guard bytes.byteCount > 0 else { return }
    // Safe: the bounds were checked above, and a mutable span excludes every other view of its bytes.
    unsafe withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: source)
      }
    }
  }

  /// Sets one byte. Traps outside `0..<byteCount`.
  package mutating func setByte(_ value: UInt8, at offset: Int) {
    precondition(offset >= 0 && offset < byteCount, "offset outside the span")
    unsafe withUnsafeMutableBytes { unsafe $0[offset] = value }
  }

  /// Overwrites all bytes with zeros in a way the compiler can't leave out. The corresponding C function is
  /// `OPENSSL_cleanse`.
  package mutating func wipe() {
    unsafe withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
  }

  /// The same from an offset on. Traps beyond the end.
  package mutating func wipe(from offset: Int) {
    var rest = _mutatingExtracting(offset..<byteCount)
    rest.wipe()
  }
}

/// Whether two byte strings are the same, in time that depends on their lengths only.
///
/// The corresponding C function is `CRYPTO_memcmp`.
package func constantTimeEqual(_ a: RawSpan, _ b: RawSpan) -> Bool {
  guard a.byteCount == b.byteCount else { return false }
  guard a.byteCount > 0 else { return true }
  return unsafe a.withUnsafeBytes { left in
    unsafe b.withUnsafeBytes { right in
      unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
    }
  }
}

package func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
  constantTimeEqual(a.view, b.view)
}
