import AgeFormat
import StrongroomCrypto
import StrongroomTestSupport
import Testing

/// Any damage must end in an error, whichever way the file is read.
@Suite("A damaged file")
struct DamageTests {
  let identity: X25519Identity

  init() throws {
    identity = try X25519Identity.generate()
  }

  private func seal(_ count: Int) throws -> [UInt8] {
    try Age.seal(sampleBytes(count).span.bytes, to: [identity.recipient])
  }

  /// All three readers refuse the file, with an error that blames the file.
  private func expectRefused(_ file: [UInt8], _ comment: @autoclosure () -> String) {
    let streamed = releaseInPieces(file, [identity], step: 65_552)
    #expect(streamed.error?.failureClass != nil, "streamed: \(comment())")
    let known = releaseInPieces(file, [identity], step: 65_552, knownLength: file.count)
    #expect(known.error?.failureClass != nil, "known length: \(comment())")
    #expect(throws: AgeError.self, "at once: \(comment())") {
      _ = try Age.open(file, identities: [identity], limit: file.count)
    }
    #expect(throws: AgeError.self, "seeking: \(comment())") {
      var reader = try SeekableAgeReader.open(fileSize: file.count, identities: [identity]) {
        Array(file[$0])
      }
      try reader.read(0..<reader.plaintextSize, fetching: slices(of: file)) { _ in }
    }
  }

  @Test("cut anywhere is refused")
  func everyPrefixOfASmallFile() throws {
    let file = try seal(40)
    for count in 0..<file.count { expectRefused(Array(file[..<count]), "\(count) of \(file.count) bytes") }
  }

  @Test("cut around the edges of its chunks is refused", arguments: [65_536, 65_537, 131_072, 140_000])
  func prefixesOfALargeFile(length: Int) throws {
    let file = try seal(length)
    let start = 184
    let edges = stride(from: start, through: file.count, by: 65_552).flatMap { edge in
      [-17, -16, -1, 0, 1, 15, 16, 17].map { edge + $0 }
    }
    for count in edges + [file.count - 1] where count < file.count {
      expectRefused(Array(file[..<count]), "\(count) of \(file.count) bytes")
    }
  }

  @Test("with any byte of it changed is refused")
  func everyByteOfASmallFile() throws {
    var generator = SeededGenerator(seed: 20_261_121)
    let file = try seal(40)
    for index in file.indices {
      var changed = file
      changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      expectRefused(changed, "byte \(index), seed \(generator.seed)")
    }
  }

  @Test("with some bit of a large one changed is refused")
  func sampledBitsOfALargeFile() throws {
    var generator = SeededGenerator(seed: 7)
    let file = try seal(150_000)
    for _ in 0..<40 {
      var changed = file
      let index = Int.random(in: 184..<file.count, using: &generator)
      changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      expectRefused(changed, "byte \(index), seed \(generator.seed)")
    }
  }

  @Test("with bytes after its end is refused", arguments: [0, 1, 65_536, 70_000], [1, 16, 65_552])
  func extended(length: Int, extra: Int) throws {
    expectRefused(try seal(length) + [UInt8](repeating: 0, count: extra), "\(extra) bytes after \(length)")
  }

  @Test("with two chunks exchanged, or one left out or twice, is refused")
  func movedChunks() throws {
    let file = try seal(4 * 65_536)
    let start = 184
    let chunks = (0..<4).map { Array(file[(start + $0 * 65_552)..<(start + ($0 + 1) * 65_552)]) }
    for order in [
      [1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3], [0, 1, 2], [0, 1, 1, 2, 3], [0, 1, 2, 3, 3], [3],
    ] {
      expectRefused(Array(file[..<start]) + order.flatMap { chunks[$0] }, "chunks \(order)")
    }
  }

  @Test(
    "what was released before the damage is a beginning of the document and ends before the damaged chunk")
  func releasedBeforeDamage() throws {
    var file = try seal(200_000)
    file[184 + 65_552 + 5] ^= 1
    let opening = releaseInPieces(file, [identity], step: 1_000)
    #expect(opening.error == .chunkRejected(index: 1))
    #expect(opening.bytes == Array(sampleBytes(200_000)[..<65_536]))
  }

  @Test("after an error the same error comes again, and no plaintext")
  func staysFailed() throws {
    var file = try seal(200_000)
    file[184 + 5] ^= 1
    var decryptor = AgeDecryptor(identities: [identity])
    var released = 0
    for _ in 0..<3 {
      var error: AgeError?
      do {
        try decryptor.update(file.span.bytes) { released += $0.byteCount }
      } catch let caught as AgeError {
        error = caught
      }
      #expect(error == .chunkRejected(index: 0))
    }
    #expect(released == 0)
  }

  @Test("a length no file can have is refused as soon as the header is read")
  func impossibleLengths() throws {
    let file = try seal(0)
    let header = Array(file[..<168])
    for payload in [0, 1, 15, 65_553, 65_568, 2 * 65_552 + 16] {
      let size = 168 + 16 + payload
      let opening = releaseInPieces(header, [identity], step: 168, knownLength: size)
      #expect(opening.error == .impossibleLength(fileSizeBytes: size), "\(payload) bytes of payload")
    }
    let short = releaseInPieces(header, [identity], step: 168, knownLength: 170)
    #expect(short.error == .headerMalformed(.missingNonce))
  }

  @Test("a file that is not as long as was said is refused", arguments: [-1, 1, 65_552])
  func otherLength(difference: Int) throws {
    let file = try seal(70_000)
    let opening = releaseInPieces(file, [identity], step: 999, knownLength: file.count + difference)
    #expect(opening.error?.failureClass == .payload)
  }

  @Test("an error of the sink stops the reading and passes through")
  func sinkErrors() throws {
    struct Full: Error {}
    let file = try seal(70_000)
    var decryptor = AgeDecryptor(identities: [identity])
    var wasFull = false
    do {
      try decryptor.update(file.span.bytes) { (_) throws(Full) in throw Full() }
    } catch is Full {
      wasFull = true
    }
    #expect(wasFull)
  }
}
