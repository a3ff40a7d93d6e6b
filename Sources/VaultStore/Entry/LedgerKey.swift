package import StrongroomCrypto

/// The key of one ledger epoch: it opens the ledger's entries and nothing else. 32 bytes, wiped when the last reference goes.
package final class LedgerKey: Sendable {
  package static let byteCount = 32

  /// 1 for a new vault, one more with each rotation.
  package let epoch: UInt32
  private let secret: SecretBytes

  /// - Precondition: `secret` has 32 bytes.
  package init(epoch: UInt32, secret: consuming SecretBytes) {
    precondition(secret.count == Self.byteCount, "a ledger key has 32 bytes")
    self.epoch = epoch
    self.secret = secret
  }

  package static func generate(epoch: UInt32) throws(VaultStoreError) -> LedgerKey {
    do { return LedgerKey(epoch: epoch, secret: try SecretBytes.random(count: byteCount)) } catch {
      throw .cryptography
    }
  }

  /// Lends the 32 bytes.
  package func withSecret<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try secret.withBytes(body)
  }
}
