import AgeFormat
import StrongroomCrypto
import VaultStore

// The package layer's errors, told apart by what was being done.

extension GateError {
  /// True if entries may be on disk although the act failed.
  var mayHaveWritten: Bool {
    switch self {
    case .storage(.stopped), .storage(.signingFailed), .integrity: true
    default: false
    }
  }

  /// While a document was sealed into the vault.
  init(filing error: PackageError) {
    switch error {
    case .inputChanged: self = .documentStream(.inputChanged)
    case .limitExceeded:
      self = .invalidInput(.documents, .tooLong(limitBytes: DocumentSealer.maximumDocumentByteCount))
    case .storage(let error): self = GateError(error)
    case .outside(let error as VaultStoreError): self = GateError(error)
    case .outside: self = .documentStream(.input)
    case .crypto(let error): self = .crypto(error)
    default: self = .crypto(.invalidKey)
    }
  }

  /// While a stored document was read.
  init(opening record: RecordReference, _ error: PackageError) {
    switch error {
    case .objectMissing: self = .integrity(.record(record, .missing))
    case .objectLength: self = .integrity(.record(record, .differsFromLedger))
    case .age(.noIdentityMatched), .documentRejected(.mismatch), .documentRejected(.digestMismatch),
      .documentRejected(.lengthMismatch):
      self = .integrity(.record(record, .swapped))
    case .age, .malformedTar, .documentRejected, .packageRejected:
      self = .integrity(.record(record, .damaged))
    case .document(_, let cause): self = GateError(opening: record, cause)
    case .storage(.missing): self = .integrity(.record(record, .missing))
    case .storage(.damaged): self = .integrity(.record(record, .damaged))
    case .storage(let error): self = GateError(error)
    case .crypto(let error): self = .crypto(error)
    case .outside(let error): self = GateError(output: error)
    case .inputChanged, .limitExceeded: self = .integrity(.record(record, .malformed))
    }
  }

  /// While a package was written: the documents inside it are the vault's own.
  init(packing error: PackageError, records: [RecordState]) {
    switch error {
    case .document(let named, let cause):
      let record = records.first { $0.reference.description == named } ?? records[0]
      self = GateError(opening: record.reference, cause)
    case .packageRejected: self = .integrity(.ledgerHead(.root))
    default: self = GateError(opening: records[0].reference, error)
    }
  }

  /// The caller's output failed; errors of our own outputs keep their meaning.
  init(output error: any Error) {
    if let error = error as? VaultStoreError {
      self = .storage(error)
    } else {
      self = .documentStream(.output)
    }
  }
}
