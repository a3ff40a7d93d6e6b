import AgeFormat
import ArgumentParser
import DisclosureRules
import Gatekeeper
import Glibc
import StrongroomCrypto
import VaultStore
import WitnessService

/// An error as people and programs are told it: one line saying what failed on what, hints saying what to do next.
///
/// This is the one place that turns errors into words and codes.
struct Report {
  var status: ExitStatus
  /// A fixed word for programs.
  var id: String
  var message: String
  var hints: [String] = []

  /// Prints the report; a code that was already answered for prints nothing more.
  func deliver(asJSON: Bool) -> ExitStatus {
    if message.isEmpty { return status }
    if asJSON {
      Output.noteJSON([
        "type": "error", "code": .integer(Int64(status.rawValue)), "id": .string(id),
        "message": .string(message), "hints": .array(hints.map { .string($0) }),
      ])
      return status
    }
    Output.note("strongroom: error: \(message)")
    for hint in hints { Output.note("strongroom: hint: \(hint)") }
    return status
  }
}

extension Report {
  init(_ error: any Error) {
    switch error {
    case let error as CommandFailure: self.init(error)
    case let error as GateError: self.init(error)
    case let error as VaultStoreError: self.init(error)
    case let error as WitnessError: self.init(error)
    case let error as BackupError: self.init(error)
    case let error as PolicyLoadError: self.init(error)
    case let error as AgeError: self.init(error)
    default: self = Report.parsing(error)
    }
  }

  /// What the argument parser throws: help and version are not errors, the rest is usage.
  private static func parsing(_ error: any Error) -> Report {
    let code = StrongroomCommand.exitCode(for: error)
    if code.isSuccess {
      Output.line(StrongroomCommand.message(for: error))
      return Report(status: .done, id: "done", message: "")
    }
    if code == .validationFailure {
      let first = StrongroomCommand.message(for: error)
      return Report(
        status: .usage, id: "usage", message: first.prefix(1).lowercased() + first.dropFirst(),
        hints: ["'strongroom --help' lists the commands, 'strongroom COMMAND --help' the words of one"])
    }
    return Report(
      status: .unexpected, id: "unexpected", message: "something unexpected failed (\(type(of: error)))",
      hints: ["nothing was released; please report this with the command you typed, without any names"])
  }

  private init(_ failure: CommandFailure) {
    switch failure {
    case .vaultNotNamed:
      self.init(
        status: .usage, id: "vault-not-named", message: "no vault was named",
        hints: ["add --vault DIR, or set STRONGROOM_VAULT"])
    case .identityNotNamed:
      self.init(
        status: .usage, id: "identity-not-named", message: "no identity was named",
        hints: ["add --identity FILE.key, or set STRONGROOM_IDENTITY; 'strongroom keygen' makes one"])
    case .cannotRead(let path, let code):
      self.init(
        status: Self.isMistaken(code) ? .usage : .disk, id: "cannot-read",
        message: "can't read \(Self.quoted(path)): \(Self.system(code))")
    case .cannotWrite(let path, let code):
      self.init(
        status: Self.isMistaken(code) ? .usage : .disk, id: "cannot-write",
        message: "can't write \(Self.quoted(path)): \(Self.system(code))",
        hints: ["nothing was written there"])
    case .outside(let path, let error):
      self.init(error, path: path)
    case .fileTooLarge(let path, let limit):
      self.init(
        status: .usage, id: "file-too-large",
        message: "\(Self.quoted(path)) is larger than the \(Words.size(limit)) such a file may be")
    case .notText(let path):
      self.init(status: .usage, id: "not-text", message: "\(Self.quoted(path)) is not a text file")
    case .outputExists(let path):
      self.init(
        status: .usage, id: "output-exists", message: "\(Self.quoted(path)) exists already",
        hints: ["choose another name; nothing is ever written over"])
    case .vaultExists(let path):
      self.init(
        status: .usage, id: "exists", message: "there is a vault in \(Self.quoted(path)) already",
        hints: ["nothing was changed; 'strongroom status' shows what it holds"])
    case .folderNotEmpty(let path):
      self.init(
        status: .usage, id: "exists", message: "\(Self.quoted(path)) is not an empty folder",
        hints: ["nothing was changed; name a folder that does not exist yet"])
    case .outputIsTerminal:
      self.init(
        status: .usage, id: "output-is-terminal", message: "documents are not written to a terminal",
        hints: ["name a file with --out"])
    case .passphraseNeeded:
      self.init(
        status: .keyNotAvailable, id: "passphrase-needed",
        message: "a passphrase is needed and there is nobody to ask",
        hints: ["use --passphrase-file FILE or --passphrase-fd N"])
    case .passphraseEmpty:
      self.init(status: .keyNotAvailable, id: "passphrase-empty", message: "the passphrase is empty")
    case .passphraseTooLong:
      self.init(
        status: .keyNotAvailable, id: "passphrase-too-long",
        message: "the passphrase is longer than \(Words.size(Passphrase.maximumByteCount))")
    case .passphrasesDiffer:
      self.init(
        status: .keyNotAvailable, id: "passphrases-differ", message: "the two passphrases differ",
        hints: ["nothing was written; try again"])
    case .badValue(let option, let value, let hint):
      self.init(
        status: .usage, id: "bad-value", message: "\(option) can't be \(Self.quoted(value))", hints: [hint])
    case .notConfirmed(let word):
      self.init(
        status: .usage, id: "not-confirmed",
        message: "\(TerminalText.safe(word)) was not typed back, so nothing was done",
        hints: [
          "type \(TerminalText.safe(word)) when asked, or give it on standard input; --yes leaves the question out"
        ])
    case .unknownTopic(let topic):
      self.init(
        status: .usage, id: "unknown-topic", message: "there is no help on \(Self.quoted(topic))",
        hints: [
          "'strongroom --help' lists the commands; topics: \(HelpTopic.allCases.map(\.rawValue).joined(separator: ", "))"
        ])
    case .casesFailed(let count):
      self.init(
        status: .unexpected, id: "cases-failed",
        message: "\(Words.count(count, "case")) of the rules did not come out as expected",
        hints: ["each is listed above with what was expected and what the rules say"])
    case .stateFolderNotNamed:
      self.init(
        status: .configuration, id: "state-folder",
        message: "there is no home folder to remember in what you have seen of this vault",
        hints: [Self.stateFolderHint])
    case .stateFolder(let path, let error): self.init(error, stateFile: path)
    case .list(let path, let error):
      self.init(
        status: .usage, id: "list-malformed",
        message: "\(Self.quoted(path)) is no list this program can read: \(ImportWords.text(error))",
        hints: ["nothing was filed; 'strongroom import --help' says what a list looks like"])
    case .logConflict(let conflict, let path): self.init(conflict, kept: path)
    case .witnessPolicy(let path, let error):
      self.init(
        status: .configuration, id: "witness-policy", message: Self.words(error, policy: path),
        hints: [
          "the format is C2SP tlog-policy: log VKEY, witness NAME VKEY, group NAME any|all|NUMBER NAME..., quorum NAME"
        ])
    case .proof(let path, let fault): self.init(fault, path: path)
    case .memoryDamaged(let path):
      self.init(
        status: .integrity, id: "memory-damaged",
        message: "what you remembered of this vault is damaged or altered: \(Self.quoted(path))",
        hints: [
          "put a copy of that file back if you have one",
          "if you have none: keep it, move it out of the way, and compare entries and signing key with another officer, as at a first look",
        ])
    case .interrupted:
      self.init(status: .interrupted, id: "interrupted", message: "interrupted; nothing is half done")
    case .resultsLost:
      self.init(
        status: .disk, id: "results-lost",
        message: "the command was carried out, but standard output could not be written",
        hints: ["what was done is in the access record: strongroom audit list"])
    case .answered(let status): self.init(status: status, id: "answered", message: "")
    }
  }

  private static let stateFolderHint =
    "name a folder of your own with STRONGROOM_STATE_HOME, not in the vault, and where nobody else can write"

  /// What a person's own side remembers must be kept before anything else is done, so this stops a command.
  private init(_ error: VaultStoreError, stateFile path: String) {
    let name = Self.quoted(path)
    switch error {
    case .outside(.notPrivate):
      self.init(
        status: .configuration, id: "state-folder",
        message: "\(name) belongs to somebody else, or others may write to it",
        hints: ["what you have seen of a vault is remembered there", Self.stateFolderHint])
    case .io(_, _, let code) where Self.isMistaken(code):
      self.init(
        status: .configuration, id: "state-folder", message: "can't use \(name): \(Self.system(code))",
        hints: [Self.stateFolderHint])
    case .io(_, _, let code), .stopped(_, _, let code):
      self.init(
        status: .disk, id: "disk", message: "can't use \(name): \(Self.system(code))",
        hints: ["nothing was done; what you have seen of this vault could not be remembered"])
    case .diskFull:
      self.init(
        status: .disk, id: "disk-full", message: "the disk is full (writing \(name))",
        hints: ["nothing was done; free some space and try again"])
    case .damaged, .limitExceeded:
      self.init(
        status: .configuration, id: "state-folder", message: "\(name) is not a file this program wrote",
        hints: ["look who put it there before you move it away"])
    default: self.init(error)
    }
  }

  /// Two signed checkpoints that contradict each other. What to do stands here in full: whoever reads this may be alone with it.
  private init(_ conflict: LogConflict, kept path: String) {
    let before = Words.count(Int(conflict.remembered.size), "entry", "entries")
    let now = Words.count(Int(conflict.found.size), "entry", "entries")
    let message =
      switch conflict.kind {
      case .rolledBack:
        "this access record has \(now), and you have seen \(before): an older copy was put back, or the newest were cut off"
      case .forked:
        "this access record is another one than you have seen: it was rewritten, or a copy was changed after \(before)"
      case .keyChanged:
        "this access record is signed with another key than the one you accepted: it is another record under the same name"
      }
    var hints = [
      "seen before: \(before), root \(conflict.remembered.root.hex)",
      "found now: \(now), root \(conflict.found.root.hex)",
      "both signed checkpoints are kept in \(Self.quoted(path)); keep that file, and the vault as it is",
      "stop here and tell the data protection officer",
    ]
    if conflict.kind != .keyChanged {
      hints.append(
        "if a backup was put back on purpose: 'strongroom audit accept-restore --reason TEXT' records that you accept it"
      )
    }
    self.init(status: .integrity, id: "log-\(conflict.kind.rawValue)", message: message, hints: hints)
  }

  private init(_ error: PolicyLoadError) {
    self.init(
      status: .configuration, id: "policy-mistakes",
      message: "the rules have \(Words.count(error.problems.count, "mistake")):\n" + error.rendered,
      hints: ["nothing was adopted; mend the lines above and check again"])
  }

  private init(_ error: AgeError) {
    self.init(
      status: .usage, id: "not-a-key", message: "that is not an age key this program can use",
      hints: [
        "recipients start with age1 and have 62 characters; post-quantum, plugin and ssh keys are not supported"
      ])
  }

  static func quoted(_ text: String) -> String { "\"\(TerminalText.safe(String(text.prefix(300))))\"" }

  /// Whether a name was wrong, rather than a disk.
  static func isMistaken(_ code: Int32) -> Bool {
    [ENOENT, ENOTDIR, EISDIR, EACCES, EPERM, EROFS, ENAMETOOLONG, ELOOP, EBADF].contains(code)
  }

  static func system(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error \(code)" }
    return String(cString: text).lowercased()
  }
}
