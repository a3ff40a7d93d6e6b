import ArgumentParser
import DisclosureRules
import Gatekeeper

struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention",
    abstract: "See what has been kept long enough, stop its destruction, or dispose of it.",
    subcommands: [
      List.self, Hold.self, Release.self, RetentionDisposeCommand.self, Withdraw.self,
      RetentionErasuresCommand.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Show what has reached the date it is kept until, what is held, and what waits for a second person.",
      discussion: """
        The dates come from the retention table of the rules in force, counted from the date of birth. They tell how old a child \
        is, so the look is an entry in the access record.

        Example: strongroom retention list --due-by 2027-08-31
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: ArgumentHelp("Also what reaches its date by this day.", valueName: "date"))
    var dueBy: String?

    func run() async throws {
      let day = try dueBy.map { try Words.date($0, option: "--due-by") }
      let session = try await Session.open(options)
      let report = try Answers.looked(try await session.gatekeeper.retention(dueBy: day), options.output)
      if options.output.json {
        Output.json(report.json)
        return
      }
      Output.line(
        report.documents.isEmpty
          ? "No document has reached the date it is kept until." : "Reached the date they are kept until")
      if !report.documents.isEmpty { Output.table(KeptDocument.heading, report.documents.map(\.row)) }
      section(
        "Legal holds", ["Child"] + HoldSummary.heading, report.holds.map { [$0.child.description] + $0.row })
      section("Waiting for a second person", ProposalSummary.heading, report.proposals.map(\.row))
      section(
        "Erased", ["Child", "On", "Entry"],
        report.erased.map { [$0.child.description, $0.at.dateText, Words.grouped($0.entry)] })
    }

    private func section(_ title: String, _ heading: [String], _ rows: [[String]]) {
      guard !rows.isEmpty else { return }
      Output.line()
      Output.line(title)
      Output.table(heading, rows)
    }
  }

  struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stop every disposal and erasure of a child's records, for example for an appeal or a claim.",
      discussion: """
        A hold stands until it is lifted, or to the end of the day given with --until.

        Example: strongroom retention hold CH-0001 --because "Appeal registered" --case EH850/26/00221
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    @Option(help: "Why; kept sealed.")
    var because: String

    @Option(help: "The court's, claim's or investigation's own number; kept sealed.")
    var `case`: String?

    @Option(help: ArgumentHelp("The last day it holds, year-month-day.", valueName: "date"))
    var until: String?

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "child")
      let until = try until.map { try Words.date($0, option: "--until") }
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.placeHold(
        on: child, reason: because, caseReference: `case`, until: until)
      let (hold, entry) = try Answers.value(of: answer, options.output, untouched: "No hold was placed.")
      if options.output.json {
        Output.json(["hold": .string(hold.description), "entry": .number(entry)])
        return
      }
      Output.line(
        "Placed the hold \(hold) on \(child) (entry \(Words.grouped(entry))). Nothing of this child's is destroyed until it is lifted\(until.map { ", or after \($0)" } ?? "")."
      )
      Output.line("To lift it: strongroom retention release \(hold)")
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lift a legal hold.", discussion: "Example: strongroom retention release HLD-7Q4M1-T9KXB")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The hold's reference.")
    var hold: String

    func run() async throws {
      let reference = try Words.reference(hold, as: HoldReference.self, option: "hold")
      let session = try await Session.open(options)
      let entry = try Answers.value(
        of: try await session.gatekeeper.liftHold(reference), options.output, untouched: "The hold stands."
      ).entry
      if options.output.json {
        Output.json(["hold": .string(reference.description), "entry": .number(entry)])
        return
      }
      Output.line(
        "Lifted \(reference) (entry \(Words.grouped(entry))). What has reached its date may be disposed of again, unless another hold stands."
      )
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take back a proposal to erase or dispose.",
      discussion: "Example: strongroom retention withdraw ERA-7Q4M1-T9KXB")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The proposal's reference.")
    var proposal: String

    func run() async throws {
      let reference = try Words.reference(proposal, as: ProposalReference.self, option: "proposal")
      let session = try await Session.open(options)
      let entry = try Answers.value(
        of: try await session.gatekeeper.withdrawErasure(reference), options.output,
        untouched: "The proposal stands."
      ).entry
      if options.output.json {
        Output.json(["proposal": .string(reference.description), "entry": .number(entry)])
        return
      }
      Output.line("Took back \(reference) (entry \(Words.grouped(entry))). Nothing goes.")
    }
  }
}

extension RetentionReport {
  var json: JSONValue {
    [
      "documents": .array(documents.map(\.json)), "holds": .array(holds.map(\.json)),
      "proposals": .array(proposals.map(\.json)), "erased": .array(erased.map(\.json)),
    ]
  }
}
