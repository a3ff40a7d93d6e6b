import ArgumentParser
import DisclosureRules
import Gatekeeper

struct ConsentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "Record, list and take back consents; ask who may give them.",
    subcommands: [Who.self, Record.self, List.self, Withdraw.self, Form.self])

  struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record what somebody answered, and to what.",
      discussion: """
        A consent covers one recipient, the kinds of document named, and lasts until the date given. A new plan filed later \
        is not covered. A no, and a wish to talk first, are recorded too: they stop what somebody else agreed to. Who may \
        answer: strongroom consent who CHILD --for RECIPIENT

        Example: strongroom consent record --child CH-0001 --given-by CTC-7Q4M1-T9KXB --to RCP-2W8HD-0PN5C \\
          --kind ehc-plan --purpose "Planning support at college" --until 2027-07-31
        """)

    @OptionGroup var options: VaultOptions

    @Option(help: "The child's reference.")
    var child: String

    @Option(
      help: ArgumentHelp(
        "The contact who answered, or self for the child or young person.", valueName: "contact"))
    var givenBy: String

    @Option(help: "What they answered: given, refused or follow-up (they want to talk first).")
    var answer: String = ConsentAnswer.given.rawValue

    @Option(help: ArgumentHelp("The recipient it is for.", valueName: "recipient"))
    var to: String

    @Option(
      parsing: .upToNextOption,
      help: ArgumentHelp("The kinds of document it covers, one or more.", valueName: "kind"))
    var kind: [String]

    @Option(help: "What the sharing is for, in the giver's words.")
    var purpose: String

    @Option(help: ArgumentHelp("The last day it holds, year-month-day.", valueName: "date"))
    var until: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "--child")
      let giver =
        givenBy == ConsentAuthority.subjectID
        ? nil : try Words.reference(givenBy, as: ContactReference.self, option: "--given-by")
      let kindOfAnswer: ConsentAnswer = try Words.word(answer, option: "--answer") ?? .given
      let recipient = try Words.reference(to, as: RecipientReference.self, option: "--to")
      let until = try Words.date(until, option: "--until")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.recordConsent(
        child: child, givenBy: giver, to: recipient, kinds: kind, purpose: purpose, until: until,
        answer: kindOfAnswer)
      let (consent, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(["consent": .string(consent.description), "entry": .integer(Int64(entry))])
        return
      }
      switch kindOfAnswer {
      case .given:
        Output.line("Recorded the consent \(consent), until \(until) (entry \(Words.grouped(entry))).")
        Output.line("To take it back: strongroom consent withdraw \(consent)")
      case .refused:
        Output.line(
          "Recorded their no, \(consent) (entry \(Words.grouped(entry))). If somebody else agreed, sharing waits now."
        )
      case .followUp:
        Output.line(
          "Recorded that they want to talk first, \(consent) (entry \(Words.grouped(entry))). Sharing waits until they answer."
        )
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List a child's consents.")

    @OptionGroup var options: VaultOptions

    @Option(help: "The child's reference.")
    var child: String

    func run() async throws {
      let child = try Words.reference(child, as: ChildReference.self, option: "--child")
      let session = try await Session.open(options)
      let consents = try Answers.looked(try await session.gatekeeper.consents(of: child), options.output)
      if options.output.json {
        for consent in consents { Output.json(consent.json) }
        return
      }
      Output.table(
        ["Reference", "For", "Covers", "Until", "State"],
        consents.map {
          [
            $0.reference.description, $0.recipient.description, $0.kinds.joined(separator: ", "),
            $0.until.description, $0.state,
          ]
        })
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record that consent has been taken back; stops future sharing at once.",
      discussion: "Example: strongroom consent withdraw CNS-7Q4M1-T9KXB")

    @OptionGroup var options: VaultOptions

    @Argument(help: "The consent's reference.")
    var consent: String

    func run() async throws {
      let consent = try Words.reference(consent, as: ConsentReference.self, option: "consent")
      let session = try await Session.open(options)
      let answer = try await session.gatekeeper.withdrawConsent(consent)
      let entry = try Answers.value(of: answer, options.output).entry
      if options.output.json {
        Output.json(["consent": .string(consent.description), "entry": .integer(Int64(entry))])
        return
      }
      Output.line("Withdrawn: nothing more can be shared under \(consent) (entry \(Words.grouped(entry))).")
    }
  }
}
