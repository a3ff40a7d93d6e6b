import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import VaultStore

/// A restore is accepted by somebody entitled to it, in the record itself, before their memory moves.
struct AuditRestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept-restore",
    abstract: "Accept that the vault was put back to an older copy on purpose.",
    discussion: """
      Only after 'audit' said that the record is not the one you have seen, and only if you know who put the copy back and why. \
      Your decision becomes an entry that names what was lost; from then on you are shown the record as it is now. Compliance \
      officers and headteachers decide; others can then go along with their decision by the same command. Everybody who may read \
      the access record reads the reason: name no child.

      Example: strongroom audit accept-restore --reason "Server failed on 3 March; backup of 2 March put back by IT"
      """)

  @OptionGroup var options: VaultOptions

  @Option(help: "Why the older copy was put back.")
  var reason: String

  func run() async throws {
    let visit = try Session.visit(options)
    let folder = try StateFolder.open()
    let name = AuditSession.file(of: try await LogWatch.vault(in: visit.storage))
    guard let kept = try folder.read(name) else { throw GateError.wrongState(.nothingToAccept) }
    let memory = try await AuditSession.remembered(kept, name, in: folder, visit.storage)
    guard
      case .conflict(let conflict) = try await LogWatch.compare(
        visit.storage, with: memory, now: Effects.system.now())
    else { throw GateError.wrongState(.nothingToAccept) }
    let failure = try AuditSession.kept(conflict, in: folder)
    // Another first key is another log, and no restore makes one.
    if conflict.kind == .keyChanged { throw failure }
    // A cache of one's own may be newer than the copy that was put back, and would keep the vault from opening.
    await Gatekeeper.forgetSnapshot(of: visit.identity, in: visit.storage)
    let session = try await Session.open(visit, options)
    let answer = try await session.gatekeeper.acceptRestore(of: memory.head, reason: reason)
    let (accepted, entry) = try Answers.value(of: answer, options.output)
    guard try folder.replace(name, accepted.memory.bytes, ifStill: kept) else { throw GateError.busy }
    try await session.gatekeeper.cosign(accepted.memory)
    if options.output.json {
      Output.json([
        "entry": .number(entry), "lost_size": .number(memory.head.size),
        "lost_root": .string(memory.head.root.hex), "size": .number(accepted.memory.head.size),
        "accepted_by": .string(accepted.by.member.description),
      ])
      return
    }
    Output.line(
      "Accepted by \(accepted.by.role) \(accepted.by.member) in entry \(Words.grouped(entry)): what you had seen up to \(Words.count(Int(memory.head.size), "entry", "entries")) is lost."
    )
    Output.line(
      "From now on you are shown this record with its \(Words.count(Int(accepted.memory.head.size), "entry", "entries")). Both checkpoints stay in \(TerminalText.safe(folder.path(of: "evidence")))."
    )
  }
}
