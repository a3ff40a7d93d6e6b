import ArgumentParser
import DisclosureRules
import Gatekeeper

struct RetentionDisposeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dispose",
    abstract: "Dispose of documents of a child (needs two people; cannot be undone).",
    discussion: """
      Without --apply nothing changes: it says what would go. With --apply the disposal is proposed, and after the days the \
      rules set somebody else carries it out. Kind, dates and reference of each document stay; packages that were released stay \
      with their recipients. Exit codes: 0 shown or done, 10 not allowed, 11 proposed.

      Example: strongroom retention dispose CH-0001 --all-due
               strongroom retention dispose CH-0001 --all-due --apply --because "31 years from birth"
               strongroom retention dispose CH-0001 --carry-out ERA-7Q4M1-T9KXB
      """)

  @OptionGroup var options: VaultOptions
  @OptionGroup var confirmation: Confirmation

  @Argument(help: "The child's reference.")
  var child: String

  @Option(parsing: .upToNextOption, help: ArgumentHelp("The documents.", valueName: "doc"))
  var record: [String] = []

  @Flag(help: "All documents that have reached the date they are kept until.")
  var allDue = false

  @Flag(help: "Propose it; without this nothing changes.")
  var apply = false

  @Option(help: "Why; kept sealed.")
  var because: String?

  @Option(help: "The ground: retention, erasure-request, filed-in-error or court-order.")
  var ground = ErasureGround.retention.rawValue

  @Option(help: ArgumentHelp("Carry out what somebody else proposed.", valueName: "proposal"))
  var carryOut: String?

  func run() async throws {
    let child = try Words.reference(child, as: ChildReference.self, option: "child")
    if let carryOut {
      let proposal = try Words.reference(carryOut, as: ProposalReference.self, option: "--carry-out")
      try confirmation.ask(
        for: child, warning: "You are about to destroy documents of \(child). This cannot be undone.",
        options.passphrase)
      return try await Erasing.carryOut(proposal, on: child, options)
    }
    guard allDue == record.isEmpty else {
      throw CommandFailure.badValue(
        option: "--record", value: record.first ?? "", hint: "name documents with --record, or give --all-due"
      )
    }
    let choice: DisposalChoice =
      allDue
      ? .allDue
      : .records(try record.map { try Words.reference($0, as: RecordReference.self, option: "--record") })
    let ground: ErasureGround? = try Words.word(ground, option: "--ground")
    guard apply else { return try await show(child, choice) }
    guard let because else {
      throw CommandFailure.badValue(option: "--because", value: "", hint: "say why the documents are to go")
    }
    try confirmation.ask(
      for: child, warning: "You are about to propose that documents of \(child) are destroyed.",
      options.passphrase)
    let session = try await Session.open(options)
    let answer = try await session.gatekeeper.proposeDisposal(
      of: child, choice, ground: ground ?? .retention, reason: because)
    try Erasing.proposed(
      try Answers.value(of: answer, options.output, untouched: Erasing.untouched), options.output)
  }

  private func show(_ child: ChildReference, _ choice: DisposalChoice) async throws {
    let session = try await Session.open(options)
    let documents = try Answers.looked(
      try await session.gatekeeper.disposal(of: child, choice), options.output)
    if options.output.json {
      for document in documents { Output.json(document.json) }
      return
    }
    guard !documents.isEmpty else {
      Output.line("No document of \(child) has reached the date it is kept until. Nothing would go.")
      return
    }
    // A hold is on the child, so it is on all of them or on none.
    let isHeld = documents.contains(where: \.isHeld)
    Output.line(
      isHeld
        ? "This would go, but a legal hold is on \(child). Nothing was changed."
        : "This would go. Nothing was changed.")
    Output.table(KeptDocument.heading, documents.map(\.row))
    if !isHeld { Output.line("To propose it: the same with --apply --because TEXT") }
  }
}
