import StrongroomCrypto
import StrongroomTestSupport
import Testing

/// Both ciphers behind one face, so that each test runs over both.
enum Cipher: CaseIterable, Sendable {
  case chaCha20Poly1305
  case aes256GCM

  func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) throws -> [UInt8] {
    switch self {
    case .chaCha20Poly1305:
      var cipher = try AEAD(.chaCha20Poly1305, key: key.span.bytes)
      return try cipher.seal(plaintext.span.bytes, nonce: nonce, authenticating: aad)
    case .aes256GCM:
      var cipher = try AEAD(.aes256GCM, key: key.span.bytes)
      return try cipher.seal(plaintext.span.bytes, nonce: nonce, authenticating: aad)
    }
  }

  /// Opens into an array, into a secret and into a buffer that was full of 0xEE, and checks that all three
  /// agree: the same bytes, or the same error and a buffer of zeros.
  func open(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], aad: [UInt8]) throws -> [UInt8] {
    switch self {
    case .chaCha20Poly1305:
      var cipher = try AEAD(.chaCha20Poly1305, key: key.span.bytes)
      let array = Result { try cipher.openBytes(sealed.span.bytes, nonce: nonce, authenticating: aad) }
      let secret = Result {
        let secret: SecretBytes = try cipher.open(sealed.span.bytes, nonce: nonce, authenticating: aad)
        return [UInt8](copying: secret.bytes)
      }
      let filled = Self.fill(sealed.count) { (output: inout MutableRawSpan) throws(CryptoError) in
        try cipher.open(
          sealed.span.bytes, nonce: nonce.span.bytes, authenticating: aad.span.bytes, into: &output)
      }
      return try Self.agree(array, secret, filled)
    case .aes256GCM:
      var cipher = try AEAD(.aes256GCM, key: key.span.bytes)
      let array = Result { try cipher.openBytes(sealed.span.bytes, nonce: nonce, authenticating: aad) }
      let secret = Result {
        let secret: SecretBytes = try cipher.open(sealed.span.bytes, nonce: nonce, authenticating: aad)
        return [UInt8](copying: secret.bytes)
      }
      let filled = Self.fill(sealed.count) { (output: inout MutableRawSpan) throws(CryptoError) in
        try cipher.open(
          sealed.span.bytes, nonce: nonce.span.bytes, authenticating: aad.span.bytes, into: &output)
      }
      return try Self.agree(array, secret, filled)
    }
  }

  private static func fill(
    _ sealedCount: Int, _ body: (inout MutableRawSpan) throws(CryptoError) -> Void
  ) -> (bytes: [UInt8], failure: CryptoError?) {
    var bytes = [UInt8](repeating: 0xEE, count: max(sealedCount - 16, 0))
    var span = bytes.mutableSpan
    var output = span.mutableBytes
    do throws(CryptoError) {
      try body(&output)
      return (bytes, nil)
    } catch {
      return (bytes, error)
    }
  }

  private static func agree(
    _ array: Result<[UInt8], any Error>, _ secret: Result<[UInt8], any Error>,
    _ filled: (bytes: [UInt8], failure: CryptoError?)
  ) throws -> [UInt8] {
    switch (array, secret, filled.failure) {
    case (.success(let first), .success(let second), nil):
      #expect(first == second)
      #expect(first == filled.bytes)
      return first
    case (.failure(let first), .failure(let second), let third?):
      #expect(first as? CryptoError == second as? CryptoError)
      #expect(first as? CryptoError == third)
      if third == .authenticationFailed && !filled.bytes.isEmpty {
        // Fewer than 16 sealed bytes leave nothing to wipe; anything else must leave zeros.
        #expect(filled.bytes.allSatisfy { $0 == 0 }, "unauthenticated plaintext was left in the output")
      }
      throw first
    default:
      Issue.record("the three ways to open disagree: \(array) \(secret) \(filled)")
      return []
    }
  }
}

@Suite struct AEADTests {
  @Test func chaChaSealsAndOpensRFC8439sMessages() throws {
    let cases = try vectorCases("rfc8439-chacha20-poly1305.txt")
    #expect(cases.count == 2)
    for vector in cases { try checkBothWays(.chaCha20Poly1305, vector) }
  }

  @Test func gcmSealsAndOpensNISTsMessages() throws {
    let cases = try vectorCases("nist-aes256gcm-seal.txt")
    #expect(cases.count == 375)
    for vector in cases { try checkBothWays(.aes256GCM, vector) }
  }

  @Test func gcmOpensAndRejectsAsNISTSays() throws {
    let cases = try vectorCases("nist-aes256gcm-open.txt")
    #expect(cases.count == 375)
    var rejected = 0
    for vector in cases {
      if vector.fields["result"] == nil {
        try checkBothWays(.aes256GCM, vector)
        continue
      }
      rejected += 1
      #expect(throws: CryptoError.authenticationFailed, "\(vector.testDescription)") {
        try Cipher.aes256GCM.open(
          vector.bytes("ciphertext") + vector.bytes("tag"), key: vector.bytes("key"),
          nonce: vector.bytes("nonce"),
          aad: vector.bytes("aad"))
      }
    }
    #expect(rejected == 191)
  }

  private func checkBothWays(_ cipher: Cipher, _ vector: VectorCase) throws {
    let key = try vector.bytes("key")
    let nonce = try vector.bytes("nonce")
    let aad = try vector.bytes("aad")
    let plaintext = try vector.bytes("plaintext")
    let expected = try vector.bytes("ciphertext") + vector.bytes("tag")
    #expect(
      try cipher.seal(plaintext, key: key, nonce: nonce, aad: aad) == expected, "\(vector.testDescription)")
    #expect(
      try cipher.open(expected, key: key, nonce: nonce, aad: aad) == plaintext, "\(vector.testDescription)")
  }

  @Test(arguments: Cipher.allCases, [0, 1, 15, 16, 17, 63, 64, 65, 255, 4096, 65_536])
  func everyLengthOpensAgain(cipher: Cipher, count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let (key, nonce) = (random.bytes(32), random.bytes(12))
    let (plaintext, aad) = (random.bytes(count), random.bytes(count % 40))
    let sealed = try cipher.seal(plaintext, key: key, nonce: nonce, aad: aad)
    #expect(sealed.count == count + 16)
    #expect(try cipher.open(sealed, key: key, nonce: nonce, aad: aad) == plaintext)
  }

  @Test(arguments: Cipher.allCases)
  func anyFlippedBitIsRefused(cipher: Cipher) throws {
    var random = SeededGenerator(seed: 11)
    let inputs = [random.bytes(37), random.bytes(32), random.bytes(12), random.bytes(9)]
    let sealed = try cipher.seal(inputs[0], key: inputs[1], nonce: inputs[2], aad: inputs[3])
    let good = [sealed, inputs[1], inputs[2], inputs[3]]
    var tried = 0
    for part in good.indices {
      for bit in 0..<(good[part].count * 8) {
        var bad = good
        bad[part][bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: CryptoError.authenticationFailed, "part \(part), bit \(bit)") {
          try cipher.open(bad[0], key: bad[1], nonce: bad[2], aad: bad[3])
        }
        tried += 1
      }
    }
    #expect(tried == (53 + 32 + 12 + 9) * 8)
  }

  @Test(arguments: Cipher.allCases)
  func anyPrefixIsRefused(cipher: Cipher) throws {
    var random = SeededGenerator(seed: 12)
    let (key, nonce) = (random.bytes(32), random.bytes(12))
    let sealed = try cipher.seal(random.bytes(50), key: key, nonce: nonce, aad: [])
    for count in 0..<sealed.count {
      #expect(throws: CryptoError.authenticationFailed, "first \(count) bytes") {
        try cipher.open(Array(sealed[..<count]), key: key, nonce: nonce, aad: [])
      }
    }
  }

  @Test(arguments: Cipher.allCases, [0, 16, 31, 33])
  func keysOfAnotherLengthAreRefused(cipher: Cipher, count: Int) {
    #expect(throws: CryptoError.invalidLength(expected: 32, actual: count)) {
      try cipher.seal(
        [], key: [UInt8](repeating: 0, count: count), nonce: [UInt8](repeating: 0, count: 12), aad: [])
    }
  }

  @Test(arguments: Cipher.allCases, [0, 8, 11, 13, 16])
  func noncesOfAnotherLengthAreRefused(cipher: Cipher, count: Int) throws {
    let key = [UInt8](repeating: 1, count: 32)
    #expect(throws: CryptoError.invalidLength(expected: 12, actual: count)) {
      try cipher.seal([], key: key, nonce: [UInt8](repeating: 0, count: count), aad: [])
    }
    #expect(throws: CryptoError.invalidLength(expected: 12, actual: count)) {
      try cipher.open(
        [UInt8](repeating: 0, count: 20), key: key, nonce: [UInt8](repeating: 0, count: count), aad: [])
    }
  }

  @Test func outputOfAnotherLengthIsRefused() throws {
    let key = [UInt8](repeating: 1, count: 32)
    let nonce = [UInt8](repeating: 2, count: 12)
    let text = [UInt8](repeating: 3, count: 100)
    var cipher = try AEAD(.aes256GCM, key: key.span.bytes)
    for count in [0, 100, 115, 117] {
      var room = [UInt8](repeating: 0, count: count)
      var span = room.mutableSpan
      var output = span.mutableBytes
      do throws(CryptoError) {
        try cipher.seal(text.span.bytes, nonce: nonce.span.bytes, authenticating: RawSpan(), into: &output)
        Issue.record("sealed into \(count) bytes")
      } catch {
        #expect(error == .invalidLength(expected: 116, actual: count))
      }
      // 216 sealed bytes would need 200.
      let sealed = [UInt8](repeating: 0, count: 216)
      do throws(CryptoError) {
        try cipher.open(sealed.span.bytes, nonce: nonce.span.bytes, authenticating: RawSpan(), into: &output)
        Issue.record("opened into \(count) bytes")
      } catch {
        #expect(error == .invalidLength(expected: 200, actual: count))
      }
    }
  }

  /// One context serves a whole stream: a refused chunk, or a change of direction, must not spoil the next.
  @Test func oneContextSealsAndOpensInAnyOrderAndSurvivesARefusal() throws {
    var random = SeededGenerator(seed: 13)
    let key = random.bytes(32)
    var chaCha = try AEAD(.chaCha20Poly1305, key: key.span.bytes)
    var gcm = try AEAD(.aes256GCM, key: key.span.bytes)
    for round in 0..<60 {
      let nonce = [UInt8](repeating: 0, count: 11) + [UInt8(round)]
      let text = random.bytes(round * 7)
      let aad = random.bytes(round % 3)
      var sealed = try chaCha.seal(text.span.bytes, nonce: nonce, authenticating: aad)
      #expect(try sealed == Cipher.chaCha20Poly1305.seal(text, key: key, nonce: nonce, aad: aad))
      if round.isMultiple(of: 2) {
        sealed[round % sealed.count] ^= 1
        #expect(throws: CryptoError.authenticationFailed) {
          try chaCha.openBytes(sealed.span.bytes, nonce: nonce, authenticating: aad)
        }
        sealed[round % sealed.count] ^= 1
      }
      #expect(try chaCha.openBytes(sealed.span.bytes, nonce: nonce, authenticating: aad) == text)

      var other = try gcm.seal(text.span.bytes, nonce: nonce, authenticating: aad)
      #expect(try other == Cipher.aes256GCM.seal(text, key: key, nonce: nonce, aad: aad))
      if round.isMultiple(of: 3) {
        other[round % other.count] ^= 1
        #expect(throws: CryptoError.authenticationFailed) {
          try gcm.openBytes(other.span.bytes, nonce: nonce, authenticating: aad)
        }
        other[round % other.count] ^= 1
      }
      #expect(try gcm.openBytes(other.span.bytes, nonce: nonce, authenticating: aad) == text)
    }
  }
}
