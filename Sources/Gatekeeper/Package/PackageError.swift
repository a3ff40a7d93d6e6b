package import AgeFormat
package import StrongroomCrypto
package import VaultStore

/// What can go wrong while a document is sealed, read back, packed for a recipient or checked by one.
///
/// Data only, never a file name, title or text of a document. `damage` tells which of them mean that stored
/// bytes are not what the ledger says (exit 12), as against the source, the disk or the caller.
package enum PackageError: Error, Sendable {
  /// The archive inside a document or a package is not one that `TarWriter` would write.
  case malformedTar(TarFault)
  /// A stored document opens, but is not the document that was asked for.
  case documentRejected(DocumentFault)
  /// The source was written to while it was read: nothing was stored.
  case inputChanged
  /// Something is larger than the format allows.
  case limitExceeded(PackageLimit)
  /// A package does not check: which part is at fault.
  case packageRejected(BagFault)
  /// While a package was written: what is wrong with which of its documents. `record` is a reference.
  indirect case document(record: String, PackageError)
  /// The object named by the ledger is absent.
  case objectMissing(ObjectID)
  /// The object is there with another length than the ledger says. Lengths in bytes.
  case objectLength(ObjectID, expected: Int, actual: Int)
  case age(AgeError)
  case crypto(CryptoError)
  case storage(VaultStoreError)
  /// The caller's own input, output or storage failed; the error is theirs, unchanged.
  case outside(any Error)

  /// True when stored or received bytes are damaged, swapped or forged; false for everything around them.
  package var isDamage: Bool {
    switch self {
    case .malformedTar, .documentRejected, .packageRejected, .objectMissing, .objectLength: true
    // A child's own key that opens nothing means that another file lies there.
    case .age(let error): error.failureClass != nil
    case .document(_, let error): error.isDamage
    case .storage(.damaged), .storage(.missing): true
    case .inputChanged, .limitExceeded, .crypto, .storage, .outside: false
    }
  }
}

/// Why an archive was refused. Spec: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block".
package enum TarFault: Hashable, Sendable {
  case checksum
  case notUstar
  case number
  case unsafeName
  case unknownType(UInt8)
  case paxRecord
  case tooManyEntries
  case entryTooLarge
  /// Bytes after the end of a file's content, or after the end of the archive, are not zero.
  case padding
  /// The archive stops before its two end blocks, or is no whole number of blocks.
  case truncated
  /// More or fewer bytes were written than the header announced.
  case contentLength
}

/// Why a stored document is not the one that was asked for.
package enum DocumentFault: Hashable, Sendable {
  case metaMissing
  case metaMalformed
  /// META.json names another thing than the ledger does.
  case mismatch(DocumentMeta.Field)
  case unexpectedEntry
  case lengthMismatch
  case digestMismatch
  /// The plaintext is not padded to the size that its content calls for.
  case paddingSize
}

/// What was too large.
package enum PackageLimit: Hashable, Sendable {
  case documentSize
  case metaSize
  case tagFileSize
  case documentCount
}
