import Gatekeeper
import Testing

@Suite struct JSONValueTests {
  private static func parse(_ text: String, depth: Int = 32) throws(JSONFault) -> JSONValue {
    try JSONValue(parsing: Array(text.utf8), limits: .init(byteCount: 1000, depth: depth))
  }

  @Test(arguments: [
    (#"{"b":1,"a":[true,false,null,-7,"x"]}"#, #"{"a":[true,false,null,-7,"x"],"b":1}"#),
    (" [ 1 ,\n2 ] ", "[1,2]"), (#""\u00e9\ud83d\ude00\/""#, "\"é😀/\""),
    (#""\u0001\n\"\\""#, #""\u0001\n\"\\""#), ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"), ("{}", "{}"),
  ])
  func wellFormedTextHasOneCanonicalForm(text: String, canonical: String) throws {
    let value = try Self.parse(text)
    #expect(String(decoding: value.canonicalBytes, as: UTF8.self) == canonical)
    #expect(try JSONValue(canonical: value.canonicalBytes, limits: .event) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "-", "-0", "1.0", "1e3", "9223372036854775808", "\"\n\"",
    "\"\\x\"", "\"\\ud800\"", "\"\\udc00x\"", "tru", "1 2", "\"open", "{\"a\":1 \"b\":2}", "[1 2]",
    "\u{FEFF}1",
  ])
  func malformedTextIsRefused(text: String) { #expect(throws: JSONFault.self) { try Self.parse(text) } }

  @Test func sameKeyTwiceIsRefused() {
    #expect(throws: JSONFault.duplicateKey(offset: 7)) { try Self.parse(#"{"a":1,"a":1}"#) }
    #expect(throws: JSONFault.duplicateKey(offset: 7)) { try Self.parse(#"{"a":1,"\u0061":1}"#) }
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: JSONFault.self) {
      try JSONValue(parsing: [0x22, 0xFF, 0x22], limits: .event)
    }
  }

  @Test func depthAndSizeAreBounded() throws {
    let nested = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
    _ = try Self.parse(nested)
    #expect(throws: JSONFault.tooDeep(limit: 32)) { try Self.parse("[" + nested + "]") }
    #expect(throws: JSONFault.tooLarge(limitBytes: 1000)) {
      try Self.parse(String(repeating: " ", count: 1001))
    }
    // A hundred thousand brackets end in an error, not in a crash.
    #expect(throws: JSONFault.tooDeep(limit: 32)) {
      try JSONValue(
        parsing: [UInt8](repeating: UInt8(ascii: "["), count: 100_000), limits: .init(byteCount: 1 << 20))
    }
  }

  @Test func textThatIsNotCanonicalIsToldFromTextThatIs() {
    #expect(throws: JSONFault.notCanonical) {
      try JSONValue(canonical: Array(#"{"b":1,"a":2}"#.utf8), limits: .event)
    }
  }

  @Test func printingAValueShowsNoContent() {
    let value: JSONValue = ["name": "Quillfeather"]
    #expect(!"\(value)".contains("Quill"))
    var dumped = ""
    dump(value, to: &dumped)
    #expect(!dumped.contains("Quill"))
  }
}
