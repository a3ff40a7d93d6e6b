import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing

@testable import AgeFormat

/// A file worked on by all cores is the file one core would write, and opens as one core would open it.
@Suite("On all cores")
struct AllCoresTests {
  /// Around the edges of a chunk, of a lane (4 chunks), and of the sets of lanes on machines of 1 to 8 cores.
  static let lengths: [Int] = {
    let edges = [1, 4, 16, 32, 48, 64, 96].map { $0 * 65_536 }
    return [0, 1, 65_535] + edges.flatMap { [$0 - 1, $0, $0 + 1] } + [7_000_001]
  }()

  struct Stop: Error {}

  private let header = [UInt8](repeating: 0x68, count: 200)
  private let key: [UInt8] = (0..<32).map { UInt8($0) }

  /// Offsets in the order in which they came, and the bytes at them.
  private final class Target: Sendable {
    private let state = Mutex<(bytes: [UInt8], offsets: [Int])>(([], []))
    init(count: Int) { state.withLock { $0.bytes = [UInt8](repeating: 0, count: count) } }
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var offsets: [Int] { state.withLock { $0.offsets } }
    func put(_ piece: RawSpan, at offset: Int) {
      let copy = [UInt8](copying: piece)
      state.withLock {
        $0.bytes.replaceSubrange(offset..<offset + copy.count, with: copy)
        $0.offsets.append(offset)
      }
    }
  }

  private func sealer(_ length: Int) throws -> AgeFileSealer {
    let secret = SecretBytes.copying(key.span.bytes)
    return try AgeFileSealer(header: header, payloadKey: secret, plaintextSize: length)
  }

  /// Chunk after chunk on one core.
  private func sequential(_ plaintext: [UInt8]) throws -> [UInt8] {
    let secret = SecretBytes.copying(key.span.bytes)
    var cipher = try PayloadCipher(key: secret)
    var file = header
    let count = PayloadSize.chunkCount(plaintext: plaintext.count)
    for index in 0..<count {
      let start = index * 65_536
      let piece = Array(plaintext[start..<min(start + 65_536, plaintext.count)])
      var sealed = [UInt8](repeating: 0, count: piece.count + 16)
      do {
        var elements = sealed.mutableSpan
        var output = elements.mutableBytes
        try cipher.seal(piece.span.bytes, index: UInt64(index), isLast: index == count - 1, into: &output)
      }
      file += sealed
    }
    return file
  }

  @Test("the bytes are those of one core, in one go and with the first chunks last", arguments: lengths)
  func sameBytes(length: Int) throws {
    let plaintext = sampleBytes(length)
    let expected = try sequential(plaintext)
    let chunks = PayloadSize.chunkCount(plaintext: length)
    for first in Set([0, 1, min(5, chunks)]) {
      let target = Target(count: expected.count)
      target.put(header.span.bytes, at: 0)
      var sealer = try sealer(length)
      var filled: [Int] = []
      for range in [first..<chunks, 0..<first] {
        try sealer.seal(
          chunks: range,
          fill: { offset, room in
            filled.append(offset)
            room.copyBytes(plaintext.span.bytes.extracting(offset..<offset + room.byteCount))
          }, drain: { offset, sealed in target.put(sealed, at: offset) })
      }
      #expect(target.bytes == expected)
      // Within each of the two goes, both ends saw the bytes in order.
      let isEarly = { (offset: Int) in offset < first * 65_536 }
      #expect(filled.filter(isEarly).isSorted && filled.filter { !isEarly($0) }.isSorted)
      let drained = target.offsets.dropFirst().map { ($0 - header.count) / 65_552 * 65_536 }
      #expect(drained == filled)
    }
  }

  @Test("what one core sealed opens, in order", arguments: lengths)
  func opens(length: Int) throws {
    let identity = try X25519Identity.generate()
    let plaintext = sampleBytes(length)
    let file = try Age.seal(plaintext.span.bytes, to: [identity.recipient])
    let opener = try AgeFileOpener(
      start: file.span.bytes.extracting(0..<min(file.count, AgeFileOpener.longestStart)),
      fileSize: file.count,
      identities: [identity])
    #expect(opener.plaintextSize == length)
    var opened: [UInt8] = []
    try opener.open(
      fill: { offset, room in
        room.copyBytes(file.span.bytes.extracting(offset..<offset + room.byteCount))
      },
      drain: { opened += [UInt8](copying: $0) })
    #expect(opened == plaintext)
  }

  @Test("a damaged chunk stops everything: what came before is right, nothing of it or after it comes")
  func damagedChunk() throws {
    let identity = try X25519Identity.generate()
    let plaintext = sampleBytes(60 * 65_536 + 5)
    let file = try Age.seal(plaintext.span.bytes, to: [identity.recipient])
    for chunk in [0, 1, 3, 4, 15, 16, 30, 47, 48, 59, 60] {
      var damaged = file
      damaged[184 + chunk * 65_552 + 3] ^= 1
      let error = open(damaged, identity) { opened in
        #expect(opened.count <= chunk * 65_536)
        #expect(opened.elementsEqual(plaintext[..<opened.count]))
      }
      #expect(error as? AgeError == .chunkRejected(index: UInt64(chunk)))
    }
  }

  @Test("a cut, longer or rearranged file is refused", arguments: [-1, 1, -65_552, 65_552, -16, 16])
  func otherLength(change: Int) throws {
    let identity = try X25519Identity.generate()
    let file = try Age.seal(sampleBytes(40 * 65_536).span.bytes, to: [identity.recipient])
    let other =
      change < 0 ? Array(file.dropLast(-change)) : file + [UInt8](repeating: 0, count: change)
    #expect(open(other, identity) { _ in } as? AgeError != nil)
    var swapped = file
    swapped.replaceSubrange(184..<184 + 65_552, with: file[184 + 65_552..<184 + 2 * 65_552])
    #expect(open(swapped, identity) { _ in } as? AgeError == .chunkRejected(index: 0))
  }

  private func open(
    _ file: [UInt8], _ identity: X25519Identity, _ check: ([UInt8]) -> Void
  ) -> (any Error)? {
    var opened: [UInt8] = []
    defer { check(opened) }
    do {
      let opener = try AgeFileOpener(start: file.span.bytes, fileSize: file.count, identities: [identity])
      try opener.open(
        fill: { offset, room in
          room.copyBytes(file.span.bytes.extracting(offset..<offset + room.byteCount))
        },
        drain: { opened += [UInt8](copying: $0) })
      return nil
    } catch {
      return error
    }
  }

  @Test("an input or an output that fails stops everything", arguments: [0, 5, 40])
  func failingEnds(chunk: Int) throws {
    let length = 50 * 65_536
    var failing = try sealer(length)
    var drained = 0
    #expect(throws: Stop.self) {
      try failing.seal(
        chunks: 0..<50,
        fill: { offset, _ in if offset + 4 * 65_536 > chunk * 65_536 { throw Stop() } },
        drain: { _, _ in drained += 1 })
    }
    #expect(drained * 4 <= chunk)
    var full = try sealer(length)
    var filled = 0
    #expect(throws: Stop.self) {
      try full.seal(
        chunks: 0..<50, fill: { _, _ in filled += 1 },
        drain: { offset, _ in if offset >= header.count + chunk / 4 * 4 * 65_552 { throw Stop() } })
    }
    // What was read ahead of the failure is bounded by the buffers.
    #expect(filled <= chunk / 4 + 3 * 16)
  }
}

extension Sequence where Element: Comparable {
  fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
