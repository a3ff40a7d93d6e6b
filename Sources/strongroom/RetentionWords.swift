import DisclosureRules
import Gatekeeper

// Holds, keep-until dates, disposal and erasure in words and as JSON.

extension HoldSummary {
  static let heading = ["Reference", "Since", "Until", "Case", "Because"]

  var row: [String] {
    let end = until?.description ?? "lifted"
    return [
      reference.description, placedAt.dateText, isInForce ? end : "\(end) (ended)", caseReference ?? "-",
      reason,
    ]
  }

  var json: JSONValue {
    [
      "hold": .string(reference.description), "child": .string(child.description), "reason": .string(reason),
      "case": .optional(caseReference), "until": .optional(until?.description),
      "placed_at": .string(placedAt.text), "in_force": .bool(isInForce),
    ]
  }
}

extension ProposalSummary {
  static let heading = ["Reference", "Child", "What", "Ground", "From"]

  var row: [String] {
    [reference.description, child.description, what, ground.rawValue, from.description]
  }

  private var what: String { records.map { Words.count($0.count, "document") } ?? "the whole file" }

  /// What somebody else types from then on.
  var command: String {
    records == nil
      ? "strongroom child erase \(child) --carry-out \(reference)"
      : "strongroom retention dispose \(child) --carry-out \(reference)"
  }

  var json: JSONValue {
    [
      "proposal": .string(reference.description), "child": .string(child.description),
      "scope": records == nil ? "child" : "records",
      "records": records.map { .strings($0.map { $0.description }) } ?? .null,
      "ground": .string(ground.rawValue), "proposer": .string(proposer.description), "at": .string(at.text),
      "from": .string(from.description),
    ]
  }
}

extension KeptDocument {
  static let heading = ["Keep until", "Child", "Document", "Kind", ""]

  var row: [String] {
    [
      keepUntil.description, child.description, record.description, kind,
      isHeld ? "HELD: nothing goes" : isDue ? "due" : "not yet",
    ]
  }

  var json: JSONValue {
    [
      "child": .string(child.description), "record": .string(record.description), "kind": .string(kind),
      "keep_until": .string(keepUntil.description), "due": .bool(isDue), "held": .bool(isHeld),
    ]
  }
}

extension GoneRecord {
  var row: [String] {
    [record.description, kind, dated?.description ?? "-", filedAt.dateText, goneAt.dateText]
  }

  var json: JSONValue {
    [
      "record": .string(record.description), "kind": .string(kind), "dated": .optional(dated?.description),
      "filed_at": .string(filedAt.text), "gone_at": .string(goneAt.text),
    ]
  }
}

extension ErasedChild {
  /// What is gone, what stays, and from when.
  var words: [String] {
    var lines = [
      "\(child)  erased on \(at.dateText) (entry \(Words.grouped(entry)))"
        + (ground.map { ": \($0.words)" } ?? ""),
      "  Gone    the child's key. Names, dates, reasons and documents were sealed under it and cannot be read again.",
      "  Stays   that there was a file, who did what with it and when, by reference.",
    ]
    if !released.isEmpty {
      lines.append(
        "  Outside packages released before are with their recipients: \(released.map(\.description).joined(separator: ", "))"
      )
    }
    return lines
  }

  var json: JSONValue {
    [
      "child": .string(child.description), "erased": true, "at": .string(at.text), "entry": .number(entry),
      "ground": .optional(ground?.rawValue), "records": .array(records.map(\.json)),
      "released": .strings(released.map { $0.description }),
    ]
  }
}

extension ErasureGround {
  var words: String {
    switch self {
    case .retention: "its time to be kept was over"
    case .erasureRequest: "a request for erasure that was upheld"
    case .filedInError: "it was filed in error"
    case .courtOrder: "a court ordered it"
    }
  }
}

extension CarriedOut {
  /// What is gone, what stays, and from when it is final.
  func words(entry: UInt64) -> [String] {
    let documents = Words.count(records.count, "document")
    var lines =
      scope == .child
      ? [
        "Erased \(child) (entry \(Words.grouped(entry))).",
        "  Gone    the child's key, and with it every name, date and reason sealed under it; \(documents)",
        "  Stays   the access record: who did what and when, by reference; packages that were released before",
      ]
      : [
        "Disposed of \(documents) of \(child) (entry \(Words.grouped(entry))).",
        "  Gone    \(records.map(\.description).joined(separator: ", "))",
        "  Stays   kind, dates and reference of each; packages that were released before. Titles stay sealed in the access record, which only the erasure of the whole file closes",
      ]
    lines.append("  Final   \(finality)")
    if scope == .child, !isRemembered {
      lines.append(
        "  Note    the list of erasures in your state folder could not be written: run any command again, before a backup is put back"
      )
    }
    return lines
  }

  private var finality: String {
    let what =
      "backups made before now still open it. Run 'strongroom backup create' on each, which takes it out"
    guard let backupDays, let finalFrom else {
      return "\(what), and destroy the others: the rules do not say how long they are kept"
    }
    return
      "from \(finalFrom): \(what); the others are kept for at most \(Words.count(backupDays, "day")), so see that they are destroyed by then"
  }

  func json(entry: UInt64) -> JSONValue {
    [
      "child": .string(child.description), "scope": .string(scope.rawValue),
      "records": .strings(records.map { $0.description }), "final_from": .optional(finalFrom?.description),
      "backup_days": backupDays.map { .number($0) } ?? .null, "remembered": .bool(isRemembered),
      "entry": .number(entry),
    ]
  }
}
