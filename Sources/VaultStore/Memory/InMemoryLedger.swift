package import TransparencyLog

/// A ledger that lasts as long as the process: for tests and rehearsals of the layers above.
package actor InMemoryLedger: LedgerStorage {
  /// Owned by this actor; entries `signed.size...` are the unsigned tail.
  private var stored: [[UInt8]] = []
  private var signed: LedgerHead?
  private var heads = 0

  package init() {}

  package func head() async throws(VaultStoreError) -> LedgerHead? { signed }

  package func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]] {
    precondition(from <= to, "entries are asked for in order")
    guard to <= signed?.size ?? 0 else {
      throw .damaged(Damage(file: "ledger", problem: .truncated))
    }
    return Array(stored[Int(from)..<Int(to)])
  }

  package func append(
    _ entries: [[UInt8]], ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try LedgerLimits.check(entries)
    guard ifSize == UInt64(stored.count) else { throw .conflict(actualSize: UInt64(stored.count)) }
    stored += entries
    var range = signed?.range ?? CompactRange()
    for entry in stored[Int(range.size)...] { range.append(MerkleTree.leafHash(entry)) }
    let checkpoint = try LedgerLimits.signedCheckpoint(range, sign)
    let head = LedgerHead(checkpoint: checkpoint, range: range)
    signed = head
    heads += 1
    return head
  }

  package func unsignedTail() async throws(VaultStoreError) -> [[UInt8]] {
    Array(stored[Int(signed?.size ?? 0)...])
  }

  package func inspect() async throws(VaultStoreError) -> LedgerInspection {
    let signedCount = signed?.size ?? 0
    return LedgerInspection(
      entries: signedCount, heads: heads, unsignedEntries: UInt64(stored.count) - signedCount, damage: [])
  }
}
