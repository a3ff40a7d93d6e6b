import ArgumentParser
import Gatekeeper
import TransparencyLog

/// A member's public key as a witness; needs no vault.
struct AuditCosignerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cosigner",
    abstract: "Print the key that your cosignatures are checked with.",
    discussion: """
      Each time you look at the access record, your side checks that it continues what you saw before, and cosigns it. Whoever \
      writes a policy for 'audit verify --policy' names you in it by this key: witness NAME KEY

      Example: strongroom audit cosigner --identity officer.key
      """)

  @Option(help: ArgumentHelp("Your identity file (or STRONGROOM_IDENTITY).", valueName: "file"))
  var identity: String?

  @OptionGroup var passphrase: Passphrase.Sources

  @OptionGroup var output: OutputOptions

  func run() async throws {
    let identity = try Session.loadIdentity(
      at: VaultOptions.identityPath(identity), passphrase: passphrase)
    let key = identity.cosigner.verifierKey
    if output.json {
      Output.json(["cosigner": .string(key.text), "name": .string(key.name)])
    } else {
      Output.line(key.text)
    }
  }
}
