import COpenSSL
import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing

@Suite struct X25519Tests {
  @Test func agreementGivesRFC7748sSecrets() throws {
    let cases = try vectorCases("rfc7748-x25519.txt")
    #expect(cases.count == 4)
    for vector in cases {
      let scalar = try vector.bytes("scalar")
      let secret = try X25519.sharedSecret(
        privateKey: scalar.span.bytes, peerPublicKey: vector.bytes("point"))
      #expect(try [UInt8](copying: secret.bytes) == vector.bytes("output"), "\(vector.testDescription)")
      if vector.fields["public"] != nil {
        #expect(
          try X25519.publicKey(of: scalar.span.bytes) == vector.bytes("public"), "\(vector.testDescription)")
      }
    }
  }

  /// RFC 7748, section 5.2, the iterated vector: the output becomes the scalar, the old scalar the point.
  @Test func aThousandRoundsGiveRFC7748sValue() throws {
    var scalar: [UInt8] = [9] + [UInt8](repeating: 0, count: 31)
    var point = scalar
    for round in 1...1000 {
      let secret = try X25519.sharedSecret(privateKey: scalar.span.bytes, peerPublicKey: point)
      point = scalar
      scalar = [UInt8](copying: secret.bytes)
      if round == 1 {
        #expect(scalar.hex == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
      }
    }
    #expect(scalar.hex == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")
  }

  /// The points of low order and their other encodings, which force an all-zero secret (RFC 7748, section 7).
  @Test(arguments: [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ])
  func aPeerKeyOfLowOrderIsRefused(point: String) throws {
    let own = try SecretBytes.random(count: 32)
    let peer = try #require([UInt8](hex: point))
    let refusal = sharedSecretError(own, peer)
    #expect(refusal == .weakSharedSecret)
  }

  @Test(arguments: [0, 31, 33])
  func keysOfAnotherLengthAreRefused(count: Int) throws {
    let own = try SecretBytes.random(count: 32)
    let odd = [UInt8](repeating: 9, count: count)
    let refusal = sharedSecretError(own, odd)
    #expect(refusal == .invalidLength(expected: 32, actual: count))
    #expect(throws: CryptoError.invalidLength(expected: 32, actual: count)) {
      try X25519.publicKey(of: odd.span.bytes)
    }
  }

  private func sharedSecretError(_ own: borrowing SecretBytes, _ peer: [UInt8]) -> CryptoError? {
    do throws(CryptoError) {
      _ = try X25519.sharedSecret(privateKey: own.bytes, peerPublicKey: peer)
      return nil
    } catch {
      return error
    }
  }
}

@Suite struct Ed25519Tests {
  @Test func signingGivesRFC8032sSignatures() throws {
    let cases = try vectorCases("rfc8032-ed25519.txt")
    #expect(cases.count == 5)
    for vector in cases {
      let seed = try vector.bytes("seed")
      let key = try Ed25519SigningKey(seed: .copying(seed.span.bytes))
      let message = try vector.bytes("message")
      let signature = try vector.bytes("signature")
      #expect(try key.publicKey.bytes == vector.bytes("public"), "\(vector.testDescription)")
      #expect(try key.signature(for: message) == signature, "\(vector.testDescription)")
      #expect(key.publicKey.isValidSignature(signature, for: message), "\(vector.testDescription)")
    }
  }

  /// C2SP's CCTV: points of low order, encodings that are not canonical, residues. Which count is up to the
  /// verifier; ours must stay with Go's and OpenSSL's answer, or two readers of one log could disagree.
  @Test(.enabled(if: VectorFolder.shouldRun("tlog/cctv-ed25519"), "the vectors folder is absent"))
  func edgeCasesAreJudgedAsGoAndOpenSSLDo() throws {
    struct EdgeCase: Decodable {
      let number: Int
      let key: String
      let sig: String
      let msg: String
      let flags: [String]?
    }
    guard let file = try VectorFolder.require("tlog/cctv-ed25519/ed25519/ed25519vectors.json") else { return }
    let cases = try JSONDecoder().decode([EdgeCase].self, from: Data(contentsOf: file))
    var accepted = 0
    for vector in cases {
      let keyBytes = try #require([UInt8](hex: vector.key))
      let key = try #require(Ed25519PublicKey(keyBytes))
      let signature = try #require([UInt8](hex: vector.sig))
      let isValid = key.isValidSignature(signature, for: Array(vector.msg.utf8))
      // The rule of the README beside the file, "ref10" and its heirs. Where the signer hashed another
      // encoding of the key than it published, chance decides (a key of order 1 forgives any hash): those are
      // held by the count alone.
      let flags = Set(vector.flags ?? [])
      if !flags.contains("reencoded_k") {
        #expect(
          isValid == flags.isDisjoint(with: ["non_canonical_R", "low_order_residue"]), "case \(vector.number)"
        )
      }
      if isValid { accepted += 1 }
    }
    #expect(cases.count == 914)
    #expect(accepted == 208)
  }

  @Test func anyFlippedBitOfASignatureIsRefused() throws {
    let key = try Ed25519SigningKey.generate()
    let message = Array("checkpoint".utf8)
    let signature = try key.signature(for: message)
    for bit in 0..<512 {
      var bad = signature
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.publicKey.isValidSignature(bad, for: message), "bit \(bit)")
    }
  }

  @Test func signaturesAndKeysOfAnotherLengthAreRefused() throws {
    let key = try Ed25519SigningKey.generate()
    let signature = try key.signature(for: [])
    #expect(key.publicKey.isValidSignature(signature, for: []))
    #expect(!key.publicKey.isValidSignature(Array(signature.dropLast()), for: []))
    #expect(!key.publicKey.isValidSignature(signature + [0], for: []))
    #expect(!key.publicKey.isValidSignature([], for: []))
    #expect(Ed25519PublicKey([UInt8](repeating: 0, count: 31)) == nil)
    #expect(throws: CryptoError.invalidLength(expected: 32, actual: 31)) {
      _ = try Ed25519SigningKey(seed: .random(count: 31))
    }
  }

  @Test func manyTasksSignWithOneKey() async throws {
    let key = try Ed25519SigningKey.generate()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<UInt8(40) {
        group.addTask { key.publicKey.isValidSignature(try key.signature(for: [number]), for: [number]) }
      }
      for try await isValid in group { #expect(isValid) }
    }
  }

  @Test func failuresLeaveNothingInOpenSSLsErrorQueue() throws {
    // What somebody else left behind must go with the first failure, however many there are.
    for _ in 0..<3 { #expect(EVP_MD_fetch(nil, "no such digest", nil) == nil) }
    #expect(ERR_peek_error() != 0)
    let key = try Ed25519SigningKey.generate()
    #expect(!key.publicKey.isValidSignature([UInt8](repeating: 0xFF, count: 64), for: [1]))
    #expect(ERR_peek_error() == 0)
    #expect(throws: CryptoError.authenticationFailed) {
      try Cipher.aes256GCM.open(
        [UInt8](repeating: 1, count: 40), key: [UInt8](repeating: 1, count: 32),
        nonce: [UInt8](repeating: 1, count: 12),
        aad: [])
    }
    #expect(ERR_peek_error() == 0)
    let own = [UInt8](repeating: 5, count: 32)
    #expect(throws: CryptoError.weakSharedSecret) {
      _ = try X25519.sharedSecret(privateKey: own.span.bytes, peerPublicKey: [UInt8](repeating: 0, count: 32))
    }
    #expect(ERR_peek_error() == 0)
  }
}
