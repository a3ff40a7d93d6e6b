// What every wrapper shares: the error queue, algorithm handles fetched once, and the secure heap.
//
// OpenSSL is called from this module only, one Swift function for each C function, with the return code
// checked on the next line. Fetching ("which provider has AES-256-GCM?") takes locks and about a microsecond,
// so it is done once.

import COpenSSL

/// An algorithm fetched from OpenSSL, kept for the life of the process.
///
/// `@unchecked Sendable` because fetched EVP_CIPHER, EVP_MD, EVP_MAC and EVP_KDF objects are immutable,
/// reference-counted atomically, and documented as shareable between threads (crypto(7), "ALGORITHM
/// FETCHING"). `@safe` because the pointer is never freed, so it can't dangle.
@safe
struct AlgorithmHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// - Throws: `CryptoError.callFailed` if no provider has the algorithm (a FIPS-only system has no
  ///   ChaCha20).
  init(fetchedBy function: String, _ pointer: OpaquePointer?) throws(CryptoError) {
    guard let pointer = unsafe pointer else { throw openSSLFailure(function) }
    unsafe self.pointer = pointer
  }
}

/// The algorithms this project uses, each fetched on first use.
enum Algorithms {
  typealias Fetched = Result<AlgorithmHandle, CryptoError>

  static let sha256 = unsafe fetch("EVP_MD_fetch") { unsafe EVP_MD_fetch(nil, "SHA256", nil) }
  static let chaCha20Poly1305 = unsafe fetch("EVP_CIPHER_fetch") {
    unsafe EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil)
  }
  static let aes256GCM = unsafe fetch("EVP_CIPHER_fetch") { unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) }
  static let hmac = unsafe fetch("EVP_MAC_fetch") { unsafe EVP_MAC_fetch(nil, "HMAC", nil) }
  static let hkdf = unsafe fetch("EVP_KDF_fetch") { unsafe EVP_KDF_fetch(nil, "HKDF", nil) }
  static let scrypt = unsafe fetch("EVP_KDF_fetch") { unsafe EVP_KDF_fetch(nil, "SCRYPT", nil) }

  private static func fetch(_ function: String, _ call: () -> OpaquePointer?) -> Fetched {
    SecureHeap.prepare()
    do throws(CryptoError) {
      return .success(unsafe try AlgorithmHandle(fetchedBy: function, call()))
    } catch {
      return .failure(error)
    }
  }
}

/// The error for a failed OpenSSL call: takes the first code and empties this thread's queue, so that the
/// next failure can't be blamed on this one.
func openSSLFailure(_ function: String) -> CryptoError {
  let code = ERR_get_error()
  ERR_clear_error()
  return .callFailed(function: function, code: code)
}

/// Turns OpenSSL's "1 is success" into a throw.
func checkOpenSSL(_ result: CInt, _ function: String) throws(CryptoError) {
  guard result == 1 else { throw openSSLFailure(function) }
}

/// OpenSSL's secure heap: 1 MiB, locked in memory, between guard pages, left out of core files.
///
/// OpenSSL uses it, too, and where it does it has no other place: with the heap full, a thread that asks for its
/// first random bytes gets an error (its generator's state belongs there). So secrets take three quarters at most,
/// and the others go to the ordinary heap, where they are wiped just the same.
enum SecureHeap {
  static let byteCount = 1 << 20

  /// What secrets may fill. Threads that allocate at once can pass it by a few blocks; that is what the rest is for.
  static let secretsByteCount = byteCount / 4 * 3

  /// A larger secret goes to the ordinary heap: a few of them must not crowd out the many small keys.
  static let largestAllocation = 16 << 10

  /// 1: locked; 2: made but not locked (RLIMIT_MEMLOCK); 0: not made, OpenSSL then uses the ordinary heap.
  private static let state: CInt = CRYPTO_secure_malloc_init(byteCount, 32)

  /// Made on first use.
  static var protection: SecretMemory {
    switch state {
    case 1: .locked
    case 0: .ordinary
    default: .unlocked
    }
  }

  static func prepare() {
    if state == 0 { ERR_clear_error() }
  }

  /// Zeroed memory of at least one byte. Traps when the machine has none left, as Swift's own allocations do.
  static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    precondition(count >= 0, "a negative number of bytes")
    prepare()
    let room = max(count, 1)
    if room <= largestAllocation, CRYPTO_secure_used() + room <= secretsByteCount,
      let memory = unsafe CRYPTO_secure_zalloc(room, nil, 0)
    {
      return unsafe memory
    }
    ERR_clear_error()
    guard let memory = unsafe CRYPTO_zalloc(room, nil, 0) else { fatalError("out of memory") }
    return unsafe memory
  }

  /// Wipes and frees what `allocate` gave, wherever it came from.
  static func wipeAndFree(_ memory: UnsafeMutableRawPointer, _ count: Int) {
    unsafe CRYPTO_secure_clear_free(memory, max(count, 1), nil, 0)
  }
}
