import ArgumentParser
import Gatekeeper
import Glibc
import TransparencyLog
import WitnessService

struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Be a witness for the access records of other vaults.",
    discussion: """
      A witness remembers how long another vault's record was and cosigns it each time it has only grown. Two authorities that \
      witness each other can each show that the other's record was never cut, changed or set back. A witness sees sizes and \
      fingerprints, never entries.

      Start with:
        strongroom witness init --state ./witness --name county-a.example/witness
        strongroom witness add-log 'strongroom.vault/...' --state ./witness
        strongroom witness serve --state ./witness --listen 10.0.0.5:8750
      """,
    subcommands: [Initialize.self, AddLog.self, List.self, Serve.self])

  struct State: ParsableArguments {
    @Option(help: ArgumentHelp("The witness's own folder.", valueName: "dir"))
    var state: String

    @OptionGroup var output: OutputOptions

    func open() throws -> Witness { try Witness.open(at: state) { UInt64(max(0, time(nil))) } }
  }

  struct Initialize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Make a witness: a folder with a key of its own.",
      discussion: """
        The key has no passphrase, so that the witness starts by itself: keep the folder on a machine only you can use.

        Example: strongroom witness init --state ./witness --name county-a.example/witness
        """)

    @OptionGroup var state: State

    @Option(help: "How others will know it: like a web address, without blanks.")
    var name: String

    func run() async throws {
      let key = try Witness.create(at: state.state, name: name)
      if state.output.json {
        Output.json(["witness": .string(key.name), "vkey": .string(key.text)])
        return
      }
      Output.line(
        "Made the witness in \(TerminalText.safe(state.state)). Its key, for the vaults that it is to cosign:"
      )
      Output.line("  \(key.text)")
      Output.line("Next: strongroom witness add-log VKEY --state \(TerminalText.safe(state.state))")
    }
  }

  struct AddLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add-log",
      abstract: "Follow one more vault's access record.",
      discussion: """
        The vkey is what 'strongroom status' prints as signing key in that vault; have it read out or sent by a way you trust. When \
        that vault changes its key, give the new one with the closing checkpoint (--closing).

        Example: strongroom witness add-log 'strongroom.vault/837f...+1ed0fa9e+AW0e...' --state ./witness
        """)

    @Argument(help: "The vault's signing key, as its status shows it.")
    var vkey: String

    @Option(
      help: ArgumentHelp(
        "The last checkpoint under the old key, signed by both keys (ledger/closed/... in that vault).",
        valueName: "file"))
    var closing: String?

    @OptionGroup var state: State

    func run() async throws {
      let key: VerifierKey
      do { key = try VerifierKey(parsing: vkey) } catch {
        throw CommandFailure.badValue(
          option: "the vkey", value: vkey,
          hint: "copy the whole signing key that 'strongroom status' prints, in quotes")
      }
      let witness = try state.open()
      if let closing {
        let note = try SmallFile.readText(closing)
        let checkpoint: UnverifiedCheckpoint
        do { checkpoint = try UnverifiedCheckpoint(parsing: Array(note.utf8)) } catch {
          throw WitnessError.log(error)
        }
        try await witness.succeed(checkpoint, next: key, oldSize: checkpoint.claimed.size, proof: [])
      } else {
        try await witness.add(key)
      }
      if state.output.json {
        Output.json(["log": .string(key.name), "vkey": .string(key.text)])
        return
      }
      Output.line("Following \(TerminalText.safe(key.name)) from now on.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the access records that are followed, and how far.")

    @OptionGroup var state: State

    func run() async throws {
      let witness = try state.open()
      let logs = try await witness.logs()
      if state.output.json {
        for log in logs { Output.json(log.json) }
      } else {
        Output.line("This witness: \(witness.verifierKey.text)")
        Output.table(
          ["Access record", "Entries cosigned", "Signing key", "Remarks"],
          logs.map { log in
            [
              log.origin, log.size.map { Words.grouped($0) } ?? "none yet", "number \(log.epoch)",
              log.hasConflict ? "SIGNED TWO HISTORIES: see state/*.conflict" : "",
            ]
          })
      }
      if logs.contains(where: \.hasConflict) { throw CommandFailure.answered(.integrity) }
    }
  }

  struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Answer vaults that ask to be cosigned.",
      discussion: """
        Speaks C2SP tlog-witness over plain HTTP, so it listens on loopback and private addresses only; put it behind a reverse \
        proxy or a VPN for anything further. Nothing secret goes over the wire. Ends with Ctrl-C or SIGTERM at any time.

        Example: strongroom witness serve --state ./witness --listen 10.0.0.5:8750
        """)

    @OptionGroup var state: State

    @Option(help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen = ListenAddress.standard.description

    func run() async throws {
      let witness = try state.open()
      let server = try await WitnessServer.start(witness, on: ListenAddress(parsing: listen)) { error in
        Output.note("strongroom: warning: a request was not answered: \(Report(error).message)")
      }
      if state.output.json {
        Output.json(["listening": .string(server.address), "vkey": .string(witness.verifierKey.text)])
      } else {
        Output.line("Witness \(witness.verifierKey.text)")
        Output.line("Listening on http://\(server.address)")
      }
      try await server.waitUntilClosed()
    }
  }
}

extension Witness.Log {
  fileprivate var json: JSONValue {
    [
      "log": .string(origin), "vkey": .string(key.text), "epoch": .number(epoch),
      "entries": size.map { .number($0) } ?? .null, "conflict": .bool(hasConflict),
    ]
  }
}
