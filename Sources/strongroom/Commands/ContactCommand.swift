import ArgumentParser
import Gatekeeper

struct ContactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "contact", abstract: "Keep the people around a child: parents, carers, others.",
    subcommands: [Add.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a person to a child's file.",
      discussion: """
        Say --parental-responsibility only when you have checked it: who may consent depends on it.

        Example: strongroom contact add --child CH-0001 --name - --relationship mother --parental-responsibility
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: "The child's reference.")
    var child: String

    @Option(help: "The person's name, or - to type it.")
    var name: String

    @Option(help: "What the person is to the child: mother, father, carer, grandparent, self ...")
    var relationship: String

    @Flag(help: "The person has parental responsibility, and you have checked it.")
    var parentalResponsibility = false

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "--child")
      let name = try Prompt.value(name, asking: "Contact's name: ")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.addContact(
        child: child, name: name, relationship: relationship, parentalResponsibility: parentalResponsibility)
      let (contact, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(["contact": .string(contact.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line("Added \(contact) to \(child) (entry \(Words.grouped(entry))).")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the people in a child's file.")

    @OptionGroup var options: VaultOptions

    @Option(help: "The child's reference.")
    var child: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "--child")
      let session = try await Session.open(options)
      let contacts = try Answers.looked(try await session.gatekeeper.contacts(of: child), options.output)
      if options.output.json {
        for contact in contacts { Output.json(contact.json) }
        return
      }
      Output.table(
        ["Reference", "Relationship", "Parental responsibility", "Name"],
        contacts.map {
          [$0.reference.description, $0.relationship, $0.parentalResponsibility ? "yes" : "no", $0.name]
        })
    }
  }
}
