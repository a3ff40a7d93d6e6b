import AgeFormat
import StrongroomCrypto
import StrongroomTestSupport
import Testing

@Suite("Reading a part of a file")
struct SeekableReaderTests {
  @Test("any part is what the whole has there", arguments: [0, 1, 65_536, 65_537, 300_000])
  func parts(length: Int) throws {
    let identity = try X25519Identity.generate()
    let plaintext = sampleBytes(length)
    let file = try Age.seal(plaintext.span.bytes, to: [identity.recipient])
    var reader = try SeekableAgeReader.open(fileSize: file.count, identities: [identity]) { Array(file[$0]) }
    #expect(reader.plaintextSize == length)
    var generator = SeededGenerator(seed: UInt64(length))
    var parts = [0..<0, 0..<length, length..<length, max(0, length - 1)..<length]
    for _ in 0..<20 {
      let start = Int.random(in: 0...length, using: &generator)
      parts.append(start..<Int.random(in: start...length, using: &generator))
    }
    for part in parts {
      var fetched: [UInt8] = []
      try reader.read(part, fetching: slices(of: file)) { fetched += [UInt8](copying: $0) }
      #expect(fetched == Array(plaintext[part]), "\(part), seed \(generator.seed)")
      var given: [UInt8] = []
      let sealed = Array(file[reader.fileRange(covering: part)])
      try reader.read(part, from: sealed.span.bytes) { given += [UInt8](copying: $0) }
      #expect(given == Array(plaintext[part]), "\(part), seed \(generator.seed)")
    }
  }

  @Test("only the chunks asked for are read")
  func damageElsewhere() throws {
    let identity = try X25519Identity.generate()
    let plaintext = sampleBytes(200_000)
    var file = try Age.seal(plaintext.span.bytes, to: [identity.recipient])
    file[184 + 65_552 + 1] ^= 1
    var reader = try SeekableAgeReader.open(fileSize: file.count, identities: [identity]) { Array(file[$0]) }
    var first: [UInt8] = []
    try reader.read(0..<65_536, fetching: slices(of: file)) { first += [UInt8](copying: $0) }
    #expect(first == Array(plaintext[..<65_536]))
    var failure: AgeError?
    var released = 0
    do {
      try reader.read(65_000..<70_000, fetching: slices(of: file)) { released += $0.byteCount }
    } catch let error as AgeError {
      failure = error
    }
    #expect(failure == .chunkRejected(index: 1) && released == 536)
  }

  @Test("a file cut at a chunk's edge is refused before anything is read")
  func cutFile() throws {
    let identity = try X25519Identity.generate()
    let file = try Age.seal(sampleBytes(200_000).span.bytes, to: [identity.recipient])
    let cut = Array(file[..<(184 + 2 * 65_552)])
    #expect(throws: AgeError.chunkRejected(index: 1)) {
      _ = try SeekableAgeReader.open(fileSize: cut.count, identities: [identity]) { Array(cut[$0]) }
    }
  }
}
