import TransparencyLog
import VaultStore
import WitnessService

/// A witness's errors, and those of asking one, in words.
extension Report {
  init(_ error: WitnessError) {
    switch error {
    case .store(.alreadyExists):
      self.init(
        status: .usage, id: "folder-not-empty", message: "that folder is not empty",
        hints: ["nothing was changed; name a folder that does not exist yet"])
    case .store(let error): self.init(error)
    case .notAWitness:
      self.init(
        status: .usage, id: "not-a-witness", message: "there is no witness in that folder",
        hints: ["check --state; 'strongroom witness init' makes one"])
    case .keyMismatch:
      self.init(
        status: .integrity, id: "witness-key",
        message: "witness.key and state/witness.vkey do not belong together",
        hints: ["restore the folder from a backup made together; never mix two"])
    case .recordMalformed(let name):
      self.init(
        status: .integrity, id: "witness-record",
        message: "\(Self.quoted("state/" + name)) is damaged or altered",
        hints: ["the log it is about is not cosigned any more; restore that file from a backup"])
    case .log(let error): self.init(witnessed: error)
    case .logKnown(let origin):
      self.init(
        status: .usage, id: "log-known", message: "\(Self.quoted(origin)) is followed already",
        hints: ["for a new key of it, add --closing FILE: the checkpoint that both keys signed"])
    case .logUnknown(let origin):
      self.init(
        status: .usage, id: "log-unknown", message: "\(Self.quoted(origin)) is not followed here",
        hints: ["without --closing it is followed from now on"])
    case .cryptography: self = .crypto
    case .addressMalformed(let text):
      self.init(
        status: .usage, id: "bad-address", message: "--listen can't be \(Self.quoted(text))",
        hints: ["write ADDRESS:PORT with a numeric address, like 127.0.0.1:8750 or [fd00::5]:8750"])
    case .addressNotLocal(let text):
      self.init(
        status: .usage, id: "address-not-local", message: "\(Self.quoted(text)) can be reached from outside",
        hints: [
          "a witness speaks plain HTTP: listen on 127.0.0.1 or a private address, behind a reverse proxy or a VPN"
        ])
    case .cannotListen(let text):
      self.init(
        status: .serviceDown, id: "cannot-listen", message: "can't listen on \(Self.quoted(text))",
        hints: ["another program may be using that port, or the address is not this machine's"])
    case .urlMalformed(let text):
      self.init(
        status: .usage, id: "bad-url", message: "\(Self.quoted(text)) is no witness's address",
        hints: ["write http://HOST:PORT, like http://10.0.0.5:8750"])
    case .urlNeedsTLS(let text):
      self.init(
        status: .usage, id: "no-tls",
        message: "\(Self.quoted(text)) needs TLS, which this program does not speak",
        hints: [
          "use a local proxy or a VPN to the witness, and its http:// address there; nothing secret is sent"
        ])
    case .unreachable(let url):
      self.init(
        status: .serviceDown, id: "witness-unreachable", message: "\(Self.quoted(url)) can't be reached",
        hints: ["nothing was changed; check the address, and that the witness is running"])
    case .timedOut(let seconds):
      self.init(
        status: .serviceDown, id: "witness-slow",
        message: "the witness did not answer within \(seconds) seconds",
        hints: ["nothing was changed; try again later"])
    case .answerTooLarge, .answerMalformed:
      self.init(
        status: .couldNotCheck, id: "witness-answer",
        message: "what answered does not speak as a witness does",
        hints: ["nothing was kept; check the address"])
    case .declined(let refusal): self.init(refusal)
    }
  }

  private init(_ refusal: WitnessRefusal) {
    switch refusal {
    case .unknownLog:
      self.init(
        status: .couldNotCheck, id: "witness-unknown-log", message: "the witness does not follow this vault",
        hints: [
          "give its people the signing key that 'strongroom status' prints: strongroom witness add-log VKEY"
        ])
    case .untrustedKey:
      self.init(
        status: .couldNotCheck, id: "witness-other-key",
        message: "the witness knows another signing key for this vault",
        hints: [
          "if the key was changed, give its people the new one and the closing checkpoint; if not, tell the DPO"
        ])
    case .seenMore(let size):
      self.init(
        status: .integrity, id: "witness-seen-more",
        message: "the witness has seen \(Words.grouped(size)) entries; this vault has fewer",
        hints: [
          "an older copy was put back, or the newest entries were cut off",
          "stop here: keep the vault as it is, and tell the data protection officer",
        ])
    case .otherHistory(let size):
      self.init(
        status: .integrity, id: "witness-other-history",
        message:
          "the witness has seen another history of this vault's first \(Words.count(Int(clamping: size), "entry", "entries"))",
        hints: ["stop here: keep the vault as it is, and tell the data protection officer"])
    case .status(let status):
      self.init(
        status: .serviceDown, id: "witness-declined", message: "the witness did not cosign (HTTP \(status))",
        hints: ["nothing was changed; try again later"])
    }
  }

  private init(witnessed error: TransparencyLogError) {
    switch error {
    case .keyNameInvalid:
      self.init(
        status: .usage, id: "bad-name",
        message: "a witness's name has no blanks, no '+' and no control characters",
        hints: ["write it like a web address: county-a.example/witness"])
    case .keyOfWrongKind:
      self.init(
        status: .usage, id: "wrong-kind-of-key", message: "that is a key of another kind",
        hints: [
          "a vault's signing key is what 'strongroom status' prints; a witness's is what 'witness init' printed"
        ])
    case .verifierKeyMalformed, .keyAlgorithmUnsupported:
      self.init(status: .usage, id: "bad-vkey", message: "that is no signing key that this program can use")
    case .witnessAnswerMalformed, .signatureInvalid, .noKnownSignature:
      self.init(
        status: .couldNotCheck, id: "witness-not-cosigned",
        message: "the answer is not cosigned by the key you named",
        hints: ["nothing was kept; check the witness's key with its people"])
    default:
      self.init(
        status: .integrity, id: "witness-chain",
        message: "the keys and checkpoints given do not continue what is known of this log",
        hints: ["nothing was changed; ask for the closing checkpoint and the key again, by a way you trust"])
    }
  }
}
