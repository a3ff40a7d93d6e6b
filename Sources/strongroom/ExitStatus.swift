/// The exit codes other programs rely on (`strongroom help exit-codes`); new ones may be added, none changes meaning.
enum ExitStatus: Int32, CaseIterable {
  case done = 0
  case unexpected = 1
  case needsAttention = 3
  case refused = 10
  case waiting = 11
  case integrity = 12
  case keyNotAvailable = 13
  case notFoundOrNotVisible = 14
  case busy = 15
  case couldNotCheck = 16
  case usage = 64
  case serviceDown = 69
  case disk = 74
  case configuration = 78
  case interrupted = 130

  var meaning: String {
    switch self {
    case .done: "done, or allowed"
    case .unexpected: "something unexpected failed: please report it"
    case .needsAttention: "finished, but some items need attention"
    case .refused: "refused by the rules; the refusal is in the access record"
    case .waiting: "waiting for a person: an approval or a consent; the request is saved"
    case .integrity: "integrity failure: something was altered, damaged, swapped or is missing"
    case .keyNotAvailable: "the key or passphrase is not available, or opens nothing here"
    case .notFoundOrNotVisible: "not found, or not visible to you"
    case .busy: "busy: another process is writing to this vault"
    case .couldNotCheck: "could not check: something needed for the check is missing"
    case .usage: "the command was not understood"
    case .serviceDown: "a needed service or tool is missing"
    case .disk: "disk full or disk failure; the vault is as it was"
    case .configuration: "a policy or setting is wrong"
    case .interrupted: "interrupted; nothing is half done"
    }
  }
}
