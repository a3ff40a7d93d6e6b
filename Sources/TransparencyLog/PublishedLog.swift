package import StrongroomCrypto

/// A published log as somebody outside reads it.
///
/// Verification recomputes the whole tree from the entries' own bytes and compares every tile with the result. It never takes a
/// stored hash for granted: authenticating tiles one by one against their parents is where other verifiers went wrong
/// (CVE-2026-56865), and checking hashes without the entries misses an edited entry.
package struct PublishedLog<Reader: TileReader> {
  private let reader: Reader

  package init(reader: Reader) { self.reader = reader }

  /// The signed checkpoint, not yet verified.
  ///
  /// - Throws: `TransparencyLogError.checkpointMissing`, what `UnverifiedCheckpoint(parsing:)` and the reader throw.
  package func checkpoint() throws -> UnverifiedCheckpoint {
    guard let bytes = try reader.read(path: TilePath.checkpoint, limitBytes: UnverifiedNote.maximumBytes)
    else {
      throw TransparencyLogError.checkpointMissing
    }
    return try UnverifiedCheckpoint(parsing: bytes)
  }

  /// Recomputes the tree of `checkpoint` from its entries and holds every tile against it.
  ///
  /// - Parameter visit: called with each entry in order, **before** the whole is known to be good; act on nothing until this returns.
  /// - Throws: `TransparencyLogError`: `.tileMissing`, `.bundleMalformed`; `.entryAltered(index:)` when an entry's bytes are not those its
  ///   leaf hash was made from; `.tileDamaged` when only a tile is wrong and the entries do give the signed root;
  ///   `.rootMismatch` when entries and tiles agree with one another but not with what was signed; `.forked` when they are not
  ///   those of an epoch that has ended. Also what the reader and `visit` throw.
  package func verify(
    _ checkpoint: VerifiedCheckpoint, visit: (UInt64, [UInt8]) throws -> Void = { _, _ in }
  ) throws {
    try recompute(checkpoint, keys: nil, visit: visit)
  }

  /// The same for a log that has had several keys: the tree is also held against each closing checkpoint.
  package func verify(
    _ checkpoint: VerifiedCheckpoint, under keys: LogKeyChain,
    visit: (UInt64, [UInt8]) throws -> Void = { _, _ in }
  ) throws {
    try recompute(checkpoint, keys: keys, visit: visit)
  }

  private func recompute(
    _ checkpoint: VerifiedCheckpoint, keys: LogKeyChain?, visit: (UInt64, [UInt8]) throws -> Void
  ) throws {
    let closings = Set((keys?.closedEpochs ?? []).map(\.closing.checkpoint.size))
    if let last = closings.max(), last > checkpoint.checkpoint.size {
      throw TransparencyLogError.rolledBack(remembered: last, offered: checkpoint.checkpoint.size)
    }
    let size = checkpoint.checkpoint.size
    var tree = TileTree()
    var comparison = TileComparison()
    while tree.size < size {
      for entry in try bundle(from: tree.size, treeSize: size) {
        try visit(tree.size, entry)
        try tree.append(entry) { try compare($0, into: &comparison) }
        if closings.contains(tree.size) { try keys?.checkRoot(tree.compactRange.root, at: tree.size) }
      }
    }
    for file in tree.partials() { try compare(file, into: &comparison) }

    guard tree.compactRange.root == checkpoint.checkpoint.root else {
      if let index = comparison.firstAlteredEntry { throw TransparencyLogError.entryAltered(index: index) }
      throw TransparencyLogError.rootMismatch(size: size)
    }
    if let path = comparison.firstDamagedTile { throw TransparencyLogError.tileDamaged(path: path) }
  }

  /// The entries of the bundle that begins at `start`, as far as the tree goes.
  private func bundle(from start: UInt64, treeSize: UInt64) throws -> [[UInt8]] {
    let width = Int(min(treeSize - start, UInt64(TilePath.fullWidth)))
    let path = TilePath(.entries, index: start / UInt64(TilePath.fullWidth), width: width)
    let (bytes, isExact) = try read(path, limitBytes: EntryBundle.maximumBytes)
    guard let entries = EntryBundle.parse(bytes, count: width, exactly: isExact) else {
      throw TransparencyLogError.bundleMalformed(path: path.text)
    }
    return entries
  }

  private func compare(_ file: TileTree.File, into comparison: inout TileComparison) throws {
    // Bundles are where the entries came from.
    guard case .hashes(let level) = file.path.kind else { return }
    let (bytes, isExact) = try read(file.path, limitBytes: TilePath.fullWidth * SHA256Digest.byteCount)
    let found = isExact ? bytes[...] : bytes.prefix(file.bytes.count)
    guard !found.elementsEqual(file.bytes) else { return }
    comparison.firstDamagedTile = comparison.firstDamagedTile ?? file.path.text
    guard level == 0, comparison.firstAlteredEntry == nil, found.count == file.bytes.count else { return }
    let position = zip(found, file.bytes).prefix { $0 == $1 }.count / SHA256Digest.byteCount
    comparison.firstAlteredEntry = file.path.index * UInt64(TilePath.fullWidth) + UInt64(position)
  }

  func read(path: String, limitBytes: Int) throws -> [UInt8]? {
    try reader.read(path: path, limitBytes: limitBytes)
  }

  /// Reads a tile; in place of a partial one that is gone, the full one that begins with the same bytes.
  private func read(_ path: TilePath, limitBytes: Int) throws -> (bytes: [UInt8], isExact: Bool) {
    if let bytes = try reader.read(path: path.text, limitBytes: limitBytes) { return (bytes, true) }
    if path.isPartial, let bytes = try reader.read(path: path.full.text, limitBytes: limitBytes) {
      return (bytes, false)
    }
    throw TransparencyLogError.tileMissing(path: path.text)
  }

  private struct TileComparison {
    var firstDamagedTile: String?
    var firstAlteredEntry: UInt64?
  }
}

/// Proofs from the tiles of a log of a given size: at most one tile for each hash of the proof.
///
/// The tiles are not authenticated here; the proof is, when it is checked against the signed root (`TlogProof` does so on making).
extension PublishedLog {
  package func hashes(treeSize: UInt64) -> TileHashReader<Reader> {
    TileHashReader(treeSize: treeSize) { path in
      try read(path, limitBytes: TilePath.fullWidth * SHA256Digest.byteCount).bytes
    }
  }
}

package struct TileHashReader<Reader: TileReader>: LeafHashReader {
  let treeSize: UInt64
  let readTile: (TilePath) throws -> [UInt8]

  package func leafHashes(_ range: Range<UInt64>) throws -> [SHA256Digest] {
    try range.map { try hash(level: 0, index: $0) }
  }

  package func subtreeRoot(_ subtree: Subtree) throws -> SHA256Digest {
    let level = subtree.height / 8
    let width = 1 << (subtree.height % 8)
    let first = subtree.index * UInt64(width)
    let position = Int(first % UInt64(TilePath.fullWidth))
    let hashes = try tile(level: level, index: first / UInt64(TilePath.fullWidth))
    guard position + width <= hashes.count else {
      throw TransparencyLogError.indexOutsideTree(index: subtree.leaves.lowerBound, size: treeSize)
    }
    return MerkleTree.root(of: hashes[position..<position + width])
  }

  private func hash(level: Int, index: UInt64) throws -> SHA256Digest {
    try subtreeRoot(Subtree(height: level * 8, index: index))
  }

  private func tile(level: Int, index: UInt64) throws -> [SHA256Digest] {
    let hashesAtLevel = treeSize >> UInt64(8 * level)
    let start = index * UInt64(TilePath.fullWidth)
    guard start < hashesAtLevel else {
      throw TransparencyLogError.indexOutsideTree(index: start << UInt64(8 * level), size: treeSize)
    }
    let width = Int(min(hashesAtLevel - start, UInt64(TilePath.fullWidth)))
    let path = TilePath(.hashes(level: level), index: index, width: width)
    let bytes = try readTile(path)
    guard bytes.count >= width * SHA256Digest.byteCount else {
      throw TransparencyLogError.tileDamaged(path: path.text)
    }
    return (0..<width).compactMap {
      SHA256Digest(Array(bytes[$0 * SHA256Digest.byteCount..<($0 + 1) * SHA256Digest.byteCount]))
    }
  }
}
