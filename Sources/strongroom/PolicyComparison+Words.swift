import DisclosureRules
import Gatekeeper

extension PolicyComparison {
  /// - Parameter requests: the references of the facts that were asked again, in their order.
  func lines(from old: PolicySet, to new: PolicySet, requests: [RequestReference]) -> [String] {
    var lines = [
      "From: \(old.title) (\(old.name), version \(old.version))",
      "To:   \(new.title) (\(new.name), version \(new.version))",
    ]
    for direction in Change.Direction.allCases {
      let these = changes.filter { $0.direction == direction }
      if these.isEmpty { continue }
      lines += ["", direction.heading]
      lines += these.map { "  \($0.text) [\($0.location)]" }
    }
    if changes.isEmpty { lines += ["", "Nothing changes."] }
    if requests.isEmpty { return lines }
    lines += [
      "",
      answers.isEmpty
        ? "Past requests: each of the \(requests.count) would be answered as before."
        : "Past requests: \(answers.count) of \(requests.count) would be answered otherwise.",
    ]
    for answer in answers {
      let why = answer.codes.isEmpty ? "" : " (\(answer.codes.joined(separator: ", ")))"
      lines.append("  \(requests[answer.index])  \(answer.before.spoken), now \(answer.after.spoken)\(why)")
    }
    return lines
  }

  func json(from old: PolicySet, to new: PolicySet, requests: [RequestReference]) -> JSONValue {
    [
      "from": .string(old.name), "from_version": .number(old.version), "to": .string(new.name),
      "to_version": .number(new.version),
      "changes": .array(
        changes.map { change in
          [
            "direction": .string(change.direction.rawValue), "text": .string(change.text),
            "location": .string(change.location.description),
          ]
        }),
      "requests": .number(requests.count),
      "answers": .array(
        answers.map { answer in
          [
            "request": .string(requests[answer.index].description), "before": .string(answer.before.rawValue),
            "after": .string(answer.after.rawValue), "codes": .strings(answer.codes),
          ]
        }),
    ]
  }
}

extension PolicyComparison.Change.Direction {
  fileprivate var heading: String {
    switch self {
    case .allowsMore: "Allows more"
    case .allowsLess: "Allows less"
    case .changes: "Other changes"
    }
  }
}

extension Decision.Outcome {
  fileprivate var spoken: String {
    switch self {
    case .allowed: "allowed"
    case .waiting: "waiting"
    case .refused: "not allowed"
    }
  }
}

extension PolicySet {
  /// Roles, gateways and the vault as Cedar entities, in Cedar's JSON form.
  var cedarEntities: String {
    let named =
      vocabulary.roles.all.map { ("Role", $0) } + gateways.map { ("Gateway", $0.id) } + [("Vault", "vault")]
    let entities = JSONValue.array(
      named.map { type, id in
        [
          "uid": ["type": .string("Strongroom::\(type)"), "id": .string(id)], "attrs": [:], "parents": [],
        ]
      })
    return String(decoding: entities.canonicalBytes, as: UTF8.self) + "\n"
  }
}
