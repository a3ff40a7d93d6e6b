/// What can go wrong when a vault is stored or read. Cases carry data, never sentences and never anything personal:
/// names are relative to the vault ("records/ab/cd/….age"), and files outside the vault are not named at all.
package enum VaultStoreError: Error, Hashable, Sendable {
  /// The folder holds no finished vault (no `STRONGROOM` file).
  case notAVault
  /// The vault was written by a newer program.
  case unsupportedFormat(Int)
  /// A file or vault of that name is there already; nothing was changed.
  case alreadyExists(String)
  /// The vault lies on another machine's disk (the kind of file system), where locks and flushes cannot be relied on. Nothing was
  /// written.
  case networkFileSystem(String)
  /// Another process held the writer lock for the whole deadline (2 s).
  case busy
  /// The ledger has grown since the caller decided; decide again on the new state.
  case conflict(actualSize: UInt64)
  /// Bytes of the vault are not what was written. Nothing was trimmed or repaired.
  case damaged(Damage)
  /// A file that must be there is not.
  case missing(String)
  /// No room for a new file; the vault is as it was before the call.
  case diskFull(String)
  /// A system call failed before anything was promised; `code` is errno.
  case io(operation: FileOperation, name: String, code: Int32)
  /// Disk and memory may disagree (a flush failed, or a file changed under the writer): the process must stop.
  /// Every later write through the same storage throws this again. Never retried, since the kernel drops the pages.
  case stopped(operation: FileOperation, name: String, code: Int32)
  /// A name that could leave its folder or that no vault uses.
  case invalidName(String)
  /// Larger than this program reads or writes; checked before memory is taken.
  case limitExceeded(name: String, limit: Int)
  /// The vault was opened for reading only.
  case readOnly
  /// The log's signature could not be made. Entries already written stay behind as an unsigned tail.
  case signingFailed
  /// A sealed entry did not open.
  case entryRejected(index: UInt64, EntryProblem)
  /// A key file's plaintext or the STRONGROOM text is not in the format. Line numbers count from 1; 0 is the whole.
  case malformed(name: String, line: Int)
  /// The object's body wrote another number of bytes than announced. Nothing was stored.
  case sizeMismatch(expected: Int, actual: Int)
  /// OpenSSL failed.
  case cryptography
  /// A file outside the vault (a source document, an output) could not be used.
  case outside(OutsideFileProblem)
}

/// The system call, or group of calls, that failed.
package enum FileOperation: String, Hashable, Sendable {
  case open, create, read, write, allocate, status, sync, syncDirectory, close, rename, remove, makeDirectory
  case list, lock, link
}

/// Why a sealed entry was rejected.
package enum EntryProblem: Hashable, Sendable {
  /// Not `SRE1`, or a size no sealed entry can have.
  case malformed
  /// Sealed under a ledger key of another epoch.
  case otherEpoch(UInt32)
  /// The commitment does not belong to this key, place and log: moved, altered, or another key.
  case commitment
  /// The ciphertext did not authenticate although the commitment did.
  case ciphertext
  /// Longer than an entry may be.
  case tooLong
}

/// What was wrong with a file outside the vault.
package enum OutsideFileProblem: Hashable, Sendable {
  /// The output's name is taken and replacing was not asked for.
  case outputExists
  /// The source is missing or may not be read.
  case notReadable(code: Int32)
  /// A folder, device or pipe, not an ordinary file.
  case notAFile
  /// Size or modification time changed while it was read.
  case changedWhileReading
  /// It belongs to another user, or others may write to it.
  case notPrivate
  /// No room in the output's folder; nothing is left there.
  case diskFull
  /// Any other system error.
  case io(operation: FileOperation, code: Int32)
}
