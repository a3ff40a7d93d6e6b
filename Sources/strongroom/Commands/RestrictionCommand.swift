import ArgumentParser
import DisclosureRules
import Gatekeeper

struct RestrictionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restriction",
    abstract: "Keep what overrides a permission: court orders, hidden addresses, sealed identities.",
    subcommands: [Place.self, List.self, Lift.self])

  struct Place: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Place a restriction on a child's file; every decision sees it from now on.",
      discussion: """
        Kinds: court-restricted-parent (with --contact), shielded-address, sealed-identity, harm-flag, third-party-passages. \
        A hold for a claim or an inquiry is placed with the retention commands.

        A restricted parent is answered as if there were no such child. Any address of a parent that is not tied to a person \
        in the file counts as theirs, so tie the other parent's: strongroom recipient add --kind parent --contact CONTACT

        A sealed identity makes the file answer to nobody; keep the restriction's reference, which alone lifts it.

        Example: strongroom restriction place CH-0001 --kind court-restricted-parent --contact CTC-7Q4M1-T9KXB \
          --from 2026-11-01 --ground "Prohibited steps order seen by the head, 1 November"
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    @Option(help: "What kind of restriction it is.")
    var kind: String

    @Option(help: ArgumentHelp("The person whom a court has restricted.", valueName: "contact"))
    var contact: String?

    @Option(help: ArgumentHelp("Their address in the address book, if there is one.", valueName: "recipient"))
    var recipient: String?

    @Option(help: ArgumentHelp("The first day it holds; today without it.", valueName: "date"))
    var from: String?

    @Option(help: ArgumentHelp("The last day it holds; without it, until it is lifted.", valueName: "date"))
    var until: String?

    @Option(help: "The order, who saw it and when; kept sealed.")
    var ground: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "child")
      guard let kind: RestrictionKind = try Words.word(kind, option: "--kind") else { return }
      let draft = RestrictionDraft(
        child: child, kind: kind,
        from: try from.map { try Words.date($0, option: "--from") } ?? Effects.system.now().date,
        until: try until.map { try Words.date($0, option: "--until") },
        contact: try contact.map { try Words.reference($0, as: ContactReference.self, option: "--contact") },
        recipient: try recipient.map {
          try Words.reference($0, as: RecipientReference.self, option: "--recipient")
        }, ground: ground)
      let session = try await Session.open(options)
      let (restriction, entry) = try Answers.value(
        of: try await session.gatekeeper.placeRestriction(draft), options.output)
      if options.output.json {
        Output.json(["restriction": .string(restriction.description), "entry": .number(entry)])
        return
      }
      Output.line(
        "Placed \(restriction) on \(child) (entry \(Words.grouped(entry))). Every decision sees it from now on."
      )
      if kind == .courtRestrictedParent {
        Output.line("Tie the other parent's address to them, or it counts as the restricted parent's:")
        Output.line("  strongroom recipient add --name NAME --kind parent --contact CONTACT")
      }
      Output.line("To lift it: strongroom restriction lift \(restriction) --ground TEXT")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the restrictions on a child's file.")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "child")
      let session = try await Session.open(options)
      let restrictions = try Answers.looked(
        try await session.gatekeeper.restrictions(of: child), options.output)
      if options.output.json {
        for restriction in restrictions { Output.json(restriction.json) }
        return
      }
      Output.table(
        ["Reference", "Kind", "From", "Until", "In force", "Person", "Ground"],
        restrictions.map {
          [
            $0.reference.description, $0.kind.rawValue, $0.from.description,
            $0.until?.description ?? "until lifted",
            $0.isInForce ? "yes" : "no", $0.contact?.description ?? "-", $0.ground,
          ]
        })
    }
  }

  struct Lift: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lift a restriction.",
      discussion:
        "Example: strongroom restriction lift RST-7Q4M1-T9KXB --ground \"Order discharged, seen by the head\""
    )

    @OptionGroup var options: VaultOptions

    @Argument(help: "The restriction's reference.")
    var restriction: String

    @Option(help: "Why, who decided it and when; kept sealed.")
    var ground: String

    func run() async throws {
      let restriction = try Words.reference(
        restriction, as: RestrictionReference.self, option: "restriction")
      let session = try await Session.open(options)
      let entry = try Answers.value(
        of: try await session.gatekeeper.liftRestriction(restriction, ground: ground), options.output
      ).entry
      if options.output.json {
        Output.json(["restriction": .string(restriction.description), "entry": .number(entry)])
      } else {
        Output.line("Lifted \(restriction) (entry \(Words.grouped(entry))).")
      }
    }
  }
}

extension RestrictionSummary {
  fileprivate var json: JSONValue {
    [
      "restriction": .string(reference.description), "kind": .string(kind.rawValue),
      "from": .string(from.description), "until": .optional(until?.description),
      "contact": .optional(contact?.description), "ground": .string(ground), "in_force": .bool(isInForce),
    ]
  }
}
