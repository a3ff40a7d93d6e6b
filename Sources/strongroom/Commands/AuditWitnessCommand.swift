import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import TransparencyLog
import WitnessService

extension AuditCommand {
  /// `audit witness`: has the newest checkpoint cosigned by somebody outside.
  struct Witnessed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "witness",
      abstract: "Have the access record cosigned by witnesses outside.",
      discussion: """
        Sends the record's length and fingerprint, with proof that it only grew, and keeps the cosigned checkpoint in the vault. No \
        entry and no name leaves the vault. A witness that has seen more, or another history, is told at once: exit code 12.

        Example: strongroom audit witness http://10.0.0.5:8750 --key 'county-b.example/witness+5e3d...+BGf0...'
        """)

    @OptionGroup var options: VaultOptions

    @Argument(help: ArgumentHelp("Where the witnesses listen.", valueName: "url"))
    var urls: [String]

    @Option(
      name: .customLong("key"),
      help: ArgumentHelp(
        "A witness's key, as 'witness init' printed it there; once for each.", valueName: "vkey"))
    var keys: [String] = []

    func run() async throws {
      guard !keys.isEmpty else {
        throw CommandFailure.badValue(
          option: "--key", value: "",
          hint: "give the key that 'strongroom witness init' printed, by a way you trust")
      }
      let trusted = try keys.map { text throws(CommandFailure) in try Self.key(text) }
      let addresses = try urls.map { try WitnessURL(parsing: $0) }
      let session = try await AuditSession.open(options)
      for address in addresses { try await ask(address, trusted, session.gatekeeper) }
    }

    private func ask(_ url: WitnessURL, _ keys: [VerifierKey], _ gatekeeper: Gatekeeper) async throws {
      let checkpoint = try await gatekeeper.auditCheckpoint()
      let guess = try await gatekeeper.cosignedSizes().last { $0 <= checkpoint.checkpoint.size } ?? 0
      let proofs = Proofs(gatekeeper: gatekeeper, checkpoint: checkpoint)
      let cosigned: VerifiedCheckpoint
      do {
        cosigned = try await WitnessClient(url).cosign(checkpoint, by: keys, startingAt: guess) {
          (old) async throws(WitnessError) in await proofs.from(old)
        }
      } catch {
        // A proof that could not be made is the vault's trouble, whatever the witness said to it.
        if let failure = await proofs.failure { throw failure }
        throw error
      }
      try await gatekeeper.keep(cosigned: cosigned)
      for signature in cosigned.cosignatures {
        if options.output.json {
          Output.json([
            "witness": .string(signature.key.name), "size": .number(checkpoint.checkpoint.size),
            "root": .string(checkpoint.checkpoint.root.hex), "time": .number(signature.time ?? 0),
          ])
        } else {
          Output.line(
            "Cosigned by \(TerminalText.safe(signature.key.name)): \(Words.count(Int(clamping: checkpoint.checkpoint.size), "entry", "entries"))."
          )
        }
      }
    }

    private static func key(_ text: String) throws(CommandFailure) -> VerifierKey {
      guard let key = try? VerifierKey(parsing: text), key.algorithm == .cosignature else {
        throw .badValue(
          option: "--key", value: text,
          hint: "copy the whole key that 'strongroom witness init' printed, in quotes")
      }
      return key
    }
  }
}

/// Makes the proofs that a witness asks for, and remembers what went wrong with one.
private actor Proofs {
  private let gatekeeper: Gatekeeper
  private let checkpoint: VerifiedCheckpoint
  private(set) var failure: GateError?

  init(gatekeeper: Gatekeeper, checkpoint: VerifiedCheckpoint) {
    self.gatekeeper = gatekeeper
    self.checkpoint = checkpoint
  }

  /// No hashes if the proof could not be made; `failure` says why.
  func from(_ old: UInt64) async -> [SHA256Digest] {
    do { return try await gatekeeper.auditConsistency(from: old, to: checkpoint) } catch {
      failure = error
      return []
    }
  }
}
