import Testing
import WitnessService

@Suite struct AddressTests {
  @Test(arguments: [
    "127.0.0.1:8750", "127.9.9.9:1", "10.0.0.5:0", "172.16.0.1:80", "172.31.255.255:80", "192.168.1.2:65535",
    "169.254.1.1:9", "[::1]:8750", "[fd12::1]:8750", "[fe80::1]:80",
  ])
  func localAddressesAreTaken(text: String) throws {
    #expect(try ListenAddress(parsing: text).description == text)
  }

  @Test(arguments: [
    "0.0.0.0:80", "8.8.8.8:80", "172.32.0.1:80", "172.15.0.1:80", "192.169.0.1:80", "11.0.0.1:80", "[::]:80",
    "[2001:db8::1]:80", "[fd::1]:80",
  ])
  func addressesThatTheWorldReachesAreNot(text: String) {
    #expect(throws: WitnessError.addressNotLocal(text)) { try ListenAddress(parsing: text) }
  }

  @Test(arguments: [
    "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
    "127.0.0:80", "127.0.0.01:80", "127.0.0.256:80", "localhost:80", "[::1:80", "::1:80", "[]:80", "[::g]:80",
  ])
  func whatIsNoAddressIsRefused(text: String) {
    #expect(throws: WitnessError.addressMalformed(text)) { try ListenAddress(parsing: text) }
  }

  @Test(arguments: [
    ("http://witness.example", "http://witness.example"), ("http://10.0.0.5:8750/", "http://10.0.0.5:8750"),
    ("http://[fd00::1]:8750/a/b", "http://[fd00::1]:8750/a/b"), ("http://h:80", "http://h"),
  ])
  func urlsAreRead(text: String, canonical: String) throws {
    #expect(try WitnessURL(parsing: text).description == canonical)
  }

  @Test(arguments: [
    "", "witness.example", "ftp://h", "http://", "http:///x", "http://h:0", "http://h:99999", "http://h:x",
    "http://a@h", "http://h/?q", "http://h/#f", "http://h h", "http://h\r\nX: y", "http://::1", "http://[::1",
    "http://[::1]x", "http://ä",
  ])
  func whatIsNoUrlIsRefused(text: String) {
    #expect(throws: WitnessError.urlMalformed(text)) { try WitnessURL(parsing: text) }
  }

  @Test func tlsIsNamed() {
    #expect(throws: WitnessError.urlNeedsTLS("https://h")) { try WitnessURL(parsing: "https://h") }
  }
}
