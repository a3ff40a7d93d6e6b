import Gatekeeper
import Synchronization
import VaultStore

/// A file outside the vault that gets its name only when it is whole.
final class FileOutput: DocumentOutput {
  private let path: String
  private let file: Mutex<OutputFile?>

  /// - Throws: at once when the name is taken, so that nothing is decided for a release with nowhere to go.
  init(path: String) throws {
    self.path = path
    guard path != "-", path != "/dev/stdout" else { throw CommandFailure.outputIsTerminal }
    do {
      file = Mutex(try OutputFile.create(at: path))
    } catch {
      throw CommandFailure.outside(path: path, error)
    }
  }

  func write(_ bytes: RawSpan) throws {
    let problem: VaultStoreError? = file.withLock { file in
      do throws(VaultStoreError) {
        try file?.write(bytes)
        return nil
      } catch {
        return error
      }
    }
    if let problem { throw CommandFailure.outside(path: path, problem) }
  }

  func commit() throws {
    let problem: VaultStoreError? = file.withLock { file in
      do throws(VaultStoreError) {
        try file?.commit()
        return nil
      } catch {
        return error
      }
    }
    discard()
    if let problem { throw CommandFailure.outside(path: path, problem) }
  }

  func discard() { file.withLock { $0 = nil } }
}
