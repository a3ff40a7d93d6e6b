import StrongroomCrypto

/// Opens an age file of known length from its first byte to its last on all cores: reading, opening and what is done with the
/// plaintext go on beside one another.
///
/// What `drain` gets is authentic, chunk by chunk and in order, but only a normal return of `open` proves that the file is whole:
/// release nothing that cannot be taken back before.
///
/// Spec: C2SP age.md, "Payload".
package struct AgeFileOpener: ~Copyable {
  /// The most bytes `init(start:…)` can need: the largest header and the nonce.
  package static let longestStart = UnprovenAgeReader.longestStart

  private let layout: PayloadLayout
  private let rounds: ChunkRounds

  /// - Parameters:
  ///   - start: the first bytes of the file: all of it or `longestStart`. 184 bytes do for one X25519 recipient.
  ///   - fileSize: bytes of the whole file.
  /// - Throws: `AgeError`; `.impossibleLength` before anything is decrypted.
  package init(start: RawSpan, fileSize: Int, identities: [any AgeIdentity]) throws(AgeError) {
    let opened = try PayloadLayout.start(start, fileSize: fileSize, identities: identities)
    let rounds = try ChunkRounds(key: opened.payloadKey, chunkCount: opened.layout.chunkCount)
    layout = opened.layout
    self.rounds = rounds
  }

  /// Bytes of the plaintext, if the file is what its length says.
  package var plaintextSize: Int { layout.plaintextSize }

  /// Opens the whole payload.
  ///
  /// `fill` and `drain` are each called in the order of the bytes and by one thread at a time, but not by the same thread, and beside
  /// one another: what one changes the other must not touch.
  ///
  /// - Parameters:
  ///   - fill: writes the bytes of the file from the offset on, all of the room it gets.
  ///   - drain: takes plaintext, at most 256 KiB at a time.
  /// - Throws: `AgeError.chunkRejected(index:)`, or what `fill` or `drain` throws: whichever comes first in the file.
  package func open(
    fill: (_ offset: Int, _ room: inout MutableRawSpan) throws -> Void, drain: (RawSpan) throws -> Void
  ) throws {
    let layout = layout
    let last = layout.chunkCount - 1
    try rounds.run(
      0..<layout.chunkCount,
      fill: { lane, chunks in
        let start = layout.fileRange(ofChunk: chunks.lowerBound).lowerBound
        let end = layout.fileRange(ofChunk: chunks.upperBound - 1).upperBound
        try lane.fill(count: end - start) { try fill(start, &$0) }
      },
      work: { lane, chunks in try lane.open(chunks, last: last) },
      drain: { lane, chunks in try lane.drain(drain) })
  }
}
