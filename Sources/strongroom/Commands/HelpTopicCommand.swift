import ArgumentParser

/// Longer help; `strongroom help exit-codes` lands here.
struct HelpTopicCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topics",
    abstract: "Longer help: exit-codes, keys, recovery, scripting.",
    discussion: "Example: strongroom help exit-codes")

  @Argument(help: "The topic.")
  var topic: String?

  func run() throws {
    guard let topic else {
      Output.line("Topics: \(HelpTopic.allCases.map(\.rawValue).joined(separator: ", "))")
      Output.line("Read one: strongroom help exit-codes")
      return
    }
    guard let known = HelpTopic(rawValue: topic) else { throw CommandFailure.unknownTopic(topic) }
    Output.line(known.text)
  }
}

enum HelpTopic: String, CaseIterable {
  case exitCodes = "exit-codes"
  case keys
  case recovery
  case scripting

  /// `help TOPIC`: the parser's own help knows subcommands only.
  init?(words: some Collection<String>) {
    guard words.count == 2, words.first == "help", let name = words.dropFirst().first else { return nil }
    self.init(rawValue: name)
  }

  var text: String {
    switch self {
    case .exitCodes:
      "Exit codes\n"
        + ExitStatus.allCases.map { status in
          String(repeating: " ", count: 5 - String(status.rawValue).count)
            + "\(status.rawValue)  \(status.meaning)"
        }.joined(separator: "\n")
        + "\n\nAny other code is a failure. With --json an error is one JSON object on standard error."
    case .keys:
      """
      Keys
        keygen writes two files. NAME.key is secret: it opens everything you may open, so keep it to yourself and keep a
        copy. NAME.card is public: e-mail it to the SENCo who adds you, and read the fingerprint out to them.

        The passphrase of a key is asked on the terminal, or read from --passphrase-fd, --passphrase-file,
        STRONGROOM_PASSPHRASE_FILE (the path of a file) or a systemd credential named "passphrase". It is never taken from
        the command line or the environment.

        Lost keys are lost records. SENCos, headteachers and DSLs can each open the vault; name recovery keys at init as
        well, and lock them away on paper.
      """
    case .recovery:
      """
      Opening the records without this program
        Any age and any tar will do (https://age-encryption.org), today or in 2057:

          age -d -i YOUR.key VAULT/epoch/0001.age > epoch.txt
          age -d -i epoch.txt VAULT/keys/AB/KEYID.age > child.txt
          age -d -i child.txt VAULT/records/AB/CD/RECORD.age | tar -x -i

        The file VAULT/STRONGROOM says the same. Each record unpacks to META.json, which says whose it is and what it is, and
        the document. Delete epoch.txt and child.txt afterwards.
      """
    case .scripting:
      """
      Scripting
        --json prints one object (one a line for lists) on standard output. What is made is named after its noun: member,
        child, contact, record, consent, recipient, request. A decision has outcome, gateway, reasons, needs, remedies,
        policy and entry. Errors are one object on standard error. Fields are added, never renamed.

        --vault or STRONGROOM_VAULT names the vault, --identity or STRONGROOM_IDENTITY the key; --no-input never asks.
        Check the exit code: strongroom help exit-codes.
      """
    }
  }
}
