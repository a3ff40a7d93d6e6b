/// Reads `restrictions.yaml`.
struct RestrictionReader {
  let vocabulary: Vocabulary
  let gatewayIDs: [String]

  func read(_ root: PolicyValue) -> [Restriction] {
    guard var map = root.map() else { return [] }
    let entries = map.need("restrictions")?.map()?.all ?? []
    map.finish()
    return entries.compactMap { entry in
      guard let kind = entry.key.word(RestrictionKind.self, "restriction") else { return nil }
      return readOne(kind, entry.value, at: entry.key.location)
    }
  }

  private func readOne(
    _ kind: RestrictionKind, _ value: PolicyValue, at location: RuleLocation
  ) -> Restriction? {
    guard var map = value.map() else { return nil }
    let title = map.need("title")?.filledString()
    let authority = map.need("authority")?.filledString()
    let effect = map.need("effect")?.word(Restriction.Effect.self, "effect")
    let when = map.take("when").map { $0.word(Restriction.When.self, "condition") } ?? .always
    let filter = map.take("gateways")?.filter(among: gatewayIDs, "gateway")
    let documents = map.take("documents")?.words(among: vocabulary.documentKinds.all, "document kind") ?? []
    let isShown = map.take("reason_shown").flatMap { $0.boolean() } ?? true
    let obligation = map.take("obligation")?.filledString()
    let approvals = map.take("approvals").flatMap { value -> ApprovalGroup? in
      guard var group = value.map() else { return nil }
      let read = ApprovalGroup.read(&group, roles: vocabulary.roles.all, at: location)
      group.finish()
      return read
    }
    map.finish()
    switch effect {
    case .obligation where obligation == nil: value.report(.missingKey("obligation"))
    case .approvals where approvals == nil: value.report(.missingKey("approvals"))
    case .refuse where approvals != nil, .obligation where approvals != nil:
      value.report(.contradiction("approvals go with effect: approvals only"))
    case .obligation where !isShown, .approvals where !isShown:
      value.report(.contradiction("only a refusal can be hidden (reason_shown: false)"))
    default: break
    }
    guard let title, let authority, let effect, let when else { return nil }
    return Restriction(
      kind: kind, title: title, authority: authority, effect: effect, when: when,
      gateways: filter.flatMap { $0.isAny ? nil : $0.words }, documents: documents, isReasonShown: isShown,
      obligation: obligation, approvals: approvals, location: location)
  }
}
