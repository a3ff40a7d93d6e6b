import StrongroomCrypto
import VaultStore

extension GateError {
  /// What the store threw, told apart as the exit codes do.
  init(_ error: VaultStoreError) {
    switch error {
    case .busy, .conflict: self = .busy
    // The store knows the file and the byte as well as the entry.
    case .damaged: self = .integrity(.store(error))
    case .missing(let name): self = .integrity(.file(name, .missing))
    case .malformed(let name, _): self = .integrity(.file(name, .malformed))
    case .entryRejected(let index, _): self = .integrity(.entry(index, .sealBroken))
    case .invalidName, .limitExceeded: self = .integrity(.store(error))
    case .outside(.changedWhileReading): self = .documentStream(.inputChanged)
    default: self = .storage(error)
    }
  }

  /// For code that throws several kinds at once; ours go through unchanged.
  init(wrapping error: any Error) {
    switch error {
    case let error as GateError: self = error
    case let error as VaultStoreError: self = GateError(error)
    case BackupError.vault(let error): self = GateError(error)
    case let error as BackupError: self = .backup(error)
    default: self = .crypto(.invalidKey)
    }
  }
}
