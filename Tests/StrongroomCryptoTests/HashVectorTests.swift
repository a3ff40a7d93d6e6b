import Foundation
import StrongroomCrypto
import Testing

@Suite struct HashVectorTests {
  @Test func sha256GivesNISTsDigestsWholeAndInPieces() throws {
    let cases = try vectorCases("nist-sha256-short.txt")
    #expect(cases.count == 65)
    for vector in cases {
      let message = try vector.bytes("message")
      let digest = try #require(SHA256Digest(vector.bytes("digest")))
      #expect(SHA256.digest(of: message) == digest, "\(vector.testDescription)")
      for step in [1, 7, 64] {
        var hasher = SHA256()
        for start in stride(from: 0, to: message.count, by: step) {
          hasher.update(message.span.bytes.extracting(start..<min(start + step, message.count)))
        }
        let inPieces = hasher.finish()
        #expect(inPieces == digest, "\(vector.testDescription) in steps of \(step)")
      }
    }
  }

  /// FIPS 180's example: a million times the letter a.
  @Test func sha256OfAMillionLetters() {
    let digest = SHA256.digest(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func manyThreadsHashAtOnceWithoutMixing() async {
    let expected = (0..<50).map { SHA256.digest(of: [UInt8](repeating: UInt8($0), count: 100 + $0)) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy {
            SHA256.digest(of: [UInt8](repeating: UInt8($0), count: 100 + $0)) == expected[$0]
          }
        }
      }
      for await same in group { #expect(same) }
    }
  }

  @Test func digestsAreReadFrom32BytesOrLowerCaseHexOnly() {
    let digest = SHA256.digest(of: [])
    #expect(digest.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SHA256Digest(hex: digest.hex) == digest)
    #expect(SHA256Digest(hex: digest.hex.uppercased()) == nil)
    #expect(SHA256Digest(hex: String(digest.hex.dropLast(2))) == nil)
    #expect(SHA256Digest([UInt8](repeating: 0, count: 31)) == nil)
    #expect(SHA256Digest([UInt8](repeating: 0, count: 33)) == nil)
    #expect(MemoryLayout<SHA256Digest>.stride == 32)
  }

  @Test func digestsSortAsTheirBytesDo() throws {
    let low = try #require(SHA256Digest([0, 1] + [UInt8](repeating: 0, count: 30)))
    let high = try #require(SHA256Digest([1] + [UInt8](repeating: 0, count: 31)))
    #expect(low < high)
    #expect(!(high < low))
    #expect(!(low < low))
  }

  @Test func hmacGivesRFC4231sTags() throws {
    let cases = try vectorCases("rfc4231-hmac-sha256.txt")
    #expect(cases.count == 7)
    for vector in cases {
      let tag = try HMACSHA256.authenticate(vector.bytes("message"), key: vector.bytes("key"))
      let expected = try vector.bytes("tag")
      #expect(Array(tag.bytes.prefix(expected.count)) == expected, "\(vector.testDescription)")
    }
  }

  @Test func hmacTakesAnEmptyKeyAndAnEmptyMessage() throws {
    // Wikipedia's and RFC 2104's degenerate case, agreed on by every implementation.
    let tag = try HMACSHA256.authenticate([], key: [])
    #expect(tag.hex == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    let message = Array("x".utf8)
    #expect(try !HMACSHA256.isValid(tag.bytes.span.bytes, for: message.span.bytes, key: RawSpan()))
    #expect(try HMACSHA256.isValid(tag.bytes.span.bytes, for: RawSpan(), key: RawSpan()))
    #expect(try !HMACSHA256.isValid(tag.bytes.span.bytes.extracting(..<31), for: RawSpan(), key: RawSpan()))
  }

  @Test func hkdfGivesRFC5869sKeys() throws {
    let cases = try vectorCases("rfc5869-hkdf-sha256.txt")
    #expect(cases.count == 3)
    for vector in cases {
      let key = try vector.bytes("key")
      let expected = try vector.bytes("output")
      let output = try HKDFSHA256.derive(
        count: expected.count, from: key.span.bytes, salt: vector.bytes("salt"), info: vector.bytes("info"))
      #expect([UInt8](copying: output.bytes) == expected, "\(vector.testDescription)")
    }
  }

  @Test func hkdfRefusesLengthsItCannotGive() {
    let key: [UInt8] = [1]
    for count in [-1, 0, 8161] {
      #expect(throws: CryptoError.invalidLength(expected: 8160, actual: count)) {
        _ = try HKDFSHA256.derive(count: count, from: key.span.bytes, salt: [], info: [])
      }
    }
    #expect(throws: CryptoError.invalidLength(expected: 1024, actual: 1025)) {
      _ = try HKDFSHA256.derive(
        count: 32, from: key.span.bytes, salt: [], info: [UInt8](repeating: 0, count: 1025))
    }
    #expect(throws: Never.self) {
      _ = try HKDFSHA256.derive(
        count: 8160, from: key.span.bytes, salt: [], info: [UInt8](repeating: 0, count: 1024))
    }
  }

  @Test func scryptGivesRFC7914sKeys() throws {
    let slow = ProcessInfo.processInfo.environment["STRONGROOM_SLOW_TESTS"] != nil
    let cases = try vectorCases("rfc7914-scrypt.txt")
    #expect(cases.count == 4)
    for vector in cases where try slow || vector.number("log2N") < 20 {
      let passphrase = try vector.bytes("passphrase")
      let output = try Scrypt.derive(
        count: 64, passphrase: passphrase.span.bytes, salt: vector.bytes("salt"),
        log2N: vector.number("log2N"),
        r: vector.number("r"), p: vector.number("p"))
      #expect(try [UInt8](copying: output.bytes) == vector.bytes("output"), "\(vector.testDescription)")
    }
  }

  @Test(arguments: [
    (0, 8, 1, "log2N"), (31, 8, 1, "log2N"), (-5, 8, 1, "log2N"), (10, 0, 1, "r"), (10, 65, 1, "r"),
    (10, 8, 0, "p"),
    (10, 8, 65, "p"),
  ])
  func scryptRefusesOddParameters(log2N: Int, r: Int, p: Int, name: String) {
    #expect(throws: CryptoError.invalidParameter(name: name)) {
      _ = try Scrypt.derive(count: 32, passphrase: RawSpan(), salt: [], log2N: log2N, r: r, p: p)
    }
  }
}
