import StrongroomCrypto

/// Turns a sequence of entries into the files of a tlog-tiles log.
///
/// Holds one open bundle and one open tile per level, so the memory it needs does not grow with the log (at most 16 MiB for the
/// bundle, 8 KiB a level). Pure: `TilePublisher` writes what it makes, `PublishedLog` compares.
package struct TileTree: Sendable {
  package typealias File = (path: TilePath, bytes: [UInt8])

  /// Number of entries.
  package private(set) var size: UInt64 = 0
  private var openBundle = [UInt8]()
  /// `openTiles[l]` are the hashes of the unfinished tile at level l, fewer than 256.
  private var openTiles = [[SHA256Digest]]()

  package init() {}

  /// Adds an entry and hands each file that it completes to `emit`: bundle first, then tiles from level 0 up.
  ///
  /// - Throws: `.entryTooLarge` above 65,535 bytes, before anything changes; what `emit` throws, after which the value is of no
  ///   further use.
  package mutating func append(_ entry: [UInt8], emit: (File) throws -> Void) throws {
    guard entry.count <= EntryBundle.maximumEntryBytes else {
      throw TransparencyLogError.entryTooLarge(index: size, sizeBytes: entry.count)
    }
    EntryBundle.append(entry, to: &openBundle)
    size += 1
    if size.isMultiple(of: UInt64(TilePath.fullWidth)) {
      try emit((TilePath(.entries, index: size / UInt64(TilePath.fullWidth) - 1), openBundle))
      openBundle.removeAll(keepingCapacity: true)
    }
    try push(MerkleTree.leafHash(entry), emit: emit)
  }

  private mutating func push(_ leafHash: SHA256Digest, emit: (File) throws -> Void) throws {
    var hash = leafHash
    var level = 0
    var tileCount = size
    while true {
      if openTiles.count == level { openTiles.append([]) }
      openTiles[level].append(hash)
      guard openTiles[level].count == TilePath.fullWidth else { return }
      tileCount /= UInt64(TilePath.fullWidth)
      try emit((TilePath(.hashes(level: level), index: tileCount - 1), Self.encode(openTiles[level])))
      hash = MerkleTree.root(of: openTiles[level])
      openTiles[level].removeAll(keepingCapacity: true)
      level += 1
    }
  }

  /// The partial files of the present size: the bundle first, then tiles from level 0 up; none where a level is even.
  package func partials() -> [File] {
    var files = [File]()
    let bundled = size % UInt64(TilePath.fullWidth)
    if bundled > 0 {
      files.append(
        (TilePath(.entries, index: size / UInt64(TilePath.fullWidth), width: Int(bundled)), openBundle))
    }
    var hashesAtLevel = size
    for (level, hashes) in openTiles.enumerated() {
      if !hashes.isEmpty {
        let index = hashesAtLevel / UInt64(TilePath.fullWidth)
        files.append(
          (TilePath(.hashes(level: level), index: index, width: hashes.count), Self.encode(hashes)))
      }
      hashesAtLevel /= UInt64(TilePath.fullWidth)
    }
    return files
  }

  /// Size, root and inner hashes, worked out from the open tiles.
  package var compactRange: CompactRange {
    var roots = [SHA256Digest]()
    for hashes in openTiles.reversed() {
      let subtrees = MerkleTree.perfectSubtrees(of: 0..<UInt64(hashes.count))
      for subtree in subtrees {
        roots.append(
          MerkleTree.root(of: hashes[Int(subtree.leaves.lowerBound)..<Int(subtree.leaves.upperBound)]))
      }
    }
    return CompactRange(size: size, hashes: roots)
  }

  private static func encode(_ hashes: [SHA256Digest]) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(hashes.count * SHA256Digest.byteCount)
    for hash in hashes { bytes.append(contentsOf: hash.bytes) }
    return bytes
  }
}
