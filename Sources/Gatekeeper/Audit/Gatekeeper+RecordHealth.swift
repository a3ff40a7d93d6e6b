import TransparencyLog
import VaultStore

/// What `doctor` looks at in the access record: times, and nothing of anybody.
package struct RecordHealth: Sendable {
  package enum Last: Hashable, Sendable {
    /// This version has no entries of that kind.
    case unheardOf
    /// nil for never.
    case known(Timestamp?)
  }

  package let entries: UInt64
  package let newestEntryAt: Timestamp
  fileprivate let times: [EventKind: Timestamp]

  /// - Parameter kind: a kind of entry, like `backup.created`.
  package func last(_ kind: String) -> Last {
    EventKind(rawValue: kind).map { .known(times[$0]) } ?? .unheardOf
  }
}

extension Gatekeeper {
  /// When entries of some kinds were written last. Reads from the newest entry back until it has found them all.
  ///
  /// - Parameter kinds: those that this version does not have are left out.
  package func recordHealth(of kinds: [String]) async throws(GateError) -> RecordHealth {
    let size = try await current().size
    var wanted = Set(kinds.compactMap(EventKind.init(rawValue:)))
    var times: [EventKind: Timestamp] = [:]
    var newest: Timestamp?
    var end = size
    while end > 0, newest == nil || !wanted.isEmpty {
      let start = end - min(end, 512)
      let entries: [[UInt8]]
      do { entries = try await storage.ledger.entries(from: start, to: end) } catch { throw GateError(error) }
      for (offset, entry) in entries.enumerated().reversed() {
        let event = try codec.open(entry, at: start + UInt64(offset))
        if newest == nil { newest = event.at }
        if wanted.remove(event.kind) != nil { times[event.kind] = event.at }
      }
      end = start
    }
    guard let newest else { throw .integrity(.ledgerHead(.missing)) }
    return RecordHealth(entries: size, newestEntryAt: newest, times: times)
  }
}
