import ArgumentParser
import Gatekeeper
import VaultStore

struct OpenCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open one document to read it; you say why, and the opening is recorded.",
    discussion: """
      The file appears only when the whole document has been checked, readable by you alone. Delete it when you have read \
      it.

      Example: strongroom open DOC-7Q4M1-T9KXB --reason "Preparing the annual review" --out plan.pdf
      """)

  @OptionGroup var options: VaultOptions

  @Argument(help: "The document's reference.")
  var record: String

  @Option(help: "Why you open it; goes into the access record, sealed with the child's key.")
  var reason: String

  @Option(help: ArgumentHelp("Where to write it; must not exist yet.", valueName: "file"))
  var out: String

  func run() async throws {
    let reference = try Words.reference(record, as: RecordReference.self, option: "record")
    let session = try await Session.open(options)
    let output = try FileOutput(path: out)
    let answer = try await session.gatekeeper.open(reference, reason: reason, into: output)
    let (opened, entry) = try Answers.value(of: answer, options.output)
    if options.output.json {
      Output.json([
        "record": .string(reference.description), "out": .string(out),
        "media_type": .string(opened.mediaType), "size": .integer(Int64(opened.sizeBytes)),
        "entry": .integer(Int64(entry)),
      ])
      return
    }
    Output.line(
      "Opened \(reference) into \(TerminalText.safe(out)) (\(opened.mediaType), \(Words.size(opened.sizeBytes))). Recorded as entry \(Words.grouped(entry))."
    )
  }
}
