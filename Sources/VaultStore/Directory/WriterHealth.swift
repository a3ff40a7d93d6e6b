import Synchronization

/// Remembers that a flush failed. After that nobody can say what is on the disk, so every later write of this vault in this process
/// throws the same error; the way on is to stop (exit 74), look at the disk, and open the vault anew.
final class WriterHealth: Sendable {
  private let failure = Mutex<VaultStoreError?>(nil)

  func check() throws(VaultStoreError) {
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Notes the failure; gives the error to throw.
  func fail(_ error: VaultStoreError) -> VaultStoreError {
    failure.withLock { first in
      if first == nil { first = error }
      return first ?? error
    }
  }

  /// Runs a flush; a failure is final.
  func flush(_ name: String, _ body: () throws(FileSystemError) -> Void) throws(VaultStoreError) {
    do { try body() } catch {
      throw fail(.stopped(operation: error.operation, name: name, code: error.code))
    }
  }
}
