import StrongroomCrypto

/// Reads an age file piece by piece, in constant memory (a header of at most 64 KiB, then two chunks of 64 KiB).
///
/// What the sink receives is authentic, chunk by chunk, but only `finish` proves that the file is whole: release
/// nothing that cannot be taken back before it has returned.
///
/// Without a known length a full chunk is tried as an inner one first and then as the last one. With it, only the
/// chunk that ends the file may be the last one, and a length no age file can have is refused as soon as the header
/// has been read.
///
/// Spec: C2SP age.md.
package struct AgeDecryptor: ~Copyable {
  private enum Stage: Equatable {
    case header
    case nonce
    case payload
    case finalChunkSeen
  }

  private let identities: [any AgeIdentity]
  private let knownLength: Int?
  private var stage = Stage.header
  private var parser = HeaderParser()
  private var fileKey: SecretBytes?
  private var nonce: [UInt8] = []
  private var opener: PayloadCipher?
  /// Number of the chunk that comes next.
  private var index: UInt64 = 0
  /// Number of the last chunk, where the length is known.
  private var lastIndex: UInt64?
  private var receivedCount = 0
  /// Ciphertext of an incomplete chunk: the first `pendingCount` of 65,552 bytes.
  private var pending: [UInt8] = []
  private var pendingCount = 0
  private var plaintext = PlaintextBuffer(capacity: PayloadSize.chunk)
  private var failure: AgeError?

  /// - Parameters:
  ///   - identities: tried in order.
  ///   - knownLength: bytes of the whole file, where the caller knows it; the file must then have exactly that length.
  package init(identities: [any AgeIdentity], knownLength: Int? = nil) {
    self.identities = identities
    self.knownLength = knownLength
  }

  /// Takes the next bytes of the file and hands the plaintext of every chunk completed by them to the sink.
  ///
  /// The span is valid only while the sink runs; its buffer is wiped when the decryptor goes.
  /// - Throws: `AgeError`, and then the same again from every later call; or what the sink throws.
  package mutating func update<E: Error>(
    _ ciphertext: RawSpan, _ sink: (RawSpan) throws(E) -> Void
  ) throws {
    var offset = 0
    while try openNext(ciphertext, &offset) { try sink(plaintext.bytes) }
  }

  /// Ends the file: opens the last chunk if it is short, and proves that there was one.
  package mutating func finish<E: Error>(_ sink: (RawSpan) throws(E) -> Void) throws {
    if try openLast() { try sink(plaintext.bytes) }
  }

  /// Consumes input until a chunk of plaintext is ready (true) or the input is used up (false).
  mutating func openNext(_ input: RawSpan, _ offset: inout Int) throws(AgeError) -> Bool {
    if let failure { throw failure }
    do {
      return try advance(input, &offset)
    } catch {
      failure = error
      plaintext.removeAll()
      throw error
    }
  }

  /// - Returns: whether the end of the file brought another chunk of plaintext.
  mutating func openLast() throws(AgeError) -> Bool {
    if let failure { throw failure }
    do {
      return try end()
    } catch {
      failure = error
      plaintext.removeAll()
      throw error
    }
  }

  private mutating func advance(_ input: RawSpan, _ offset: inout Int) throws(AgeError) -> Bool {
    while offset < input.byteCount {
      let rest = input.extracting(offset..<input.byteCount)
      switch stage {
      case .header:
        let taken = try parser.absorb(rest)
        try consumed(taken, &offset)
        if let header = parser.header { try finishHeader(header) }
      case .nonce:
        let taken = min(rest.byteCount, AgeHeader.nonceByteCount - nonce.count)
        nonce += [UInt8](copying: rest.extracting(0..<taken))
        try consumed(taken, &offset)
        if nonce.count == AgeHeader.nonceByteCount { try startPayload() }
      case .payload:
        if pendingCount == 0, rest.byteCount >= PayloadSize.sealedChunk {
          try consumed(PayloadSize.sealedChunk, &offset)
          try openFull(rest.extracting(0..<PayloadSize.sealedChunk))
          return true
        }
        let taken = min(rest.byteCount, PayloadSize.sealedChunk - pendingCount)
        gather(rest.extracting(0..<taken))
        try consumed(taken, &offset)
        if pendingCount == PayloadSize.sealedChunk {
          try openPending()
          return true
        }
      case .finalChunkSeen:
        throw knownLength == nil ? .trailingData : .lengthMismatch
      }
    }
    return false
  }

  private mutating func end() throws(AgeError) -> Bool {
    switch stage {
    case .header:
      throw parser.truncation
    case .nonce:
      throw .headerMalformed(.missingNonce)
    case .finalChunkSeen:
      return false
    case .payload:
      if let knownLength, receivedCount != knownLength { throw .payloadTruncated }
      guard pendingCount > 0 else { throw .payloadTruncated }
      let chunk = takePending()
      try Self.open(
        chunk.span.bytes.extracting(0..<pendingCount), index: index, isLast: true, with: &opener,
        into: &plaintext)
      stage = .finalChunkSeen
      return true
    }
  }

  private mutating func consumed(_ count: Int, _ offset: inout Int) throws(AgeError) {
    offset += count
    receivedCount += count
    if let knownLength, receivedCount > knownLength { throw .lengthMismatch }
  }

  private mutating func finishHeader(_ header: AgeHeader) throws(AgeError) {
    fileKey = try header.fileKey(for: identities)
    parser = HeaderParser()
    stage = .nonce
    guard let knownLength else { return }
    let payload = knownLength - header.byteCount - AgeHeader.nonceByteCount
    guard payload >= 0 else { throw .headerMalformed(.missingNonce) }
    guard let size = PayloadSize.plaintext(sealed: payload) else {
      throw .impossibleLength(fileSizeBytes: knownLength)
    }
    lastIndex = UInt64(PayloadSize.chunkCount(plaintext: size) - 1)
  }

  private mutating func startPayload() throws(AgeError) {
    guard let fileKey = fileKey.take() else { preconditionFailure("the header gave the file key") }
    opener = try PayloadCipher(fileKey: fileKey, payloadNonce: nonce)
    pending = [UInt8](repeating: 0, count: PayloadSize.sealedChunk)
    stage = .payload
  }

  private mutating func gather(_ bytes: RawSpan) {
    Self.copy(bytes, to: &pending, at: pendingCount)
    pendingCount += bytes.byteCount
  }

  private mutating func openPending() throws(AgeError) {
    let chunk = takePending()
    try openFull(chunk.span.bytes)
    pending = chunk
    pendingCount = 0
  }

  /// Takes the buffer out, so that a span of it does not hold `self`; to be put back if it is needed again.
  private mutating func takePending() -> [UInt8] {
    var chunk: [UInt8] = []
    swap(&chunk, &pending)
    return chunk
  }

  private static func copy(_ bytes: RawSpan, to buffer: inout [UInt8], at offset: Int) {
    var elements = buffer.mutableSpan
    var target = elements.mutableBytes
    target.copyBytes(bytes, at: offset)
  }

  /// Opens a chunk of full length, which may be an inner or the last one.
  private mutating func openFull(_ sealed: RawSpan) throws(AgeError) {
    var isLast = false
    if let lastIndex {
      isLast = index == lastIndex
      try Self.open(sealed, index: index, isLast: isLast, with: &opener, into: &plaintext)
    } else {
      do {
        try Self.open(sealed, index: index, isLast: false, with: &opener, into: &plaintext)
      } catch AgeError.chunkRejected {
        isLast = true
        try Self.open(sealed, index: index, isLast: true, with: &opener, into: &plaintext)
      }
    }
    index += 1
    if isLast { stage = .finalChunkSeen }
  }

  private static func open(
    _ sealed: RawSpan, index: UInt64, isLast: Bool, with opener: inout PayloadCipher?,
    into plaintext: inout PlaintextBuffer
  ) throws(AgeError) {
    guard sealed.byteCount >= AEAD.tagByteCount else { throw .chunkRejected(index: index) }
    let count = sealed.byteCount - AEAD.tagByteCount
    if plaintext.count == count {
      // The usual case, chunk after chunk: overwritten in place, without wiping what is overwritten anyway.
      try plaintext.withMutableBytes { (bytes) throws(AgeError) in
        try opener!.open(sealed, index: index, isLast: isLast, into: &bytes)
      }
    } else {
      plaintext.removeAll()
      try plaintext.append(count: count) { (bytes) throws(AgeError) in
        try opener!.open(sealed, index: index, isLast: isLast, into: &bytes)
      }
    }
  }
}
