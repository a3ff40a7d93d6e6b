import AgeFormat
import StrongroomCrypto
import Testing

@Suite("Keys and key files")
struct KeyTests {
  static let identityText = "AGE-SECRET-KEY-135HVLHQN9KUXNZARQKR5XDAEMN7FZLNRTYGUJ5CRMZTXM7CNCNHS47Z93U"
  static let recipientText = "age1whqx5h8ea9efvr6lxzgwc3gcmwg9g5jq0lygpg3u27y8xd3he46qv9792w"
  static let postQuantum = "AGE-SECRET-KEY-PQ-1HZLGZUPT4ETPKDEV8HSGFDCYZ4E522W0A7PU2LHT8EH9W6YLNC3SW78XKG"

  private func identity(_ text: String) throws(AgeError) -> X25519Identity {
    try X25519Identity(parsing: Array(text.utf8).span.bytes)
  }

  private func identities(_ text: String) throws(AgeError) -> [X25519Identity] {
    try IdentityFile.parse(Array(text.utf8).span.bytes)
  }

  private func error<R>(_ body: () throws(AgeError) -> R) -> AgeError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }

  @Test("a key pair of age-keygen is read and written again")
  func knownPair() throws {
    let identity = try identity(Self.identityText)
    #expect(identity.recipient.text == Self.recipientText)
    let text = identity.encodedText()
    let isSame = text.isEqual(to: Array(Self.identityText.utf8).span.bytes)
    #expect(isSame)
    #expect(try X25519Recipient(parsing: Self.recipientText) == identity.recipient)
  }

  @Test("new keys differ and survive their text form")
  func generated() throws {
    let first = try X25519Identity.generate()
    let second = try X25519Identity.generate()
    #expect(first.recipient != second.recipient)
    let text = first.encodedText()
    let again = try X25519Identity(parsing: text.bytes)
    #expect(again.recipient == first.recipient)
  }

  static let foreign: [(text: String, kind: KeyKind)] = [
    ("age1pq1qqqq", .postQuantumRecipient), ("age1tag1qqqq", .taggedRecipient),
    ("age1tagpq1qq", .taggedRecipient),
    ("age1yubikey1qqqq", .pluginRecipient), ("ssh-ed25519 AAAA", .sshRecipient),
    ("ssh-rsa AAAA", .sshRecipient),
    (postQuantum, .postQuantumIdentity), ("AGE-PLUGIN-YUBIKEY-1QQQQ", .pluginIdentity),
    ("-----BEGIN OPENSSH PRIVATE KEY-----", .sshIdentity),
  ]

  @Test("keys of other kinds are refused by name", arguments: foreign.map(\.text))
  func otherKinds(text: String) throws {
    let kind = try #require(Self.foreign.first { $0.text == text }).kind
    let asRecipient = error { () throws(AgeError) in try X25519Recipient(parsing: text) }
    let asIdentity = error { () throws(AgeError) in try identity(text) }
    #expect(asRecipient == .keyRefused(kind.isIdentity ? .misplaced(kind) : .unsupported(kind), line: nil))
    #expect(asIdentity == .keyRefused(kind.isIdentity ? .unsupported(kind) : .misplaced(kind), line: nil))
  }

  static let malformed = [
    identityText.lowercased(), identityText + "A", String(identityText.dropLast()), " " + identityText,
    identityText + " ", identityText.replacing("35HV", with: "35HW"), "AGE-SECRET-KEY-1", identityText + "\r",
  ]

  @Test("an identity with anything wrong about it is refused", arguments: malformed)
  func malformedIdentities(text: String) {
    let error = error { () throws(AgeError) in try identity(text) }
    #expect(error == .keyRefused(.malformed, line: nil) || error == .keyRefused(.unrecognised, line: nil))
  }

  @Test("a recipient with anything wrong about it is refused")
  func malformedRecipients() {
    for text in [
      Self.recipientText.uppercased(), Self.recipientText + "q",
      Self.recipientText.replacing("whqx", with: "whqy"), "",
      "age1", "a" + Self.recipientText, Self.recipientText + "\n", "A" + Self.recipientText.dropFirst(),
    ] {
      let error = error { () throws(AgeError) in try X25519Recipient(parsing: text) }
      #expect(
        error == .keyRefused(.malformed, line: nil) || error == .keyRefused(.unrecognised, line: nil),
        "\(text)")
    }
  }

  @Test("an identity file is comments, empty lines and identities")
  func identityFile() throws {
    let text = "# created: now\n\r\n\n\(Self.identityText)\r\n# another\n\(Self.identityText)"
    #expect(try identities(text).map(\.recipient.text) == [Self.recipientText, Self.recipientText])
    #expect(error { () throws(AgeError) in try identities("# nothing\n\n") } == .keyFileEmpty)
    #expect(error { () throws(AgeError) in try identities("") } == .keyFileEmpty)
  }

  @Test("a bad line of an identity file is named by number and kind")
  func badIdentityLines() {
    let cases: [(String, KeyFault)] = [
      (" " + Self.identityText, .unrecognised), (Self.recipientText, .misplaced(.x25519Recipient)),
      (Self.postQuantum, .unsupported(.postQuantumIdentity)), (Self.identityText + "x", .malformed),
    ]
    for (line, fault) in cases {
      let error = error { () throws(AgeError) in try identities("# one\n\(Self.identityText)\n\(line)\n") }
      #expect(error == .keyRefused(fault, line: 3))
    }
  }

  @Test("a recipient file has the same shape, and an identity in it is refused by name")
  func recipientFile() throws {
    let text = "# friends\n\(Self.recipientText)\n\n\(Self.recipientText)\r\n"
    #expect(
      try RecipientFile.parse(Array(text.utf8)).map(\.text) == [Self.recipientText, Self.recipientText])
    let secret = error { () throws(AgeError) in try RecipientFile.parse(Array("\n\(Self.identityText)".utf8))
    }
    #expect(secret == .keyRefused(.misplaced(.x25519Identity), line: 2))
    #expect(error { () throws(AgeError) in try RecipientFile.parse([]) } == .keyFileEmpty)
  }

  @Test("a key file over 16 MiB is refused unread")
  func hugeKeyFile() {
    let huge = [UInt8](repeating: UInt8(ascii: "#"), count: 16 * 1_024 * 1_024 + 1)
    let error = error { () throws(AgeError) in try RecipientFile.parse(huge) }
    #expect(error == .limitExceeded(.keyFileBytes, maximum: 16 * 1_024 * 1_024))
  }

  @Test("a written identity file is read again")
  func writtenIdentityFile() throws {
    let identity = try identity(Self.identityText)
    let file = IdentityFile.write(identity, createdAt: "2026-11-21T23:00:52Z")
    let expected =
      "# created: 2026-11-21T23:00:52Z\n# public key: \(Self.recipientText)\n\(Self.identityText)\n"
    let isExpected = file.isEqual(to: Array(expected.utf8).span.bytes)
    #expect(isExpected)
    let again = try IdentityFile.parse(file.bytes)
    #expect(again.map(\.recipient) == [identity.recipient])
  }

  @Test("a protected identity file opens with its passphrase alone", arguments: [false, true])
  func protectedIdentityFile(armored: Bool) throws {
    let identity = try identity(Self.identityText)
    let text = IdentityFile.write(identity, createdAt: "now")
    let passphrase = SecretBytes.copying(Array("seven plums".utf8).span.bytes)
    let file = try IdentityFile.protect(
      identityFile: text.bytes, passphrase: passphrase, log2N: 10, armored: armored)
    let isEncrypted = IdentityFile.isEncrypted(file.span.bytes)
    #expect(isEncrypted)
    let isPlainEncrypted = IdentityFile.isEncrypted(text.bytes)
    #expect(!isPlainEncrypted)
    let opened = try IdentityFile.parseProtected(file.span.bytes, passphrase: passphrase)
    #expect(opened.map(\.recipient) == [identity.recipient])

    let other = SecretBytes.copying(Array("six plums".utf8).span.bytes)
    #expect(throws: AgeError.wrongPassphrase) {
      _ = try IdentityFile.parseProtected(file.span.bytes, passphrase: other)
    }
    #expect(throws: AgeError.limitExceeded(.workFactor, maximum: 9)) {
      _ = try IdentityFile.parseProtected(file.span.bytes, passphrase: passphrase, maximumLog2N: 9)
    }
  }

  @Test("an identity file sealed to a key and not to a passphrase is not opened as a protected one")
  func identityFileSealedToAKey() throws {
    let file = try Age.seal(
      Array(Self.identityText.utf8).span.bytes, to: [X25519Recipient(parsing: Self.recipientText)])
    let passphrase = SecretBytes.copying([1].span.bytes)
    #expect(throws: AgeError.noIdentityMatched) {
      _ = try IdentityFile.parseProtected(file.span.bytes, passphrase: passphrase)
    }
  }

  @Test("no error and no description holds any of a private key")
  func nothingLeaks() throws {
    let marker = String(Self.identityText.dropFirst(16).prefix(12))
    let identity = try identity(Self.identityText)
    var texts = ["\(identity)", String(reflecting: identity)]
    dump(identity, to: &texts[0])
    for text in [" " + Self.identityText, Self.identityText + "x", Self.identityText.lowercased()] {
      texts.append("\(error { () throws(AgeError) in try identities(text) } as Any)")
      texts.append("\(error { () throws(AgeError) in try RecipientFile.parse(Array(text.utf8)) } as Any)")
      texts.append("\(error { () throws(AgeError) in try X25519Recipient(parsing: text) } as Any)")
    }
    for text in texts { #expect(!text.uppercased().contains(marker), "\(text)") }
  }
}
