import ArgumentParser
import Gatekeeper
import VaultStore

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the vault safely, and prove that the copy works.",
    subcommands: [Create.self, List.self, Verify.self])

  /// Where the two parts of a backup lie.
  struct Place: ParsableArguments {
    @Argument(help: ArgumentHelp("The backup's folder.", valueName: "dir"))
    var folder: String

    @Option(
      help: ArgumentHelp("Where the sealed keys lie, if not in the backup's folder.", valueName: "dir"))
    var keys: String?

    func open() throws -> BackupCopy {
      try BackupCopy.open(data: BackupFolder.data(folder), keys: keys ?? BackupFolder.keys(folder))
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy what is new since the last time.",
      discussion: """
        Everything copied is sealed. The folder gets two parts, data and keys: carry them to different places, since neither is \
        of any use without the other. Others may go on working. Interrupted, it goes on where it stopped when it is run again. \
        Exit codes: 0 done, 12 done, but the vault itself lacks something.

        Example: strongroom backup create /media/usb/office-backup
        """)

    @OptionGroup var options: VaultOptions
    @OptionGroup var place: Place

    func run() async throws {
      let session = try await Session.open(options)
      let backup = try VaultBackup.open(
        vault: try options.vaultPath(), folder: place.folder, keys: place.keys)
      let bar = ProgressLine("Copying", options.output)
      let answer = try await session.gatekeeper.backUp(backup) { bar.show($0.bytesDone, of: $0.bytesTotal) }
      bar.finish()
      let (report, entry) = try Answers.value(of: answer, options.output)
      if options.output.json {
        Output.json(report.json(entry: entry))
      } else {
        for line in report.words { Output.line(TerminalText.safe(line)) }
        Output.line("Next, once a month: strongroom backup verify \(TerminalText.safe(place.folder))")
      }
      if !report.findings.isEmpty { throw CommandFailure.answered(.integrity) }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a backup holds and when it was made.",
      discussion: """
        Needs no key. It shows what the backup says of itself; 'strongroom backup verify' tries it out.

        Example: strongroom backup list /media/usb/office-backup
        """)

    @OptionGroup var place: Place
    @OptionGroup var output: OutputOptions

    func run() async throws {
      let copy = try place.open()
      if output.json {
        Output.json(copy.json)
        return
      }
      guard copy.run != nil else { throw BackupError.neverFinished }
      Output.line("Backup of the vault \(copy.vault).")
      Output.table(
        ["Part", "Made (UTC)", "Entries", "Files", "Size"],
        [copy.dataManifest, copy.keysManifest].map { manifest in
          [
            manifest.part.rawValue, manifest.lastRun?.shortTime ?? "never",
            manifest.lastRun.map { Words.grouped($0.size) } ?? "-", Words.grouped(manifest.files.count),
            Words.size(manifest.byteCount),
          ]
        })
      Output.line("Made \(Words.count(copy.dataManifest.runs.count, "time")) so far.")
      if !copy.isOfOneRun { Output.line(Self.mixed) }
    }

    static let mixed =
      "The two parts were made at different times: keys that changed in between may not fit. Fetch two that belong together if you can."
  }
}

extension BackupManifest.Run {
  /// To the minute.
  var shortTime: String { String(at.prefix(16)).replacing("T", with: " ") }
}
