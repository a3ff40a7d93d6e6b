import StrongroomCrypto
import Testing
import TransparencyLog

@Suite struct TileTests {
  @Test(arguments: [
    ("tile/0/000", TilePath.Kind.hashes(level: 0), 0, 256), ("tile/0/005.p/1", .hashes(level: 0), 5, 1),
    ("tile/63/x001/x234/067", .hashes(level: 63), 1_234_067, 256),
    ("tile/entries/273.p/112", .entries, 273, 112),
    ("tile/1/x001/000.p/255", .hashes(level: 1), 1000, 255),
    ("tile/0/x009/x223/x372/x036/x854/x775/807", .hashes(level: 0), UInt64(Int64.max), 256),
  ])
  func pathsAreSpelledOneWay(text: String, kind: TilePath.Kind, index: UInt64, width: Int) {
    let path = TilePath(kind, index: index, width: width)
    #expect(path.text == text)
    #expect(TilePath(parsing: text) == path)
  }

  /// Pitfalls 14 (`.p` on a full tile, empty partial) and 15 (paths of the Go checksum database) among them.
  @Test(arguments: [
    "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01",
    "tile/0/000.p/",
    "tile/0/000.p", "tile/8/0/000", "tile/8/data/000", "tile/64/000", "tile/00/000", "tile/-1/000",
    "tile/+1/000",
    "tile/data/000", "tile/0/0", "tile/0/0000", "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000",
    "tile/0/x001",
    "tile/0/00a", "tile/0/٠٠٠", "/tile/0/000", "tile//000", "tile/0//000", "tile/0/000/", "tile/0/000.p/1/",
    "tile/0/x001/000.p/1/2", "tile/entries/000.p/300", "checkpoint", "tile/0/x1.p/000",
    "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/x999/x999/x999/x999/x999/x999/999",
    "tile/0/x001/x009/x223/x372/x036/x854/x775/807", "tile/0/../000", "tile/0/000.p/1.p/2",
  ])
  func otherPathsAreNotRead(text: String) {
    #expect(TilePath(parsing: text) == nil)
  }

  @Test func bundlesReadBack() throws {
    var tree = TileTree()
    let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), Array(repeating: 9, count: 65_535)]
    for entry in entries { try tree.append(entry) { _ in } }
    let bundle = try #require(tree.partials().first)
    #expect(bundle.path.text == "tile/entries/000.p/4")
    #expect(bundle.bytes.prefix(7) == [0, 0, 0, 1, 1, 1, 44])
    #expect(EntryBundle.parse(bundle.bytes, count: 4) == entries)
    #expect(EntryBundle.parse(bundle.bytes, count: 3) == nil)
    #expect(EntryBundle.parse(bundle.bytes, count: 5) == nil)
    #expect(EntryBundle.parse(bundle.bytes, count: 3, exactly: false) == Array(entries[..<3]))
    #expect(EntryBundle.parse(bundle.bytes + [0], count: 4) == nil)
    for length in [0, 1, 2, 3, 4, 5, 6, 7, 306, 307, 308, bundle.bytes.count - 1] {
      #expect(EntryBundle.parse(Array(bundle.bytes[..<length]), count: 4) == nil)
    }
  }

  @Test func anEntryThatNoPrefixCanMeasureIsRefused() throws {
    var tree = TileTree()
    #expect(throws: TransparencyLogError.entryTooLarge(index: 0, sizeBytes: 65_536)) {
      try tree.append([UInt8](repeating: 0, count: 65_536)) { _ in }
    }
    #expect(tree.size == 0)
  }

  /// Pitfall 8: the length before an entry is not part of what is hashed.
  @Test func theLengthPrefixIsNotHashed() throws {
    var tree = TileTree()
    try tree.append([1, 2, 3]) { _ in }
    #expect(tree.compactRange.root == SHA256.digest(of: [0, 1, 2, 3]))
  }

  /// Pitfall 14: full tiles without `.p`, partial tiles of the upper levels not forgotten.
  @Test func aLogOf70000EntriesHasTheFilesOfTheSpecification() throws {
    var tree = TileTree()
    var range = CompactRange()
    var full = [String: Int]()
    for index in 0..<70_000 {
      let entry = [UInt8(index & 0xFF), UInt8(index >> 8 & 0xFF), UInt8(index >> 16)]
      try tree.append(entry) { file in full[String(file.path.text.prefix(7)), default: 0] += 1 }
      range.append(MerkleTree.leafHash(entry))
      if index + 1 == 256 {
        #expect(tree.partials().map(\.path.text) == ["tile/1/000.p/1"])
        #expect(full == ["tile/0/": 1, "tile/en": 1])
      }
      if (index + 1).isMultiple(of: 4999) { #expect(tree.compactRange == range) }
    }
    #expect(full == ["tile/0/": 273, "tile/1/": 1, "tile/en": 273])
    #expect(
      tree.partials().map(\.path.text) == [
        "tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
      ])
    #expect(tree.compactRange == range)
  }

  @Test func aPartialTileIsAPrefixOfTheWiderOne() throws {
    var tree = TileTree()
    var last = [TilePath.Kind: [UInt8]]()
    for index in 0..<300 {
      try tree.append(TestLog.entry(index)) { file in
        if let before = last[file.path.kind] { #expect(file.bytes.starts(with: before)) }
        last[file.path.kind] = nil
      }
      for file in tree.partials() {
        if let before = last[file.path.kind] { #expect(file.bytes.starts(with: before)) }
        last[file.path.kind] = file.bytes
      }
    }
  }
}
