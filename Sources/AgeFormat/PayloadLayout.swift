import StrongroomCrypto

/// Where the chunks of a file of known length lie: `header || nonce(16) || chunk 0 || chunk 1 ...`.
struct PayloadLayout: Sendable, Equatable {
  /// Offset of chunk 0 in the file.
  let payloadStart: Int
  let fileSize: Int
  let plaintextSize: Int
  let chunkCount: Int

  /// - Throws: `AgeError.impossibleLength` if no age file with this header can have this size.
  init(payloadStart: Int, fileSize: Int) throws(AgeError) {
    guard fileSize >= payloadStart else { throw .headerMalformed(.missingNonce) }
    guard let plaintextSize = PayloadSize.plaintext(sealed: fileSize - payloadStart) else {
      throw .impossibleLength(fileSizeBytes: fileSize)
    }
    self.payloadStart = payloadStart
    self.fileSize = fileSize
    self.plaintextSize = plaintextSize
    self.chunkCount = PayloadSize.chunkCount(plaintext: plaintextSize)
  }

  func fileRange(ofChunk index: Int) -> Range<Int> {
    let start = payloadStart + index * PayloadSize.sealedChunk
    return start..<min(start + PayloadSize.sealedChunk, fileSize)
  }

  func plaintextRange(ofChunk index: Int) -> Range<Int> {
    let start = index * PayloadSize.chunk
    return start..<min(start + PayloadSize.chunk, plaintextSize)
  }

  /// Reads header and nonce, finds the file key, verifies the header.
  ///
  /// - Parameter start: the first bytes of the file, at least header and nonce.
  static func start(
    _ start: RawSpan, fileSize: Int, identities: [any AgeIdentity]
  ) throws(AgeError) -> Opened {
    var parser = HeaderParser()
    let headerSize = try parser.absorb(start)
    guard let header = parser.header else { throw parser.truncation }
    let fileKey = try header.fileKey(for: identities)
    let payloadStart = headerSize + AgeHeader.nonceByteCount
    guard payloadStart <= start.byteCount else { throw .headerMalformed(.missingNonce) }
    let layout = try PayloadLayout(payloadStart: payloadStart, fileSize: fileSize)
    let nonce = [UInt8](copying: start.extracting(headerSize..<payloadStart))
    return Opened(layout: layout, payloadKey: try FileKey.payloadKey(fileKey, nonce: nonce))
  }

  /// A file whose header has been verified.
  struct Opened: ~Copyable {
    let layout: PayloadLayout
    /// 32 bytes.
    let payloadKey: SecretBytes
  }
}
