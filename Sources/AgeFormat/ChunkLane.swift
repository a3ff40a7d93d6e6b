import StrongroomCrypto

/// A few chunks that one core works on: what goes in, what comes out, and a cipher of its own.
///
/// Reused for other chunks again and again; one job at a time holds it. Its memory is wiped when it goes.
final class ChunkLane {
  /// Chunks a lane takes at most: their bytes, sealed and in the clear, stay in the cache of one core.
  static let capacity = 4

  private var cipher: PayloadCipher
  private var input: PlaintextBuffer
  private var output: PlaintextBuffer

  /// - Parameter chunks: how many it is going to take at most.
  init(key: borrowing SecretBytes, chunks: Int) throws(AgeError) {
    cipher = try PayloadCipher(key: key)
    input = PlaintextBuffer(capacity: chunks * PayloadSize.sealedChunk)
    output = PlaintextBuffer(capacity: chunks * PayloadSize.sealedChunk)
  }

  /// Lets `body` write the bytes that are to be worked on.
  func fill(count: Int, _ body: (inout MutableRawSpan) throws -> Void) throws {
    try input.overwrite(count: count, body)
  }

  /// Seals what was filled in: the chunks of these numbers.
  func seal(_ chunks: Range<Int>, last: Int) throws(AgeError) {
    try Self.seal(input, chunks, last, with: &cipher, into: &output)
  }

  /// Opens what was filled in: the chunks of these numbers. If one is rejected nothing is left of the others either.
  func open(_ chunks: Range<Int>, last: Int) throws(AgeError) {
    try Self.open(input, chunks, last, with: &cipher, into: &output)
  }

  /// Lends what came out.
  func drain(_ body: (RawSpan) throws -> Void) throws { try Self.lend(output, body) }

  // A span of one property cannot leave the access to it, so properties go to static functions one by one.

  private static func lend(_ buffer: borrowing PlaintextBuffer, _ body: (RawSpan) throws -> Void) throws {
    try body(buffer.bytes)
  }

  private static func seal(
    _ input: borrowing PlaintextBuffer, _ chunks: Range<Int>, _ last: Int, with cipher: inout PayloadCipher,
    into output: inout PlaintextBuffer
  ) throws(AgeError) {
    let plaintext = input.bytes
    let count = plaintext.byteCount + chunks.count * AEAD.tagByteCount
    try output.overwrite(count: count) { (sealed: inout MutableRawSpan) throws(AgeError) in
      for (place, chunk) in chunks.enumerated() {
        let start = place * PayloadSize.chunk
        let source = plaintext.extracting(start..<min(start + PayloadSize.chunk, plaintext.byteCount))
        let target = place * PayloadSize.sealedChunk
        var room = sealed._mutatingExtracting(target..<target + source.byteCount + AEAD.tagByteCount)
        try cipher.seal(source, index: UInt64(chunk), isLast: chunk == last, into: &room)
      }
    }
  }

  private static func open(
    _ input: borrowing PlaintextBuffer, _ chunks: Range<Int>, _ last: Int, with cipher: inout PayloadCipher,
    into output: inout PlaintextBuffer
  ) throws(AgeError) {
    let sealed = input.bytes
    let count = sealed.byteCount - chunks.count * AEAD.tagByteCount
    try output.overwrite(count: count) { (plaintext: inout MutableRawSpan) throws(AgeError) in
      for (place, chunk) in chunks.enumerated() {
        let start = place * PayloadSize.sealedChunk
        let source = sealed.extracting(start..<min(start + PayloadSize.sealedChunk, sealed.byteCount))
        let target = place * PayloadSize.chunk
        var room = plaintext._mutatingExtracting(target..<target + source.byteCount - AEAD.tagByteCount)
        try cipher.open(source, index: UInt64(chunk), isLast: chunk == last, into: &room)
      }
    }
  }
}
