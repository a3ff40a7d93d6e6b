import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import VaultStore

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a vault back from a backup, into a new folder.",
    discussion: """
      Needs no key: what is copied stays sealed. Every file is compared with the backup's list while it is copied, and nothing that \
      exists is written over. Interrupted, it begins anew in the same folder. A copy of the vault's own folder that another program \
      made may stand for the backup too; what is not whole at the end of its access record is left out. Exit codes: 0 whole, 3 \
      something needs a look (parts of different times, a copy by another program), 12 something was missing or damaged.

      Example: strongroom restore --from /media/usb/office-backup --to office.vault
      """)

  @Option(help: ArgumentHelp("The backup's folder.", valueName: "dir"))
  var from: String

  @Option(help: ArgumentHelp("Where the sealed keys lie, if not in the backup's folder.", valueName: "dir"))
  var keys: String?

  @Option(help: ArgumentHelp("A folder that does not exist yet.", valueName: "dir"))
  var to: String

  @OptionGroup var output: OutputOptions

  func run() async throws {
    if keys == nil, let plain = try? PlainCopy.open(at: from) {
      try restore(plain)
      return
    }
    let copy = try BackupCopy.open(data: BackupFolder.data(from), keys: keys ?? BackupFolder.keys(from))
    let bar = ProgressLine("Restoring", output)
    var done = 0
    let report = try await copy.restore(to: to) { count in
      done += count
      bar.show(done, of: copy.byteCount)
    }
    bar.finish()
    if output.json {
      Output.json([
        "vault": .string(copy.vault.hex), "size": .number(report.run.size),
        "root": .string(report.run.root.hex), "at": .string(report.run.at), "files": .number(report.files),
        "bytes": .number(report.bytes), "same_run": .bool(copy.isOfOneRun),
        "findings": .array(report.findings.map(\.json)),
      ])
    } else {
      tell(report, isOfOneRun: copy.isOfOneRun)
    }
    if !report.findings.isEmpty { throw CommandFailure.answered(.integrity) }
    if !copy.isOfOneRun { throw CommandFailure.answered(.needsAttention) }
  }

  private func restore(_ plain: PlainCopy) throws {
    let report = try plain.restore(to: to)
    if output.json {
      Output.json([
        "size": .number(report.size), "root": .string(report.root.hex), "files": .number(report.files),
        "bytes": .number(report.bytes), "left_out": .bool(report.hasLeftOut), "plain_copy": true,
      ])
    } else {
      Output.line(
        "Restored \(Words.count(report.files, "file")), \(Words.size(report.bytes)), to \(TerminalText.safe(to)), with \(Words.count(Int(report.size), "entry", "entries")) of the access record."
      )
      Output.line(
        report.hasLeftOut
          ? "The copy was made while the vault was in use: what was not whole at the end of its access record is left out."
          : "The copy's access record was whole.")
      Output.line("Another program made this copy, so nothing tells yet whether it has every file. Next:")
      Output.line("  strongroom check --vault \(TerminalText.safe(to))")
    }
    throw CommandFailure.answered(.needsAttention)
  }

  private func tell(_ report: RestoreReport, isOfOneRun: Bool) {
    for finding in report.findings {
      Output.line("DAMAGED  \(TerminalText.safe(finding.path)): \(finding.words)")
    }
    Output.line(
      "Restored \(Words.count(report.files, "file")), \(Words.size(report.bytes)), to \(TerminalText.safe(to)): the vault as it was at \(report.run.shortTime) UTC, with \(Words.count(Int(report.run.size), "entry", "entries")) of the access record."
    )
    if !report.findings.isEmpty {
      Output.line("What is named above is missing from it: look for it in another backup.")
    }
    if !isOfOneRun { Output.line(BackupCommand.List.mixed) }
    Output.line("What was done after that moment is not in it. Before anybody works with it:")
    Output.line("  1. strongroom check --vault \(TerminalText.safe(to))")
    Output.line("  2. the compliance officer accepts that: strongroom audit accept-restore --reason TEXT")
    Output.line("  3. a new backup: strongroom backup create DIR")
  }
}
