import TransparencyLog

extension LedgerLimits {
  /// Sizes of one commit, before anything is written.
  static func check(_ entries: [[UInt8]]) throws(VaultStoreError) {
    precondition(!entries.isEmpty, "an append brings at least one entry")
    var total = 0
    for bytes in entries {
      guard (1...entry).contains(bytes.count) else { throw .limitExceeded(name: "ledger", limit: entry) }
      total += bytes.count
    }
    guard total <= commit else { throw .limitExceeded(name: "ledger", limit: commit) }
  }

  /// Calls `sign`, and looks whether what it gave has a size and speaks of this very tree: a wrong head is never stored.
  static func signedCheckpoint(
    _ range: CompactRange, _ sign: @Sendable (CompactRange) throws -> [UInt8]
  ) throws(VaultStoreError) -> [UInt8] {
    let note: [UInt8]
    do { note = try sign(range) } catch { throw .signingFailed }
    guard note.count <= checkpoint, JournalHead.agrees(note, with: range) else { throw .signingFailed }
    return note
  }
}
