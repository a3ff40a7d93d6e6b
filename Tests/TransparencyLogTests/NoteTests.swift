import StrongroomCrypto
import Testing
import TransparencyLog

@Suite struct NoteTests {
  private let signer: NoteSigner
  private let text = "A first paragraph.\n\nA second one, after a blank line.\n"

  init() throws { signer = try TestLog.signer() }

  @Test func signedNoteComesBackWithItsText() throws {
    let note = try signer.sign(text)
    let verified = try UnverifiedNote(parsing: note.bytes).verified(by: [signer.verifierKey])
    #expect(verified.text == text)
    #expect(verified.signatures.map(\.key) == [signer.verifierKey])
    #expect(note.bytes.suffix(2) != [10, 10])
  }

  /// Pitfall 5: signed with its last newline, without the blank line.
  @Test func theSignatureCoversTheLastNewlineAndNoMore() throws {
    let key = try TestLog.key(1)
    let line = try #require(try signer.sign(text).signatures.first)
    #expect(key.publicKey.isValidSignature(line.signature, for: Array(text.utf8)))
    #expect(!key.publicKey.isValidSignature(line.signature, for: Array(text.utf8.dropLast())))
    #expect(!key.publicKey.isValidSignature(line.signature, for: Array(text.utf8) + [10]))
  }

  /// Pitfall 6: the boundary is the last blank line; the text above holds one of its own.
  @Test func theLastBlankLineIsTheBoundary() throws {
    let verified = try UnverifiedNote(parsing: signer.sign(text).bytes)
    #expect(verified.text == text)
    #expect(verified.signatures.count == 1)
  }

  @Test func anyFlippedBitIsRefused() throws {
    let bytes = try signer.sign(text).bytes
    for position in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[position] ^= 1 << UInt8(bit)
        #expect(throws: TransparencyLogError.self, "byte \(position), bit \(bit)") {
          try UnverifiedNote(parsing: changed).verified(by: [signer.verifierKey])
        }
      }
    }
  }

  @Test func anyPrefixIsRefused() throws {
    let bytes = try signer.sign(text).bytes
    for length in 0..<bytes.count {
      #expect(throws: TransparencyLogError.self, "\(length) bytes") {
        try UnverifiedNote(parsing: Array(bytes[..<length])).verified(by: [signer.verifierKey])
      }
    }
  }

  @Test(arguments: [
    // Pitfall 7: hyphen, en dash or no space where the em dash and its space belong.
    ("- ", NoteFlaw.signatureLine(1)), ("\u{2013} ", .signatureLine(1)), ("\u{2014}", .signatureLine(1)),
    ("\u{2014}  ", .signatureLine(1)), (" \u{2014} ", .signatureLine(1)),
  ])
  func onlyAnEmDashOpensASignatureLine(opening: String, flaw: NoteFlaw) throws {
    let note = String(decoding: try signer.sign("text\n").bytes, as: UTF8.self)
    let changed = note.replacing("\u{2014} ", with: opening)
    #expect(throws: TransparencyLogError.noteMalformed(flaw)) {
      try UnverifiedNote(parsing: Array(changed.utf8))
    }
  }

  @Test func malformedNotesAreRefused() {
    let rows: [(String, NoteFlaw)] = [
      ("", .noFinalNewline), ("\n", .noSignatureBlock), ("\n\n", .noSignatureBlock),
      ("text\n", .noSignatureBlock), ("text\n\n", .noSignatureBlock), ("text\n\n\n", .noSignatureBlock),
      ("text\n\n\u{2014} name AAAAAAA=", .noFinalNewline),
      ("te\txt\n\n\u{2014} name AAAAAAA=\n", .controlByte),
      ("te\rxt\n\n\u{2014} name AAAAAAA=\n", .controlByte),
      ("te\0xt\n\n\u{2014} name AAAAAAA=\n", .controlByte),
      ("text\n\n\u{2014} name AAAAAA==\n", .signatureLine(1)),
      ("text\n\n\u{2014} name \n", .signatureLine(1)),
      ("text\n\n\u{2014} name\n", .signatureLine(1)), ("text\n\n\u{2014}  AAAAAAA=\n", .signatureLine(1)),
      ("text\n\n\u{2014} na+me AAAAAAA=\n", .signatureLine(1)),
      ("text\n\n\u{2014} na\u{00A0}me AAAAAAA=\n", .signatureLine(1)),
      ("text\n\n\u{2014} na\u{2003}me AAAAAAA=\n", .signatureLine(1)),
      ("text\n\n\u{2014} name AAAAAAA= \n", .signatureLine(1)),
      ("text\n\n\u{2014} name AAAAAAA\n", .signatureLine(1)),
      ("text\n\n\u{2014} name AAAAAAAA\nmore\n", .signatureLine(2)),
      // Pitfall 11: bits set after the last byte; Go's decoder lets them pass.
      ("text\n\n\u{2014} name AAAAAAB=\n", .signatureLine(1)),
    ]
    for (note, flaw) in rows {
      #expect(throws: TransparencyLogError.noteMalformed(flaw), "\(note.debugDescription)") {
        try UnverifiedNote(parsing: Array(note.utf8))
      }
    }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    let tail = Array("\n\n\u{2014} name AAAAAAAA\n".utf8)
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x80]] {
      #expect(throws: TransparencyLogError.noteMalformed(.notUTF8)) {
        try UnverifiedNote(parsing: bytes + tail)
      }
    }
  }

  @Test func limitsHold() throws {
    let note = try signer.sign("text\n")
    let line = Array(try #require(note.signatures.first).line.utf8)
    let hundred = Array("text\n\n".utf8) + (0..<100).flatMap { _ in line }
    #expect(try UnverifiedNote(parsing: hundred).verified(by: [signer.verifierKey]).signatures.count == 1)
    #expect(throws: TransparencyLogError.noteMalformed(.tooManySignatures(limit: 100))) {
      try UnverifiedNote(parsing: hundred + line)
    }
    let huge = [UInt8](repeating: 0x61, count: UnverifiedNote.maximumBytes + 1)
    #expect(throws: TransparencyLogError.noteTooLarge(limitBytes: UnverifiedNote.maximumBytes)) {
      try UnverifiedNote(parsing: huge)
    }
  }

  /// Pitfall 3: skipping it would let a forger hide behind any other good line.
  @Test func aKnownKeyWithABadSignatureSpoilsTheWholeNote() throws {
    let other = try TestLog.signer(2, name: "example.org/other")
    let good = try signer.sign(text)
    let bad = try #require(try other.sign("something else\n").signatures.first)
    let both = try UnverifiedNote(parsing: good.adding(bad).bytes)
    #expect(throws: TransparencyLogError.signatureInvalid(name: "example.org/other")) {
      try both.verified(by: [signer.verifierKey, other.verifierKey])
    }
    // Whoever does not know the second key cannot tell, and takes the first.
    #expect(try both.verified(by: [signer.verifierKey]).signatures.count == 1)
    #expect(throws: TransparencyLogError.signatureInvalid(name: "example.org/other")) {
      try both.verified(by: [other.verifierKey])
    }
  }

  @Test func aBadRepeatOfAGoodLineSpoilsTheNoteToo() throws {
    let good = try signer.sign(text)
    let bad = try #require(try signer.sign("something else\n").signatures.first)
    #expect(throws: TransparencyLogError.signatureInvalid(name: TestLog.origin)) {
      try UnverifiedNote(parsing: good.adding(bad).bytes).verified(by: [signer.verifierKey])
    }
  }

  @Test func nobodyKnownSigned() throws {
    let note = try UnverifiedNote(parsing: signer.sign(text).bytes)
    let stranger = try TestLog.signer(2)
    #expect(throws: TransparencyLogError.noKnownSignature) { try note.verified(by: []) }
    #expect(throws: TransparencyLogError.noKnownSignature) { try note.verified(by: [stranger.verifierKey]) }
    let renamed = try TestLog.signer(1, name: "example.org/renamed")
    #expect(throws: TransparencyLogError.noKnownSignature) { try note.verified(by: [renamed.verifierKey]) }
  }

  @Test func whatCannotBeReadBackIsNotSigned() {
    #expect(throws: TransparencyLogError.noteMalformed(.noFinalNewline)) { try signer.sign("no newline") }
    #expect(throws: TransparencyLogError.noteMalformed(.noFinalNewline)) { try signer.sign("") }
    #expect(throws: TransparencyLogError.noteMalformed(.controlByte)) { try signer.sign("a\tb\n") }
  }

  @Test(arguments: ["", " ", "a b", "a+b", "a\u{00A0}b", "a\u{2028}b", "a\nb", "a\u{7F}b", "a\0b"])
  func namesThatWouldBreakALineAreRefused(name: String) {
    #expect(throws: TransparencyLogError.keyNameInvalid) { try TestLog.signer(1, name: name) }
    #expect(throws: TransparencyLogError.keyNameInvalid) { try TestLog.cosigner(1, name: name) }
  }

  @Test func vkeyComesBack() throws {
    for algorithm in [VerifierKey.Algorithm.ed25519, .cosignature] {
      let key = try VerifierKey(
        name: "école.example/log", publicKey: TestLog.key(9).publicKey, algorithm: algorithm)
      #expect(try VerifierKey(parsing: key.text) == key)
    }
  }

  /// Pitfall 16: cosigner keys are keys of their own kind, with an ID of their own.
  @Test func theKindOfAKeyIsPartOfItsIdentity() throws {
    let signs = try VerifierKey(name: "n", publicKey: TestLog.key(1).publicKey, algorithm: .ed25519)
    let cosigns = try VerifierKey(name: "n", publicKey: TestLog.key(1).publicKey, algorithm: .cosignature)
    #expect(signs.keyID != cosigns.keyID)
  }

  @Test(arguments: [
    ("", TransparencyLogError.verifierKeyMalformed),
    ("example.com/foo+530d903a", .verifierKeyMalformed),
    ("example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .verifierKeyMalformed),
    ("example.com/foo+0x0d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .verifierKeyMalformed),
    ("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k ", .verifierKeyMalformed),
    ("example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .verifierKeyMalformed),
    ("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyNameInvalid),
    ("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k", .keyAlgorithmUnsupported(2)),
    ("example.com/foo+530d903a+Aeky", .verifierKeyMalformed),
  ])
  func badVerifierKeysAreRefused(vkey: String, error: TransparencyLogError) {
    #expect(throws: error) { try VerifierKey(parsing: vkey) }
  }
}
