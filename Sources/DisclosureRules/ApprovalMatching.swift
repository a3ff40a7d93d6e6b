/// Gives each approval to one place it can fill, so that one person never counts twice.
enum ApprovalMatching {
  /// How many approvals each group still lacks.
  ///
  /// Places are filled in order of the groups along augmenting paths, so the answer is the same whatever order the
  /// approvals came in, and no approval is wasted on a place that another could have filled.
  static func missing(
    groups: [ApprovalGroup], approvals: [DisclosureFacts.Person], requester: String
  ) -> [Int] {
    // One person may hold several roles and may have approved in more than one of them.
    var people: [(member: String, roles: [String])] = []
    for approval in approvals where approval.member != requester {
      if let known = people.firstIndex(where: { $0.member == approval.member }) {
        people[known].roles.append(approval.role)
      } else {
        people.append((approval.member, [approval.role]))
      }
    }
    let places = groups.indices.flatMap { group in repeatElement(group, count: groups[group].count) }
    var placeOfPerson = [Int?](repeating: nil, count: people.count)

    func fill(_ place: Int, _ tried: inout Set<Int>) -> Bool {
      let roles = groups[places[place]].roles
      for person in people.indices where people[person].roles.contains(where: roles.contains) {
        guard tried.insert(person).inserted else { continue }
        if let taken = placeOfPerson[person] {
          guard fill(taken, &tried) else { continue }
        }
        placeOfPerson[person] = place
        return true
      }
      return false
    }

    var missing = [Int](repeating: 0, count: groups.count)
    for place in places.indices {
      var tried: Set<Int> = []
      if !fill(place, &tried) { missing[places[place]] += 1 }
    }
    return missing
  }
}
