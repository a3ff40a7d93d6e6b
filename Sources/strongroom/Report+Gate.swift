import DisclosureRules
import Gatekeeper
import Glibc
import VaultStore

/// The gatekeeper's and the store's errors in words.
extension Report {
  init(_ error: GateError) {
    switch error {
    case .notFoundOrNotVisible:
      self.init(
        status: .notFoundOrNotVisible, id: "not-found", message: "not found, or not visible to you",
        hints: [
          "check the reference; 'strongroom status' shows who you are; the attempt is in the access record"
        ])
    case .keyNotAvailable(let problem): self.init(problem)
    case .exampleKeyRefused:
      self.init(
        status: .keyNotAvailable, id: "example-key",
        message: "this is one of the published example keys: anyone can open what it opens",
        hints: ["make a key of your own: strongroom keygen --name NAME --out FILE.key"])
    case .integrity(let fault):
      self.init(
        status: .integrity, id: "integrity", message: Self.words(fault),
        hints: [
          "nothing was written or released; keep the vault as it is and tell the data protection officer",
          "'strongroom check' names every damaged file; restore those from a backup",
        ])
    case .busy: self = .busy
    case .storage(let error): self.init(error)
    case .invalidInput(let field, let fault): self.init(field, fault)
    case .policy(let error): self.init(error as any Error)
    case .wrongState(let fault):
      self.init(
        status: .usage, id: "wrong-state", message: Self.words(fault),
        hints: Self.hint(fault).map { [$0] } ?? [])
    case .documentStream(let side): self.init(side)
    case .backup(let error): self.init(error)
    case .recovery(let fault): self.init(fault)
    case .crypto: self = .crypto
    }
  }

  private init(_ fault: RecoveryFault) {
    switch fault {
    case .notAShare:
      self.init(
        status: .keyNotAvailable, id: "not-a-share",
        message: "a share given is none: a letter may be wrong, or a line missing",
        hints: ["type the 74 letters and digits of the sheet's last line again; blanks do not matter"])
    case .sameShareTwice:
      self.init(status: .usage, id: "same-share", message: "the same share was given twice")
    case .sharesDoNotFit:
      self.init(
        status: .keyNotAvailable, id: "shares-do-not-fit",
        message: "these shares do not open the recovery key",
        hints: [
          "the sheets say how many are needed; all must name the same set",
          "'--set FOLDER' takes the set's files from elsewhere, if they are not in the vault",
        ])
    case .damagedSet:
      self.init(
        status: .integrity, id: "damaged-set", message: "a file of the recovery set is damaged",
        hints: ["take it from a backup's keys, folder recovery, and name that folder with --set"])
    case .notThisVaults:
      self.init(
        status: .keyNotAvailable, id: "not-this-vaults",
        message: "this recovery key does not open this vault",
        hints: ["a later set may have taken its place; older copies of the vault still open with it"])
    case .noSet:
      self.init(
        status: .usage, id: "no-recovery-set", message: "this vault has no recovery set in shares",
        hints: ["strongroom key export-recovery --shares 2-of-3 --out FOLDER makes one"])
    }
  }

  static var crypto: Report {
    Report(
      status: .unexpected, id: "crypto", message: "OpenSSL refused a call",
      hints: ["nothing was released; please report this"])
  }

  static var busy: Report {
    Report(
      status: .busy, id: "busy", message: "another process is writing to this vault",
      hints: ["nothing was changed; try again in a moment"])
  }

  private init(_ problem: KeyProblem) {
    switch problem {
    case .opensNothingHere:
      self.init(
        status: .keyNotAvailable, id: "key-opens-nothing", message: "this identity does not open this vault",
        hints: ["ask the SENCo to add your card: strongroom member add --card FILE --role ROLE"])
    case .wrongPassphrase:
      self.init(
        status: .keyNotAvailable, id: "wrong-passphrase",
        message: "the passphrase does not open the identity file")
    case .passphraseNeeded: self.init(CommandFailure.passphraseNeeded as any Error)
    case .identityFileMalformed:
      self.init(
        status: .keyNotAvailable, id: "not-an-identity",
        message: "the identity file does not hold one age identity",
        hints: ["'strongroom keygen' makes one"])
    case .holdsNoChildKeys:
      self.init(
        status: .keyNotAvailable, id: "no-child-keys",
        message: "your key opens the access record only, not children's files",
        hints: ["a SENCo, headteacher or DSL can do this"])
    }
  }

  private init(_ side: StreamSide) {
    switch side {
    case .input:
      self.init(status: .usage, id: "input-failed", message: "the file could not be read to its end")
    case .inputChanged:
      self.init(
        status: .usage, id: "input-changed", message: "the file changed while it was being filed",
        hints: ["nothing was filed; close it in other programs and try again"])
    case .output:
      self.init(
        status: .disk, id: "output-failed", message: "the output could not be written",
        hints: ["nothing was left there; free some space and try again"])
    }
  }

  private init(_ field: InputField, _ fault: InputFault) {
    let name = Self.option(field)
    var hints: [String] = []
    let message: String
    switch fault {
    case .empty: message = "\(name) is empty"
    case .tooLong(let limit): message = "\(name) is longer than \(Words.size(limit))"
    case .unprintable:
      message = "\(name) has control characters or marks that turn the direction of text"
    case .malformed: message = "\(name) is not well formed"
    case .unknownWord(let known):
      message = "\(name) is not a word the rules know"
      hints = ["known: \(known.joined(separator: ", "))"]
    case .inTheFuture: message = "\(name) lies in the future"
    case .inThePast: message = "\(name) lies in the past"
    case .twice: message = "\(name) was given twice"
    case .belongsElsewhere: message = "\(name) belongs to another child"
    case .tooMany(let limit): message = "\(name): more than \(limit) were given"
    }
    self.init(status: .usage, id: "bad-input", message: message, hints: hints)
  }

  private static func option(_ field: InputField) -> String {
    switch field {
    case .settingType: "--setting"
    case .records: "--record"
    case .documents: "--kind"
    case .recipient: "--to"
    case .contact: "--given-by"
    case .card: "the card"
    case .text: "the text"
    case .filter: "the filter"
    case .caseReference: "--case"
    default: "--\(field.rawValue)"
    }
  }

  private static func words(_ fault: StateFault) -> String {
    switch fault {
    case .alreadyWithdrawn: "that consent was withdrawn already"
    case .alreadyReleased: "that request was released already"
    case .alreadyDeclined: "that request was declined"
    case .alreadyMember: "that person is a member already"
    case .alreadyRemoved: "that person was removed already"
    case .lastManager: "the vault needs somebody who can manage its members"
    case .alreadyInForce: "those rules are in force already"
    case .needsAnotherSignature:
      "you have signed for these rules; the second signature must be another person's"
    case .vaultExists: "there is a vault already"
    case .nothingToAccept:
      "the access record continues what you have seen of it: there is no restore to accept"
    case .childErased: "that child's file was erased: nothing of it can be read or added to"
    case .recordDisposed: "that document was disposed of"
    case .alreadyLifted: "that hold was lifted already"
    case .alreadyProposed: "there is a proposal to take that away already"
    case .proposalClosed: "that proposal was withdrawn or carried out already"
    case .nothingDue: "no document of that child has reached the date it is kept until"
    }
  }

  private static func hint(_ fault: StateFault) -> String? {
    switch fault {
    case .childErased, .recordDisposed: "'strongroom child show CHILD' tells what is left, and from when"
    case .alreadyProposed, .proposalClosed, .nothingDue:
      "'strongroom retention list' shows dates and proposals"
    default: nil
    }
  }

  static func words(_ fault: IntegrityFault) -> String {
    switch fault {
    case .entry(let index, let fault): "entry \(index) of the access record \(words(fault))"
    case .ledgerHead(let fault): words(fault)
    case .file(let name, let fault): "\(quoted(name)) \(words(fault))"
    case .record(let record, let fault): "record \(record) \(words(fault))"
    case .store(let error): Report(error).message
    case .memory: "the file that remembers what you have seen of this vault is damaged or altered"
    }
  }

  private static func words(_ fault: FileFault) -> String {
    switch fault {
    case .missing: "is missing"
    case .damaged: "failed authentication: damaged or altered"
    case .swapped: "is whole, but not the one that belongs here"
    case .differsFromLedger: "is not what the access record says was filed"
    case .malformed: "is not in the vault's format"
    }
  }

  static func words(_ fault: LedgerHeadFault) -> String {
    switch fault {
    case .missing: "the access record has no signed head"
    case .signature: "the access record's head is not signed by this vault"
    case .root: "the access record's entries are not the ones its head was signed over"
    case .rolledBack(let seen): "the access record is shorter than the \(seen) entries seen before"
    case .forked(let size): "the access record has another history than the one seen at \(size) entries"
    case .cosignedMore(let size): "the access record is shorter than the \(size) entries that were cosigned"
    case .cosignedOther(let size):
      "the access record has another history than the one cosigned at \(size) entries"
    case .quorumMissing: "no state of the access record has the cosignatures that the policy asks for"
    case .keyNotInPolicy: "the access record is not signed with a key that the policy names"
    }
  }

  private static func words(_ damage: Damage) -> String {
    let problem =
      switch damage.problem {
      case .badRecord: "a record does not fit its checksum: damaged or altered"
      case .outOfPlace: "a record stands where it cannot belong"
      case .truncated: "it ends early: something was cut off"
      case .replaced: "the file was replaced while it was open"
      case .readBackDiffers: "what was read back is not what was written"
      case .contentDiffers: "it is not what the access record says"
      case .notAnOrdinaryFile: "it is not an ordinary file"
      }
    if case .record(_, let offset, let entry) = damage.place {
      return
        "the access record is damaged at entry \(entry) (\(quoted(damage.file)), byte \(offset)): \(problem)"
    }
    return "\(quoted(damage.file)): \(problem)"
  }

  static func words(_ fault: EntryFault) -> String {
    switch fault {
    case .sealBroken: "does not open: edited, moved, or copied from elsewhere"
    case .malformed: "is not well formed"
    case .otherVault: "belongs to another vault"
    case .idReused: "uses an id a second time"
    case .unknownActor: "names a person who was no member"
    case .roleNotHeld: "claims a role the person did not hold"
    case .signature: "is not signed by the person it names"
    case .seenFork: "was made over another history"
    case .timeRanBack: "says it is older than the entry before it"
    case .unknownKind: "is of a kind this program does not know"
    case .danglingReference: "names something that was not there"
    case .undecided: "is a release or opening without an allowed decision before it"
    case .decisionDiffers: "holds a decision that the rules then in force do not give"
    case .factsDiffer: "holds facts that were not so at that moment"
    case .policyUnknown: "names rules that the vault does not hold"
    case .boxBroken: "has a sealed part that does not open"
    }
  }

  init(_ error: VaultStoreError) {
    switch error {
    case .notAVault:
      self.init(
        status: .usage, id: "not-a-vault", message: "there is no vault in that folder",
        hints: ["check --vault; 'strongroom init' makes a new one"])
    case .unsupportedFormat(let version):
      self.init(
        status: .configuration, id: "format",
        message: "the vault has format \(version), newer than this program",
        hints: ["use the newer program that wrote it"])
    case .alreadyExists(let name):
      self.init(
        status: .usage, id: "exists", message: "\(Self.quoted(name)) exists already",
        hints: ["nothing was changed"])
    case .networkFileSystem(let kind):
      self.init(
        status: .configuration, id: "network-file-system",
        message:
          "the vault's folder is on another computer (\(TerminalText.safe(kind))), where locks and flushes can't be relied on",
        hints: [
          "nothing was changed; keep the vault on a disk of this computer, and backups on the other one"
        ])
    case .busy, .conflict: self = .busy
    case .damaged(let damage):
      self.init(
        status: .integrity, id: "integrity", message: Self.words(damage),
        hints: [
          "nothing was trimmed, repaired or released; keep the vault as it is and tell the data protection officer",
          "'strongroom check' names every damaged file; restore those from a backup",
        ])
    case .missing(let name):
      self.init(
        status: .integrity, id: "missing", message: "\(Self.quoted(name)) is missing from the vault",
        hints: ["restore it from a backup"])
    case .diskFull(let name):
      self.init(
        status: .disk, id: "disk-full", message: "the disk is full (writing \(Self.quoted(name)))",
        hints: ["the vault is as it was; free some space and try again"])
    case .io(let operation, let name, let code):
      self.init(
        status: .disk, id: "disk",
        message: "\(operation.rawValue) of \(Self.quoted(name)) failed: \(Self.system(code))",
        hints: ["the vault is as it was"])
    case .stopped(let operation, let name, let code):
      self.init(
        status: .disk, id: "disk-stopped",
        message:
          "\(operation.rawValue) of \(Self.quoted(name)) failed: \(Self.system(code)); stopped at once",
        hints: [
          "the disk may not keep what it was given: check it before anything else, then run 'strongroom check'"
        ])
    case .invalidName(let name):
      self.init(
        status: .integrity, id: "invalid-name", message: "\(Self.quoted(name)) is no name a vault uses")
    case .limitExceeded(let name, let limit):
      self.init(
        status: .integrity, id: "limit", message: "\(Self.quoted(name)) is larger than \(Words.size(limit))")
    case .readOnly:
      self.init(
        status: .disk, id: "read-only",
        message: "the vault lies on a read-only file system: it can only be looked at")
    case .signingFailed:
      self.init(status: .unexpected, id: "signing", message: "the access record could not be signed")
    case .entryRejected(let index, _):
      self.init(GateError.integrity(.entry(index, .sealBroken)))
    case .malformed(let name, let line):
      self.init(
        status: .integrity, id: "malformed",
        message: "\(Self.quoted(name)), line \(line), is not in the vault's format",
        hints: ["restore it from a backup"])
    case .sizeMismatch:
      self.init(
        status: .usage, id: "input-changed", message: "the file changed while it was being filed",
        hints: ["nothing was filed; try again"])
    case .cryptography: self = .crypto
    case .outside: self.init(error, path: "a file")
    }
  }

  /// A file outside the vault, under the name the person gave it.
  init(_ error: VaultStoreError, path: String) {
    guard case .outside(let problem) = error else {
      self.init(error)
      return
    }
    let name = Self.quoted(path)
    switch problem {
    case .outputExists: self.init(CommandFailure.outputExists(path: path) as any Error)
    case .missing:
      self.init(status: .usage, id: "cannot-read", message: "can't read \(name): \(Self.system(ENOENT))")
    case .notReadable(let code):
      self.init(status: .usage, id: "cannot-read", message: "can't read \(name): \(Self.system(code))")
    case .notAFile:
      self.init(status: .usage, id: "not-a-file", message: "\(name) is a folder, pipe or device, not a file")
    case .changedWhileReading:
      self.init(
        status: .usage, id: "input-changed", message: "\(name) changed while it was read",
        hints: ["nothing was filed; close it in other programs and try again"])
    case .notPrivate:
      self.init(
        status: .configuration, id: "not-private",
        message: "\(name) belongs to somebody else, or others may write to it",
        hints: ["what is kept there must be yours alone"])
    case .diskFull:
      self.init(
        status: .disk, id: "disk-full", message: "the disk is full (writing \(name))",
        hints: ["nothing was left there; free some space and try again"])
    case .io(let operation, let code):
      self.init(
        status: Self.isMistaken(code) ? .usage : .disk, id: Self.isMistaken(code) ? "cannot-write" : "disk",
        message: Self.isMistaken(code)
          ? "can't write \(name): \(Self.system(code))"
          : "\(operation.rawValue) of \(name) failed: \(Self.system(code))",
        hints: ["nothing was left there"])
    }
  }
}
