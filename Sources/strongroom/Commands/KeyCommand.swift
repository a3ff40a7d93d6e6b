import ArgumentParser
import Gatekeeper

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Look after the vault's keys.",
    subcommands: [
      Show.self, Rotate.self, ExportRecovery.self, CombineRecovery.self, Drill.self, TakeOver.self,
    ])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show how old the vault's keys are, and who can open what.",
      discussion: """
        Exit codes: 0 nothing to do; 3 the keys are over a year old, or a change of keys was interrupted.

        Example: strongroom key show
        """)

    @OptionGroup var options: VaultOptions

    func run() async throws {
      let session = try await Session.open(options)
      let report = try await session.gatekeeper.keyReport()
      if options.output.json { Output.json(report.json) } else { Self.describe(report) }
      if report.isDue || !report.unfinished.isEmpty { throw CommandFailure.answered(.needsAttention) }
    }

    private static func describe(_ report: KeyReport) {
      Output.table(
        ["Keys", "From", "Until", "Why", "The access record is checked with"],
        report.epochs.map { epoch in
          [
            "\(epoch.number)", epoch.since.dateText, epoch.until?.dateText ?? "now",
            epoch.cause?.words ?? "the vault was made", epoch.vkey,
          ]
        })
      Output.line()
      list("Open everything", report.custodians.map { "\($0.name), \($0.role), \($0.reference)" })
      list(
        "Open everything in an emergency (recovery keys, kept offline)",
        report.recovery.isEmpty
          ? ["nobody: if all the people above lose their keys, the records are lost"]
          : report.recovery)
      list(
        "Open the access record, and no document",
        report.others.isEmpty ? ["nobody"] : report.others.map { "\($0.name), \($0.role), \($0.reference)" })
      Output.line("The keys in use are \(Words.count(report.ageDays, "day")) old.")
      if report.isDue {
        Output.line("They are due: keys are changed once a year, and whenever somebody leaves.")
        Output.line("Next: strongroom key rotate --because yearly")
      }
      if !report.unfinished.isEmpty {
        Output.line("A change of keys was interrupted. Still to do:")
        for step in report.unfinished { Output.line("  \(step.words)") }
        Output.line(
          "It is finished when a SENCo, headteacher or DSL next uses the vault; if it stays, run 'strongroom check'."
        )
      }
    }

    private static func list(_ heading: String, _ lines: [String]) {
      Output.line(heading)
      for line in lines { Output.line("  " + TerminalText.safe(line)) }
      Output.line()
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change the vault's keys.",
      discussion: """
        Everybody who may use the vault goes on as before, with their own key. Whoever copied the old keys cannot open what \
        is written from now on under the new ones. Documents stay as they are. 'strongroom member remove' does this by itself.

        You type the reason back, or give --yes. Give the new signing key to everyone who checks the access record.

        Example: strongroom key rotate --because yearly
        """)

    @OptionGroup var options: VaultOptions
    @OptionGroup var confirmation: Confirmation

    @Option(help: "Why: leaver, yearly or suspicion.")
    var because: String

    func run() async throws {
      guard let cause = RotationCause(rawValue: because) else {
        throw CommandFailure.badValue(
          option: "--because", value: because, hint: "known: leaver, yearly, suspicion")
      }
      try confirmation.ask(
        for: because, warning: "You are about to change the vault's keys. The old signing key is destroyed.",
        options.passphrase)
      let session = try await Session.open(options)
      let (epoch, entry) = try Answers.value(
        of: try await session.gatekeeper.rotateKeys(because: cause), options.output)
      let report = try await session.gatekeeper.keyReport()
      let vkey = report.epochs.last?.vkey ?? ""
      if options.output.json {
        Output.json([
          "epoch": .number(epoch), "entry": .number(entry), "vkey": .string(vkey),
          "unfinished": .strings(report.unfinished.map(\.code)),
        ])
        return
      }
      Output.line("Changed the keys: number \(epoch) is in use (entry \(Words.grouped(entry))).")
      Output.line("The access record is signed with this key from now on; the old one is destroyed:")
      Output.line("  \(vkey)")
      Output.line("Next: make a backup, and put copies with the old keys beyond use.")
    }
  }
}

extension RotationCause {
  var words: String {
    switch self {
    case .leaver: "somebody left"
    case .yearly: "yearly"
    case .suspicion: "suspicion"
    }
  }
}

extension UnfinishedStep {
  var words: String {
    switch self {
    case .closingCheckpoint: "keep the checkpoint that ended the old keys' time"
    case .signingKey: "destroy the old signing key"
    case .epochIdentity: "seal every child's key again, and remove the old keys"
    case .description: "name the new signing key in the file STRONGROOM"
    }
  }

  /// For programs.
  var code: String {
    switch self {
    case .closingCheckpoint: "closing-checkpoint"
    case .signingKey: "signing-key"
    case .epochIdentity: "epoch-identity"
    case .description: "description"
    }
  }
}

extension KeyReport {
  var json: JSONValue {
    [
      "epochs": .array(
        epochs.map { epoch in
          [
            "epoch": .number(epoch.number), "since": .string(epoch.since.text),
            "until": .optional(epoch.until?.text), "cause": .optional(epoch.cause?.rawValue),
            "vkey": .string(epoch.vkey), "closing_size": epoch.closingSize.map { .number($0) } ?? .null,
          ]
        }),
      "opens_everything": .strings(custodians.map(\.reference.description)),
      "recovery": .strings(recovery), "opens_the_log": .strings(others.map(\.reference.description)),
      "age_days": .number(ageDays), "due": .bool(isDue),
      "unfinished": .strings(unfinished.map(\.code)),
    ]
  }
}
