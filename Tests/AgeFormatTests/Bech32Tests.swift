import StrongroomCrypto
import Testing

@testable import AgeFormat

/// Vectors of BIP 173, "Test vectors", but for its limit of 90 characters, which age lifts.
@Suite("Bech32")
struct Bech32Tests {
  static let valid = [
    "A12UEL5L", "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl",
  ]

  static let invalid = [
    "\u{20}1nwldj5", "\u{7F}1axkwrx", "\u{80}1eym55h", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v",
    "li1dgmt3", "de1lg7wt\u{FF}", "A1G7SGD8", "10a06t8", "1qzzfhee", "A12uEL5L", "",
  ]

  @Test("valid texts are read and written again the same", arguments: valid)
  func readsValid(text: String) throws {
    let bytes = Array(text.utf8)
    let found = Bech32.layout(of: bytes.span.bytes)
    let layout = try #require(found)
    var data = [UInt8](repeating: 0, count: layout.byteCount)
    do {
      var elements = data.mutableSpan
      var output = elements.mutableBytes
      Bech32.decode(bytes.span.bytes, layout, into: &output)
    }
    let prefix = Array(bytes[..<layout.prefixLength])
    var again = [UInt8](
      repeating: 0, count: Bech32.encodedLength(prefixLength: prefix.count, byteCount: data.count))
    try #require(again.count == bytes.count)
    do {
      var elements = again.mutableSpan
      var output = elements.mutableBytes
      Bech32.encode(data.span.bytes, prefix: prefix, upperCase: layout.isUpperCase, into: &output)
    }
    #expect(again == bytes)
  }

  @Test("invalid texts are refused", arguments: invalid)
  func refusesInvalid(text: String) {
    let bytes = Array(text.utf8)
    let layout = Bech32.layout(of: bytes.span.bytes)
    #expect(layout == nil)
  }

  @Test("a q added or taken before a final p, which the checksum does not see, is refused with keys")
  func insertedQ() throws {
    // Many keys until one ends in p; the seed of chance does not matter, one in 32 does.
    for _ in 0..<2_000 {
      let text = try X25519Identity.generate().recipient.text
      guard text.hasSuffix("p") else { continue }
      for changed in [text.dropLast() + "qp", text.dropLast() + "qqqp"] {
        #expect(throws: AgeError.keyRefused(.malformed, line: nil)) {
          _ = try X25519Recipient(parsing: String(changed))
        }
      }
      return
    }
    Issue.record("no key ended in p")
  }
}
