import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// What an outsider can hand in is refused or read, and never stops the process. What is read comes back byte for byte.
@Suite struct HostileInputTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func splicedBytesNeverTrap(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let checkpoint = try TestLog.checkpoint(TestLog.leafHashes(13))
    let inclusion = try InclusionProof.make(
      index: 4, treeSize: 13, reader: TreeHashes(leafHashes: TestLog.leafHashes(13)))
    let proof = try TlogProof(
      inclusion: inclusion, leafHash: TestLog.leafHashes(13)[4], checkpoint: checkpoint)
    let vkey = try TestLog.signer().verifierKey.text
    let seeds = [
      checkpoint.signedNote, proof.text, Array(vkey.utf8), Array("tile/0/x001/234.p/5".utf8),
      [UInt8](0...255),
      Array("\u{2014} \n\n+-09 .p//x".utf8),
    ]
    for _ in 0..<800 {
      let bytes = splice(seeds, &random)
      if let note = try? UnverifiedNote(parsing: bytes) { #expect(bytes.starts(with: Array(note.text.utf8))) }
      if let checkpoint = try? UnverifiedCheckpoint(parsing: bytes) {
        #expect(bytes.starts(with: Array(checkpoint.claimed.text.utf8)))
      }
      if let proof = try? TlogProof(parsing: bytes) { #expect(proof.text == bytes) }
      if let range = try? CompactRange(decoding: bytes) { #expect(range.encoded() == bytes) }
      _ = EntryBundle.parse(bytes, count: Int(random.next() % 257))
      let text = String(decoding: bytes, as: UTF8.self)
      if let key = try? VerifierKey(parsing: text) { #expect(key.text == text) }
      if let path = TilePath(parsing: text) { #expect(path.text == text) }
    }
  }

  /// Pieces of well-formed inputs, cut and joined anywhere, some bytes changed.
  private func splice(_ seeds: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = [UInt8]()
    for _ in 0...Int(random.next() % 3) {
      let seed = seeds[Int(random.next() % UInt64(seeds.count))]
      let from = random.next() % 4 == 0 ? Int(random.next() % UInt64(seed.count)) : 0
      let to = random.next() % 4 == 0 ? from + Int(random.next() % UInt64(seed.count - from)) : seed.count
      bytes += seed[from..<to]
    }
    for _ in 0..<Int(random.next() % 3) where !bytes.isEmpty {
      bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    return bytes
  }
}
