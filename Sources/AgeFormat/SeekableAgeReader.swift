import StrongroomCrypto

/// Reads any part of an age file of known length, whose end has been proven by `UnprovenAgeReader`.
///
/// Each chunk is verified before a byte of it is handed on. Does no I/O; memory is one chunk.
package struct SeekableAgeReader: ~Copyable {
  private let layout: PayloadLayout
  private var opener: PayloadCipher
  private var plaintext = PlaintextBuffer(capacity: PayloadSize.chunk)

  init(_ layout: PayloadLayout, _ opener: consuming PayloadCipher) {
    self.layout = layout
    self.opener = opener
  }

  /// Opens a file whose bytes `read` fetches, and proves its length.
  ///
  /// - Parameter read: gives exactly the bytes of a range of the file.
  package static func open(
    fileSize: Int, identities: [any AgeIdentity], read: (Range<Int>) throws -> [UInt8]
  ) throws -> SeekableAgeReader {
    let start = try read(0..<min(fileSize, UnprovenAgeReader.longestStart))
    let unproven = try UnprovenAgeReader(start: start.span.bytes, fileSize: fileSize, identities: identities)
    let last = try read(unproven.lastChunk)
    return try unproven.proving(lastChunk: last.span.bytes)
  }

  /// Bytes of the plaintext.
  package var plaintextSize: Int { layout.plaintextSize }

  /// The bytes of the file that must be fetched to read this part of the plaintext: whole chunks.
  package func fileRange(covering plaintextRange: Range<Int>) -> Range<Int> {
    let chunks = chunks(covering: plaintextRange)
    guard let first = chunks.first, let last = chunks.last else {
      return layout.payloadStart..<layout.payloadStart
    }
    return layout.fileRange(ofChunk: first).lowerBound..<layout.fileRange(ofChunk: last).upperBound
  }

  /// Hands a part of the plaintext to the sink, at most 64 KiB at a time.
  ///
  /// - Parameters:
  ///   - plaintextRange: must lie within the plaintext.
  ///   - sealed: the bytes of the file in `fileRange(covering: plaintextRange)`.
  /// - Throws: `AgeError.chunkRejected(index:)`, after the chunks before it have been handed on; `.lengthMismatch` if
  ///   `sealed` has another length; or what the sink throws.
  package mutating func read<E: Error>(
    _ plaintextRange: Range<Int>, from sealed: RawSpan, _ sink: (RawSpan) throws(E) -> Void
  ) throws {
    let covered = fileRange(covering: plaintextRange)
    guard sealed.byteCount == covered.count else { throw AgeError.lengthMismatch }
    for index in chunks(covering: plaintextRange) {
      let place = layout.fileRange(ofChunk: index)
      let chunk = sealed.extracting(
        (place.lowerBound - covered.lowerBound)..<(place.upperBound - covered.lowerBound))
      try open(chunk, index: index)
      let held = layout.plaintextRange(ofChunk: index)
      let wanted = held.clamped(to: plaintextRange)
      let part = (wanted.lowerBound - held.lowerBound)..<(wanted.upperBound - held.lowerBound)
      try sink(plaintext.bytes.extracting(part))
    }
  }

  /// The same, fetching chunk after chunk with `read`.
  package mutating func read<E: Error>(
    _ plaintextRange: Range<Int>, fetching read: (Range<Int>) throws -> [UInt8],
    _ sink: (RawSpan) throws(E) -> Void
  ) throws {
    for index in chunks(covering: plaintextRange) {
      let part = layout.plaintextRange(ofChunk: index).clamped(to: plaintextRange)
      let sealed = try read(layout.fileRange(ofChunk: index))
      try self.read(part, from: sealed.span.bytes, sink)
    }
  }

  private func chunks(covering range: Range<Int>) -> Range<Int> {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= plaintextSize, "the part lies within the plaintext")
    guard !range.isEmpty else { return 0..<0 }
    return (range.lowerBound / PayloadSize.chunk)..<((range.upperBound - 1) / PayloadSize.chunk + 1)
  }

  private mutating func open(_ sealed: RawSpan, index: Int) throws(AgeError) {
    plaintext.removeAll()
    try Self.open(
      sealed, index: index, isLast: index == layout.chunkCount - 1, with: &opener, into: &plaintext)
  }

  private static func open(
    _ sealed: RawSpan, index: Int, isLast: Bool, with opener: inout PayloadCipher,
    into plaintext: inout PlaintextBuffer
  ) throws(AgeError) {
    let count = sealed.byteCount - AEAD.tagByteCount
    try plaintext.append(count: count) { (output) throws(AgeError) in
      try opener.open(sealed, index: UInt64(index), isLast: isLast, into: &output)
    }
  }
}
