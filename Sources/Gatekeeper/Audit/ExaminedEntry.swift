import StrongroomCrypto
import TransparencyLog

/// What can be said of one entry by itself, without what came before it: so entries are examined on all cores at once.
struct ExaminedEntry: Sendable {
  let leafHash: SHA256Digest
  /// The event, or why it is none; nil at a depth that does not open entries.
  let event: Result<Event, EntryFault>?
  /// The key that the event's signature was checked with and holds under; nil if none was known, or it does not hold.
  var signer: VerifierKey?
}

/// Entries read from the ledger and examined, in order.
struct ExaminedPiece: Sendable {
  let first: UInt64
  var entries: [ExaminedEntry]
  /// Keys of every member met so far.
  var keys: [MemberReference: VerifierKey]
  /// Why the entry after the last one here could not be read; nothing behind it can be.
  var unreadable: GateError?

  var end: UInt64 { first + UInt64(entries.count) }
}

/// Examines entries, on all cores or on one.
struct EntryExaminer: Sendable {
  let codec: LedgerCodec
  let depth: VerifyDepth
  let isParallel: Bool
  /// Entries read and examined at a time.
  let pieceSize: UInt64
  /// Entries that one core takes at a time.
  private static let share = 64

  func examine(
    _ sealed: [[UInt8]], from first: UInt64, keys known: [MemberReference: VerifierKey]
  ) async throws(GateError) -> ExaminedPiece {
    let codec = codec
    let isOpened = depth >= .entries
    let opened = await map(Array(sealed.enumerated())) { offset, entry in
      let leafHash = MerkleTree.leafHash(entry)
      guard isOpened else {
        return Result<ExaminedEntry, GateError>.success(.init(leafHash: leafHash, event: nil))
      }
      do throws(GateError) {
        let event = try codec.open(entry, at: first + UInt64(offset))
        return .success(ExaminedEntry(leafHash: leafHash, event: .success(event)))
      } catch {
        guard case .integrity(.entry(_, let fault)) = error else { return .failure(error) }
        return .success(ExaminedEntry(leafHash: leafHash, event: .failure(fault)))
      }
    }
    var entries: [ExaminedEntry] = []
    for entry in opened { entries.append(try entry.get()) }
    var piece = ExaminedPiece(first: first, entries: entries, keys: known)
    guard depth >= .signatures else { return piece }
    piece.learnKeys()
    let keys = piece.keys
    let signers = await map(piece.entries) { entry -> VerifierKey? in
      guard case .success(let event) = entry.event, let key = keys[event.actor.member],
        event.isSigned(by: key)
      else { return nil }
      return key
    }
    for index in signers.indices { piece.entries[index].signer = signers[index] }
    return piece
  }

  /// Results in the order of the items.
  private func map<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) -> Value
  ) async -> [Value] {
    guard isParallel, items.count > Self.share else { return items.map(body) }
    return await withTaskGroup(of: (Int, [Value]).self) { group in
      for start in stride(from: 0, to: items.count, by: Self.share) {
        let slice = items[start..<min(start + Self.share, items.count)]
        group.addTask { (start, slice.map(body)) }
      }
      var parts: [(Int, [Value])] = []
      for await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
  }
}

extension ExaminedPiece {
  /// Learns the keys that entries here introduce. What they are worth the fold decides, which compares them.
  fileprivate mutating func learnKeys() {
    for case .success(let event) in entries.compactMap(\.event) {
      guard event.kind == .vaultCreated || event.kind == .memberAdded,
        let member = try? event.reference("member", MemberReference.self),
        let key = try? VerifierKey(parsing: try event.text("card_key"))
      else { continue }
      keys[member] = key
    }
  }
}
