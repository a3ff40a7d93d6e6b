import ArgumentParser
import Gatekeeper
import StrongroomCrypto
import TransparencyLog

/// Checks one entry's proof; needs no vault, no key and no account.
struct AuditCheckProofCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-proof",
    abstract: "Check the proof of one entry; needs no vault and no key.",
    discussion: """
      Prints what happened, what the file proves and what it does not. With --vkey, the record must begin with that key, which you \
      have from somewhere else than the file. Exit codes: 0 proved, 12 the proof is wrong, 16 it could not be checked.

      Example: strongroom audit check-proof entry-17.proof
      """)

  @Argument(help: "The file that 'strongroom audit prove' wrote.")
  var file: String

  @Option(
    help: ArgumentHelp(
      "The record's signing key, as 'strongroom init' and 'status' show it.", valueName: "vkey"))
  var vkey: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let key = try vkey.map { text in
      guard let key = try? VerifierKey(parsing: text) else {
        throw CommandFailure.badValue(
          option: "--vkey", value: text,
          hint: "give it whole: name+8 digits+letters, as 'strongroom status' shows it")
      }
      return key
    }
    let bytes = try SmallFile.readSecret(file)
    let proof: CheckedProof
    do {
      proof = try CheckedProof.check([UInt8](copying: bytes.bytes), expecting: key)
    } catch {
      throw CommandFailure.proof(path: file, error)
    }
    if output.json {
      Output.json(proof.json)
    } else {
      for line in proof.words { Output.line(TerminalText.safe(line)) }
    }
  }
}
