import ArgumentParser
import Gatekeeper

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what the vault holds, which rules are in force and who you are.")

  @OptionGroup var options: VaultOptions

  func run() async throws {
    let session = try await Session.open(options)
    let status = try await session.gatekeeper.status()
    if options.output.json {
      Output.json(status.json)
      return
    }
    Output.line(
      "Vault          \(status.vault)\(status.isExample ? " (example: never for real children)" : "")")
    Output.line(
      "You            \(TerminalText.safe(status.me.name)), \(status.me.role), \(status.me.reference)")
    Output.line("Access record  \(Words.count(Int(status.entries), "entry", "entries")), signed")
    let erased = status.erasedChildren > 0 ? " (and \(Words.grouped(status.erasedChildren)) erased)" : ""
    Output.line("Children       \(Words.grouped(status.children))\(erased)")
    Output.line("Documents      \(Words.grouped(status.records))")
    Output.line("Requests       \(Words.grouped(status.openRequests)) open")
    Output.line("Rules          \(TerminalText.safe(status.policyName)), \(status.policyHash.prefix(12))")
    Output.line("Signing key    \(status.vkey)")
    Output.line("Fingerprint    \(status.keyFingerprint)")
  }
}
