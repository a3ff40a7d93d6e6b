import AgeFormat
import ArgumentParser
import DisclosureRules
import Gatekeeper
import VaultStore

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a new vault; you become its first SENCo.",
    discussion: """
      The rules are those for England unless --policy names a folder. A vault whose keys are all lost cannot be opened by \
      anyone: name at least one recovery key, made with keygen and locked away on paper.

      Example: strongroom init --vault office.vault --name "Jo Patel" --identity jo.key --recovery recovery.card
      """)

  @OptionGroup var options: VaultOptions

  @Option(help: "Your name.")
  var name: String

  @Option(help: ArgumentHelp("A folder of rules instead of the ones for England.", valueName: "dir"))
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "A key that opens the vault in an emergency: age1... or a card file. May be repeated.",
      valueName: "recipient-or-card"))
  var recovery: [String] = []

  @Option(
    help: ArgumentHelp(
      "What kind of setting this is: maintained, academy, independent, section-41 or further-education.",
      valueName: "type"))
  var setting: String?

  func run() async throws {
    let vaultPath = try options.vaultPath()
    let identity = try Session.loadIdentity(at: options.identityPath(), passphrase: options.passphrase)
    let rules = try policy.map { try PolicyFolder.read($0) } ?? PolicySource.england
    let recipients = try recovery.map { try Self.recoveryRecipient($0) }
    let storage = try Self.create(at: vaultPath)
    let made = try await Gatekeeper.createVault(
      in: storage, name: name, creator: identity, policy: rules, settingType: setting,
      recovery: recipients, effects: .system)
    if options.output.json {
      Output.json([
        "vault": .string(made.vault), "member": .string(made.member.description),
        "origin": .string(made.origin), "vkey": .string(made.vkey), "example": .bool(made.isExample),
      ])
      return
    }
    if made.isExample { Session.warnAboutExampleVault() }
    Output.line("Made the vault \(TerminalText.safe(vaultPath)). You are \(made.member), its SENCo.")
    Output.line(
      "Its access record is signed with this key; give it to the compliance officer and to anyone who is to check:"
    )
    Output.line("  \(made.vkey)")
    if recovery.isEmpty {
      Output.note(
        "strongroom: warning: there is no recovery key: if every SENCo's, headteacher's and DSL's key is lost, so is every record; make shares of one: strongroom key export-recovery --shares 2-of-3 --out FOLDER"
      )
    }
    Output.line("Next: strongroom member add --card FILE --role headteacher")
  }

  /// The empty vault; what is in the way is named as the person named it.
  private static func create(at path: String) throws -> VaultStorage {
    do {
      return try VaultDirectory.create(at: path)
    } catch .alreadyExists("STRONGROOM") {
      throw CommandFailure.vaultExists(path: path)
    } catch .alreadyExists {
      throw CommandFailure.folderNotEmpty(path: path)
    } catch .io(_, "", let code) {
      throw CommandFailure.cannotWrite(path: path, errno: code)
    }
  }

  private static func recoveryRecipient(_ text: String) throws -> X25519Recipient {
    if text.hasPrefix("age1") { return try X25519Recipient(parsing: text) }
    return try MemberCard(parsing: SmallFile.readText(text)).recipient
  }
}
