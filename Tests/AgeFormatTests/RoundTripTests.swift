import AgeFormat
import StrongroomCrypto
import StrongroomTestSupport
import Testing

@Suite("What was sealed opens again")
struct RoundTripTests {
  /// Around each edge of a 65,536-byte chunk, and a few megabytes.
  static let lengths = [
    0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 3_000_001,
  ]
  /// Sizes of the pieces both ways: single bytes would take minutes over megabytes, so primes do for those.
  static let steps = [1, 977, 65_536, 65_552, 200_003]

  @Test("any length, in pieces of any size", arguments: lengths)
  func anyLength(length: Int) throws {
    let identity = try X25519Identity.generate()
    let plaintext = sampleBytes(length)
    let sizes = length > 200_000 ? Self.steps.filter { $0 > 1 } : Self.steps
    for step in sizes {
      let file = try sealInPieces(plaintext, to: [identity.recipient], step: step)
      #expect(file.count == AgeEncryptor.sealedSize(plaintextSize: length, recipients: 1))
      #expect(try openInPieces(file, [identity], step: step).bytes == plaintext)
      #expect(try openInPieces(file, [identity], step: step, knownLength: file.count).bytes == plaintext)
      let whole = try Age.open(file, identities: [identity], limit: length)
      let isSame = whole.isEqual(to: plaintext.span.bytes)
      #expect(isSame)
    }
    let whole = try Age.seal(plaintext.span.bytes, to: [identity.recipient])
    #expect(try openInPieces(whole, [identity], step: 65_552).bytes == plaintext)
  }

  @Test("many recipients, each of whom can open", arguments: [1, 2, 20])
  func manyRecipients(count: Int) throws {
    let identities = try (0..<count).map { _ in try X25519Identity.generate() }
    let file = try Age.seal(sampleBytes(100).span.bytes, to: identities.map(\.recipient))
    #expect(file.count == AgeEncryptor.sealedSize(plaintextSize: 100, recipients: count))
    for identity in identities {
      #expect(try openInPieces(file, [identity], step: 50).bytes == sampleBytes(100))
    }
  }

  @Test("somebody else's identity does not open it")
  func otherIdentity() throws {
    let file = try Age.seal(sampleBytes(10).span.bytes, to: [try X25519Identity.generate().recipient])
    let other = try X25519Identity.generate()
    #expect(throws: AgeError.noIdentityMatched) { _ = try Age.open(file, identities: [other], limit: 10) }
    #expect(throws: AgeError.noIdentityMatched) { _ = try Age.open(file, identities: [], limit: 10) }
  }

  @Test("a plaintext over the limit is refused")
  func overTheLimit() throws {
    let identity = try X25519Identity.generate()
    let file = try Age.seal(sampleBytes(11).span.bytes, to: [identity.recipient])
    #expect(throws: AgeError.limitExceeded(.plaintextBytes, maximum: 10)) {
      _ = try Age.open(file, identities: [identity], limit: 10)
    }
  }
}
