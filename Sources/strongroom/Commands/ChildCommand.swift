import ArgumentParser
import DisclosureRules
import Gatekeeper

struct ChildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "child", abstract: "Start, list and look at children's files.",
    subcommands: [Add.self, Edit.self, List.self, Show.self, ChildEraseCommand.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Start a file for a child.",
      discussion: """
        Use "-" for the name to type it instead: what is on a command line can be seen by others on this computer.

        Example: strongroom child add --name - --born 2015-05-03
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: "The child's name, or - to type it.")
    var name: String

    @Option(help: ArgumentHelp("Date of birth, year-month-day.", valueName: "date"))
    var born: String

    @Option(help: "The unique pupil number, if known.")
    var upn: String?

    func run() async throws {
      let born = try Words.date(born, option: "--born")
      let name = try Prompt.value(name, asking: "Child's name: ")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.addChild(name: name, born: born, upn: upn)
      let (child, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(["child": .string(child.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line("Started the file \(child) (entry \(Words.grouped(entry))).")
      Output.line(
        "Next: strongroom contact add --child \(child) --name NAME --relationship mother --parental-responsibility"
      )
    }
  }

  struct Edit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Note what bears on who decides for a child.",
      discussion: """
        A parent's consent for a child of 16 waits until somebody has noted whether the child can decide. A young person decides \
        for themselves unless it is noted that they lack capacity for that one decision. Being looked after gives a local authority parental \
        responsibility only under a care order.

        Example: strongroom child edit CH-0001 --competence not-competent --ground "Assessed by J. Patel, 3 March 2026"
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    @Option(help: "Can the child decide about sharing these records: competent or not-competent.")
    var competence: String?

    @Option(help: "Can the young person decide about sharing with --capacity-for: has or lacks.")
    var capacity: String?

    @Option(
      help: ArgumentHelp("The recipient whom the decision on capacity is about.", valueName: "recipient"))
    var capacityFor: String?

    @Option(
      help: "Care status: none, looked-after, care-order, accommodated, placement-order or health-placement.")
    var care: String?

    @Option(help: "Who found it, when and how; kept sealed.")
    var ground: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "child")
      var notes = ChildNotes(
        competence: try Words.word(competence, option: "--competence"),
        care: try Words.word(care, option: "--care"))
      if let found: ChildNotes.Capacity = try Words.word(capacity, option: "--capacity") {
        guard let capacityFor else {
          throw CommandFailure.badValue(
            option: "--capacity", value: found.rawValue,
            hint: "capacity is judged for one decision: add --capacity-for RECIPIENT")
        }
        notes.capacity = [
          try Words.reference(capacityFor, as: RecipientReference.self, option: "--capacity-for"): found
        ]
      }
      guard !notes.isEmpty else {
        throw CommandFailure.badValue(
          option: "child edit", value: "", hint: "give --competence, --capacity or --care")
      }
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.noteChild(child, notes, ground: ground)
      let entry = try Answers.value(of: answer, options.output).entry
      if options.output.json {
        Output.json(["child": .string(child.description), "entry": .number(entry)])
        return
      }
      Output.line(
        "Noted for \(child) (entry \(Words.grouped(entry))). Requests are decided on it from now on.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the children whose files you may see.")

    @OptionGroup var options: VaultOptions

    func run() async throws {
      let session = try await Session.open(options)
      let children = try Answers.looked(try await session.gatekeeper.children(), options.output)
      if options.output.json {
        for child in children { Output.json(child.json) }
        return
      }
      guard !children.isEmpty else {
        Output.line("No files yet. Start one: strongroom child add --name - --born 2015-05-03")
        return
      }
      Output.table(
        ["Reference", "Name", "Born", "Documents"],
        children.map { child -> [String] in
          [child.reference.description, child.name, child.born.description, String(child.recordCount)]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what is in one child's file.",
      discussion: "Example: strongroom child show CH-0001")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    func run() async throws {
      let reference = try Words.reference(child, as: ChildReference.self, option: "child")
      let session = try await Session.open(options)
      let view = try Answers.looked(try await session.gatekeeper.childView(reference), options.output)
      switch view {
      case .file(let file): show(file)
      case .erased(let erased): show(erased)
      }
    }

    private func show(_ erased: ErasedChild) {
      if options.output.json {
        Output.json(erased.json)
        return
      }
      for line in erased.words { Output.line(line) }
      section(
        "What is still known of the documents", ["Reference", "Kind", "Dated", "Filed", "Gone"],
        erased.records.map(\.row))
    }

    private func show(_ file: ChildFile) {
      if options.output.json {
        Output.json(file.json)
        return
      }
      Output.line("\(file.child.reference)  \(TerminalText.safe(file.child.name)), born \(file.child.born)")
      for note in file.child.notes.words { Output.line("  \(note)") }
      section(
        "Documents", ["Reference", "Kind", "Dated", "Keep until", "Title"],
        zip(file.records, file.kept).map { record, kept -> [String] in
          [
            record.reference.description, record.kind, record.dated?.description ?? "-",
            kept.keepUntil.description, record.title ?? "-",
          ]
        })
      section(
        "Disposed of", ["Reference", "Kind", "Dated", "Filed", "Gone"], file.disposed.map(\.row))
      section("Legal holds: nothing of this child's is destroyed", HoldSummary.heading, file.holds.map(\.row))
      section(
        "Waiting for a second person", ProposalSummary.heading, file.proposals.map(\.row))
      section(
        "Contacts", ["Reference", "Relationship", "Parental responsibility", "Name"],
        file.contacts.map { contact -> [String] in
          [
            contact.reference.description, contact.relationship,
            contact.parentalResponsibility ? "yes" : "no", contact.name,
          ]
        })
      section(
        "Consents", ["Reference", "For", "Until", "State"],
        file.consents.map { consent -> [String] in
          [
            consent.reference.description, consent.recipient.description, consent.until.description,
            consent.state,
          ]
        })
      section(
        "Requests", ["Reference", "Gateway", "To", "State"],
        file.requests.map { request -> [String] in
          [request.reference.description, request.gateway, request.recipient.description, request.state]
        })
    }

    private func section(_ title: String, _ heading: [String], _ rows: [[String]]) {
      guard !rows.isEmpty else { return }
      Output.line()
      Output.line(title)
      Output.table(heading, rows)
    }
  }
}
