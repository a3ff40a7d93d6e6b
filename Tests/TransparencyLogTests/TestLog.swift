import StrongroomCrypto
import TransparencyLog

/// What the tests share: keys from fixed seeds, entries that tell their index, a tree by the words of the RFC, files in memory.
enum TestLog {
  static let origin = "example.org/strongroom/test"

  static func key(_ seed: UInt8) throws -> Ed25519SigningKey {
    try Ed25519SigningKey(seed: SecretBytes.copying([UInt8](repeating: seed, count: 32).span.bytes))
  }

  static func signer(_ seed: UInt8 = 1, name: String = origin) throws -> NoteSigner {
    try NoteSigner(name: name, key: key(seed))
  }

  static func cosigner(_ seed: UInt8, name: String) throws -> Cosigner {
    try Cosigner(name: name, key: key(seed))
  }

  static func entry(_ index: Int) -> [UInt8] { Array("entry number \(index)".utf8) }

  static func leafHashes(_ count: Int) -> [SHA256Digest] {
    (0..<count).map { MerkleTree.leafHash(entry($0)) }
  }

  /// MTH of RFC 6962, section 2.1, word for word and slow, so that the real code has something else to agree with.
  static func root(_ leaves: ArraySlice<SHA256Digest>) -> SHA256Digest {
    guard leaves.count > 1 else { return leaves.first ?? SHA256.digest(of: [UInt8]()) }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return SHA256.digest(of: [1] + root(leaves[..<middle]).bytes + root(leaves[middle...]).bytes)
  }

  static func checkpoint(_ leafHashes: [SHA256Digest], seed: UInt8 = 1) throws -> VerifiedCheckpoint {
    let signer = try signer(seed)
    let text = try Checkpoint(
      origin: origin, size: UInt64(leafHashes.count), root: MerkleTree.root(of: leafHashes))
    return try UnverifiedCheckpoint(parsing: signer.sign(text).bytes).verified(
      by: signer.verifierKey, origin: origin)
  }

  /// A log of `count` entries, published at each of `sizes`.
  static func published(count: Int, at sizes: [Int]? = nil) throws -> MemoryTiles {
    let hashes = leafHashes(count)
    var publisher = TilePublisher(writer: MemoryTiles())
    for size in 0...count {
      if (sizes ?? [count]).contains(size) { try publisher.publish(checkpoint(Array(hashes[..<size]))) }
      if size < count { try publisher.append(entry(size)) }
    }
    return publisher.writer
  }

  static func flipped(_ digest: SHA256Digest, bit: Int = 0) throws -> SHA256Digest {
    var bytes = digest.bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    guard let result = SHA256Digest(bytes) else { throw TransparencyLogError.compactRangeMalformed }
    return result
  }
}

/// Files in memory that refuse what a real folder must never see.
struct MemoryTiles: TileWriter, TileReader {
  struct Rewritten: Error { let path: String }
  struct TooLarge: Error { let path: String }

  var files = [String: [UInt8]]()
  /// In the order of writing.
  private(set) var written = [String]()

  mutating func write(path: String, bytes: [UInt8]) throws {
    if path != TilePath.checkpoint, let old = files[path], old != bytes { throw Rewritten(path: path) }
    files[path] = bytes
    written.append(path)
  }

  func read(path: String, limitBytes: Int) throws -> [UInt8]? {
    guard let bytes = files[path] else { return nil }
    guard bytes.count <= limitBytes else { throw TooLarge(path: path) }
    return bytes
  }
}
