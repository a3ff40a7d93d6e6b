import CStrongroom

/// scrypt (RFC 7914): turns a passphrase into a key at a price in time and memory.
package enum Scrypt {
  /// Takes 128 * r * 2^log2N bytes of memory (256 MiB at 18 and 8) and refuses to take noticeably more.
  ///
  /// - Parameters:
  ///   - count: bytes wanted, at least 1.
  ///   - log2N: 1...30. A caller reading a file sets its own, lower limit before calling: this one only keeps
  ///     the sums in range.
  ///   - r: block size, 1...64.
  ///   - p: parallelism, 1...64.
  /// - Throws: `.invalidParameter`, or `.callFailed` when the memory can't be had.
  package static func derive(
    count: Int, passphrase: RawSpan, salt: [UInt8], log2N: Int, r: Int = 8, p: Int = 1
  ) throws(CryptoError) -> SecretBytes {
    guard count > 0 else { throw .invalidLength(expected: 32, actual: count) }
    guard (1...30).contains(log2N) else { throw .invalidParameter(name: "log2N") }
    guard (1...64).contains(r) else { throw .invalidParameter(name: "r") }
    guard (1...64).contains(p) else { throw .invalidParameter(name: "p") }
    let cost = UInt64(1) << UInt64(log2N)
    // RFC 7914: B takes 128rp bytes, V 128rN, and two blocks of scratch; one more KiB for what OpenSSL
    // rounds.
    let maximumMemory = 128 * UInt64(r) * (cost + 2 + UInt64(p)) + 1024
    let kdf = try Algorithms.scrypt.get()
    return try SecretBytes.filling(count: count) { (output: inout MutableRawSpan) throws(CryptoError) in
      let result = unsafe output.withUnsafeMutableBytes { out in
        unsafe passphrase.withUnsafeBytes { passphrase in
          unsafe salt.withUnsafeBytes { salt in
            unsafe strongroom_scrypt(
              kdf.pointer, out.bytePointer, out.count, passphrase.bytePointer, passphrase.count,
              salt.bytePointer,
              salt.count, cost, UInt32(r), UInt32(p), maximumMemory)
          }
        }
      }
      try checkOpenSSL(result, "EVP_KDF_derive(SCRYPT)")
    }
  }
}
