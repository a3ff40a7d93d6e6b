package import StrongroomCrypto

/// A passphrase to seal a file with. It must be the file's only recipient.
///
/// Spec: C2SP age.md, "The scrypt recipient type".
package final class ScryptRecipient: AgeRecipient {
  /// What the `age` command writes: 256 MiB and about a second for each try.
  package static let standardLog2N = 18

  private let passphrase: SecretBytes
  private let log2N: Int

  /// - Parameters:
  ///   - passphrase: NFC-normalised UTF-8; used byte for byte.
  ///   - log2N: binary logarithm of the work factor, 1...22.
  /// - Throws: `AgeError.emptyPassphrase`.
  package init(passphrase: consuming SecretBytes, log2N: Int = standardLog2N) throws(AgeError) {
    precondition((1...22).contains(log2N), "the age command reads work factors up to 22")
    guard passphrase.count > 0 else { throw .emptyPassphrase }
    self.passphrase = passphrase
    self.log2N = log2N
  }

  package var mustBeAlone: Bool { true }

  package func wrap(_ fileKey: borrowing SecretBytes) throws(AgeError) -> Stanza {
    let salt = try cryptoCall { () throws(CryptoError) in
      try SecureRandom.bytes(count: ScryptStanza.saltByteCount)
    }
    return try ScryptStanza.sealing(fileKey, passphrase: passphrase, salt: salt, log2N: log2N).stanza
  }
}
