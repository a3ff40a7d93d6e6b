import StrongroomCrypto
import StrongroomTestSupport
import Testing

@Suite struct TextEncodingTests {
  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64AsInRFC4648(text: String, encoded: String) {
    let bytes = Array(text.utf8)
    let bare = String(encoded.prefix { $0 != "=" })
    #expect(Base64.encode(bytes) == encoded)
    #expect(Base64.encode(bytes, padded: false) == bare)
    #expect(Base64.decode(encoded) == bytes)
    #expect(Base64.decode(bare, padded: false) == bytes)
    #expect(Base64.decode(Array(encoded.utf8)) == bytes)
    if bare != encoded {
      #expect(Base64.decode(bare) == nil)
      #expect(Base64.decode(encoded, padded: false) == nil)
    }
  }

  @Test(arguments: [
    "Zg=", "Zg", "Zg===", "Z===", "====", "=", "==", "Z", "Zh==", "Zm9=", "Zm8=Zm8=", "Zg==Zg==", " Zg==",
    "Zg== ", "Zg\n==",
    "Zm9v\n", "Zm_v", "Zm-v", "Zm9\u{E9}", "Z=g=", "Zm9v====", "Zg==\0\0\0\0", "Zm\u{2009}v",
  ])
  func base64InAnyOtherSpellingIsRefused(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test(arguments: ["Zh", "Zm9", "Zm8=", "Zg==", "Z", "Zm9vY"])
  func bareBase64InAnyOtherSpellingIsRefused(text: String) {
    #expect(Base64.decode(text, padded: false) == nil)
  }

  @Test func base64RoundTripsAndIsCanonical() {
    var random = SeededGenerator(seed: 4648)
    for count in 0..<200 {
      let bytes = random.bytes(count)
      for padded in [true, false] {
        let text = Base64.encode(bytes, padded: padded)
        #expect(Base64.decode(text, padded: padded) == bytes, "seed 4648, \(count) bytes")
        #expect(Base64.decode(text, padded: padded, limit: count) == bytes)
        if count > 0 { #expect(Base64.decode(text, padded: padded, limit: count - 1) == nil) }
      }
    }
    // All two-digit endings: exactly one in sixteen is canonical.
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let accepted = digits.flatMap { first in digits.map { [first, $0] } }
      .filter { Base64.decode($0, padded: false) != nil }
    #expect(accepted.count == 256)
  }

  @Test func base64TakesAnyCollection() {
    #expect(
      Base64.decode("Zm9v".utf8.lazy.filter { $0 != UInt8(ascii: "\n") }.map { $0 }) == Array("foo".utf8))
    #expect(Base64.decode(Array("xxZm9vxx".utf8)[2..<6]) == Array("foo".utf8))
  }

  @Test func hexHasOneSpelling() {
    #expect([UInt8](hex: "") == [])
    #expect([UInt8](hex: "00ff10") == [0, 255, 16])
    #expect([UInt8]([0, 255, 16]).hex == "00ff10")
    for bad in ["0", "000", "0G", "FF", "0x00", " 00", "00 ", "\u{FF10}0", "é0"] {
      #expect([UInt8](hex: bad) == nil, "\(bad)")
    }
    let all = [UInt8](0...255)
    #expect([UInt8](hex: all.hex) == all)
  }
}
