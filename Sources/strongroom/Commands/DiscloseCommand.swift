import ArgumentParser
import Gatekeeper
import StrongroomCrypto

struct DiscloseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disclose",
    abstract: "Share documents with somebody outside, as far as the rules allow.",
    discussion: "The gateways and what each needs: strongroom policy show",
    subcommands: [
      Check.self, Request.self, List.self, Show.self, Attach.self, Approve.self, Decline.self, Release.self,
    ])

  /// What a request says; the same for `check`, which shares nothing.
  struct DraftOptions: ParsableArguments {
    @Option(help: "The child's reference.")
    var child: String

    @Option(help: ArgumentHelp("The recipient's reference.", valueName: "recipient"))
    var to: String

    @Option(help: ArgumentHelp("The lawful route, like appeal or consent.", valueName: "id"))
    var gateway: String

    @Option(parsing: .upToNextOption, help: "The documents' references, one or more.")
    var record: [String]

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp(
        "Evidence, one or more: ID=TEXT, or ID=@FILE for a document.", valueName: "id=value"))
    var evidence: [String] = []

    @Option(help: "Why, in a sentence; kept sealed with the child's key.")
    var reason: String

    func draft() throws -> DisclosureDraft {
      DisclosureDraft(
        child: try Words.reference(child, as: ChildReference.self, option: "--child"),
        recipient: try Words.reference(to, as: RecipientReference.self, option: "--to"),
        gateway: gateway,
        records: try record.map { try Words.reference($0, as: RecordReference.self, option: "--record") },
        evidence: try evidence.map(Words.evidence),
        reason: reason)
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask \"would this be allowed?\" without sharing anything.",
      discussion: "The question itself goes into the access record.")

    @OptionGroup var options: VaultOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws {
      let draft = try draft.draft()
      let session = try await Session.open(options)
      let report = try await session.gatekeeper.checkDisclosure(draft)
      try Answers.deliver(report, request: nil, asking: true, options.output)
    }
  }

  struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask to share documents with somebody outside.",
      discussion: """
        Example: strongroom disclose request --child CH-0001 --to RCP-2W8HD-0PN5C --gateway appeal \\
          --record DOC-7Q4M1-T9KXB --evidence appeal-number=EH850/26/00221 \\
          --evidence registration-letter=@letter.pdf --reason "Appeal registered; papers due"

        Exit codes: 0 allowed, 10 refused, 11 waiting for a person.
        """)

    @OptionGroup var options: VaultOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws {
      let draft = try draft.draft()
      let session = try await Session.open(options)
      let (request, report) = try await session.gatekeeper.requestDisclosure(draft)
      try Answers.deliver(report, request: request, options.output)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List requests and where they have got to.")

    @OptionGroup var options: VaultOptions

    func run() async throws {
      let session = try await Session.open(options)
      let requests = try Answers.looked(try await session.gatekeeper.requests(), options.output)
      if options.output.json {
        for request in requests { Output.json(request.json) }
        return
      }
      Output.table(
        ["Reference", "Child", "Gateway", "To", "State"],
        requests.map { request -> [String] in
          [
            request.reference.description, request.child.description, request.gateway,
            request.recipient.description, request.state,
          ]
        })
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one request, the decision and the reasons.")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The request's reference.")
    var request: String

    func run() async throws {
      let request = try Words.reference(request, as: RequestReference.self, option: "request")
      let session = try await Session.open(options)
      let detail = try Answers.looked(try await session.gatekeeper.request(request), options.output)
      if options.output.json {
        Output.json(detail.json)
        return
      }
      Output.line("\(request)  \(detail.summary.gateway)  \(detail.summary.state)")
      Output.line("  Child        \(detail.summary.child)")
      Output.line(
        "  To           \(detail.summary.recipient)  \(TerminalText.safe(detail.recipientName ?? ""))")
      Output.line("  Documents    \(detail.records.map { $0.description }.joined(separator: ", "))")
      Output.line("  Asked by     \(detail.requester.role) \(detail.requester.member)")
      Output.line("  Reason       \(TerminalText.safe(detail.reason ?? ""))")
      for evidence in detail.evidence { Output.line("  Evidence     \(TerminalText.safe(evidence))") }
      for approval in detail.approvals { Output.line("  Approved by  \(approval)") }
      Output.line()
      Answers.describe(detail.decision, request: request)
    }
  }

  struct Attach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add evidence to a request; approvals given before are asked for again.",
      discussion:
        "Example: strongroom disclose attach REQ-7Q4M1-T9KXB --evidence registration-letter=@letter.pdf")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The request's reference.")
    var request: String

    @Option(
      help: ArgumentHelp("ID=TEXT, or ID=@FILE for a document. May be repeated.", valueName: "id=value"))
    var evidence: [String]

    func run() async throws {
      let request = try Words.reference(request, as: RequestReference.self, option: "request")
      let evidence = try evidence.map(Words.evidence)
      let session = try await Session.open(options)
      let report = try await session.gatekeeper.attachEvidence(evidence, to: request)
      try Answers.deliver(report, request: request, options.output)
    }
  }

  struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Approve a request that is waiting for you (never your own).")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The request's reference.")
    var request: String

    func run() async throws {
      let request = try Words.reference(request, as: RequestReference.self, option: "request")
      let session = try await Session.open(options)
      let report = try await session.gatekeeper.approve(request)
      try Answers.deliver(report, request: request, options.output)
    }
  }

  struct Decline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Turn a request down, with a reason.")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The request's reference.")
    var request: String

    @Option(help: "Why, in a sentence.")
    var reason: String

    func run() async throws {
      let request = try Words.reference(request, as: RequestReference.self, option: "request")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.decline(request, reason: reason)
      let entry = try Answers.value(of: answer, options.output).entry
      if options.output.json {
        Output.json([
          "request": .string(request.description), "outcome": "declined", "entry": .integer(Int64(entry)),
        ])
        return
      }
      Output.line("Declined \(request) (entry \(Words.grouped(entry))). Nothing has been shared.")
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the package for an allowed request.",
      discussion: """
        The rules are asked again at this moment. The package is one file that only the recipient's key, or the passphrase \
        shown once, can open.

        Example: strongroom disclose release REQ-7Q4M1-T9KXB --out tribunal.age
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: "The request's reference.")
    var request: String

    @Option(help: ArgumentHelp("Where to write the package; must not exist yet.", valueName: "file"))
    var out: String

    func run() async throws {
      let request = try Words.reference(request, as: RequestReference.self, option: "request")
      let session = try await Session.open(options)
      let output = try FileOutput(path: out)
      switch try await session.gatekeeper.release(request, into: output) {
      case .refused(let report):
        try Answers.deliver(report, request: request, options.output)
      case .done(let package, let entry):
        show(package, request, entry)
      }
    }

    private func show(_ package: ReleasedPackage, _ request: RequestReference, _ entry: UInt64) {
      if options.output.json {
        var object: [String: JSONValue] = [
          "request": .string(request.description), "out": .string(out), "outcome": "allowed",
          "sha256": .string(package.sha256.hex), "size": .integer(Int64(package.sizeBytes)),
          "entry": .integer(Int64(entry)),
        ]
        package.withPassphrase { object["passphrase"] = .string($0) }
        Output.json(.object(object))
        return
      }
      Output.line(
        "Package made: \(TerminalText.safe(out)) (\(Words.size(package.sizeBytes))). Recorded as entry \(Words.grouped(entry))."
      )
      package.withPassphrase { passphrase in
        Output.line(
          "Read this passphrase to the recipient by telephone. Do not send it with the package; it is shown once:"
        )
        Output.line()
        Output.line("    \(passphrase)")
        Output.line()
      }
      for obligation in package.obligations { Output.line("Remember: \(TerminalText.safe(obligation))") }
    }
  }
}
