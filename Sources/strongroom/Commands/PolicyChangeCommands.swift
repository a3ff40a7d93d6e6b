import ArgumentParser
import DisclosureRules
import Gatekeeper

extension PolicyCommand {
  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Say in words what other rules would newly allow or refuse, and ask them about past requests.",
      discussion: """
        With one folder, the rules in force in the vault are compared with it; with none, with the rules that wait for a \
        second signature. With two folders and no vault, the two are compared and no request is asked again.

        Exit codes: 0 nothing changes, 3 something does.

        Examples:
          strongroom policy diff new-rules
          strongroom policy diff policies/school policies/england
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The folder of rules to come, or first the old one and then the new one.")
    var folders: [String] = []

    func validate() throws {
      if folders.count > 2 { throw ValidationError("Give at most two folders of rules.") }
    }

    func run() async throws {
      let (old, new, requests) = try await sides()
      let comparison = PolicyComparison(from: old, to: new, replaying: requests.map(\.facts))
      if options.output.json {
        Output.json(comparison.json(from: old, to: new, requests: requests.map(\.request)))
      } else {
        for line in comparison.lines(from: old, to: new, requests: requests.map(\.request)) {
          Output.line(TerminalText.safe(line))
        }
      }
      if !comparison.changes.isEmpty || !comparison.answers.isEmpty {
        throw CommandFailure.answered(.needsAttention)
      }
    }

    private typealias Sides = (
      old: PolicySet, new: PolicySet, requests: [(request: RequestReference, facts: DisclosureFacts)]
    )

    /// Not in `sides`: the release compiler (Swift 6.3.1) crashes while splitting that coroutine.
    private func givenSets() throws -> [PolicySet] {
      try folders.map { try PolicySet.load(try PolicyFolder.read($0)) }
    }

    private func sides() async throws -> Sides {
      let given = try givenSets()
      if given.count == 2 { return (given[0], given[1], []) }
      let gatekeeper = try await Session.open(options).gatekeeper
      let past = try Answers.looked(try await gatekeeper.pastRequests(), options.output)
      let requests = past.map { (request: $0.0, facts: $0.1) }
      let old = try await gatekeeper.policyInForce()
      if let new = given.first { return (old, new, requests) }
      guard let proposal = try await gatekeeper.proposedPolicy() else {
        throw CommandFailure.badValue(
          option: "folder", value: "", hint: "no rules wait for a signature: name the folder to compare with")
      }
      return (old, proposal.rules, requests)
    }
  }

  struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sign for other rules: the first person proposes them, a second one puts them in force.",
      discussion: """
        The rules are checked and their cases run first. The first signature changes nothing yet. The second must be \
        another person's, for the very same files. The vault keeps every set of rules that was ever signed for.

        Exit codes: 0 in force, 11 waiting for the second signature.

        Example: strongroom policy adopt policies/school
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The folder of rules.")
    var folder: String

    func run() async throws {
      let source = try PolicyFolder.read(folder)
      let rules = try PolicySet.load(source)
      let report = rules.runCases()
      guard report.isGood else {
        for line in report.lines { Output.note(TerminalText.safe(line)) }
        throw CommandFailure.casesFailed(count: report.failures.count)
      }
      let session = try await Session.open(options)
      let (adoption, entry) = try Answers.value(
        of: try await session.gatekeeper.adoptPolicy(source), options.output)
      let title = TerminalText.safe("\(rules.title), version \(rules.version)")
      if options.output.json {
        Output.json([
          "policy": .string(adoption.policy), "name": .string(rules.name), "entry": .integer(Int64(entry)),
          "in_force": .bool(adoption.isInForce),
        ])
      } else if adoption.isInForce {
        Output.line("In force: \(title) (entry \(Words.grouped(entry))).")
      } else {
        Output.line("Signed once: \(title) (entry \(Words.grouped(entry))). Nothing has changed yet.")
        Output.line("A second person looks at what it changes, and signs too:")
        Output.line("  strongroom policy diff \(TerminalText.safe(folder))")
        Output.line("  strongroom policy adopt \(TerminalText.safe(folder))")
      }
      if !adoption.isInForce { throw CommandFailure.answered(.waiting) }
    }
  }

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Write the rules in the Cedar language, so that another engine can be asked the same questions.",
      discussion: """
        Writes policies.cedar, schema.cedarschema and entities.json. What Cedar cannot say (how many people approved, \
        days on a calendar, whether evidence fits its pattern) is an input of each question there; docs/CEDAR.md lists it.

        Example: strongroom policy export policies/england --cedar --out cedar-rules
        """)

    @Argument(help: "The folder of rules; without it, the rules for England.")
    var folder: String?

    @Flag(help: "In the Cedar language, the only one so far.")
    var cedar = false

    @Option(help: ArgumentHelp("The folder to make and write into.", valueName: "dir"))
    var out: String

    @OptionGroup var output: OutputOptions

    func validate() throws {
      if !cedar { throw ValidationError("Say in which language: --cedar.") }
    }

    func run() async throws {
      let rules = try PolicySet.load(try folder.map { try PolicyFolder.read($0) } ?? .england)
      let export = CedarExport(rules)
      var writer = try TileFolder(path: out)
      for (name, text) in [
        ("policies.cedar", export.policies), ("schema.cedarschema", export.schema),
        ("entities.json", rules.cedarEntities),
      ] { try writer.write(path: name, bytes: Array(text.utf8)) }
      if output.json {
        Output.json(["policy": .string(rules.name), "folder": .string(out)])
      } else {
        Output.line(
          TerminalText.safe("Written to \(out): policies.cedar, schema.cedarschema, entities.json."))
      }
    }
  }
}
