package import TransparencyLog
package import VaultStore

/// What keeps a witness from working, or a log from asking one. Cases carry addresses, sizes and origins; a witness knows nothing else.
package enum WitnessError: Error, Hashable, Sendable {
  /// The witness's own folder.
  case store(VaultStoreError)
  /// The folder is no witness's, or its making was cut short.
  case notAWitness
  /// The key file and the vkey beside it do not belong together.
  case keyMismatch
  /// The record of one log is not what this program wrote.
  case recordMalformed(name: String)
  case log(TransparencyLogError)
  /// The log is known here already.
  case logKnown(origin: String)
  /// No log of that name is known here.
  case logUnknown(origin: String)
  case cryptography

  // The server.
  case addressMalformed(String)
  /// A witness speaks plain HTTP, so it listens on loopback and private addresses only.
  case addressNotLocal(String)
  case cannotListen(String)

  // The asking side.
  case urlMalformed(String)
  /// `https`: there is no TLS here.
  case urlNeedsTLS(String)
  case unreachable(String)
  case timedOut(seconds: Int)
  case answerTooLarge(limitBytes: Int)
  case answerMalformed
  /// The witness answered, and did not cosign.
  case declined(WitnessRefusal)
}

/// Why a witness did not cosign.
package enum WitnessRefusal: Hashable, Sendable {
  /// It does not follow this log (404).
  case unknownLog
  /// It knows another key for this log (403).
  case untrustedKey
  /// It has cosigned a larger tree of this log than the one offered: the offer is an old copy (409).
  case seenMore(size: UInt64)
  /// It has cosigned another tree of the same size, or the tree offered does not extend the one it has seen (409, 422).
  case otherHistory(size: UInt64)
  /// Its answer says something else; the HTTP status.
  case status(Int)
}
