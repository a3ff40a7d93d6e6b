import StrongroomCrypto

/// Seals an age file of known size on all cores: reading, sealing and writing go on beside one another.
///
/// The bytes are those `AgeEncryptor` would write with the same keys. Memory is a fixed number of buffers, under 25 MiB whatever the
/// size of the file and the number of cores, less for a small one; all of it is wiped.
///
/// Spec: C2SP age.md, "Payload".
package struct AgeFileSealer: ~Copyable {
  /// Header and payload nonce: the first bytes of the file.
  package let header: [UInt8]
  /// Bytes of the plaintext.
  package let plaintextSize: Int
  private let rounds: ChunkRounds
  /// Chunks sealed so far: each number once, since it is the nonce.
  private var sealed: [Range<Int>] = []

  /// - Parameter recipients: 1...256; a passphrase only by itself.
  /// - Throws: `AgeError.noRecipients`, `.passphraseNotAlone`, `.limitExceeded(.stanzas, …)`, `.crypto`.
  package init(to recipients: [any AgeRecipient], plaintextSize: Int) throws(AgeError) {
    let beginning = try FileBeginning(to: recipients)
    try self.init(
      header: beginning.bytes, payloadKey: beginning.payloadKey, plaintextSize: plaintextSize)
  }

  init(header: [UInt8], payloadKey: borrowing SecretBytes, plaintextSize: Int) throws(AgeError) {
    precondition(plaintextSize >= 0, "sizes are counted in bytes")
    self.header = header
    self.plaintextSize = plaintextSize
    rounds = try ChunkRounds(
      key: payloadKey, chunkCount: PayloadSize.chunkCount(plaintext: plaintextSize))
  }

  /// Plaintext bytes of a chunk.
  package static let chunkByteCount = PayloadSize.chunk

  /// Chunks that the first `byteCount` bytes of a plaintext lie in.
  package static func chunkCount(covering byteCount: Int) -> Int {
    PayloadSize.chunkCount(plaintext: byteCount)
  }

  /// Chunks of 65,536 bytes of plaintext, the last one shorter.
  package var chunkCount: Int { PayloadSize.chunkCount(plaintext: plaintextSize) }

  /// Seals some of the chunks. A file is whole once each has been sealed, in whatever order.
  ///
  /// `fill` and `drain` are each called in the order of the bytes and by one thread at a time, but not by the same thread, and beside
  /// one another: what one changes the other must not touch.
  ///
  /// - Parameters:
  ///   - chunks: none of which was sealed before.
  ///   - fill: writes the plaintext from the offset on, all of the room it gets.
  ///   - drain: takes sealed bytes and their offset in the file, at most 256 KiB at a time.
  /// - Throws: what `fill` or `drain` throws, or `AgeError.crypto`; then the file is lost: start again.
  package mutating func seal(
    chunks: Range<Int>, fill: (_ offset: Int, _ room: inout MutableRawSpan) throws -> Void,
    drain: (_ offset: Int, _ sealed: RawSpan) throws -> Void
  ) throws {
    precondition(chunks.lowerBound >= 0 && chunks.upperBound <= chunkCount, "chunks of this file")
    precondition(!sealed.contains { $0.overlaps(chunks) }, "a chunk is sealed once")
    sealed.append(chunks)
    let last = chunkCount - 1
    let size = plaintextSize
    let start = header.count
    try rounds.run(
      chunks,
      fill: { lane, chunks in
        let offset = chunks.lowerBound * PayloadSize.chunk
        let end = min(chunks.upperBound * PayloadSize.chunk, size)
        try lane.fill(count: end - offset) { try fill(offset, &$0) }
      },
      work: { lane, chunks in try lane.seal(chunks, last: last) },
      drain: { lane, chunks in
        try lane.drain { try drain(start + chunks.lowerBound * PayloadSize.sealedChunk, $0) }
      })
  }
}
