import ArgumentParser
import Gatekeeper

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read every stored file and name each that is damaged, missing, swapped or planted.",
    discussion: "Nothing is repaired by guessing. Exit codes: 0 all well, 3 leftovers to tidy, 12 damage.")

  @OptionGroup var options: VaultOptions

  func run() async throws {
    let session = try await Session.open(options)
    let report = try await session.gatekeeper.check()
    if options.output.json {
      Output.json(report.json)
    } else {
      for finding in report.findings {
        Output.line(
          "\(finding.isDamage ? "DAMAGED" : "note   ")  \(TerminalText.safe(finding.file)): \(finding.text)")
      }
      Output.line(
        "Checked \(Words.count(report.filesChecked, "file")), \(Words.size(report.bytesChecked)), and \(Words.count(Int(report.entriesChecked), "entry", "entries")) of the access record."
      )
      Output.line(
        report.findings.contains(where: \.isDamage)
          ? "Damage found: keep the vault as it is, and restore the files named above from a backup."
          : "All well.")
    }
    if report.findings.contains(where: \.isDamage) { throw CommandFailure.answered(.integrity) }
    if !report.findings.isEmpty { throw CommandFailure.answered(.needsAttention) }
  }
}
