import AgeFormat
import StrongroomCrypto
import Testing

@Suite("Armor")
struct ArmorTests {
  static let begin = "-----BEGIN AGE ENCRYPTED FILE-----\n"
  static let end = "-----END AGE ENCRYPTED FILE-----\n"

  private func decode(_ text: String) throws(AgeError) -> [UInt8] {
    try Armor.decode(Array(text.utf8).span.bytes)
  }

  @Test(
    "any length comes back, written and read in pieces of any size",
    arguments: [0, 1, 47, 48, 49, 95, 96, 97, 150_000])
  func roundTrip(length: Int) throws {
    let bytes = sampleBytes(length)
    let text = Armor.encode(bytes)
    #expect(text.split(separator: UInt8(ascii: "\n")).allSatisfy { $0.count <= 64 })
    if length > 0 { #expect(try Armor.decode(text.span.bytes) == bytes) }
    for step in length > 1_000 ? [4_801, 1 << 20] : [1, 7, 48, 65] {
      var encoder = ArmorEncoder()
      var pieces: [UInt8] = []
      inPieces(bytes, step: step) { piece in encoder.update(piece) { pieces += [UInt8](copying: $0) } }
      encoder.finish { pieces += [UInt8](copying: $0) }
      #expect(pieces == text)

      var decoder = ArmorDecoder()
      var decoded: [UInt8] = []
      try inPieces(text, step: step) { piece in try decoder.update(piece) { decoded += [UInt8](copying: $0) }
      }
      try decoder.finish { decoded += [UInt8](copying: $0) }
      #expect(decoded == bytes)
    }
  }

  @Test("whitespace around it, carriage returns and a missing last line end are accepted")
  func lenient() throws {
    #expect(try decode(Self.begin + "AAAA\n" + Self.end) == [0, 0, 0])
    #expect(try decode((Self.begin + "AAAA\n" + Self.end).replacing("\n", with: "\r\n")) == [0, 0, 0])
    #expect(try decode(" \t\r\n\n" + Self.begin + "AAAA\n" + Self.end.dropLast()) == [0, 0, 0])
    #expect(try decode(Self.begin + "AAAA\n" + Self.end + " \n\t\r\n ") == [0, 0, 0])
    let padding = String(repeating: "\n", count: 1_024)
    #expect(try decode(padding + Self.begin + "AAAA\n" + Self.end + padding) == [0, 0, 0])
  }

  static let refused: [String] = [
    "", begin, end, begin + "AAAA\n",
    "\(begin)AAAA\nAAAA\n\(end)",
    "\(begin)\nAAAA\n\(end)",
    "\(begin)AAAA\n\n\(end)",
    "\(begin) AAAA\n\(end)",
    "\(begin)AAAA \n\(end)",
    "\(begin)AAA\n\(end)",
    "\(begin)AA=A\n\(end)",
    "\(begin)AB==\n\(end)",
    "\(begin)AA==\n=AAA\n\(end)",
    "\(begin.lowercased())AAAA\n\(end)",
    "-----BEGIN PGP MESSAGE-----\nAAAA\n\(end)",
    "\(begin)Key: value\n\nAAAA\n\(end)",
    "x\n\(begin)AAAA\n\(end)",
    " \(begin)AAAA\n\(end)",
    "\(begin)AAAA\n\(end)x",
    "\(begin)AAAA\n\(end.dropLast()) x",
    "\(begin)AAAA\n\(end.dropLast(2))",
    "\(begin)AAAA\n \(end)",
    "\(begin)\(String(repeating: "A", count: 68))\n\(end)",
    "\(begin)AAAA\r\(end)",
    "\(begin)AA\rAA\n\(end)",
  ]

  @Test("everything else is refused", arguments: refused)
  func strict(text: String) {
    var failure: AgeError?
    do throws(AgeError) { _ = try decode(text) } catch { failure = error }
    #expect(failure?.failureClass == .armor)
  }

  @Test("more than 1,024 bytes of whitespace, before or after, are refused")
  func tooMuchWhitespace() {
    let padding = String(repeating: " ", count: 1_025)
    for text in [
      padding + "\n" + Self.begin + "AAAA\n" + Self.end, Self.begin + "AAAA\n" + Self.end + padding,
    ] {
      #expect(throws: AgeError.limitExceeded(.armorWhitespaceBytes, maximum: 1_024)) { _ = try decode(text) }
    }
  }

  @Test("a line without an end is refused before it is kept")
  func endlessLine() throws {
    var decoder = ArmorDecoder()
    let start = Array(Self.begin.utf8)
    try decoder.update(start.span.bytes) { _ in }
    let letters = [UInt8](repeating: UInt8(ascii: "A"), count: 66)
    var failure: AgeError?
    do { try decoder.update(letters.span.bytes) { _ in } } catch let error as AgeError { failure = error }
    #expect(failure == .armorMalformed(line: 2))
  }

  @Test("cut anywhere, an armored file is refused")
  func everyPrefix() throws {
    let identity = try X25519Identity.generate()
    let text = try Age.sealArmored(sampleBytes(30).span.bytes, to: [identity.recipient])
    #expect(try openArmored(text, identity) == sampleBytes(30))
    // The last byte is a line end, which may be missing.
    for count in 0..<(text.count - 1) {
      let cut = Array(text[..<count])
      #expect(throws: AgeError.self) { _ = try openArmored(cut, identity) }
      #expect(releaseInPieces(cut, [identity], step: 33, armored: true).error?.failureClass != nil)
    }
  }

  @Test("a text too long for the plaintext accepted is refused undecoded")
  func tooLong() throws {
    let identity = try X25519Identity.generate()
    let text = try Age.sealArmored(sampleBytes(200_000).span.bytes, to: [identity.recipient])
    #expect(throws: AgeError.limitExceeded(.plaintextBytes, maximum: 100)) {
      _ = try openArmored(text, identity)
    }
    let rubbish = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
    #expect(throws: AgeError.limitExceeded(.plaintextBytes, maximum: 100)) {
      _ = try openArmored(rubbish, identity)
    }
  }

  private func openArmored(_ text: [UInt8], _ identity: X25519Identity) throws -> [UInt8] {
    let opened = try Age.openArmored(text.span.bytes, identities: [identity], limit: 100)
    return [UInt8](copying: opened.bytes)
  }
}
