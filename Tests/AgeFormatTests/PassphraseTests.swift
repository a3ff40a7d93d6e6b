import AgeFormat
import StrongroomCrypto
import Testing

@Suite("Files sealed with a passphrase")
struct PassphraseTests {
  private func secret(_ text: String) -> SecretBytes { .copying(Array(text.utf8).span.bytes) }

  @Test("open with it, and with no other")
  func roundTrip() throws {
    let file = try Age.seal(
      sampleBytes(9).span.bytes, to: [try ScryptRecipient(passphrase: secret("plum"), log2N: 10)])
    #expect(file.count == 150 + 16 + 9 + 16)
    let right = try ScryptIdentity(passphrase: secret("plum"))
    let wrong = try ScryptIdentity(passphrase: secret("Plum"))
    #expect(try openInPieces(file, [right], step: 7).bytes == sampleBytes(9))
    #expect(try openInPieces(file, [wrong, right], step: 7).bytes == sampleBytes(9))
    #expect(throws: AgeError.wrongPassphrase) { _ = try Age.open(file, identities: [wrong], limit: 9) }
    let key = try X25519Identity.generate()
    #expect(throws: AgeError.passphraseNeeded) { _ = try Age.open(file, identities: [key], limit: 9) }
  }

  @Test("need a passphrase of at least one byte")
  func empty() {
    #expect(throws: AgeError.emptyPassphrase) { _ = try ScryptRecipient(passphrase: .copying(RawSpan())) }
    #expect(throws: AgeError.emptyPassphrase) { _ = try ScryptIdentity(passphrase: .copying(RawSpan())) }
  }
}
