import StrongroomCrypto
import TransparencyLog
package import VaultStore

/// Compares what a vault shows now with what somebody remembers of it. Needs none of the vault's keys: entries are hashed as they lie there.
package enum LogWatch {
  package enum Finding: Sendable {
    /// The log is the one remembered, or has grown from it; what to remember from now on.
    case extends(LogMemory)
    case conflict(LogConflict)
  }

  /// - Parameter now: when the memory moves on.
  /// - Throws: `.integrity` for a vault that does not agree with itself, and what storage throws.
  package static func compare(
    _ storage: VaultStorage, with memory: LogMemory, now: Timestamp
  ) async throws(GateError) -> Finding {
    let description = try await description(in: storage)
    let offered = try await head(in: storage)
    guard let remembered = memory.log.latest else { throw .integrity(.memory) }
    guard description.vault == memory.vault else {
      throw .integrity(.file(VaultFileName.description.displayName, .swapped))
    }
    guard description.verifierKeys.first == memory.log.keys.firstKey.text else {
      return .conflict(LogConflict(.keyChanged, remembered: remembered, found: offered))
    }
    if offered.claimed.size < memory.head.size {
      // Only what the log did sign is evidence against it.
      guard isSigned(offered, by: memory.log.keys) else { throw .integrity(.ledgerHead(.signature)) }
      return .conflict(LogConflict(.rolledBack, remembered: remembered, found: offered))
    }
    do {
      return .extends(try await follow(offered, in: storage, description, from: memory, now: now))
    } catch TransparencyLogError.forked, TransparencyLogError.consistencyRejected,
      TransparencyLogError.keyOutsideEpoch
    {
      // Either the vault holds another history, whole and signed, or its entries are not those it signed.
      guard try await root(in: storage, size: offered.claimed.size) == offered.claimed.root else {
        throw .integrity(.ledgerHead(.root))
      }
      return .conflict(LogConflict(.forked, remembered: remembered, found: offered))
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.signature))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Walks from the remembered checkpoint over every epoch closed since to the one offered, with a consistency proof for each step.
  private static func follow(
    _ offered: UnverifiedCheckpoint, in storage: VaultStorage, _ description: VaultDescription,
    from memory: LogMemory, now: Timestamp
  ) async throws -> LogMemory {
    var log = memory.log
    var tree = TreeExtension(from: memory.range)
    for (closing, next) in try await closedEpochs(in: storage, description, after: log.keys.currentEpoch) {
      guard closing.claimed.size <= offered.claimed.size else { break }
      try await extend(&tree, to: closing.claimed.size, in: storage)
      try log.pass(closing, next: next, oldSize: tree.old.size, proof: tree.proof())
      tree = TreeExtension(from: tree.new)
    }
    try await extend(&tree, to: offered.claimed.size, in: storage)
    try log.advance(to: offered, oldSize: tree.old.size, proof: tree.proof())
    return try memory.advanced(to: log, range: tree.new, at: now)
  }

  /// The epochs that ended since, as the vault tells them. Nothing of it is believed before the old key and the new one are found to
  /// have signed.
  private static func closedEpochs(
    in storage: VaultStorage, _ description: VaultDescription, after known: Int
  ) async throws -> [(closing: UnverifiedCheckpoint, next: VerifierKey)] {
    var epochs: [(closing: UnverifiedCheckpoint, next: VerifierKey)] = []
    // The key at index n is that of epoch n + 1, which follows epoch n.
    for (number, vkey) in description.verifierKeys.enumerated().dropFirst(known) {
      guard let bytes = try await storage.files.read(.closedCheckpoint(number)) else { break }
      epochs.append((try UnverifiedCheckpoint(parsing: bytes), try VerifierKey(parsing: vkey)))
    }
    return epochs
  }

  /// Whether a key of this log has signed, be it one of another epoch.
  private static func isSigned(_ offered: UnverifiedCheckpoint, by keys: LogKeyChain) -> Bool {
    do throws(TransparencyLogError) {
      _ = try keys.verified(offered)
      return true
    } catch {
      switch error {
      case .keyOutsideEpoch, .forked: return true
      default: return false
      }
    }
  }

  private static func extend(
    _ tree: inout TreeExtension, to size: UInt64, in storage: VaultStorage
  ) async throws {
    while tree.new.size < size {
      let end = min(tree.new.size + 512, size)
      let entries = try await storage.ledger.entries(from: tree.new.size, to: end)
      guard entries.count == Int(end - tree.new.size) else { throw GateError.integrity(.ledgerHead(.root)) }
      for entry in entries { tree.append(MerkleTree.leafHash(entry)) }
    }
  }

  /// Root over the first `size` entries as they lie in the vault.
  static func root(in storage: VaultStorage, size: UInt64) async throws(GateError) -> SHA256Digest {
    do {
      var range = CompactRange()
      while range.size < size {
        let end = min(range.size + 512, size)
        let entries = try await storage.ledger.entries(from: range.size, to: end)
        guard entries.count == Int(end - range.size) else { throw GateError.integrity(.ledgerHead(.root)) }
        for entry in entries { range.append(MerkleTree.leafHash(entry)) }
      }
      return range.root
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Which vault this is, as it says itself.
  package static func vault(in storage: VaultStorage) async throws(GateError) -> VaultID {
    try await description(in: storage).vault
  }

  private static func description(in storage: VaultStorage) async throws(GateError) -> VaultDescription {
    do throws(VaultStoreError) {
      guard let text = try await storage.files.read(.description) else { throw .notAVault }
      return try VaultDescription.parse(text)
    } catch {
      throw GateError(error)
    }
  }

  private static func head(in storage: VaultStorage) async throws(GateError) -> UnverifiedCheckpoint {
    let head: LedgerHead?
    do { head = try await storage.ledger.head() } catch { throw GateError(error) }
    guard let head else { throw .integrity(.ledgerHead(.missing)) }
    guard let offered = try? UnverifiedCheckpoint(parsing: head.checkpoint) else {
      throw .integrity(.ledgerHead(.signature))
    }
    return offered
  }
}
