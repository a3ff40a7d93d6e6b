/// What belongs to one child, each in the order of its entries, so that nobody looks through every child's things for it.
struct ChildIndex: Hashable, Sendable, Codable {
  var contacts: [ContactReference] = []
  var records: [RecordReference] = []
  var consents: [ConsentReference] = []
  var requests: [RequestReference] = []
}
