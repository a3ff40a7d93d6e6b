import StrongroomCrypto

/// Reads armor piece by piece, in constant memory, and is as strict as the specification asks.
///
/// Feed what the sink receives to an `AgeDecryptor`. Line ends are LF or CRLF. Refused are other text outside,
/// another label, PEM headers, a checksum, empty lines inside, whitespace at the edges of a line, lines over 64
/// columns, a short line that is not the last, base64 that is not canonical or not padded, and a missing END line.
///
/// Spec: C2SP age.md, "ASCII armor".
package struct ArmorDecoder {
  private enum Expecting {
    case begin
    case dataOrEnd
    /// A short line has been read, so the data is over.
    case end
    case nothing
  }

  /// Decoded bytes are handed on in blocks of about this size.
  private static let block = 49_152

  private var expecting = Expecting.begin
  private var line: [UInt8] = []
  private var lineNumber = 1
  private var whitespace = 0
  private var failure: AgeError?
  /// The bytes decoded last.
  private(set) var decoded: [UInt8] = []

  package init() {}

  /// Takes the next bytes of the text and hands what they carry to the sink.
  package mutating func update<E: Error>(
    _ text: RawSpan, _ sink: (RawSpan) throws(E) -> Void
  ) throws {
    var offset = 0
    while try decodeNext(text, &offset) { try sink(decoded.span.bytes) }
  }

  /// Ends the text; the END line must have been seen, with or without its line end.
  package mutating func finish<E: Error>(_ sink: (RawSpan) throws(E) -> Void) throws {
    if try decodeLast() { try sink(decoded.span.bytes) }
  }

  /// Consumes text until a block is decoded or the text is used up.
  ///
  /// - Returns: whether there are decoded bytes to hand on. Those before an error are handed on first, so that
  ///   whoever reads along fails at the same place however the text is cut.
  mutating func decodeNext(_ text: RawSpan, _ offset: inout Int) throws(AgeError) -> Bool {
    decoded.removeAll(keepingCapacity: true)
    while offset < text.byteCount, decoded.count < Self.block, failure == nil {
      let byte = text.byte(at: offset)
      offset += 1
      do {
        try absorb(byte)
      } catch {
        failure = error
      }
    }
    if !decoded.isEmpty { return true }
    if let failure { throw failure }
    return false
  }

  mutating func decodeLast() throws(AgeError) -> Bool {
    if let failure { throw failure }
    decoded.removeAll(keepingCapacity: true)
    if !line.isEmpty { try finishLine() }
    guard case .nothing = expecting else { throw .armorMalformed(line: lineNumber) }
    return !decoded.isEmpty
  }

  private mutating func absorb(_ byte: UInt8) throws(AgeError) {
    if byte == UInt8(ascii: "\n") {
      try finishLine()
      lineNumber += 1
      return
    }
    if case .nothing = expecting {
      guard Armor.isWhitespace(byte) else { throw .armorMalformed(line: lineNumber) }
      try countWhitespace(1)
      return
    }
    if case .begin = expecting, Armor.isWhitespace(line.first ?? byte) {
      // Whitespace may come before the BEGIN line, not at its edge.
      guard Armor.isWhitespace(byte) else { throw .armorMalformed(line: lineNumber) }
      try countWhitespace(1)
    } else {
      // One more than a full line: a carriage return may end it.
      guard line.count <= Base64Length.columns else { throw .armorMalformed(line: lineNumber) }
    }
    line.append(byte)
  }

  private mutating func countWhitespace(_ count: Int) throws(AgeError) {
    whitespace += count
    guard whitespace <= Armor.maximumWhitespace else {
      throw .limitExceeded(.armorWhitespaceBytes, maximum: Armor.maximumWhitespace)
    }
  }

  private mutating func finishLine() throws(AgeError) {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    defer { line.removeAll(keepingCapacity: true) }
    switch expecting {
    case .begin:
      if line.allSatisfy(Armor.isWhitespace) {
        try countWhitespace(1)
      } else if line == Armor.begin {
        expecting = .dataOrEnd
        whitespace = 0
      } else {
        throw .armorMalformed(line: lineNumber)
      }
    case .dataOrEnd where line == Armor.end, .end where line == Armor.end:
      expecting = .nothing
    case .dataOrEnd:
      guard !line.isEmpty, line.count <= Base64Length.columns, let bytes = Base64.decode(line, padded: true)
      else {
        throw .armorMalformed(line: lineNumber)
      }
      decoded += bytes
      if bytes.count < Base64Length.lineBytes { expecting = .end }
    case .end:
      throw .armorMalformed(line: lineNumber)
    case .nothing:
      try countWhitespace(1)
    }
  }
}
