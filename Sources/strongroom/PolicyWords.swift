import DisclosureRules
import Gatekeeper

/// A gateway in plain English, and as JSON.
extension Gateway {
  func plainEnglish(vocabulary: Vocabulary) -> [String] {
    var lines = ["\(title) (\(id), \(code))", summary, ""]
    if !isEnabled {
      lines += ["This gateway is OFF: nothing can be shared under it until it is switched on.", ""]
    }
    lines += list("Authority", authority.map { "\($0.provision) [\($0.confidence.words)]" })
    lines.append(
      "  The law \(kind == .compels ? "makes you share" : "lets you share, and does not make you").")
    lines += list(
      "Who may receive",
      recipients.isAny ? ["anyone the rest allows"] : recipients.words.map(vocabulary.recipientKinds.title))
    lines += list(
      "Which documents", documents.isAny ? ["any"] : documents.words.map(vocabulary.documentKinds.title))
    lines += list("Evidence", requires.map(\.plainEnglish))
    lines += list("Who may ask", requestBy.map(vocabulary.roles.title))
    lines += list("Approvals besides the person who asks", approvalWords(vocabulary))
    if let lasts {
      lines += list(
        "How long an allowed request lasts", [lasts.days.map { "\($0) days" }, lasts.until].compactMap { $0 })
    }
    if let clock {
      lines += list("Deadline", ["\(clock.days) \(clock.calendar.rawValue) days from \(clock.from)"])
    }
    lines += list(
      "The family",
      [
        tellFamily == .yes
          ? "is told" : tellFamily == .no ? "is not told" : "decide whether to tell them, and record why"
      ])
    lines += list("Conditions", obligations)
    lines += list("What would make it lawful", hints)
    lines += list("Traps", traps)
    lines += list("Not this gateway", notThis)
    return lines
  }

  private func approvalWords(_ vocabulary: Vocabulary) -> [String] {
    var words = [approvals.base.words(vocabulary)]
    for more in approvals.moreFor {
      let about =
        more.documents.map(vocabulary.documentKinds.title)
        + more.recipients.map(vocabulary.recipientKinds.title)
      words.append("for \(about.joined(separator: ", ")): \(more.group.words(vocabulary)) more")
    }
    return words
  }

  private func list(_ heading: String, _ items: [String]) -> [String] {
    items.isEmpty ? [] : ["", heading] + items.map { "  " + $0 }
  }

  var json: JSONValue {
    [
      "gateway": .string(id), "code": .string(code), "title": .string(title), "summary": .string(summary),
      "enabled": .bool(isEnabled), "kind": .string(kind.rawValue),
      "authority": .array(
        authority.map { ["provision": .string($0.provision), "confidence": .string($0.confidence.rawValue)] }),
      "recipients": recipients.isAny ? "any" : .strings(recipients.words),
      "documents": documents.isAny ? "any" : .strings(documents.words),
      "evidence": .array(
        requires.map { rule in
          ["id": .string(rule.id), "question": .string(rule.question), "form": .string(rule.form.rawValue)]
        }),
      "request_by": .strings(requestBy),
      "approvals": ["count": .number(approvals.base.count), "roles": .strings(approvals.base.roles)],
    ]
  }
}

extension Gateway.EvidenceRule {
  fileprivate var plainEnglish: String {
    var text = "\(id) (\(form == .document ? "a document" : "text")): \(question)"
    if let onlyFor { text += " Only for \(onlyFor.joined(separator: ", "))." }
    return text
  }
}

extension ApprovalGroup {
  fileprivate func words(_ vocabulary: Vocabulary) -> String {
    count == 0 ? "none" : "\(count), by \(roles.map(vocabulary.roles.title).joined(separator: " or "))"
  }
}

extension Gateway.Authority.Confidence {
  fileprivate var words: String {
    switch self {
    case .read: "text read"
    case .secondary: "from a secondary source"
    case .fromMemory: "from memory: check before relying on it"
    }
  }
}

extension PolicySet {
  var json: JSONValue {
    [
      "policy": .string(name), "version": .number(version), "title": .string(title),
      "gateways": .array(
        gateways.map { ["id": .string($0.id), "title": .string($0.title), "enabled": .bool($0.isEnabled)] }),
    ]
  }
}

extension CaseReport {
  var lines: [String] {
    var lines: [String] = []
    for failure in failures {
      lines.append("FAILED   \(failure.location): \(failure.name)")
      lines += failure.differences.map { "           \($0)" }
    }
    for item in pending {
      lines.append("pending  \(item.location): \(item.name): \(item.reason)")
    }
    for vector in vectorsMissing { lines.append("MISSING  vector \(vector) has no case") }
    lines.append(
      "\(Words.count(total, "case")): \(passed) as expected, \(failures.count) not, \(pending.count) pending."
    )
    return lines
  }

  var json: JSONValue {
    [
      "cases": .number(total), "passed": .number(passed), "failed": .number(failures.count),
      "pending": .number(pending.count), "vectors_missing": .array(vectorsMissing.map { .number($0) }),
      "failures": .array(
        failures.map {
          [
            "case": .string($0.name), "location": .string($0.location.description),
            "differences": .strings($0.differences),
          ]
        }),
    ]
  }
}

extension LintFinding {
  var json: JSONValue {
    ["code": .string(code), "location": .string(location.description), "text": .string(text)]
  }
}
