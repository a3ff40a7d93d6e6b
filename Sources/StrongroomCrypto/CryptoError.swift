/// What can go wrong in this module: data, never a sentence, never a secret.
package enum CryptoError: Error, Hashable, Sendable {
  /// An OpenSSL function failed; `code` is the first code in its error queue (0 if the queue was empty).
  case callFailed(function: String, code: UInt)
  /// The tag does not match: another key, nonce or associated data, or altered bytes. Nothing was released.
  case authenticationFailed
  /// A buffer, key, nonce or output has the wrong number of bytes.
  case invalidLength(expected: Int, actual: Int)
  /// The bytes are no key of this kind.
  case invalidKey
  /// The X25519 peer is a point of low order: the shared secret would be all zeros (RFC 7748, section 6.1).
  case weakSharedSecret
  /// A parameter outside what the function accepts, named as in its signature.
  case invalidParameter(name: String)
}
