import CrashLab
import Gatekeeper
import StrongroomCrypto
import Synchronization
import VaultStore

/// What was acknowledged while a run was recorded, in order. Each fact is a mark in the file system's record, so that every crash state
/// knows which of them must hold.
final class Chronicle: Sendable {
  enum Fact: Sendable {
    /// The ledger begins with these entries.
    case ledger(SeenHead)
    /// The document opens to these bytes.
    case record(RecordReference, [UInt8])
    /// Something left the vault: an entry of this kind that names this must be in the ledger.
    case left(kind: String, reference: String)
  }

  let files: CrashFileSystem
  private let noted: Mutex<[Fact]>

  init(_ files: CrashFileSystem, after facts: [Fact] = []) {
    self.files = files
    noted = Mutex(facts)
  }

  var facts: [Fact] { noted.withLock { $0 } }

  func note(_ fact: Fact) {
    noted.withLock { $0.append(fact) }
    files.mark()
  }
}

/// An output that says when the first byte came out of the vault.
final class WatchedOutput: DocumentOutput {
  private let chronicle: Chronicle
  private let fact: Chronicle.Fact
  /// Whether bytes count as out as soon as they are written, or only under their name.
  private let leavesWhenWritten: Bool
  private let hasLeft = Mutex(false)

  init(_ chronicle: Chronicle, _ fact: Chronicle.Fact, leavesWhenWritten: Bool) {
    self.chronicle = chronicle
    self.fact = fact
    self.leavesWhenWritten = leavesWhenWritten
  }

  func write(_ bytes: RawSpan) { if leavesWhenWritten { leave() } }
  func commit() { leave() }
  func discard() {}

  private func leave() {
    let isFirst = hasLeft.withLock { left in
      defer { left = true }
      return !left
    }
    if isFirst { chronicle.note(fact) }
  }
}
