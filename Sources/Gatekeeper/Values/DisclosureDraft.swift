/// A piece of evidence on its way in.
package enum EvidenceInput: Sendable {
  case text(id: String, text: String)
  /// Filed as a document of kind `evidence` in the child's file.
  case document(id: String, input: any DocumentInput)

  var id: String {
    switch self {
    case .text(let id, _), .document(let id, _): id
    }
  }
}

extension EvidenceInput: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "EvidenceInput(\(id))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What somebody asks to share, with whom, under which one gateway.
package struct DisclosureDraft: Personal {
  package var child: ChildReference
  package var recipient: RecipientReference
  package var gateway: String
  package var records: [RecordReference]
  package var evidence: [EvidenceInput]
  /// Why; kept sealed under the child's key.
  package var reason: String

  /// More than one entry holds.
  static let recordLimit = 64
  static let evidenceLimit = 16

  package init(
    child: ChildReference, recipient: RecipientReference, gateway: String, records: [RecordReference],
    evidence: [EvidenceInput] = [], reason: String
  ) {
    self.child = child
    self.recipient = recipient
    self.gateway = gateway
    self.records = records
    self.evidence = evidence
    self.reason = reason
  }
}
