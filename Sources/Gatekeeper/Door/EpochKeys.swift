import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// What one epoch's ledger key file holds: the key of its entries and, until the epoch ends, the log's voice.
struct EpochKeys: Sendable {
  let number: Int
  /// Index of the first entry sealed under `ledger`.
  let firstEntry: UInt64
  let ledger: LedgerKey
  /// The log's key of this epoch.
  let logKey: VerifierKey
  /// nil once the signing key is destroyed.
  let signer: NoteSigner?
}

/// Keys that were made for a new epoch and that no entry names yet.
struct NewEpoch: Sendable {
  let keys: EpochKeys
  let identity: X25519Identity
  /// The key files, which must be in place before the entry is.
  let files: [NamedFile]
}
