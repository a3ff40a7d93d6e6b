import ArgumentParser
import Gatekeeper
import VaultStore

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Look at the access record, and prove that it is whole.",
    discussion: "Every view is itself an entry. Officers see references; names stay sealed.",
    subcommands: [
      List.self, Show.self, AuditVerifyCommand.self, AuditProveCommand.self, AuditCheckProofCommand.self,
      Publish.self, Witnessed.self, AuditRestoreCommand.self, AuditCosignerCommand.self,
    ])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what happened.",
      discussion: "Example: strongroom audit list --child CH-0001 --outcome refused")

    @OptionGroup var options: VaultOptions

    @Option(help: "Only this child.")
    var child: String?

    @Option(help: "Only what this member did.")
    var member: String?

    @Option(help: "Only this kind of entry, like disclosure.released.")
    var kind: String?

    @Option(help: "Only this outcome: allowed, refused, waiting or error.")
    var outcome: String?

    @Option(help: ArgumentHelp("From this day on, year-month-day.", valueName: "date"))
    var from: String?

    @Option(help: ArgumentHelp("Up to and including this day.", valueName: "date"))
    var to: String?

    func run() async throws {
      let filter = AuditFilter(
        child: try child.map { try Words.reference($0, as: ChildReference.self, option: "--child") },
        member: try member.map { try Words.reference($0, as: MemberReference.self, option: "--member") },
        kind: kind, outcome: outcome,
        from: try from.map { try Words.date($0, option: "--from") },
        to: try to.map { try Words.date($0, option: "--to") })
      let session = try await AuditSession.open(options)
      let lines = try Answers.looked(try await session.gatekeeper.auditList(filter), options.output)
      try await session.remember()
      if options.output.json {
        for line in lines { Output.json(line.json) }
        return
      }
      Output.table(
        ["Entry", "When (UTC)", "Who", "What", "Result", "About"],
        lines.map { line -> [String] in
          [
            String(line.index), String(line.at.text.prefix(16)).replacing("T", with: " "),
            "\(line.actorName), \(line.actorRole)", line.kind,
            line.outcome ?? "-", line.about,
          ]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one entry in full, with proof that it is in the signed record.",
      discussion: "Example: strongroom audit show 17")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The entry's number.")
    var entry: UInt64

    func run() async throws {
      let session = try await AuditSession.open(options)
      let shown = try Answers.looked(try await session.gatekeeper.auditShow(entry), options.output)
      try await session.remember()
      if options.output.json {
        Output.json(shown.json)
        return
      }
      for line in shown.lines { Output.line(TerminalText.safe(line)) }
    }
  }

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the record as a public transparency log that any tool can verify.",
      discussion: """
        The folder gets the checkpoint, tiles and sealed entries in C2SP tlog-tiles layout. It holds nothing readable.

        Example: strongroom audit publish ./public-log
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The folder to write to.")
    var folder: String

    func run() async throws {
      let session = try await AuditSession.open(options)
      let published = try Answers.looked(
        try await session.gatekeeper.auditPublish(to: try TileFolder(path: folder)), options.output)
      try await session.remember()
      if options.output.json {
        Output.json(published.json)
        return
      }
      Output.line(
        "Published \(Words.count(Int(published.entries), "entry", "entries")) to \(TerminalText.safe(folder)), signed by:"
      )
      Output.line("  \(published.vkey)")
    }
  }
}
