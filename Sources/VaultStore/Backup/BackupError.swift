/// What stops a backup or a restore. Which of the two places it was is told apart, since the words are others: a full backup disk is
/// no trouble of the vault's.
package enum BackupError: Error, Hashable, Sendable {
  /// The vault could not be read.
  case vault(VaultStoreError)
  /// The backup's folder could not be read or written.
  case folder(VaultStoreError)
  /// The restored vault could not be written.
  case target(VaultStoreError)
  /// The folder holds something that is no backup; nothing was written there.
  case notABackup
  /// The folder holds another vault's backup, or the other part of this one's; nothing was written there.
  case anothersBackup
  /// A line of a manifest, from 1, is not in the format.
  case notAManifest(line: Int)
  case newerFormat(Int)
  /// No run has come to its end yet, so there is nothing whole to restore.
  case neverFinished
  /// The vault's ledger is shorter than the one in the backup: an older copy of it was put back, or its end was cut off.
  case rolledBack(backup: UInt64, vault: UInt64)
  /// The vault's ledger is not the continuation of the one in the backup.
  case forked(at: UInt64)
  /// The backup's folder lies in the vault, or the vault in it.
  case insideVault
  /// The vault's keys changed again and again while they were copied.
  case keysKeepChanging
  /// The folder to restore into holds something; nothing was written there.
  case targetNotEmpty
  /// A file without which no vault opens is missing from the backup or is not what its manifest says.
  case unusable(String)
}
