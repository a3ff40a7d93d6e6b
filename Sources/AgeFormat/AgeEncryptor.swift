import StrongroomCrypto

/// Writes an age file piece by piece, in constant memory (two chunks of 64 KiB).
///
/// Write `header` first, then whatever `update` and `finish` hand to the sink. A file without `finish` opens nowhere.
///
/// Spec: C2SP age.md. Pieces of 65,536 bytes or more that arrive in step are sealed where they lie; others are
/// gathered in a buffer that is wiped when the encryptor goes.
package struct AgeEncryptor: ~Copyable {
  /// Header and payload nonce: the first bytes of the file.
  package let header: [UInt8]

  private var sealer: PayloadCipher
  /// Number of the chunk that comes next.
  private var index: UInt64 = 0
  private var pending: PlaintextBuffer
  /// The chunk sealed last is in the first `sealedCount` bytes.
  private(set) var sealed: [UInt8]
  private(set) var sealedCount = 0
  private var isFinished = false

  /// - Parameter recipients: 1...256; a passphrase only by itself.
  /// - Throws: `AgeError.noRecipients`, `.passphraseNotAlone`, `.limitExceeded(.stanzas, …)`, `.crypto`.
  package init(to recipients: [any AgeRecipient]) throws(AgeError) {
    let beginning = try FileBeginning(to: recipients)
    self.sealer = try PayloadCipher(key: beginning.payloadKey)
    self.header = beginning.bytes
    self.pending = PlaintextBuffer(capacity: PayloadSize.chunk)
    self.sealed = [UInt8](repeating: 0, count: PayloadSize.sealedChunk)
  }

  /// Bytes of the whole file for a plaintext of this many bytes to this many X25519 recipients.
  package static func sealedSize(plaintextSize: Int, recipients: Int) -> Int {
    let version = AgeHeader.versionLine.count
    let stanza = 98
    let macLine = 3 + 1 + Base64Length.mac + 1
    return version + recipients * stanza + macLine + AgeHeader.nonceByteCount
      + PayloadSize.sealed(plaintext: plaintextSize)
  }

  /// Bytes of this file, header included, for a plaintext of this many bytes.
  package func sealedSize(plaintextSize: Int) -> Int {
    header.count + PayloadSize.sealed(plaintext: plaintextSize)
  }

  /// Takes the next bytes of the plaintext and hands every chunk completed by them to the sink.
  ///
  /// The span is valid only while the sink runs. After an error of the sink the file is lost: start again.
  package mutating func update<E: Error>(
    _ plaintext: RawSpan, _ sink: (RawSpan) throws(E) -> Void
  ) throws {
    var offset = 0
    while try sealNext(plaintext, &offset) { try sink(sealed.span.bytes.extracting(0..<sealedCount)) }
  }

  /// Seals the final chunk. Nothing may follow.
  package mutating func finish<E: Error>(_ sink: (RawSpan) throws(E) -> Void) throws {
    try sealLast()
    try sink(sealed.span.bytes.extracting(0..<sealedCount))
  }

  /// Consumes input until a chunk is sealed (true) or the input is used up (false).
  ///
  /// A full chunk waits for the byte after it, since the last chunk, full or not, is flagged.
  mutating func sealNext(_ plaintext: RawSpan, _ offset: inout Int) throws(AgeError) -> Bool {
    precondition(!isFinished, "nothing follows the final chunk")
    while offset < plaintext.byteCount {
      let remaining = plaintext.byteCount - offset
      if pending.count == 0, remaining > PayloadSize.chunk {
        let chunk = plaintext.extracting(offset..<(offset + PayloadSize.chunk))
        sealedCount = try Self.seal(chunk, index, isLast: false, with: &sealer, into: &sealed)
        index += 1
        offset += PayloadSize.chunk
        return true
      }
      if pending.count == PayloadSize.chunk {
        try sealPending(isLast: false)
        return true
      }
      let taken = min(remaining, PayloadSize.chunk - pending.count)
      pending.append(plaintext.extracting(offset..<(offset + taken)))
      offset += taken
    }
    return false
  }

  mutating func sealLast() throws(AgeError) {
    precondition(!isFinished, "a file is finished once")
    isFinished = true
    try sealPending(isLast: true)
  }

  private mutating func sealPending(isLast: Bool) throws(AgeError) {
    sealedCount = try Self.seal(pending, index, isLast: isLast, with: &sealer, into: &sealed)
    index += 1
    pending.removeAll()
  }

  // A span of one property holds the whole of `self`, so properties go to static functions one by one.

  private static func seal(
    _ pending: borrowing PlaintextBuffer, _ index: UInt64, isLast: Bool, with sealer: inout PayloadCipher,
    into sealed: inout [UInt8]
  ) throws(AgeError) -> Int {
    try seal(pending.bytes, index, isLast: isLast, with: &sealer, into: &sealed)
  }

  private static func seal(
    _ chunk: RawSpan, _ index: UInt64, isLast: Bool, with sealer: inout PayloadCipher,
    into sealed: inout [UInt8]
  ) throws(AgeError) -> Int {
    let count = chunk.byteCount + AEAD.tagByteCount
    var elements = sealed.mutableSpan
    var bytes = elements.mutableBytes
    var output = bytes._mutatingExtracting(0..<count)
    try sealer.seal(chunk, index: index, isLast: isLast, into: &output)
    return count
  }
}
