package import TransparencyLog

/// A signed state of the ledger.
package struct LedgerHead: Hashable, Sendable {
  /// Number of entries the checkpoint covers.
  package var size: UInt64 { range.size }
  /// The signed note as the log key signed it, at most `LedgerLimits.checkpoint` bytes. Storage does not check the
  /// signature: whoever holds the log's vkey does.
  package let checkpoint: [UInt8]
  /// One hash for each set bit of `size`: enough to append and to compute the root without reading the ledger.
  package let range: CompactRange

  package init(checkpoint: [UInt8], range: CompactRange) {
    self.checkpoint = checkpoint
    self.range = range
  }
}

/// Sizes that hold for every ledger storage.
package enum LedgerLimits {
  /// Bytes of one entry: an entry bundle (C2SP tlog-tiles) counts them in 16 bits.
  package static let entry = 65_535
  /// Bytes of one signed checkpoint.
  package static let checkpoint = 8_192
  /// Bytes of all entries of one commit, frames included.
  package static let commit = 64 << 20
}

/// An append-only list of sealed entries under signed heads. Small on purpose: the directory is one implementation, a
/// database another, and one contract suite holds for both.
///
/// Readers never wait for a writer, and see whole commits only. There is one writer at a time across processes.
package protocol LedgerStorage: Sendable {
  /// The newest signed head; nil for an empty ledger. Catches up with what other processes appended since.
  func head() async throws(VaultStoreError) -> LedgerHead?

  /// Entries `from..<to` in order, up to the size of a head that the caller has seen.
  ///
  /// - Precondition: `from <= to`. A `to` beyond the newest head throws `.damaged(.truncated)`.
  func entries(from: UInt64, to: UInt64) async throws(VaultStoreError) -> [[UInt8]]

  /// Makes entries durable, then has the tree over all of them signed, then makes the signed head durable.
  ///
  /// - Parameters:
  ///   - entries: at least one; each 1...`LedgerLimits.entry` bytes. Stored all or none.
  ///   - ifSize: the size the caller decided on: `head.size` plus the number of entries in `unsignedTail()`.
  ///   - sign: gets the compact range over everything that is durable now, gives the signed note for its root and size.
  ///   - files: put in place and made durable before the entries are, under the same lock and on the same condition: what the
  ///     entries are about to name. A crash may leave them without the entries.
  /// - Throws: `.conflict(actualSize:)` if the ledger has another size, and nothing is stored; `.busy`; `.diskFull`
  ///   with the vault as it was, but for `files`; `.signingFailed` if `sign` threw (the entries then are an unsigned tail);
  ///   `.stopped` after a failed flush, then and ever after.
  func append(
    _ entries: [[UInt8]], ifSize: UInt64, after files: [NamedFile],
    sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead

  /// Has the unsigned tail signed as it is, where its last entry must be the last one under its head.
  ///
  /// - Parameter ifSize: `head.size` plus the number of entries in `unsignedTail()`. Nothing is written if there is no tail.
  /// - Throws: as `append`.
  func signTail(
    ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead

  /// Entries of whole commits that a crash left after the last head. They happened but were never answered: the next
  /// `append` adopts them, and the caller's first entry should say so (`system.recovered`).
  func unsignedTail() async throws(VaultStoreError) -> [[UInt8]]

  /// Whether little more can be appended before the disk is full. What is left then is for refusals and for whoever looks after the
  /// record; nothing is released any more.
  func isShortOfRoom() async throws(VaultStoreError) -> Bool

  /// Reads every record, rebuilds the tree and compares each head with it. Signatures are not checked here.
  func inspect() async throws(VaultStoreError) -> LedgerInspection
}

extension LedgerStorage {
  /// A storage that does not fill up.
  package func isShortOfRoom() async throws(VaultStoreError) -> Bool { false }

  package func append(
    _ entries: [[UInt8]], ifSize: UInt64, sign: @Sendable (CompactRange) throws -> [UInt8]
  ) async throws(VaultStoreError) -> LedgerHead {
    try await append(entries, ifSize: ifSize, after: [], sign: sign)
  }
}

/// What `LedgerStorage.inspect` saw.
package struct LedgerInspection: Hashable, Sendable {
  package let entries: UInt64
  package let heads: Int
  package let unsignedEntries: UInt64
  /// At most one a segment: what follows a damaged record cannot be told from it.
  package let damage: [Damage]

  package init(entries: UInt64, heads: Int, unsignedEntries: UInt64, damage: [Damage]) {
    self.entries = entries
    self.heads = heads
    self.unsignedEntries = unsignedEntries
    self.damage = damage
  }
}
