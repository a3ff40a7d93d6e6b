/// One event for somebody who reads the access record: references and words of the rules, nothing out of a box.
enum EventWords {
  /// - Parameter name: of who acted, where it is known.
  static func lines(_ event: Event, index: UInt64, name: String?) -> [String] {
    let actor = [name, event.actor.role, event.actor.member.description].compactMap { $0 }
    var lines = [
      "Entry \(index)  \(event.kind.rawValue)\(event.outcome.map { "  \($0.rawValue)" } ?? "")",
      "  When        \(event.at)", "  Who         \(actor.joined(separator: ", "))",
    ]
    for (name, value) in [
      ("Child", event.child?.description), ("Document", event.record?.description),
      ("Request", event.request?.description), ("Gateway", event.gateway),
      ("Reasons", event.reasons.isEmpty ? nil : event.reasons.joined(separator: ", ")),
      ("Rules", event.policy),
    ] {
      if let value { lines.append("  \(name)\(String(repeating: " ", count: 12 - name.count))\(value)") }
    }
    for (key, value) in event.fields.sorted(by: { $0.key < $1.key }) {
      lines.append("  \(key) = \(String(decoding: value.canonicalBytes, as: UTF8.self))")
    }
    if let facts = event.facts {
      lines.append("  facts = \(String(decoding: facts.canonicalBytes, as: UTF8.self))")
    }
    if let box = event.box {
      lines.append("  A part of \(box.sealed.count) bytes is sealed under the \(box.scope.rawValue)'s key.")
    }
    return lines
  }

  /// The event as it was signed, without its sealed part.
  static func json(_ event: Event) -> JSONValue {
    guard var members = (try? JSONValue(parsing: event.bytes, limits: .event))?.object else { return .null }
    members["box"] = nil
    return .object(members)
  }
}
