import ArgumentParser
import Gatekeeper
import Synchronization
import TransparencyLog
import VaultStore

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read every stored file and name each that is damaged, missing, swapped or planted.",
    discussion: """
      Nothing is repaired by guessing. Without a key (--without-keys) only form, checksums and signatures can be checked, and it says \
      what could not. Exit codes: 0 all well, 3 leftovers to tidy, 12 damage.

      Example: strongroom check --part 2/7
      """)

  @OptionGroup var options: VaultOptions

  @Flag(help: "Check what can be checked without an identity, like a night watchman.")
  var withoutKeys = false

  @Option(help: ArgumentHelp("The vault's signing key, for --without-keys.", valueName: "vkey"))
  var vkey: String?

  @Option(
    help: ArgumentHelp(
      "Read one of several equal parts, like 2/7 on the second of seven nights.", valueName: "n/m"))
  var part: String?

  func validate() throws {
    guard vkey == nil || withoutKeys else {
      throw ValidationError("--vkey goes with --without-keys: your identity knows the key already")
    }
  }

  func run() async throws {
    let part = try part.map { text in
      guard let part = VaultPart(parsing: text) else {
        throw CommandFailure.badValue(
          option: "--part", value: text,
          hint: "write NUMBER/COUNT, like 2/7, with at most \(VaultPart.largestCount) parts")
      }
      return part
    }
    let line = ProgressLine("Checking", options.output)
    let done = Mutex(0)
    let progress: @Sendable (Int, Int) -> Void = { read, total in
      line.show(
        done.withLock { done in
          done += read
          return done
        }, of: total)
    }
    let report: CheckReport
    if withoutKeys {
      let storage = try VaultDirectory.open(at: options.vaultPath(), mode: .readOnly)
      report = try await Gatekeeper.checkWithoutKeys(
        storage, key: try vkey.map(Self.key), part: part ?? .all, progress: progress)
    } else {
      let session = try await Session.open(options)
      report = try await session.gatekeeper.check(part: part ?? .all, progress: progress)
    }
    line.finish()
    deliver(report)
    if report.findings.contains(where: \.isDamage) { throw CommandFailure.answered(.integrity) }
    if !report.findings.isEmpty { throw CommandFailure.answered(.needsAttention) }
  }

  private static func key(_ text: String) throws -> VerifierKey {
    guard let key = try? VerifierKey(parsing: text), key.algorithm == .ed25519 else {
      throw CommandFailure.badValue(
        option: "--vkey", value: text,
        hint: "copy the whole signing key that 'strongroom status' printed, in quotes")
    }
    return key
  }

  private func deliver(_ report: CheckReport) {
    if options.output.json {
      Output.json(report.json)
      return
    }
    for finding in report.findings {
      Output.line(
        "\(finding.isDamage ? "DAMAGED" : "note   ")  \(TerminalText.safe(finding.file)): \(finding.text)")
    }
    Output.line(
      "Checked \(Words.count(report.filesChecked, "file")), \(Words.size(report.bytesChecked)), and \(Words.count(Int(report.entriesChecked), "entry", "entries")) of the access record."
    )
    if !report.notChecked.isEmpty {
      Output.line("Not checked, for want of a key:")
      for line in report.notChecked { Output.line("  \(line)") }
    }
    Output.line(
      report.findings.contains(where: \.isDamage)
        ? "Damage found: keep the vault as it is, and restore the files named above from a backup."
        : report.notChecked.isEmpty ? "All well." : "All well as far as can be told without a key.")
  }
}
