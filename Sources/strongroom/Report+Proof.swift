import Gatekeeper
import TransparencyLog

// Proofs and policies about witnesses, in words.

extension Report {
  init(_ fault: ProofFault, path: String) {
    let name = Self.quoted(path)
    switch fault {
    case .notAProof:
      self.init(
        status: .couldNotCheck, id: "not-a-proof", message: "\(name) is not the proof of an entry",
        hints: ["'strongroom audit prove' writes such files; they begin with c2sp.org/tlog-proof@v1"])
    case .entryMissing:
      self.init(
        status: .couldNotCheck, id: "entry-missing",
        message: "\(name) proves the place of an entry, but the entry is not in it",
        hints: ["ask whoever sent it for the file that 'strongroom audit prove' wrote"])
    case .unsupported:
      self.init(
        status: .couldNotCheck, id: "newer-proof", message: "\(name) was made by a newer program",
        hints: ["check it with that program"])
    case .rejected(let flaw):
      self.init(
        status: .integrity, id: "proof-\(flaw.rawValue)",
        message: "\(name) proves nothing: \(Self.words(flaw))",
        hints: ["the file was altered or damaged, or is not what it says; ask for it again"])
    }
  }

  private static func words(_ flaw: ProofFault.Flaw) -> String {
    switch flaw {
    case .form: "it is not well formed"
    case .otherKey: "it is of a record with another signing key than the one you named"
    case .keyChain: "the record's signing keys do not follow one another"
    case .signature: "it is not signed by the record's key"
    case .notInLog: "the entry is not in the record that was signed"
    case .seal: "the entry does not open with its key at its place"
    case .event: "the entry is not one of that record"
    }
  }

  static func words(_ error: TransparencyLogError, policy path: String) -> String {
    switch error {
    case .policyTooLarge(let limit):
      "\(quoted(path)) is larger than the \(Words.size(limit)) a policy may be"
    case .policyMalformed(let line, let flaw):
      line == 0 ? "\(quoted(path)): \(words(flaw))" : "\(quoted(path)), line \(line): \(words(flaw))"
    default: "\(quoted(path)) is not a policy about witnesses"
    }
  }

  private static func words(_ flaw: PolicyFlaw) -> String {
    switch flaw {
    case .controlByte: "a control character"
    case .noFinalNewline: "the line does not end"
    case .unknownWord: "a line begins with log, witness, group or quorum"
    case .itemCount: "too few or too many words"
    case .key: "not a key"
    case .keyOfWrongKind: "a log's key where a witness's belongs, or the reverse"
    case .keyTwice: "that key stands on an earlier line"
    case .nameTwice: "that name is taken"
    case .unknownName: "that name is not defined on an earlier line"
    case .memberTwice: "a name can be in one group only, and once"
    case .threshold: "any, all, or a number from 1 to that of the members is wanted"
    case .quorumTwice: "the quorum was said already"
    case .quorumMissing: "no line says the quorum"
    case .tooMany: "more than \(WitnessPolicy.maximumOfEach) of these"
    }
  }
}
