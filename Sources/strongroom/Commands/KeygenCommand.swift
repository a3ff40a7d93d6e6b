import AgeFormat
import ArgumentParser
import Gatekeeper
import StrongroomCrypto

struct KeygenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make a key of your own, and the card that others add you with.",
    discussion: """
      Writes FILE.key (secret, readable by you only) and FILE.card (public, one line that can be e-mailed). A lost key \
      cannot be replaced: keep a copy on paper or on a stick in a locked drawer.

      Example: strongroom keygen --name "Jo Patel" --out jo.key
      """)

  @Option(help: "Your name, as others should see it in the access record.")
  var name: String

  @Option(help: ArgumentHelp("Where to write the key, like jo.key.", valueName: "file"))
  var out: String

  @Flag(help: "Write the key without a passphrase (for a service whose disk is locked by other means).")
  var noPassphrase = false

  @OptionGroup var passphrase: Passphrase.Sources
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let identity = try MemberIdentity.generate()
    let card = try identity.card(name: name)
    let cardPath = out.hasSuffix(".key") ? out.dropLast(4) + ".card" : out + ".card"
    let cardLine = Array((card.text + "\n").utf8)
    // Both names must be free before either file appears: a key without its card is of no use to anybody.
    try SmallFile.checkFree(out)
    try SmallFile.checkFree(String(cardPath))
    if noPassphrase {
      let file = identity.identityFile(created: Effects.system.now())
      try SmallFile.create(out, file.bytes)
    } else {
      let sealed = try protected(identity)
      try SmallFile.create(out, sealed.span.bytes)
    }
    try SmallFile.create(String(cardPath), cardLine.span.bytes)
    if output.json {
      Output.json([
        "identity": .string(out), "card": .string(String(cardPath)),
        "recipient": .string(card.recipient.text), "fingerprint": .string(card.fingerprint),
      ])
      return
    }
    Output.line("Wrote \(TerminalText.safe(out)): keep it secret and keep a copy; it cannot be replaced.")
    Output.line(
      "Wrote \(TerminalText.safe(String(cardPath))): give it to the person who adds you to a vault.")
    Output.line(
      "Fingerprint \(card.fingerprint): read it out to that person, so that both know the card is yours.")
  }

  private func protected(_ identity: MemberIdentity) throws -> [UInt8] {
    let first = try Passphrase.read(from: passphrase, prompt: "Choose a passphrase: ")
    if Passphrase.isTyped(passphrase) {
      let second = try Passphrase.read(from: passphrase, prompt: "The same passphrase again: ")
      guard first.isEqual(to: second.bytes) else { throw CommandFailure.passphrasesDiffer }
    }
    return try identity.protectedIdentityFile(created: Effects.system.now(), passphrase: first)
  }
}
