import ArgumentParser
import DisclosureRules
import Gatekeeper

struct ChildEraseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Erase a child's whole file for good (needs two people; cannot be undone).",
    discussion: """
      One person proposes; after the days the rules set, another carries it out. A legal hold, an open request, or a date that \
      is not reached stands in the way; before its date a file goes only on a ground that the rules name: erasure-request \
      (upheld by the data protection officer), filed-in-error, court-order.

      What goes is the child's key. Nothing that was sealed under it can then be read, here or by anybody who copied the \
      vault without its keys. The access record stays whole, without names. Exit codes: 0 erased, 10 not allowed, 11 proposed.

      Example: strongroom child erase CH-0001 --ground erasure-request --because "Upheld on 3 March, case 17"
               strongroom child erase CH-0001 --carry-out ERA-7Q4M1-T9KXB
      """)

  @OptionGroup var options: VaultOptions
  @OptionGroup var confirmation: Confirmation

  @Argument(help: "The child's reference.")
  var child: String

  @Option(help: "Why; kept sealed, and gone with the file.")
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
        for: child, warning: "You are about to erase \(child) for good. This cannot be undone.",
        options.passphrase)
      return try await Erasing.carryOut(proposal, on: child, options)
    }
    let ground: ErasureGround? = try Words.word(ground, option: "--ground")
    guard let because else {
      throw CommandFailure.badValue(option: "--because", value: "", hint: "say why, or give --carry-out")
    }
    try confirmation.ask(
      for: child, warning: "You are about to propose that \(child) is erased for good.", options.passphrase)
    let session = try await Session.open(options)
    let answer = try await session.gatekeeper.proposeErasure(
      of: child, ground: ground ?? .retention, reason: because)
    try Erasing.proposed(
      try Answers.value(of: answer, options.output, untouched: Erasing.untouched), options.output)
  }
}

/// What `child erase` and `retention dispose` have in common.
enum Erasing {
  static let untouched = "Nothing is gone."

  static func carryOut(
    _ proposal: ProposalReference, on child: ChildReference, _ options: VaultOptions
  ) async throws {
    let session = try await Session.open(options)
    let answer = try await session.gatekeeper.carryOut(proposal, on: child)
    let (done, entry) = try Answers.value(of: answer, options.output, untouched: Erasing.untouched)
    if options.output.json {
      Output.json(done.json(entry: entry))
    } else {
      for line in done.words(entry: entry) { Output.line(line) }
    }
  }

  /// Ends the command with 11: it waits for another person.
  static func proposed(_ made: (ProposalSummary, entry: UInt64), _ output: OutputOptions) throws {
    let (proposal, entry) = made
    if output.json {
      var object = proposal.json.object ?? [:]
      object["entry"] = .number(entry)
      Output.json(.object(object))
    } else {
      Output.line("Proposed as \(proposal.reference) (entry \(Words.grouped(entry))). Nothing is gone yet.")
      Output.line("From \(proposal.from) somebody else can carry it out:")
      Output.line("  \(proposal.command)")
      Output.line("To take it back: strongroom retention withdraw \(proposal.reference)")
    }
    throw CommandFailure.answered(.waiting)
  }
}
