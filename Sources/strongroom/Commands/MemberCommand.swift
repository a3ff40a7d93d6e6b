import ArgumentParser
import Gatekeeper

struct MemberCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: "Say who may use the vault, and in which role.",
    subcommands: [Add.self, List.self, Remove.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a person use the vault.",
      discussion: """
        Compare the fingerprint with the person before you add the card. Roles: senco, headteacher, dsl, teacher, \
        teaching-assistant, governor, compliance-officer.

        Example: strongroom member add --card sam.card --role headteacher
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: ArgumentHelp("The person's card file.", valueName: "file"))
    var card: String

    @Option(help: "The role the person gets.")
    var role: String

    func run() async throws {
      let session = try await Session.open(options)
      let card = try MemberCard(parsing: SmallFile.readText(card))
      let answer = try await session.gatekeeper.addMember(card: card, role: role)
      let (member, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(["member": .string(member.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line(
        "Added \(TerminalText.safe(card.name)) as \(role): \(member) (entry \(Words.grouped(entry))).")
      Output.line("Fingerprint \(card.fingerprint): check it with the person if you have not yet.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the people who may use the vault.")

    @OptionGroup var options: VaultOptions

    func run() async throws {
      let session = try await Session.open(options)
      let members = try await session.gatekeeper.members()
      if options.output.json {
        for member in members {
          Output.json([
            "member": .string(member.reference.description), "name": .string(member.name),
            "role": .string(member.role), "since": .string(member.since.text),
            "fingerprint": .string(member.fingerprint), "active": .bool(member.isActive),
          ])
        }
        return
      }
      Output.table(
        ["Reference", "Name", "Role", "Fingerprint", "Since"],
        members.map {
          [
            $0.reference.description, $0.name, $0.role, $0.fingerprint,
            $0.since.dateText + ($0.isActive ? "" : " (removed)"),
          ]
        })
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a person's access away.",
      discussion: """
        The vault's keys are changed in the same step, for the people who remain. A person who kept a copy of the vault and \
        their key can still read what they could read before, and nothing that is written under the new keys.

        Example: strongroom member remove MBR-7Q4M1-T9KXB
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The person's reference.")
    var member: String

    func run() async throws {
      let reference = try Words.reference(member, as: MemberReference.self, option: "member")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.removeMember(reference)
      let entry = try Answers.value(of: answer, options.output).entry
      if options.output.json {
        Output.json(["member": .string(reference.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line(
        "Removed \(reference) (entry \(Words.grouped(entry))). The vault has new keys, for the others alone.")
      Output.line("Next: strongroom key show")
    }
  }
}
