import ArgumentParser
import Gatekeeper

struct FindCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find",
    abstract: "Look for children or documents you are allowed to see.",
    discussion: "Example: strongroom find speech")

  @OptionGroup var options: VaultOptions

  @Argument(help: "Part of a name, title, kind or reference.")
  var text: String

  func run() async throws {
    let session = try await Session.open(options)
    let found = try Answers.looked(try await session.gatekeeper.find(text), options.output)
    if options.output.json {
      for result in found { Output.json(result.json) }
      return
    }
    guard !found.isEmpty else {
      Output.line("Nothing found that you may see.")
      return
    }
    Output.table(
      ["Child", "Document", "Kind", "Title"],
      found.map { result -> [String] in
        [result.child.description, result.record?.description ?? "-", result.kind ?? "-", result.title]
      })
  }
}
