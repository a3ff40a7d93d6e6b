import StrongroomCrypto
package import TransparencyLog
package import VaultStore

/// What one person's side remembers of one vault's log, outside the vault: the last checkpoint it accepted, the keys it was
/// accepted under, and the compact range of that tree, so that what came since can be checked without what came before.
///
/// Text form, lines ending in LF, in this order: `strongroom-memory/v1`; `vault: <id>`; `vkey: <first key of the log>`; for each
/// closed epoch `closed: <vkey of the next epoch> <base64 of the closing checkpoint's note>`; `at: <timestamp>`; `range: <base64 of
/// the compact range>`; an empty line; the signed checkpoint. It vouches for itself as far as the log's signature goes;
/// that nobody puts an older one in its place is the folder's to see to.
package struct LogMemory: Hashable, Sendable {
  package let vault: VaultID
  package private(set) var log: FollowedLog
  /// Of the tree of `checkpoint`.
  package private(set) var range: CompactRange
  /// When it was accepted, by the clock of this side.
  package private(set) var at: Timestamp

  private static let header = "strongroom-memory/v1"
  /// A compact range of 64 hashes in base64, a checkpoint, and one more with a vkey for each epoch.
  static let maximumBytes = 1 << 20

  /// - Throws: `.integrity(.ledgerHead(.root))` if the range is not that of the checkpoint's tree.
  init(
    vault: VaultID, keys: LogKeyChain, checkpoint: VerifiedCheckpoint, range: CompactRange, at: Timestamp
  ) throws(GateError) {
    guard range.size == checkpoint.checkpoint.size, range.root == checkpoint.checkpoint.root else {
      throw .integrity(.ledgerHead(.root))
    }
    self.vault = vault
    self.log = FollowedLog(keys: keys, latest: checkpoint)
    self.range = range
    self.at = at
  }

  /// The same memory after the log was seen to have grown to `tree.new`.
  func advanced(to log: FollowedLog, range: CompactRange, at: Timestamp) throws(GateError) -> LogMemory {
    guard let latest = log.latest else { throw .integrity(.ledgerHead(.missing)) }
    return try LogMemory(vault: vault, keys: log.keys, checkpoint: latest, range: range, at: at)
  }

  package var head: SeenHead { SeenHead(size: range.size, root: range.root) }
  /// The signed checkpoint as the log gave it.
  package var signedNote: [UInt8] { log.latest?.signedNote ?? [] }
  /// Of the log's first key, to compare with what another person sees.
  package var keyFingerprint: String { log.keys.firstKey.fingerprint }

  /// Reads what `bytes` wrote, and nothing else.
  ///
  /// - Throws: `.integrity(.memory)`: cut, altered, or of another vault than the one asked about.
  package init(parsing bytes: [UInt8], vault: VaultID) throws(GateError) {
    guard bytes.count <= Self.maximumBytes, let parsed = Self.parse(bytes, vault: vault),
      parsed.bytes == bytes
    else { throw .integrity(.memory) }
    self = parsed
  }

  private static func parse(_ bytes: [UInt8], vault: VaultID) -> LogMemory? {
    guard let gap = bytes.firstRange(of: Array("\n\n".utf8)),
      let head = String(validating: bytes[..<gap.lowerBound], as: UTF8.self)
    else { return nil }
    var lines = head.split(separator: "\n", omittingEmptySubsequences: false)[...]
    func value(_ name: String) -> String? {
      guard let line = lines.first, line.hasPrefix(name + ": ") else { return nil }
      lines.removeFirst()
      return String(line.dropFirst(name.count + 2))
    }
    guard lines.popFirst() == header[...], value("vault") == vault.hex,
      let first = value("vkey").flatMap({ try? VerifierKey(parsing: $0) })
    else { return nil }
    var closed: [(closing: UnverifiedCheckpoint, next: VerifierKey)] = []
    while let text = value("closed") {
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, let next = try? VerifierKey(parsing: String(parts[0])),
        let note = Base64.decode(parts[1].utf8, padded: true),
        let closing = try? UnverifiedCheckpoint(parsing: note)
      else { return nil }
      closed.append((closing, next))
    }
    guard let at = value("at").flatMap({ Timestamp(parsing: $0) }),
      let range = value("range").flatMap({ Base64.decode($0.utf8, padded: true) }).flatMap({
        try? CompactRange(decoding: $0)
      }),
      lines.isEmpty,
      let keys = try? LogKeyChain(origin: first.name, firstKey: first, remembered: closed),
      let note = try? UnverifiedCheckpoint(parsing: Array(bytes[gap.upperBound...])),
      let checkpoint = try? keys.verified(note)
    else { return nil }
    return try? LogMemory(vault: vault, keys: keys, checkpoint: checkpoint, range: range, at: at)
  }

  /// The text form.
  package var bytes: [UInt8] {
    var text = "\(Self.header)\nvault: \(vault.hex)\nvkey: \(log.keys.firstKey.text)\n"
    for epoch in log.keys.closedEpochs {
      text += "closed: \(epoch.nextKey.text) \(Base64.encode(epoch.closing.signedNote, padded: true))\n"
    }
    text += "at: \(at)\nrange: \(Base64.encode(range.encoded(), padded: true))\n\n"
    return Array(text.utf8) + signedNote
  }
}

extension VerifierKey {
  /// Four groups of four characters to read out, made as a card's are: 80 bits of SHA-256 over name and key.
  package var fingerprint: String {
    Fingerprint.text(SHA256.digest(of: Array(text.utf8)))
  }
}
