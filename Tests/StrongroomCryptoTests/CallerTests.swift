import StrongroomCrypto
import Testing

/// What another module writes, without the Lifetimes feature: if this file stops compiling, callers suffer.
@Suite struct CallerTests {
  @Test func callerSealsArrayIntoArrayAndOpensItAgain() throws {
    let key = try SecretBytes.random(count: 32)
    let plaintext = Array("one chunk of a plan".utf8)
    let nonce = [UInt8](repeating: 7, count: AEAD.nonceByteCount)

    var cipher = try AEAD(.chaCha20Poly1305, key: key.bytes)
    var sealed = [UInt8](repeating: 0, count: plaintext.count + AEAD.tagByteCount)
    var span = sealed.mutableSpan
    var output = span.mutableBytes
    try cipher.seal(plaintext.span.bytes, nonce: nonce.span.bytes, authenticating: RawSpan(), into: &output)

    var buffer = PlaintextBuffer(capacity: 100)
    try buffer.append(count: plaintext.count) { (room: inout MutableRawSpan) throws(CryptoError) in
      try cipher.open(sealed.span.bytes, nonce: nonce.span.bytes, authenticating: RawSpan(), into: &room)
    }
    #expect([UInt8](copying: buffer.bytes) == plaintext)

    let opened: SecretBytes = try cipher.open(sealed.span.bytes, nonce: nonce)
    let same = opened.isEqual(to: plaintext.span.bytes)
    #expect(same)
    #expect(try cipher.openBytes(sealed.span.bytes, nonce: nonce) == plaintext)
  }

  @Test func callerCutsAndJoinsSecrets() throws {
    let whole = try SecretBytes.random(count: 64)
    let first = SecretBytes.copying(whole.bytes.extracting(0..<32))
    let second = SecretBytes.copying(whole.bytes.extracting(32..<64))
    let joined = SecretBytes.filling(count: 64) { output in
      output.copyBytes(first.bytes)
      output.copyBytes(second.bytes, at: 32)
    }
    let same = joined.isEqual(to: whole.bytes)
    #expect(same)
    let different = first.isEqual(to: second.bytes)
    #expect(!different)
  }

  @Test func callerKeepsASecretInAClassAndDerivesFromIt() async throws {
    final class Holder: Sendable {
      let secret: SecretBytes
      init() throws { secret = try SecretBytes.random(count: 32) }
      func derive() throws(CryptoError) -> SecretBytes {
        try secret.withBytes { (bytes) throws(CryptoError) in
          try HKDFSHA256.derive(count: 32, from: bytes, salt: [], info: Array("test".utf8))
        }
      }
    }
    let holder = try Holder()
    let here = try holder.derive()
    let there = try await Task {
      let derived = try holder.derive()
      return [UInt8](copying: derived.bytes)
    }.value
    let same = here.isEqual(to: there.span.bytes)
    #expect(same)
  }

  @Test func callerHashesInPiecesAndAtOnce() throws {
    let text = Array("a leaf of the log".utf8)
    var hasher = SHA256()
    hasher.update(text.span.bytes.extracting(0..<5))
    hasher.update([])
    let early = hasher.digestSoFar()
    hasher.update(text.span.bytes.extracting(5...))
    let digest = hasher.finish()
    #expect(digest == SHA256.digest(of: text))
    #expect(early == SHA256.digest(of: Array(text[..<5])))
    #expect(SHA256.digest(prefix: 0, text.span.bytes) == SHA256.digest(of: [0] + text))
    #expect(SHA256.digest(prefix: 1, early, digest) == SHA256.digest(of: [1] + early.bytes + digest.bytes))
    #expect(SHA256Digest(hex: digest.hex) == digest)
    #expect(SHA256Digest(digest.bytes) == digest)
    #expect(digest.withBytes { [UInt8](copying: $0) } == digest.bytes)
  }

  @Test func callerSignsAndVerifies() throws {
    let key = try Ed25519SigningKey(seed: SecretBytes.random(count: 32))
    let message = Array("strongroom.example/vault\n5\n".utf8)
    let signature = try key.signature(for: message)
    #expect(key.publicKey.isValidSignature(signature, for: message))
    #expect(!key.publicKey.isValidSignature(signature, for: message + [0]))
    let again = try Ed25519SigningKey(seed: key.withSeed { SecretBytes.copying($0) })
    #expect(again.publicKey == key.publicKey)
  }
}
