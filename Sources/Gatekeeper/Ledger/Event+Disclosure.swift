package import DisclosureRules
import FoundationEssentials
import StrongroomCrypto

extension Event {
  /// The `evidence` field: an array of {`id`, `form`, `sha256`, `well_formed`, `record`}.
  func evidence() throws(EntryFault) -> [EvidenceState] {
    guard let elements = fields["evidence"]?.array else { throw .malformed }
    var evidence: [EvidenceState] = []
    for element in elements {
      guard let piece = EvidenceState(json: element),
        !evidence.contains(where: { $0.id == piece.id })
      else { throw .malformed }
      evidence.append(piece)
    }
    return evidence
  }

  func optionalDate(_ field: String) throws(EntryFault) -> CalendarDate? {
    guard let text = try optionalText(field) else { return nil }
    guard let date = CalendarDate(text) else { throw .malformed }
    return date
  }
}

extension EvidenceState {
  init?(json: JSONValue) {
    guard let id = json["id"]?.string, let form = json["form"]?.string.flatMap(EvidenceForm.init),
      let sha256 = json["sha256"]?.string.flatMap({ SHA256Digest(hex: $0) }),
      let wellFormed = json["well_formed"]?.bool
    else { return nil }
    var record: RecordReference?
    if let text = json["record"] {
      guard let parsed = text.string.flatMap({ RecordReference(parsing: $0) }) else { return nil }
      record = parsed
    }
    self.init(id: id, form: form, sha256: sha256, wellFormed: wellFormed, record: record)
  }

  var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "form": .string(form.rawValue), "sha256": .string(sha256.hex),
      "well_formed": .bool(wellFormed),
    ]
    members["record"] = record.map { .string($0.description) }
    return .object(members)
  }
}

// Facts travel as canonical JSON in the event and as `Codable` values in the rules.
extension JSONValue {
  package var disclosureFacts: DisclosureFacts? { decoded() }
  package var accessFacts: AccessFacts? { decoded() }
  package var erasureFacts: ErasureFacts? { decoded() }

  private func decoded<T: Decodable>() -> T? {
    try? JSONDecoder().decode(T.self, from: Data(canonicalBytes))
  }

  package init(facts: some Encodable) {
    // Facts hold words, numbers and flags only: encoding them and reading that back cannot fail.
    guard let data = try? JSONEncoder().encode(facts),
      let json = try? JSONValue(parsing: Array(data), limits: .event)
    else { preconditionFailure("facts are plain JSON") }
    self = json
  }
}
