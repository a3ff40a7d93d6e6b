import ArgumentParser
import Gatekeeper
import TransparencyLog

struct AuditProveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Make a proof for one entry that anyone can check.",
    discussion: """
      The file shows one entry to a court or a parent, and that it stands in the signed record; nothing else of the vault can be opened \
      with it. What is sealed in the entry stays sealed. The proof is checked with 'strongroom audit check-proof', or by hand from \
      docs/FORMAT.md. That it was made is an entry.

      Example: strongroom audit prove 17 --out entry-17.proof
      """)

  @OptionGroup var options: VaultOptions

  @Argument(help: "The entry's number.")
  var entry: UInt64

  @Option(help: ArgumentHelp("Where to write it; must not exist yet.", valueName: "file"))
  var out: String

  func run() async throws {
    let session = try await AuditSession.open(options)
    let output = try FileOutput(path: out)
    let answer = try await session.gatekeeper.auditProve(entry)
    let (proof, made) = try Answers.value(of: answer, options.output)
    // The entry that says so is durable; only now does the file get its name.
    try output.write(proof.span.bytes)
    try output.commit()
    try await session.remember()
    if options.output.json {
      Output.json([
        "proved": .number(entry), "out": .string(out), "entry": .number(made),
        "vkey": .string(session.memory.log.keys.firstKey.text),
      ])
      return
    }
    Output.line(
      "Wrote the proof of entry \(Words.grouped(entry)) to \(TerminalText.safe(out)). Recorded as entry \(Words.grouped(made))."
    )
    Output.line("Whoever checks it compares the record's signing key: \(session.memory.keyFingerprint)")
    Output.line("To check it, without a vault: strongroom audit check-proof \(TerminalText.safe(out))")
  }
}
