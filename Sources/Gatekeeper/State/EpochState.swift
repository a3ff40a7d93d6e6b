package import TransparencyLog

/// Why the keys were changed.
package enum RotationCause: String, Hashable, Sendable, Codable, CaseIterable {
  /// Somebody who held them has left.
  case leaver
  /// They are a year old.
  case yearly
  /// Somebody may have them who should not.
  case suspicion
}

/// The time between two changes of the vault's keys, as the ledger tells it.
package struct EpochState: Hashable, Sendable, Codable {
  /// 1 for a new vault, at most 9999.
  package let number: Int
  /// Signs the log while the epoch lasts.
  package let logKey: VerifierKey
  package let since: Timestamp
  /// nil for the first.
  package let cause: RotationCause?
  /// The entry that began it: `vault.created` or `key.rotated`.
  package let entry: UInt64
  /// The first entry sealed under the epoch's ledger key: 0, or the one after `entry`, which ends the epoch before.
  package let firstEntry: UInt64
  /// Sealed under the register's key, says which epoch identity is the vault's.
  let details: BoxedDetails?
  /// The tree at the end of the epoch, whose checkpoint this epoch's key signs and the next one's; nil while it lasts.
  package var closing: SeenHead?
}

extension VaultState {
  /// The epoch that lasts; nil before the first entry.
  package var epoch: EpochState? { epochs.last }

  /// The epoch whose ledger key seals the entry at `index`.
  package func epoch(ofEntry index: UInt64) -> EpochState? { epochs.last { $0.firstEntry <= index } }

  /// Signs the log now.
  package var logKey: VerifierKey? { epochs.last?.logKey }

  /// Whether the newest entry is the one that ended an epoch: nothing may follow before its closing checkpoint is kept.
  var isAtClosing: Bool { epochs.count > 1 && epochs.last?.firstEntry == size }
}
