package import StrongroomCrypto

/// A passphrase to open a file with.
///
/// Spec: C2SP age.md, "The scrypt recipient type".
package final class ScryptIdentity: AgeIdentity {
  /// 1 GiB and some five seconds a try: the most that a file from outside may ask of us.
  package static let standardMaximumLog2N = 20

  private let passphrase: SecretBytes
  private let maximumLog2N: Int

  /// - Parameters:
  ///   - passphrase: NFC-normalised UTF-8; used byte for byte.
  ///   - maximumLog2N: the largest work factor to accept, as a binary logarithm. Memory is 1,024 · 2^log2N bytes.
  /// - Throws: `AgeError.emptyPassphrase`.
  package init(passphrase: consuming SecretBytes, maximumLog2N: Int = standardMaximumLog2N) throws(AgeError) {
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    self.passphrase = passphrase
    self.maximumLog2N = maximumLog2N
  }

  package var isPassphrase: Bool { true }

  /// - Throws: `AgeError.limitExceeded(.workFactor, …)` before any memory is taken.
  package func fileKey(from stanzas: [Stanza]) throws(AgeError) -> SecretBytes? {
    for stanza in stanzas {
      guard let candidate = try ScryptStanza(reading: stanza) else { continue }
      guard candidate.log2N <= maximumLog2N else {
        throw .limitExceeded(.workFactor, maximum: maximumLog2N)
      }
      if let fileKey = try candidate.open(passphrase: passphrase) { return fileKey }
    }
    return nil
  }
}
