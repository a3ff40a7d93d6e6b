package import TransparencyLog

/// A ledger that lasts as long as the process: for tests and rehearsals of the layers above.
package actor InMemoryLedger: LedgerStorage {
  /// Owned by this actor; entries `signed.size...` are the unsigned tail.
  private var stored: [[UInt8]] = []
  private var signed: LedgerHead?
  private var heads = 0

  private let files: InMemoryFiles

  /// - Parameter files: of the same vault.
  package init(files: InMemoryFiles = InMemoryFiles()) { self.files = files }

  package func head() async throws(VaultStoreError) -> LedgerHead? { signed }

  package func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]] {
    precondition(from <= to, "entries are asked for in order")
    guard to <= signed?.size ?? 0 else {
      throw .damaged(Damage(file: "ledger", problem: .truncated))
    }
    return Array(stored[Int(from)..<Int(to)])
  }

  package func append(
    _ entries: [[UInt8]], ifSize: UInt64, after files: [NamedFile],
    sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try LedgerLimits.check(entries)
    guard ifSize == UInt64(stored.count) else { throw .conflict(actualSize: UInt64(stored.count)) }
    try self.files.put(files)
    stored += entries
    return try writeHead(sign)
  }

  package func signTail(
    ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    guard ifSize == UInt64(stored.count) else { throw .conflict(actualSize: UInt64(stored.count)) }
    if let signed, signed.size == ifSize { return signed }
    return try writeHead(sign)
  }

  private func writeHead(
    _ sign: @Sendable (CompactRange) throws -> [UInt8]
  ) throws(VaultStoreError) -> LedgerHead {
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
