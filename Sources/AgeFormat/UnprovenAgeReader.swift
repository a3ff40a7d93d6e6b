import StrongroomCrypto

/// An age file of known length whose header is verified, and whose end is not.
///
/// The length of a file is only a claim of the disk until its last chunk has been opened as the last one, so this
/// type can do one thing: take that chunk and become a `SeekableAgeReader`. It does no I/O: it says which bytes it
/// needs, and the caller fetches them from a file, a database or over a network.
///
/// Spec: C2SP age.md, "Payload"; FORMATS, 1.5.
package struct UnprovenAgeReader: ~Copyable {
  /// The most bytes `init(start:…)` can need: the largest header and the nonce.
  package static let longestStart = AgeHeader.maximumByteCount + AgeHeader.nonceByteCount

  private let opened: PayloadLayout.Opened

  /// - Parameters:
  ///   - start: the first bytes of the file: all of it or `longestStart`. 184 bytes do for one X25519 recipient.
  ///   - fileSize: bytes of the whole file.
  /// - Throws: `AgeError`; `.impossibleLength` before anything is decrypted.
  package init(start: RawSpan, fileSize: Int, identities: [any AgeIdentity]) throws(AgeError) {
    opened = try PayloadLayout.start(start, fileSize: fileSize, identities: identities)
  }

  /// Where the last chunk lies in the file.
  package var lastChunk: Range<Int> {
    opened.layout.fileRange(ofChunk: opened.layout.chunkCount - 1)
  }

  /// Opens the last chunk, which proves the length.
  ///
  /// - Parameter bytes: the bytes of the file in `lastChunk`.
  /// - Throws: `AgeError.chunkRejected(index:)`: the file was cut, extended or damaged at its end.
  package consuming func proving(lastChunk bytes: RawSpan) throws(AgeError) -> SeekableAgeReader {
    var opener = try PayloadCipher(key: opened.payloadKey)
    let last = opened.layout.chunkCount - 1
    guard bytes.byteCount == opened.layout.fileRange(ofChunk: last).count else { throw .lengthMismatch }
    var plaintext = PlaintextBuffer(capacity: PayloadSize.chunk)
    let count = opened.layout.plaintextRange(ofChunk: last).count
    try plaintext.append(count: count) { (output) throws(AgeError) in
      try opener.open(bytes, index: UInt64(last), isLast: true, into: &output)
    }
    return SeekableAgeReader(opened.layout, opener)
  }
}
