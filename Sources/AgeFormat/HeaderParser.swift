import StrongroomCrypto

/// Reads a header from pieces of any size and stops at its last byte. No I/O, no memory beyond the header's limits.
struct HeaderParser {
  private enum Expecting {
    case version
    case stanzaOrMAC
    case body(type: String, arguments: [String], body: [UInt8])
  }

  private var expecting = Expecting.version
  private var bytes: [UInt8] = []
  private var lineStart = 0
  private var stanzas: [Stanza] = []
  /// The header, once its last line has been read.
  private(set) var header: AgeHeader?

  /// Takes bytes up to the end of the header and says how many it took.
  mutating func absorb(_ input: RawSpan) throws(AgeError) -> Int {
    var taken = 0
    while header == nil, taken < input.byteCount {
      try absorb(input.byte(at: taken))
      taken += 1
    }
    return taken
  }

  private mutating func absorb(_ byte: UInt8) throws(AgeError) {
    guard bytes.count < AgeHeader.maximumByteCount else {
      throw .limitExceeded(.headerBytes, maximum: AgeHeader.maximumByteCount)
    }
    if case .version = expecting, byte != AgeHeader.versionLine[bytes.count] {
      throw .headerMalformed(.version)
    }
    bytes.append(byte)
    if byte == UInt8(ascii: "\n") {
      let line = bytes[lineStart..<(bytes.count - 1)]
      try finishLine(line)
      lineStart = bytes.count
    } else if bytes.count - lineStart > AgeHeader.maximumLineByteCount {
      throw .limitExceeded(.headerLineBytes, maximum: AgeHeader.maximumLineByteCount)
    }
  }

  /// The error for an input that ends here.
  var truncation: AgeError {
    if case .version = expecting { return .headerMalformed(.version) }
    return .headerMalformed(.truncated)
  }

  private mutating func finishLine(_ line: ArraySlice<UInt8>) throws(AgeError) {
    switch expecting {
    case .version:
      expecting = .stanzaOrMAC
    case .stanzaOrMAC:
      if line.starts(with: "-> ".utf8) {
        guard stanzas.count < AgeHeader.maximumStanzaCount else {
          throw .limitExceeded(.stanzas, maximum: AgeHeader.maximumStanzaCount)
        }
        let words = try Self.arguments(line.dropFirst(3))
        expecting = .body(type: words[0], arguments: Array(words.dropFirst()), body: [])
      } else if line.starts(with: "---".utf8) {
        try finishHeader(line)
      } else {
        throw .headerMalformed(.line)
      }
    case .body(let type, let arguments, var body):
      guard line.count <= Base64Length.columns else { throw .headerMalformed(.bodyLine) }
      guard let decoded = Base64.decode(line, padded: false) else { throw .headerMalformed(.base64) }
      body += decoded
      if line.count == Base64Length.columns {
        expecting = .body(type: type, arguments: arguments, body: body)
      } else {
        stanzas.append(Stanza(type: type, arguments: arguments, body: body))
        expecting = .stanzaOrMAC
      }
    }
  }

  private mutating func finishHeader(_ line: ArraySlice<UInt8>) throws(AgeError) {
    guard line.starts(with: "--- ".utf8), line.count == 4 + Base64Length.mac,
      let mac = Base64.decode(line.dropFirst(4), padded: false), mac.count == AgeHeader.macByteCount
    else { throw .headerMalformed(.macLine) }
    let header = AgeHeader(
      stanzas: stanzas, mac: mac, authenticatedBytes: Array(bytes[..<(lineStart + 3)]))
    try header.checkStanzas()
    self.header = header
    bytes = []
  }

  /// Splits at single spaces: a leading, trailing or doubled space makes an empty argument, which is refused.
  private static func arguments(_ line: ArraySlice<UInt8>) throws(AgeError) -> [String] {
    var words: [String] = []
    for word in line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
      guard !word.isEmpty else { throw .headerMalformed(.emptyArgument) }
      guard word.allSatisfy({ (33...126).contains($0) }) else { throw .headerMalformed(.argumentCharacter) }
      words.append(String(decoding: word, as: UTF8.self))
    }
    return words
  }
}
