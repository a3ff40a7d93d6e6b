import AgeFormat
import StrongroomCrypto
import VaultStore

extension PackageError {
  /// Sorts an error of a module below, or of the caller's own streams, into ours.
  init(wrapping error: any Error) {
    switch error {
    case let error as PackageError: self = error
    case AgeError.crypto(let error): self = .crypto(error)
    case let error as AgeError: self = .age(error)
    case let error as CryptoError: self = .crypto(error)
    case VaultStoreError.outside(.changedWhileReading): self = .inputChanged
    case let error as VaultStoreError: self = .storage(error)
    default: self = .outside(error)
    }
  }
}

/// Runs calls of other modules and carries their errors in ours.
func packageCall<R: ~Copyable>(_ body: () throws -> R) throws(PackageError) -> R {
  do {
    return try body()
  } catch {
    throw PackageError(wrapping: error)
  }
}
