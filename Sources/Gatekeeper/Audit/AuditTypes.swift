package import DisclosureRules
package import StrongroomCrypto

// What overseers are shown: references, roles, words of the rules. Nothing here comes out of a box.

/// Which entries to list; nil leaves a column open.
package struct AuditFilter: Hashable, Sendable {
  package var child: ChildReference?
  package var member: MemberReference?
  /// A kind of entry, e.g. `disclosure.released`.
  package var kind: String?
  /// `allowed`, `refused`, `waiting` or `error`.
  package var outcome: String?
  /// First and last day, UTC.
  package var from: CalendarDate?
  package var to: CalendarDate?

  package init(
    child: ChildReference? = nil, member: MemberReference? = nil, kind: String? = nil,
    outcome: String? = nil, from: CalendarDate? = nil, to: CalendarDate? = nil
  ) {
    self.child = child
    self.member = member
    self.kind = kind
    self.outcome = outcome
    self.from = from
    self.to = to
  }

  func check() throws(GateError) {
    if let kind, EventKind(rawValue: kind) == nil {
      throw .invalidInput(.filter, .unknownWord(known: EventKind.allCases.map(\.rawValue)))
    }
    if let outcome, EventOutcome(rawValue: outcome) == nil {
      throw .invalidInput(.filter, .unknownWord(known: ["allowed", "refused", "waiting", "error"]))
    }
  }

  func matches(_ event: Event) -> Bool {
    let day = event.at.date
    return (child.map { $0 == event.child } ?? true) && (member.map { $0 == event.actor.member } ?? true)
      && (kind.map { $0 == event.kind.rawValue } ?? true)
      && (outcome.map { $0 == event.outcome?.rawValue } ?? true) && (from.map { $0 <= day } ?? true)
      && (to.map { day <= $0 } ?? true)
  }

  /// For the entry that says what was looked at.
  var words: String {
    var words: [String] = []
    if let child { words.append("child=\(child)") }
    if let member { words.append("member=\(member)") }
    if let kind { words.append("kind=\(kind)") }
    if let outcome { words.append("outcome=\(outcome)") }
    if let from { words.append("from=\(from)") }
    if let to { words.append("to=\(to)") }
    return words.joined(separator: " ")
  }
}

/// One entry in a list.
package struct AuditLine: Hashable, Sendable {
  package let index: UInt64
  package let at: Timestamp
  package let actor: MemberReference
  /// Members' names are no secret to overseers.
  package let actorName: String
  package let actorRole: String
  package let kind: String
  package let outcome: String?
  package let child: ChildReference?
  package let record: RecordReference?
  package let request: RequestReference?
  package let gateway: String?
  package let reasons: [String]

  init(_ event: Event, index: UInt64, name: String) {
    self.index = index
    at = event.at
    actor = event.actor.member
    actorName = name
    actorRole = event.actor.role
    kind = event.kind.rawValue
    outcome = event.outcome?.rawValue
    child = event.child
    record = event.record
    request = event.request
    gateway = event.gateway
    reasons = event.reasons
  }

  /// References, gateway and reasons in one line.
  package var about: String {
    // Meant to be seen: it is done once, when a school has lost its keys.
    if kind == EventKind.recoveryUsed.rawValue { return "!!! THE RECOVERY SET WAS USED TO ADD A MEMBER" }
    var parts = [child?.description, record?.description, request?.description, gateway].compactMap { $0 }
    if !reasons.isEmpty { parts.append("(\(reasons.joined(separator: ", ")))") }
    return parts.joined(separator: " ")
  }
}

/// One entry in full, with the proof that it stands in the signed log.
package struct AuditEntry: Sendable {
  package let line: AuditLine
  /// The event as it was signed; boxes stay sealed.
  package let event: JSONValue
  /// A C2SP tlog-proof, checked before it is handed out.
  package let proof: [UInt8]
  package let treeSize: UInt64
  package let root: SHA256Digest
  package let lines: [String]
}

package struct AuditPublication: Hashable, Sendable {
  package let entries: UInt64
  package let root: SHA256Digest
  package let origin: String
  package let vkey: String
}

/// What verification looked at and found.
package struct VerifyReport: Sendable {
  package struct Finding: Hashable, Sendable {
    /// nil for what concerns the whole log.
    package let entry: UInt64?
    package let fault: IntegrityFault
  }

  package let size: UInt64
  package let root: SHA256Digest
  /// What was checked, deepest last, in plain words.
  package let depths: [String]
  package let findings: [Finding]
  /// Sealed parts of erased children: their keys are gone, so nobody can open them. 0 for who opens none anyway.
  package let closedBoxes: Int
  /// The entry that records this verification; nil if something was found, or if the role records none.
  package var entry: UInt64?
  package var depth = VerifyDepth.decisions
  /// The largest checkpoint with the quorum that was asked for; nil if none was, or none has it.
  package var quorum: QuorumReport?
  /// What was found to be the same as when it was checked before, and was not checked again.
  package var earlier: EarlierPart?

  /// What a greater depth would have checked.
  package var notChecked: [String] {
    let words: [(VerifyDepth, String)] = [
      (.entries, "that every entry opens at its place"), (.signatures, "the actors' signatures and roles"),
      (.decisions, "the decisions"),
    ]
    return words.filter { $0.0 > depth }.map(\.1)
  }

  package var isWhole: Bool { findings.isEmpty }

  package var lines: [String] {
    var lines = depths.map { "checked  \($0)" }
    if closedBoxes > 0 { lines.append("closed   \(closedBoxes) sealed parts of erased children") }
    for finding in findings {
      let place = finding.entry.map { "entry \($0)" } ?? "the log"
      lines.append("ALTERED  \(place): \(finding.fault.word)")
    }
    lines.append(
      isWhole
        ? "The record is complete and unaltered: \(size) entries."
        : "The record is NOT whole: \(findings.count) of its parts do not check. Keep it as it is.")
    return lines
  }
}

extension IntegrityFault {
  /// A short phrase; the command line has longer ones.
  package var word: String {
    switch self {
    case .entry(_, let fault): "\(fault)"
    case .ledgerHead(let fault): "signed head: \(fault)"
    case .file(let name, let fault): "\(name): \(fault)"
    case .record(let record, let fault): "\(record): \(fault)"
    case .store(let error): "storage: \(error)"
    case .memory: "what was remembered: damaged"
    }
  }
}

/// What `check` found among the stored files.
package struct CheckReport: Sendable {
  package struct Finding: Hashable, Sendable {
    /// False for what an honest crash leaves: orphans, unfinished writes, an unsigned tail.
    package let isDamage: Bool
    /// Relative to the vault.
    package let file: String
    package let text: String
  }

  package let findings: [Finding]
  package let filesChecked: Int
  package let bytesChecked: Int
  package let entriesChecked: UInt64
  /// What could not be checked for want of a key, in plain words.
  package var notChecked: [String] = []
}
