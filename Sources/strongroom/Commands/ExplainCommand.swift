import ArgumentParser
import Gatekeeper

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain in plain English why a request was allowed or refused.",
    discussion: "Example: strongroom explain REQ-7Q4M1-T9KXB")

  @OptionGroup var options: VaultOptions

  @Argument(help: "The request's reference.")
  var request: String

  func run() async throws {
    let request = try Words.reference(request, as: RequestReference.self, option: "request")
    let session = try await Session.open(options)
    let explanation = try Answers.looked(try await session.gatekeeper.explain(request), options.output)
    if options.output.json {
      Output.json(explanation.json)
      return
    }
    for line in explanation.lines { Output.line(TerminalText.safe(line)) }
  }
}
