import AgeFormat
import DisclosureRules
import Gatekeeper
import StrongroomCrypto

// What the gatekeeper answers, as JSON for other programs. Fields are added, never renamed.

extension DecisionReport {
  func json(request: RequestReference?) -> JSONValue {
    var object: [String: JSONValue] = [
      "outcome": .string(outcome.rawValue), "gateway": .optional(gateway),
      "reasons": .array(reasons.map(\.json)), "needs": .array(needs.map(\.json)),
      "remedies": .array(
        remedies.map { ["text": .string($0.text), "command": .optional($0.command)] }),
      "obligations": .strings(obligations), "policy": .string(policy), "policy_name": .string(policyName),
      "entry": entry.map { .number($0) } ?? .null,
    ]
    if let request { object["request"] = .string(request.description) }
    return .object(object)
  }
}

extension DecisionReport.Reason {
  fileprivate var json: JSONValue { ["code": .string(code), "text": .string(text)] }
}

extension ChildSummary {
  var json: JSONValue {
    [
      "child": .string(reference.description), "name": .string(name), "born": .string(born.description),
      "upn": .optional(upn), "records": .number(recordCount),
      "competence": .optional(notes.competence?.rawValue),
      "capacity": .object(
        Dictionary(
          uniqueKeysWithValues: notes.capacity.map { ($0.key.description, .string($0.value.rawValue)) })),
      "care": .optional(notes.care?.rawValue),
    ]
  }
}

extension ChildNotes {
  /// A line for each thing noted.
  var words: [String] {
    var lines: [String] = []
    if let competence {
      lines.append(
        competence == .competent
          ? "Understands enough to decide" : "Does not understand enough to decide yet")
    }
    for (recipient, capacity) in capacity.sorted(by: { $0.key.description < $1.key.description }) {
      lines.append(
        capacity == .lacks
          ? "Was found unable to decide about sharing with \(recipient)"
          : "Was found able to decide about sharing with \(recipient)")
    }
    if let care { lines.append("Care: \(care.rawValue)") }
    return lines
  }
}

extension ContactSummary {
  var json: JSONValue {
    [
      "contact": .string(reference.description), "name": .string(name), "relationship": .string(relationship),
      "parental_responsibility": .bool(parentalResponsibility),
    ]
  }
}

extension RecordSummary {
  var json: JSONValue {
    [
      "record": .string(reference.description), "child": .string(child.description), "kind": .string(kind),
      "dated": .optional(dated?.description), "title": .optional(title), "file_name": .string(fileName),
      "media_type": .string(mediaType), "size": .number(sizeBytes), "filed_at": .string(filedAt.text),
    ]
  }
}

extension ConsentSummary {
  var json: JSONValue {
    [
      "consent": .string(reference.description), "child": .string(child.description),
      "contact": .optional(contact?.description), "recipient": .string(recipient.description),
      "kinds": .strings(kinds), "purpose": .string(purpose), "until": .string(until.description),
      "state": .string(state),
    ]
  }
}

extension RecipientSummary {
  var json: JSONValue {
    [
      "recipient": .string(reference.description), "kind": .string(kind), "key": .optional(key?.text),
      "name": .string(name),
    ]
  }
}

extension RequestSummary {
  var json: JSONValue { .object(members) }

  fileprivate var members: [String: JSONValue] {
    [
      "request": .string(reference.description), "child": .string(child.description),
      "gateway": .string(gateway), "recipient": .string(recipient.description), "state": .string(state),
      "requester": .string(requester.description), "at": .string(at.text),
    ]
  }
}

extension RequestDetail {
  var json: JSONValue {
    var object = summary.members
    object["recipient_name"] = .optional(recipientName)
    object["reason"] = .optional(reason)
    object["records"] = .strings(records.map { $0.description })
    object["evidence"] = .strings(evidence)
    object["approvals"] = .strings(approvals)
    object["decision"] = decision.json(request: summary.reference)
    return .object(object)
  }
}

extension ChildFile {
  var json: JSONValue {
    var object = child.json.object ?? [:]
    object["contacts"] = .array(contacts.map(\.json))
    object["records"] = .array(
      zip(records, kept).map { record, kept in
        var member = record.json.object ?? [:]
        member["keep_until"] = .string(kept.keepUntil.description)
        return .object(member)
      })
    object["disposed"] = .array(disposed.map(\.json))
    object["consents"] = .array(consents.map(\.json))
    object["requests"] = .array(requests.map(\.json))
    object["holds"] = .array(holds.map(\.json))
    object["proposals"] = .array(proposals.map(\.json))
    return .object(object)
  }
}

extension FindResult {
  var json: JSONValue {
    [
      "child": .string(child.description), "record": .optional(record?.description), "kind": .optional(kind),
      "title": .string(title),
    ]
  }
}

extension ExplanationText {
  var json: JSONValue { ["decision": decision.json(request: nil), "lines": .strings(lines)] }
}

extension VaultStatus {
  var json: JSONValue {
    [
      "vault": .string(vault), "example": .bool(isExample), "member": .string(me.reference.description),
      "role": .string(me.role), "entries": .number(entries), "root": .string(root.hex),
      "members": .number(members), "children": .number(children), "erased": .number(erasedChildren),
      "records": .number(records),
      "open_requests": .number(openRequests), "policy": .string(policyHash),
      "policy_name": .string(policyName), "origin": .string(origin), "vkey": .string(vkey),
      "key_fingerprint": .string(keyFingerprint),
    ]
  }
}
