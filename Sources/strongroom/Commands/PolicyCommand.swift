import ArgumentParser
import DisclosureRules
import Gatekeeper

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Read, check, test and adopt the rules.",
    discussion: "A data protection officer must check the rules before real use: see policies/README.md.",
    subcommands: [Show.self, Check.self, Test.self, Diff.self, Adopt.self, Export.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the rules in force, or one gateway in full.",
      discussion: "Without a vault, --policy names a folder; without either, the rules for England are shown."
    )

    @OptionGroup var options: VaultOptions

    @Option(help: ArgumentHelp("A folder of rules to show instead.", valueName: "dir"))
    var policy: String?

    @Argument(help: "A gateway's id.")
    var gateway: String?

    func run() async throws {
      let rules = try await rulesToShow()
      guard let gateway else {
        if options.output.json {
          Output.json(rules.json)
          return
        }
        Output.line(TerminalText.safe("\(rules.title) (\(rules.name), version \(rules.version))"))
        Output.line()
        Output.table(
          ["Gateway", "On", "What it is for"],
          rules.gateways.map { ["\($0.id)", $0.isEnabled ? "yes" : "no", $0.title] })
        Output.line()
        Output.line("One in full: strongroom policy show appeal")
        return
      }
      guard let found = rules.gateway(gateway) else {
        throw CommandFailure.badValue(
          option: "gateway", value: gateway, hint: "strongroom policy show lists the gateways")
      }
      if options.output.json {
        Output.json(found.json)
      } else {
        for line in found.plainEnglish(vocabulary: rules.vocabulary) { Output.line(TerminalText.safe(line)) }
      }
    }

    private func rulesToShow() async throws -> PolicySet {
      if let policy { return try PolicySet.load(try PolicyFolder.read(policy)) }
      guard (try? options.vaultPath()) != nil else { return try PolicySet.load(.england) }
      return try await Session.open(options).gatekeeper.policyInForce()
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a folder of rules for mistakes, and say how it differs from the law as read.",
      discussion: "Exit codes: 0 no mistakes, 3 things to look at, 78 mistakes.")

    @Argument(help: "The folder of rules.")
    var folder: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
      let rules = try PolicySet.load(try PolicyFolder.read(folder))
      let findings = rules.lint()
      if output.json {
        Output.json([
          "policy": .string(rules.name), "version": .integer(Int64(rules.version)),
          "findings": .array(findings.map(\.json)),
        ])
      } else {
        for finding in findings { Output.line(TerminalText.safe(finding.rendered)) }
        Output.line(
          "\(rules.name), version \(rules.version): \(Words.count(rules.gateways.count, "gateway")), \(Words.count(findings.count, "thing")) to look at."
        )
      }
      if !findings.isEmpty { throw CommandFailure.answered(.needsAttention) }
    }
  }

  struct Test: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the cases that come with the rules.",
      discussion: "Exit codes: 0 every case as expected, 1 a case failed. Pending cases are counted apart.")

    @Argument(help: "The folder of rules; without it, the rules for England.")
    var folder: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
      let rules = try PolicySet.load(try folder.map { try PolicyFolder.read($0) } ?? .england)
      let report = rules.runCases()
      if output.json {
        Output.json(report.json)
      } else {
        for line in report.lines { Output.line(TerminalText.safe(line)) }
      }
      if !report.isGood { throw CommandFailure.casesFailed(count: report.failures.count) }
    }
  }
}
