import StrongroomCrypto
import Testing
import TransparencyLog

@Suite struct PublishedLogTests {
  private let key: VerifierKey

  init() throws { key = try TestLog.signer().verifierKey }

  private func verify(_ tiles: MemoryTiles) throws -> [[UInt8]] {
    let log = PublishedLog(reader: tiles)
    let checkpoint = try log.checkpoint().verified(by: key, origin: TestLog.origin)
    var entries = [[UInt8]]()
    try log.verify(checkpoint) { index, entry in
      #expect(index == UInt64(entries.count))
      entries.append(entry)
    }
    return entries
  }

  @Test(arguments: [0, 1, 2, 255, 256, 257, 511, 512, 700])
  func whatIsPublishedVerifies(count: Int) throws {
    let tiles = try TestLog.published(count: count)
    #expect(try verify(tiles) == (0..<count).map(TestLog.entry))
    for path in tiles.files.keys where path != TilePath.checkpoint { #expect(TilePath(parsing: path) != nil) }
    #expect(tiles.written.last == TilePath.checkpoint)
  }

  /// Later checkpoints add files and change none (the writer here refuses to change any).
  @Test func aGrowingLogKeepsEveryPublishedSizeReadable() throws {
    let sizes = [0, 1, 3, 255, 256, 300, 520]
    let tiles = try TestLog.published(count: 520, at: sizes)
    let hashes = TestLog.leafHashes(520)
    for size in sizes {
      try PublishedLog(reader: tiles).verify(TestLog.checkpoint(Array(hashes[..<size])))
    }
  }

  /// Partial tiles may be deleted once the full tile is there.
  @Test func aFullTileStandsInForAPartialOneThatIsGone() throws {
    var tiles = try TestLog.published(count: 600, at: [100, 600])
    for path in ["tile/0/000.p/100", "tile/entries/000.p/100"] {
      #expect(tiles.files.removeValue(forKey: path) != nil)
    }
    try PublishedLog(reader: tiles).verify(TestLog.checkpoint(TestLog.leafHashes(100)))
  }

  /// Pitfalls 2 and 18: an edited entry, with or without its stored hash edited to match, is found and named.
  @Test(arguments: [0, 17, 255, 256, 299])
  func anEditedEntryIsNamed(index: Int) throws {
    var tiles = try TestLog.published(count: 300)
    try edit(&tiles, entry: index)
    #expect(throws: TransparencyLogError.entryAltered(index: UInt64(index))) { try verify(tiles) }

    let path = index < 256 ? "tile/0/000" : "tile/0/001.p/44"
    var tile = try #require(tiles.files[path])
    var forged = TestLog.entry(index)
    forged[0] ^= 1
    tile.replaceSubrange((index % 256) * 32..<(index % 256 + 1) * 32, with: MerkleTree.leafHash(forged).bytes)
    tiles.files[path] = tile
    #expect(throws: TransparencyLogError.rootMismatch(size: 300)) {
      // Entry and level-0 hash agree; level 1 and the signature do not.
      try verify(tiles)
    }
  }

  private func edit(_ tiles: inout MemoryTiles, entry index: Int) throws {
    let path = index < 256 ? "tile/entries/000" : "tile/entries/001.p/44"
    let bundle = try #require(tiles.files[path])
    var entries = try #require(EntryBundle.parse(bundle, count: index < 256 ? 256 : 44))
    entries[index % 256][0] ^= 1
    tiles.files[path] = entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
  }

  @Test func anyFlippedBitInAnyFileIsFound() throws {
    let tiles = try TestLog.published(count: 260)
    var changes = 0
    for (path, bytes) in tiles.files {
      for position in stride(from: 0, to: bytes.count, by: path == TilePath.checkpoint ? 1 : 97) {
        var changed = tiles
        changed.files[path]?[position] ^= 1 << UInt8(position % 8)
        #expect(throws: TransparencyLogError.self, "\(path), byte \(position)") { try verify(changed) }
        changes += 1
      }
    }
    #expect(changes > 300)
  }

  @Test func anyMissingOrShortenedFileIsFound() throws {
    let tiles = try TestLog.published(count: 260)
    #expect(
      Set(tiles.files.keys) == [
        "checkpoint", "tile/entries/000", "tile/entries/001.p/4", "tile/0/000", "tile/0/001.p/4",
        "tile/1/000.p/1",
      ])
    for (path, bytes) in tiles.files {
      var changed = tiles
      changed.files[path] = nil
      let missing =
        path == TilePath.checkpoint ? TransparencyLogError.checkpointMissing : .tileMissing(path: path)
      #expect(throws: missing) { try verify(changed) }
      for wrong in [Array(bytes.dropLast()), bytes + [0], []] {
        changed.files[path] = wrong
        // A full tile one byte longer is refused by the reader's limit already.
        #expect(throws: (any Error).self, "\(path), \(wrong.count) bytes") { try verify(changed) }
      }
    }
  }

  @Test func aDamagedTileOverGoodEntriesIsToldApart() throws {
    for path in ["tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1"] {
      var tiles = try TestLog.published(count: 260)
      tiles.files[path]?[5] ^= 1
      #expect(throws: TransparencyLogError.tileDamaged(path: path)) { try verify(tiles) }
    }
  }

  @Test func aFileTooLargeIsNotTakenIntoMemory() throws {
    var tiles = try TestLog.published(count: 260)
    tiles.files["tile/0/000"] = [UInt8](repeating: 0, count: 8193)
    #expect(throws: MemoryTiles.TooLarge.self) { try verify(tiles) }
  }

  @Test func aCheckpointThatTheEntriesDoNotBackIsNotPublished() throws {
    let hashes = TestLog.leafHashes(5)
    var publisher = TilePublisher(writer: MemoryTiles())
    for index in 0..<4 { try publisher.append(TestLog.entry(index)) }
    for wrong in [hashes, Array(hashes[..<3]), Array(hashes[1...])] {
      let checkpoint = try TestLog.checkpoint(wrong)
      #expect(
        throws: TransparencyLogError.checkpointDoesNotMatchTiles(
          checkpointSize: checkpoint.checkpoint.size, tilesSize: 4)
      ) { try publisher.publish(checkpoint) }
    }
    #expect(publisher.writer.files.isEmpty)
  }

  @Test(arguments: [1, 255, 256, 257, 600])
  func proofsFromTilesAreTheProofsOfTheTree(count: Int) throws {
    let hashes = TestLog.leafHashes(count)
    let tree = TreeHashes(leafHashes: hashes)
    let tiles = PublishedLog(reader: try TestLog.published(count: count)).hashes(treeSize: UInt64(count))
    for index in stride(from: 0, to: UInt64(count), by: 37) {
      #expect(
        try InclusionProof.make(index: index, treeSize: UInt64(count), reader: tiles)
          == InclusionProof.make(index: index, treeSize: UInt64(count), reader: tree))
    }
    for old in stride(from: 1, through: UInt64(count), by: 41) {
      #expect(
        try ConsistencyProof.make(oldSize: old, newSize: UInt64(count), reader: tiles)
          == ConsistencyProof.make(oldSize: old, newSize: UInt64(count), reader: tree))
    }
    #expect(try tiles.leafHashes(0..<UInt64(count)) == hashes)
    #expect(throws: TransparencyLogError.self) { try tiles.leafHashes(0..<UInt64(count) + 1) }
  }
}

/// A log of two epochs, 8 entries under the first key, as somebody sees it who knows that key alone.
@Suite struct PublishedKeysTests {
  private let first: VerifierKey

  init() throws { first = try TestLog.signer(1).verifierKey }

  /// - Parameter seeds: of the keys that sign the closing checkpoint and the newest one.
  private func published(
    _ leaves: [SHA256Digest], closing: [UInt8] = [1, 2], newest: UInt8 = 2, entries: [[UInt8]]? = nil
  ) throws -> MemoryTiles {
    var tiles = MemoryTiles()
    let closed = try Checkpoint(
      origin: TestLog.origin, size: 8, root: MerkleTree.root(of: TestLog.leafHashes(8)[...]))
    let note = try closing.dropFirst().reduce(TestLog.signer(closing[0]).sign(closed)) {
      $0.adding(try TestLog.signer($1).sign(closed).signatures[0])
    }
    let second = try TestLog.signer(2).verifierKey
    try tiles.write(path: PublishedKeys.vkeyPath(1), bytes: Array("\(first.text)\n".utf8))
    try tiles.write(path: PublishedKeys.vkeyPath(2), bytes: Array("\(second.text)\n".utf8))
    try tiles.write(path: PublishedKeys.closingPath(1), bytes: note.bytes)
    var publisher = TilePublisher(writer: tiles)
    for entry in entries ?? (0..<leaves.count).map(TestLog.entry) { try publisher.append(entry) }
    try publisher.publish(TestLog.checkpoint(leaves, seed: newest))
    return publisher.writer
  }

  private func walk(_ tiles: MemoryTiles) throws -> LogKeyChain {
    let log = PublishedLog(reader: tiles)
    let keys = try log.keys(from: first)
    try log.verify(keys.verified(log.checkpoint()), under: keys)
    return keys
  }

  @Test func whoKnowsTheFirstKeyVerifiesTheWhole() throws {
    let keys = try walk(published(TestLog.leafHashes(20)))
    #expect(keys.currentEpoch == 2)
    // Writing the chain again changes nothing.
    var again = MemoryTiles()
    try PublishedKeys.write(keys, to: &again)
    #expect(again.files.keys.sorted() == ["closed/0001", "keys/0001", "keys/0002"])
  }

  @Test func aLogWithoutKeysBesideItHasTheFirstAlone() throws {
    let tiles = try TestLog.published(count: 20)
    #expect(try walk(tiles).currentEpoch == 1)
  }

  @Test func aStolenKeysOwnHistoryIsNotTheLogs() throws {
    // One entry of the closed epoch rewritten, the whole signed anew with the stolen key 2.
    var entries = (0..<20).map(TestLog.entry)
    entries[3] = Array("rewritten".utf8)
    let leaves = entries.map { MerkleTree.leafHash($0) }
    let forged = try published(leaves, entries: entries)
    #expect(throws: TransparencyLogError.forked(remembered: 8, offered: 8)) { try walk(forged) }
    // Cut down to the closed part, or less.
    for size in [5, 8] {
      #expect(throws: TransparencyLogError.self) {
        try walk(published(Array(leaves[..<size]), entries: Array(entries[..<size])))
      }
    }
  }

  @Test func keysThatDoNotFollowAreRefused() throws {
    #expect(throws: TransparencyLogError.noKnownSignature) {
      try walk(published(TestLog.leafHashes(20), closing: [2]))
    }
    #expect(throws: TransparencyLogError.noKnownSignature) {
      try walk(published(TestLog.leafHashes(20), closing: [1]))
    }
    #expect(throws: TransparencyLogError.keyOutsideEpoch(keyID: first.keyID, size: 20)) {
      try walk(published(TestLog.leafHashes(20), newest: 1))
    }
    var gone = try published(TestLog.leafHashes(20))
    gone.files["closed/0001"] = nil
    #expect(throws: TransparencyLogError.tileMissing(path: "closed/0001")) { try walk(gone) }
    // Without the second key's file the newest checkpoint is by a stranger.
    gone.files["keys/0002"] = nil
    #expect(throws: TransparencyLogError.noKnownSignature) { try walk(gone) }
  }
}
