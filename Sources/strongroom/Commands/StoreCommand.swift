import ArgumentParser
import DisclosureRules
import Gatekeeper
import StrongroomCrypto

struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Put one or more documents safely into a child's file.",
    discussion: """
      Kinds: ehc-plan, advice, review-report, agency-report, confidential-record, conversation, strategies, \
      child-protection, correspondence, evidence. The files you name stay where they are: shred them when you have checked \
      that they are filed.

      Example: strongroom store plan.pdf --child CH-0001 --kind ehc-plan --dated 2026-11-12
      """)

  @OptionGroup var options: VaultOptions

  @Argument(help: ArgumentHelp("The files.", valueName: "file"), completion: .file())
  var files: [String]

  @Option(help: "The child's reference.")
  var child: String

  @Option(help: "What kind of document it is.")
  var kind: String

  @Option(help: ArgumentHelp("The date on the document, year-month-day.", valueName: "date"))
  var dated: String?

  @Option(help: "A title; kept sealed.")
  var title: String?

  func run() async throws {
    let child = try Words.reference(child, as: ChildReference.self, option: "--child")
    let dated = try dated.map { try Words.date($0, option: "--dated") }
    guard !files.isEmpty else {
      throw CommandFailure.badValue(option: "FILE", value: "", hint: "name at least one file")
    }
    let session = try await Session.open(options)
    for path in files {
      let answer = try await session.gatekeeper.store(
        try FileDocument(path: path), child: child, kind: kind, dated: dated, title: title)
      let (stored, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json([
          "record": .string(stored.reference.description), "media_type": .string(stored.mediaType),
          "size": .integer(Int64(stored.sizeBytes)), "sha256": .string(stored.sha256.hex),
          "entry": .integer(Int64(entry)), "keep_until": .string(stored.keepUntil.description),
        ])
        continue
      }
      Output.line(
        "Filed \(TerminalText.safe(path)) as \(stored.reference): \(stored.mediaType), \(Words.size(stored.sizeBytes)) (entry \(Words.grouped(entry)))."
      )
      Output.line(
        "Keep until \(stored.keepUntil) (\(stored.yearsKept) years from the date of birth), unless a hold says longer."
      )
      if let claim = stored.mismatchedClaim {
        Output.note(
          "strongroom: warning: \"\(TerminalText.safe(path))\" is named like \(claim) but looks like \(stored.mediaType); it is filed as it is"
        )
      }
    }
    if !options.output.json {
      Output.line("People need a reason to open it, and every opening is recorded.")
    }
  }
}
