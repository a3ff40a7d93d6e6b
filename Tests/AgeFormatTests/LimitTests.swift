import AgeFormat
import StrongroomCrypto
import Testing

/// What an outsider controls is bounded before memory or time is spent on it.
@Suite("Limits on what comes from outside")
struct LimitTests {
  private static let version = Array("age-encryption.org/v1\n".utf8)

  private func error(_ file: [UInt8], step: Int = 1_000) -> AgeError? {
    releaseInPieces(file, [], step: step).error
  }

  @Test("256 stanzas are read, the 257th is refused")
  func stanzas() {
    let stanza = Array("-> x\n\n".utf8)
    let mac = Array(("--- " + String(repeating: "A", count: 43) + "\n").utf8)
    func file(_ count: Int) -> [UInt8] {
      Self.version + Array(repeating: stanza, count: count).joined() + mac
    }
    #expect(error(file(256)) == .noIdentityMatched)
    #expect(error(file(257)) == .limitExceeded(.stanzas, maximum: 256))
  }

  @Test("a header of more than 64 KiB is refused, and read no further")
  func headerSize() {
    let line = [UInt8](repeating: UInt8(ascii: "A"), count: 64) + [UInt8(ascii: "\n")]
    let file = Self.version + Array("-> x\n".utf8) + Array(repeating: line, count: 2_000).joined()
    #expect(error(file) == .limitExceeded(.headerBytes, maximum: 65_536))
    #expect(AgeError.limitExceeded(.headerBytes, maximum: 65_536).failureClass == .header)
  }

  @Test("a line of 8,192 bytes is read, a longer one is refused")
  func lineLength() {
    func file(_ count: Int) -> [UInt8] {
      Self.version + Array("-> ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: count - 3)
        + Array("\n\n".utf8)
    }
    #expect(error(file(8_192)) == .headerMalformed(.truncated))
    #expect(error(file(8_193)) == .limitExceeded(.headerLineBytes, maximum: 8_192))
  }

  @Test("something that is no age file is refused at its first byte")
  func notAnAgeFile() {
    #expect(error([0x25, 0x50, 0x44, 0x46]) == .headerMalformed(.version))
    #expect(error([]) == .headerMalformed(.version))
  }

  @Test("a work factor above the cap is refused before it is computed", arguments: [11, 20, 21, 22, 23, 62])
  func workFactor(log2N: Int) throws {
    let body = String(repeating: "A", count: 43)
    let header = "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA \(log2N)\n\(body)\n--- \(body)\n"
    let cap = 10
    let identity = try ScryptIdentity(passphrase: .copying([1].span.bytes), maximumLog2N: cap)
    let opening = releaseInPieces(Array(header.utf8), [identity], step: 50)
    #expect(opening.error == .limitExceeded(.workFactor, maximum: cap))
    #expect(opening.error?.failureClass == .header)
  }

  @Test("unless told otherwise, factors up to 20 are read and 18 is written")
  func standardWorkFactors() {
    #expect(ScryptIdentity.standardMaximumLog2N == 20)
    #expect(ScryptRecipient.standardLog2N == 18)
  }

  @Test("a file is sealed to 1...256 recipients, and to a passphrase only by itself")
  func recipients() throws {
    let recipient = try X25519Identity.generate().recipient
    let passphrase = try ScryptRecipient(passphrase: .copying([1].span.bytes), log2N: 1)
    func error(_ recipients: [any AgeRecipient]) -> AgeError? {
      do throws(AgeError) {
        _ = try Age.seal(RawSpan(), to: recipients)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([]) == .noRecipients)
    #expect(error([passphrase, recipient]) == .passphraseNotAlone)
    #expect(error([passphrase, passphrase]) == .passphraseNotAlone)
    #expect(error(Array(repeating: recipient, count: 256)) == nil)
    #expect(error(Array(repeating: recipient, count: 257)) == .limitExceeded(.stanzas, maximum: 256))
  }

  @Test("a recipient that is a point of low order is refused")
  func lowOrderRecipient() throws {
    let recipient = X25519Recipient(publicKey: [UInt8](repeating: 0, count: 32))
    #expect(throws: AgeError.keyRefused(.malformed, line: nil)) {
      _ = try Age.seal(RawSpan(), to: [recipient])
    }
  }
}
