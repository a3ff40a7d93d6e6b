import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// What is published here is checked by a Go program that shares no code with it (Tests/IndependentVerifier).
@Suite struct IndependentVerifierTests {
  static let why = Comment(rawValue: GoVerifier.why)

  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory("independent-verifier") }

  private func write(_ tiles: MemoryTiles, to name: String) throws -> String {
    for (path, bytes) in tiles.files { try scratch.write(bytes, to: "\(name)/\(path)") }
    return scratch.path(name)
  }

  @Test(.enabled(if: GoVerifier.go != nil, why))
  func anotherProgramAgrees() throws {
    let verifier = try GoVerifier(in: scratch)
    let vkey = try TestLog.signer().verifierKey.text
    for count in [0, 1, 255, 256, 257, 700] {
      let folder = try write(TestLog.published(count: count), to: "log-\(count)")
      let root = Base64.encode(MerkleTree.root(of: TestLog.leafHashes(count)).bytes, padded: true)
      let result = try verifier.verify(folder, vkey)
      #expect(result.output == "size \(count) root \(root)\n")
      #expect(result.status == 0)
    }

    // And it disagrees where it should: an entry, a tile, the checkpoint, somebody else's key.
    let good = try TestLog.published(count: 300)
    for (number, path) in good.files.keys.sorted().enumerated() {
      var changed = good
      changed.files[path]?[20] ^= 1
      let result = try verifier.verify(write(changed, to: "changed-\(number)"), vkey)
      #expect(result.status == 1, "\(path): \(result.output)")
    }
    let stranger = try TestLog.signer(2).verifierKey.text
    #expect(try verifier.verify(write(good, to: "good"), stranger).status == 1)
  }

  /// CVE-2026-56865: the tile reader of Debian's package skips the parents of some tiles at the right edge, and accepts a forged
  /// entry whose own hash was forged with it. Whoever recomputes the tree from the entries does not.
  @Test(
    .enabled(if: GoVerifier.go != nil, why),
    arguments: [(count: 300, entry: 5), (300, 299), (257, 256), (700, 600), (3, 2)])
  func aForgedEntryWithItsForgedHashIsRefused(count: Int, entry: Int) throws {
    let verifier = try GoVerifier(in: scratch)
    let vkey = try TestLog.signer().verifierKey.text
    var log = try TestLog.published(count: count)
    let tile = UInt64(entry / 256)
    let width = min(256, count - 256 * Int(tile))
    let bundlePath = TilePath(.entries, index: tile, width: width).text
    let hashPath = TilePath(.hashes(level: 0), index: tile, width: width).text

    var bundle = try #require(log.files[bundlePath])
    var hashes = try #require(log.files[hashPath])
    let original = TestLog.entry(entry)
    var forged = original
    forged[0] = UInt8(ascii: "E")
    let place = try #require(bundle.firstRange(of: [0, UInt8(original.count)] + original))
    bundle.replaceSubrange(place, with: [0, UInt8(forged.count)] + forged)
    hashes.replaceSubrange(
      (entry % 256) * 32..<(entry % 256 + 1) * 32, with: MerkleTree.leafHash(forged).bytes)
    log.files[bundlePath] = bundle
    log.files[hashPath] = hashes

    let result = try verifier.verify(write(log, to: "forged"), vkey)
    #expect(result.status == 1)
    #expect(result.output.contains("entries give root"), "\(result.output)")
    // Ours says so too.
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(count))
    #expect(throws: TransparencyLogError.self) { try PublishedLog(reader: log).verify(checkpoint) }
  }
}
