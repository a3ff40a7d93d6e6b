import StrongroomCrypto

/// The ASCII coat of an age file: strict PEM with one label and no headers.
///
/// Spec: C2SP age.md, "ASCII armor"; FORMATS, 1.6.
package enum Armor {
  static let begin = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
  static let end = Array("-----END AGE ENCRYPTED FILE-----".utf8)
  /// Bytes of whitespace accepted before and, again, after.
  package static let maximumWhitespace = 1_024

  /// Whether these first bytes of a file, after whitespace, begin an armored one.
  package static func isArmored(_ start: RawSpan) -> Bool {
    var offset = 0
    while offset < min(start.byteCount, maximumWhitespace), isWhitespace(start.byte(at: offset)) {
      offset += 1
    }
    return start.extracting(offset..<start.byteCount).hasPrefix("-----BEGIN AGE")
  }

  /// Armors a whole file, lines ending in LF.
  package static func encode(_ file: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var encoder = ArmorEncoder()
    let sink: (RawSpan) -> Void = { text += [UInt8](copying: $0) }
    encoder.update(file.span.bytes, sink)
    encoder.finish(sink)
    return text
  }

  /// Unwraps a whole file.
  ///
  /// - Throws: `AgeError.armorMalformed(line:)`, `.limitExceeded(.armorWhitespaceBytes, …)`.
  package static func decode(_ text: RawSpan) throws(AgeError) -> [UInt8] {
    var decoder = ArmorDecoder()
    var file: [UInt8] = []
    file.reserveCapacity(text.byteCount / 4 * 3)
    var offset = 0
    while try decoder.decodeNext(text, &offset) { file += decoder.decoded }
    if try decoder.decodeLast() { file += decoder.decoded }
    return file
  }

  /// The most bytes the armor of a file of this size can have: CRLF line ends, and all the whitespace allowed.
  static func largestText(fileSize: Int) -> Int {
    let lines = fileSize / Base64Length.lineBytes + 1
    return lines * (Base64Length.columns + 2) + begin.count + end.count + 4 + 2 * maximumWhitespace
  }

  static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
      || byte == UInt8(ascii: "\n")
  }
}
