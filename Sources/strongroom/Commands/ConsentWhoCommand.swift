import ArgumentParser
import DisclosureRules
import Gatekeeper

extension ConsentCommand {
  struct Who: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say who may agree to sharing a child's records, on a day, and why.",
      discussion: """
        The answer rests on what is in the file: the date of birth, who is who, court orders, care, and what was noted about \
        understanding and capacity. Capacity is judged for one decision, so name the recipient.

        Examples:
          strongroom consent who CH-0001 --for RCP-2W8HD-0PN5C
          strongroom consent who CH-0001 --for RCP-2W8HD-0PN5C --on 2027-06-26
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The child's reference.")
    var child: String

    @Option(
      name: .customLong("for"),
      help: ArgumentHelp("The recipient it would be shared with.", valueName: "recipient"))
    var recipient: String?

    @Option(help: ArgumentHelp("The day, year-month-day; today without it.", valueName: "date"))
    var on: String?

    func run() async throws {
      let reference = try Words.reference(child, as: ChildReference.self, option: "child")
      let recipient = try recipient.map {
        try Words.reference($0, as: RecipientReference.self, option: "--for")
      }
      let day = try on.map { try Words.date($0, option: "--on") }
      let session = try await Session.open(options)
      let view = try Answers.looked(
        try await session.gatekeeper.whoMayConsent(for: reference, to: recipient, on: day), options.output)
      if options.output.json { Output.json(view.authority.json) } else { describe(view, reference) }
    }

    private func describe(_ view: ConsentAuthorityView, _ child: ChildReference) {
      let authority = view.authority
      Output.line("\(child) is \(authority.stage.spoken).")
      for (heading, standings) in [
        ("May answer", authority.deciders), ("May not answer", authority.standings.filter { !$0.mayDecide }),
      ] where !standings.isEmpty {
        Output.line()
        Output.line(heading)
        for standing in standings {
          let name = TerminalText.safe(view.names[standing.person] ?? standing.person)
          Output.line("  \(name) \(standing.reason.text). [\(standing.person)]")
        }
      }
      if let changesOn = authority.changesOn {
        Output.line()
        Output.line("From \(changesOn.spoken) the pupil decides for themself, as a young person.")
      }
      if !authority.cautions.isEmpty {
        Output.line()
        Output.line("Look at this first")
        for caution in authority.cautions { Output.line("  \(caution.text).") }
      }
    }
  }

  struct Form: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a blank consent form to print.",
      discussion: """
        A page of HTML without names, to be printed and filled in by hand, or opened in a browser. It comes from no vault and is \
        no entry.

        Example: strongroom consent form --out consent.html
        """)

    @Option(help: ArgumentHelp("Where to write the page.", valueName: "file"))
    var out: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
      let page = Array(ConsentForm.page.utf8)
      try SmallFile.create(out, page.span.bytes)
      if output.json {
        Output.json(["file": .string(out)])
      } else {
        Output.line(TerminalText.safe("Written to \(out). It holds no names; print as many as you need."))
      }
    }
  }
}

extension ConsentAuthority {
  var json: JSONValue {
    [
      "stage": .string(stage.rawValue), "changes_on": .optional(changesOn?.description),
      "standings": .array(
        standings.map {
          [
            "person": .string($0.person), "may_answer": .bool($0.mayDecide),
            "giver": .string($0.giver.rawValue),
            "reason": .string($0.reason.rawValue), "text": .string($0.reason.text),
          ]
        }),
      "cautions": .array(
        cautions.map { ["code": .string($0.rawValue), "text": .string($0.text)] }),
    ]
  }
}
