/// Reads `access.yaml`.
struct AccessReader {
  let vocabulary: Vocabulary

  func read(_ root: PolicyValue) -> AccessPolicy {
    guard var map = root.map() else { return AccessPolicy(roles: [:]) }
    var roles: [String: AccessPolicy.Role] = [:]
    for entry in map.need("roles")?.map()?.all ?? [] {
      guard let word = entry.key.word(among: vocabulary.roles.all, "role") else { continue }
      roles[word] = readRole(entry.value, at: entry.key.location)
    }
    map.finish()
    return AccessPolicy(roles: roles)
  }

  private func readRole(_ value: PolicyValue, at location: RuleLocation) -> AccessPolicy.Role? {
    guard var map = value.map() else { return nil }
    let mayValue = map.need("may")
    let may = mayValue?.words(AccessAction.self, "action", mayBeEmpty: true) ?? []
    if may.contains(.open) {
      mayValue?.report(.contradiction("what may be opened is said under opens, not may"))
    }
    let openings = (map.need("opens")?.items("opens", mayBeEmpty: true) ?? []).compactMap(readOpening)
    let refusal = map.take("refusal")?.filledString()
    map.finish()
    return AccessPolicy.Role(may: Set(may), opens: openings, refusal: refusal, location: location)
  }

  private func readOpening(_ value: PolicyValue) -> AccessPolicy.Opening? {
    guard var map = value.map() else { return nil }
    let documents = map.need("documents")?.filter(among: vocabulary.documentKinds.all, "document kind")
    let children = map.need("children")?.word(AccessPolicy.Opening.Children.self, "choice")
    let reason = map.need("reason")?.word(among: ["required", "not-needed"], "choice")
    map.finish()
    guard let documents, let children, let reason else { return nil }
    return AccessPolicy.Opening(
      documents: documents, children: children, needsReason: reason == "required", location: value.location)
  }
}
