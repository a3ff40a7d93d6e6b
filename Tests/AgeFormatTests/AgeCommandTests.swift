import AgeFormat
import StrongroomCrypto
import StrongroomTestSupport
import Testing

@Suite(
  "Together with the age command", .enabled(if: AgeCommand.isPresent, "age and age-keygen are not on PATH"),
  .serialized)
struct AgeCommandTests {
  let scratch: ScratchDirectory
  let identities: [X25519Identity]

  init() throws {
    scratch = try ScratchDirectory("age")
    identities = try (0..<20).map { _ in try X25519Identity.generate() }
    for (number, identity) in identities.enumerated() {
      let text = IdentityFile.write(identity, createdAt: "2026-11-21T23:00:52Z")
      try scratch.write([UInt8](copying: text.bytes), to: "\(number).key")
    }
  }

  private func keyPath(_ number: Int) -> String { scratch.path("\(number).key") }

  @Test("age opens what we seal, any length", arguments: RoundTripTests.lengths)
  func ageOpensOurs(length: Int) throws {
    let plaintext = sampleBytes(length)
    let file = try sealInPieces(plaintext, to: [identities[0].recipient], step: 10_007)
    let path = try scratch.write(file, to: "ours.age")
    #expect(try AgeCommand.run(AgeCommand.age, ["-d", "-i", keyPath(0), path]) == plaintext)
  }

  @Test("we open what age seals, any length", arguments: RoundTripTests.lengths)
  func weOpenTheirs(length: Int) throws {
    let plaintext = sampleBytes(length)
    let path = try scratch.write(plaintext, to: "plain")
    let file = try AgeCommand.run(AgeCommand.age, ["-r", identities[0].recipient.text, path])
    #expect(file.count == AgeEncryptor.sealedSize(plaintextSize: length, recipients: 1))
    #expect(try openInPieces(file, [identities[0]], step: 10_007).bytes == plaintext)
    #expect(try openInPieces(file, [identities[0]], step: 10_007, knownLength: file.count).bytes == plaintext)
  }

  @Test(
    "one, two and twenty recipients, both ways, in armor and without", arguments: [1, 2, 20], [false, true])
  func recipients(count: Int, armored: Bool) throws {
    let plaintext = sampleBytes(70_000)
    let some = Array(identities[..<count])
    let ours =
      armored
      ? try Age.sealArmored(plaintext.span.bytes, to: some.map(\.recipient))
      : try Age.seal(plaintext.span.bytes, to: some.map(\.recipient))
    let path = try scratch.write(ours, to: "ours.age")
    for number in Set([0, count / 2, count - 1]) {
      #expect(try AgeCommand.run(AgeCommand.age, ["-d", "-i", keyPath(number), path]) == plaintext)
    }

    let list = some.map { $0.recipient.text + "\n" }.joined()
    let listPath = try scratch.write(Array(list.utf8), to: "recipients")
    let plain = try scratch.write(plaintext, to: "plain")
    let theirs = try AgeCommand.run(AgeCommand.age, (armored ? ["-a"] : []) + ["-R", listPath, plain])
    for identity in some {
      let opening = releaseInPieces(theirs, [identity], step: 4_000, armored: armored)
      #expect(opening.error == nil && opening.bytes == plaintext)
    }
  }

  @Test("keys of age-keygen are ours, and ours are its")
  func keys() throws {
    let theirs = try AgeCommand.run(AgeCommand.keygen, [])
    let identity = try #require(try IdentityFile.parse(theirs.span.bytes).first)
    #expect(String(decoding: theirs, as: UTF8.self).contains("# public key: \(identity.recipient.text)\n"))
    let derived = try AgeCommand.run(AgeCommand.keygen, ["-y", keyPath(3)])
    #expect(try RecipientFile.parse(derived) == [identities[3].recipient])
  }

  @Test(
    "a passphrase-protected identity file, both ways",
    .enabled(if: AgeCommand.script != nil, "script, which gives age a terminal, is not on PATH"))
  func protectedIdentityFile() throws {
    let passphrase = SecretBytes.copying(Array("seven plums".utf8).span.bytes)

    try AgeCommand.runOnTerminal(
      ["-p", "-a", "-o", scratch.path("theirs.key.age"), keyPath(0)], typing: ["seven plums", "seven plums"])
    let theirs = try scratch.read("theirs.key.age")
    let opened = try IdentityFile.parseProtected(theirs.span.bytes, passphrase: passphrase)
    #expect(opened.map(\.recipient) == [identities[0].recipient])

    let text = IdentityFile.write(identities[1], createdAt: "now")
    let ours = try IdentityFile.protect(identityFile: text.bytes, passphrase: passphrase, log2N: 12)
    try scratch.write(ours, to: "ours.key.age")
    try scratch.write(Age.seal(sampleBytes(99).span.bytes, to: [identities[1].recipient]), to: "document.age")
    try AgeCommand.runOnTerminal(
      [
        "-d", "-i", scratch.path("ours.key.age"), "-o", scratch.path("document"),
        scratch.path("document.age"),
      ],
      typing: ["seven plums"])
    #expect(try scratch.read("document") == sampleBytes(99))
  }

  @Test("age refuses what we damage, as we do")
  func damaged() throws {
    var file = try Age.seal(sampleBytes(100).span.bytes, to: [identities[0].recipient])
    file[file.count - 1] ^= 1
    let path = try scratch.write(file, to: "damaged.age")
    #expect(throws: AgeCommand.Failed.self) {
      try AgeCommand.run(AgeCommand.age, ["-d", "-i", keyPath(0), path])
    }
  }
}
