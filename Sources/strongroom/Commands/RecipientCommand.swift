import AgeFormat
import ArgumentParser
import Gatekeeper

struct RecipientCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipient", abstract: "Keep the address book of courts, schools, inspectors and others.",
    subcommands: [Add.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add somebody outside to whom documents may go.",
      discussion: """
        Kinds: parent, young-person, send-tribunal, appeal-party, court, police, prosecutor, ombudsman, secretary-of-state, \
        local-authority, ofsted, dsa-assessor, higher-education, school, college, health, educational-psychologist, \
        researcher, solicitor, other. With an age key, packages open with that key; without one, a passphrase is made for \
        each package.

        Example: strongroom recipient add --name "Northbridge College" --kind college --key age1...
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: "The recipient's name; kept sealed.")
    var name: String

    @Option(help: "What kind of recipient it is.")
    var kind: String

    @Option(help: ArgumentHelp("The recipient's age key.", valueName: "age1..."))
    var key: String?

    @Option(
      help: ArgumentHelp(
        "The person in a child's file that this is; say it for parents.", valueName: "contact"))
    var contact: String?

    func run() async throws {
      let key = try key.map { try X25519Recipient(parsing: $0) }
      let contact = try contact.map {
        try Words.reference($0, as: ContactReference.self, option: "--contact")
      }
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.addRecipient(
        name: name, kind: kind, key: key, contact: contact)
      let (recipient, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(["recipient": .string(recipient.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line("Added \(recipient) to the address book (entry \(Words.grouped(entry))).")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the address book.")

    @OptionGroup var options: VaultOptions

    func run() async throws {
      let session = try await Session.open(options)
      let recipients = try Answers.looked(try await session.gatekeeper.recipients(), options.output)
      if options.output.json {
        for recipient in recipients { Output.json(recipient.json) }
        return
      }
      Output.table(
        ["Reference", "Kind", "Key", "Name"],
        recipients.map {
          [$0.reference.description, $0.kind, $0.key == nil ? "passphrase" : "age key", $0.name]
        })
    }
  }
}
