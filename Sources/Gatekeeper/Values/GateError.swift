package import DisclosureRules
package import StrongroomCrypto
package import VaultStore

/// What stops an act. An act that the rules refuse does not stop: it is an answer, with its own ledger entry.
///
/// Cases carry references, indexes and fixed words, never names or text. Exit codes are DESIGN section 8's.
package enum GateError: Error, Sendable {
  /// 14. One wording whether the thing does not exist or may not be seen.
  case notFoundOrNotVisible
  /// 13. The identity given opens nothing here, or could not be had.
  case keyNotAvailable(KeyProblem)
  /// 13. A published example identity, in a vault that is not marked as an example.
  case exampleKeyRefused
  /// 12. Damaged, altered, swapped, missing or forged.
  case integrity(IntegrityFault)
  /// 15. Somebody else is writing, or was faster twenty times in a row.
  case busy
  /// 74 for the disk, 15 for a lock; damage arrives as `integrity`.
  case storage(VaultStoreError)
  /// 64.
  case invalidInput(InputField, InputFault)
  /// 78. Every problem found, with file, line and column.
  case policy(PolicyLoadError)
  /// 64. The thing exists, but what was asked does not fit what already happened to it.
  case wrongState(StateFault)
  /// 74. The caller's own input or output failed: a file that changed while it was read, a disk that is full.
  case documentStream(StreamSide)
  /// A backup could not be made, read or restored; codes as the cases say.
  case backup(BackupError)
  /// 13 and 64: shares or recovery key do not fit.
  case recovery(RecoveryFault)
  /// 1. OpenSSL refused a call that cannot fail on account of any file.
  case crypto(CryptoError)
}

package enum KeyProblem: Hashable, Sendable {
  /// The identity is none that this vault is sealed to, or its owner was removed.
  case opensNothingHere
  case wrongPassphrase
  case passphraseNeeded
  /// The file is no identity file, or holds more than one identity.
  case identityFileMalformed
  /// A custodian's key is needed for this, and this member holds the ledger's only.
  case holdsNoChildKeys
}

package enum StreamSide: Hashable, Sendable {
  case input
  /// The document had other bytes on the second reading.
  case inputChanged
  case output
}

/// The things people type or hand in, named for a message; the command line words them.
package enum InputField: String, Hashable, Sendable {
  case name, title, reason, relationship, purpose, kind, role, born, until, dated, upn, card, recipient
  case gateway, evidence, records, documents, text, settingType, contact, child, key, passphrase, policy
  case filter, because, caseReference
}

package enum InputFault: Hashable, Sendable {
  case empty
  case tooLong(limitBytes: Int)
  /// Control characters, line breaks or marks that reverse the direction of text.
  case unprintable
  case malformed
  /// A word outside the policy's vocabulary.
  case unknownWord(known: [String])
  case inTheFuture
  case inThePast
  case twice
  /// It belongs to another child.
  case belongsElsewhere
  /// More of them than one entry holds.
  case tooMany(limit: Int)
}

package enum StateFault: Hashable, Sendable {
  case alreadyWithdrawn
  case alreadyReleased
  case alreadyDeclined
  case alreadyMember
  case alreadyRemoved
  /// A vault needs somebody who can manage members.
  case lastManager
  case alreadyInForce
  /// The same person signed for these rules before; the second signature is somebody else's.
  case needsAnotherSignature
  case vaultExists
  /// The child's file was erased: nothing of it can be read or added to.
  case childErased
  case recordDisposed
  case alreadyLifted
  /// A proposal that takes the same away is waiting already.
  case alreadyProposed
  case proposalClosed
  /// No document has reached the date it is kept until.
  case nothingDue
  /// What the vault shows now continues what was seen before: no restore to accept.
  case nothingToAccept
}

/// What is wrong, and where. File names are relative to the vault and carry no meaning.
package enum IntegrityFault: Hashable, Sendable {
  /// One entry of the ledger, by its index from 0.
  case entry(UInt64, EntryFault)
  /// The signed head does not fit the entries, or is not signed by this vault's log.
  case ledgerHead(LedgerHeadFault)
  /// A file of the vault, e.g. `keys/3f/3f9a….age`.
  case file(String, FileFault)
  /// The stored document of a record.
  case record(RecordReference, FileFault)
  /// What the store found while reading.
  case store(VaultStoreError)
  /// What this side remembers of the vault, outside it.
  case memory
}

package enum FileFault: Hashable, Sendable {
  case missing
  case damaged
  /// Whole and authentic, but not the one that belongs here.
  case swapped
  /// Another length or hash than the ledger says.
  case differsFromLedger
  case malformed
}

package enum LedgerHeadFault: Hashable, Sendable {
  case missing
  case signature
  case root
  /// Fewer entries than a cache or a member has already seen.
  case rolledBack(seen: UInt64)
  /// The same size with another history than a cache or a member has already seen.
  case forked(at: UInt64)
  /// The vault holds a cosigned checkpoint of more entries than there are.
  case cosignedMore(UInt64)
  /// The vault holds a cosigned checkpoint of this size over another history.
  case cosignedOther(UInt64)
  /// No state of the log has the cosignatures that the policy asks for.
  case quorumMissing
  /// The policy names logs, and not this one's key.
  case keyNotInPolicy
}

/// Why an entry is not believed.
package enum EntryFault: Error, Hashable, Sendable {
  /// It does not open under the ledger key at this index: edited, moved or copied from elsewhere.
  case sealBroken
  case malformed
  case otherVault
  case idReused
  case unknownActor
  case roleNotHeld
  case signature
  /// The actor claims to have seen a ledger that was not.
  case seenFork
  /// It says it was made before the entry in front of it.
  case timeRanBack
  case unknownKind
  /// It names something that no earlier entry made, or that is gone.
  case danglingReference
  /// A release or an opening without an allowed decision before it.
  case undecided
  /// The rules then in force say otherwise about the facts recorded.
  case decisionDiffers
  /// The facts recorded are not those of the ledger at that size.
  case factsDiffer
  /// The policy set it names is not in the vault or not what its hash says.
  case policyUnknown
  /// The sealed part does not open under the child's key.
  case boxBroken
}
