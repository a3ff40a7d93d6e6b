import ArgumentParser
import Foundation
import Gatekeeper
import StrongroomCrypto
import VaultStore

extension BackupCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Restore a backup on trial, and see that it opens.",
      discussion: """
        Restores into a temporary folder, which goes again, and needs as much room there as the vault has. Checks every file, \
        the access record, and that the vault's own record goes on from it. A SENCo, headteacher or DSL also opens some documents \
        on trial. The vault itself gets one entry and is not touched otherwise. Exit codes: 0 whole, 12 something is missing or \
        altered.

        Example: strongroom backup verify /media/usb/office-backup
        """)

    @OptionGroup var options: VaultOptions
    @OptionGroup var place: Place

    @Option(help: ArgumentHelp("Where the trial folder is made.", valueName: "dir"))
    var scratch: String?

    @Option(help: "How many documents to open on trial.")
    var samples = 5

    func run() async throws {
      guard (0...10_000).contains(samples) else {
        throw CommandFailure.badValue(option: "--samples", value: "\(samples)", hint: "0 to 10000")
      }
      let session = try await Session.open(options)
      let copy = try place.open()
      guard let run = copy.run else { throw BackupError.neverFinished }
      var trial = Trial(run: run, isOfOneRun: copy.isOfOneRun)
      if try await session.gatekeeper.status().vault != copy.vault.hex { throw BackupError.anothersBackup }
      trial.isContinued = try await session.gatekeeper.begins(with: run.size, root: run.root)
      let folder = try TrialFolder(in: scratch)
      let bar = ProgressLine("Restoring on trial", options.output)
      var done = 0
      let restored = try await copy.restore(to: folder.path) { count in
        done += count
        bar.show(done, of: copy.byteCount)
      }
      bar.finish()
      trial.files = restored.files
      trial.findings = restored.findings.map { "\($0.path): \($0.words)" }
      try await open(folder.path, as: session.identity, &trial)
      let answer = try await session.gatekeeper.recordVerification(
        of: run, samples: trial.opened, findings: trial.problems.count)
      let entry = try Answers.value(of: answer, options.output).entry
      if options.output.json {
        Output.json(trial.json(entry: entry))
      } else {
        for line in trial.words { Output.line(TerminalText.safe(line)) }
      }
      if !trial.problems.isEmpty { throw CommandFailure.answered(.integrity) }
    }

    /// Visits the restored vault as a member would.
    private func open(_ path: String, as identity: MemberIdentity, _ trial: inout Trial) async throws {
      let gatekeeper: Gatekeeper
      do {
        let storage = try VaultDirectory.open(at: path)
        // What was erased since is not opened on trial either.
        gatekeeper = try await Gatekeeper(
          opening: storage, as: identity, effects: .system, erasures: try LocalErasureList())
      } catch GateError.keyNotAvailable {
        trial.findings.append("your key does not open it: you were no member yet, or the keys do not fit")
        return
      } catch GateError.integrity(let fault) {
        trial.findings.append(Report.words(fault))
        return
      }
      let erased = await gatekeeper.repeatedErasures
      trial.erased = erased.map(\.child)
      let check = try await gatekeeper.check()
      let known = Set(
        trial.findings
          + erased.flatMap { erasure in
            check.findings.filter { $0.file == erasure.file }.map { "\($0.file): \($0.text)" }
          })
      trial.findings += check.findings.filter(\.isDamage).map { "\($0.file): \($0.text)" }
        .filter { !known.contains($0) }
      let (opened, failed) = try await gatekeeper.openSamples(samples)
      trial.opened = opened
      trial.findings += failed.map { "\($0) does not open" }
      trial.isOpenedByCustodian = await gatekeeper.isCustodian
    }
  }

  /// What a trial restore showed.
  struct Trial {
    let run: BackupManifest.Run
    let isOfOneRun: Bool
    var isContinued = false
    var files = 0
    var findings: [String] = []
    /// Children erased since this backup was made, whose keys it still holds.
    var erased: [ChildReference] = []
    var opened = 0
    var isOpenedByCustodian = false

    var problems: [String] {
      isContinued
        ? findings
        : findings + ["the vault's access record is not the continuation of the one in this backup"]
    }

    var words: [String] {
      var lines = [
        "Restored on trial: \(Words.count(files, "file")), \(Words.count(Int(run.size), "entry", "entries")) of the access record, made \(run.shortTime) UTC.",
        "  checked  every file against the backup's list and against the access record",
      ]
      for child in erased {
        lines.append(
          "  older    than the erasure of \(child), and still holds its key: 'strongroom backup create' takes it out"
        )
      }
      if isContinued { lines.append("  checked  that the vault's access record goes on from this one") }
      lines.append(
        isOpenedByCustodian
          ? "  opened   \(Words.count(opened, "document")) on trial"
          : "  not done opening documents: your key opens none; a SENCo, headteacher or DSL can")
      if !isOfOneRun { lines.append(BackupCommand.List.mixed) }
      for problem in problems { lines.append("DAMAGED  \(problem)") }
      lines.append(
        problems.isEmpty
          ? "This backup can be restored."
          : "This backup is NOT whole. Make a new one in another folder today, and keep this one.")
      return lines
    }

    func json(entry: UInt64) -> JSONValue {
      [
        "whole": .bool(problems.isEmpty), "size": .number(run.size), "root": .string(run.root.hex),
        "files": .number(files), "opened": .number(opened), "opened_by_custodian": .bool(isOpenedByCustodian),
        "same_run": .bool(isOfOneRun), "continued": .bool(isContinued), "findings": .strings(problems),
        "entry": .number(entry),
      ]
    }
  }
}

/// A folder for a trial; it goes when the value does. What is in it is sealed, so a crash that leaves it behind gives nothing away.
final class TrialFolder {
  let path: String

  init(in folder: String?) throws {
    let above =
      folder.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? FileManager.default.temporaryDirectory
    path = above.appendingPathComponent("strongroom-trial-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure.cannotWrite(path: path, errno: EACCES)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
