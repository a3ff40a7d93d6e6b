import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import TransparencyLog
import VaultStore

struct AuditVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that the whole record is complete and unaltered.",
    discussion: """
      Says which checks were made. What you have seen before is remembered on this machine, outside the vault, and the record has to \
      continue it; --seen says the same by hand. Every entry is read; those that you checked before and that are byte for byte the \
      same are not opened again, unless you say --full. A policy (C2SP tlog-policy) says whose cosignatures must be there. Exit \
      codes: 0 whole, 12 altered.

      Depths: tree (the tree and the log's signature), entries (each opens at its place), signatures (each is signed by its actor, in \
      the role then held), decisions (each is what the rules then in force say).

      Example: strongroom audit verify --policy witnesses.policy
      """)

  @OptionGroup var options: VaultOptions

  @Option(help: ArgumentHelp("How far to go: tree, entries, signatures or decisions.", valueName: "depth"))
  var depth: String = VerifyDepth.decisions.rawValue

  @Option(help: ArgumentHelp("Whose cosignatures must be there.", valueName: "file"))
  var policy: String?

  @Option(help: ArgumentHelp("Size and root printed by an earlier verification.", valueName: "size:root"))
  var seen: String?

  @Flag(help: "Check every entry again, whatever was checked before.")
  var full = false

  /// The state that a verification goes on from holds the fold: some hundred bytes an entry.
  private static let stateLimit = 1 << 30

  func run() async throws {
    var wanted = VerifyOptions(
      depth: try Words.word(depth, option: "--depth") ?? .decisions, seen: try seen.map(Words.seen))
    wanted.policy = try policy.map(Self.policy)
    let session = try await AuditSession.open(options)
    let folder = session.folder
    let name = await "verified/\(session.memory.vault.hex)-\(session.gatekeeper.cosignerKeyID)"
    if !full { wanted.earlier = try folder.read(name, limit: Self.stateLimit) }
    let line = ProgressLine("Checking", unit: .entries, options.output)
    let report = try await session.gatekeeper.auditVerify(wanted) { done, total in
      line.show(Int(done), of: Int(total))
    } keep: { bytes in
      try folder.replace(name, bytes, limit: Self.stateLimit)
    }
    line.finish()
    if options.output.json {
      Output.json(report.json)
    } else {
      for line in report.words { Output.line(TerminalText.safe(line)) }
    }
    if !report.isWhole { throw CommandFailure.answered(.integrity) }
    try await session.remember()
  }

  private static func policy(_ path: String) throws -> WitnessPolicy {
    let text = try SmallFile.readSecret(path)
    do {
      return try WitnessPolicy(parsing: [UInt8](copying: text.bytes))
    } catch {
      throw CommandFailure.witnessPolicy(path: path, error)
    }
  }
}
