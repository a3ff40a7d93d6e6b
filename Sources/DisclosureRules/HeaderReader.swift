/// Reads `policy.yaml`.
struct HeaderReader {
  func read(_ root: PolicyValue) -> PolicySet.Header? {
    guard var map = root.map() else { return nil }
    let name = map.need("policy")?.newWord("name")
    let version = map.need("version")?.integer(1...1_000_000, what: "version")
    let title = map.need("title")?.filledString()
    let inForceFrom = map.need("in_force_from")?.date()
    let settingTypes = map.need("setting_types").map(newWords) ?? []
    let vocabulary = map.need("vocabulary").flatMap(readVocabulary)
    let retention = map.take("retention").map { readRetention($0, vocabulary) } ?? []
    let erasure = map.take("erasure").map(readErasure) ?? .unwritten
    let differences = map.take("differences").map(readDifferences) ?? []
    let vectors = map.take("decision_vectors")?.integer(0...1000, what: "decision_vectors") ?? 0
    let notes = map.take("notes").map { $0.string() ?? "" }
    map.finish()
    guard let name, let version, let title, let inForceFrom, let vocabulary else { return nil }
    return PolicySet.Header(
      name: name, version: version, title: title, inForceFrom: inForceFrom, settingTypes: settingTypes,
      vocabulary: vocabulary, retention: retention, erasure: erasure, differences: differences,
      decisionVectors: vectors, notes: notes, location: root.location, lines: map.lines)
  }

  private func newWords(_ value: PolicyValue) -> [String] {
    var seen: [String] = []
    for item in value.items("the list") ?? [] {
      guard let word = item.newWord("word") else { continue }
      if seen.contains(word) { item.report(.duplicateWord(noun: "setting type", word: word)) }
      seen.append(word)
    }
    return seen
  }

  private func readVocabulary(_ value: PolicyValue) -> Vocabulary? {
    guard var map = value.map() else { return nil }
    let roles = map.need("roles").flatMap(readWords)
    let documents = map.need("document_kinds").flatMap(readWords)
    let recipients = map.need("recipient_kinds").flatMap(readWords)
    map.finish()
    guard let roles, let documents, let recipients else { return nil }
    return Vocabulary(roles: roles, documentKinds: documents, recipientKinds: recipients)
  }

  private func readWords(_ value: PolicyValue) -> Vocabulary.Words? {
    guard let map = value.map() else { return nil }
    if map.all.isEmpty { value.report(.emptyList("the vocabulary")) }
    var entries: [(word: String, title: String)] = []
    for entry in map.all {
      guard let word = entry.key.newWord("word"), let title = entry.value.filledString() else { continue }
      // "any" stands for the whole vocabulary in gateway files, so it cannot be one word of it.
      if word == "any" {
        entry.key.report(.contradiction("\"any\" means every word and cannot be one of them"))
      }
      entries.append((word, title))
    }
    return Vocabulary.Words(entries)
  }

  private func readRetention(_ value: PolicyValue, _ vocabulary: Vocabulary?) -> [RetentionRule] {
    guard let map = value.map() else { return [] }
    return map.all.compactMap { entry in
      if let vocabulary { _ = entry.key.word(among: vocabulary.documentKinds.all, "document kind") }
      guard var rule = entry.value.map() else { return nil }
      let after = rule.need("after")?.word(among: ["birth"], "start of the time")
      let years = rule.need("years")?.integer(1...150, what: "years")
      let note = rule.take("note")?.string()
      rule.finish()
      guard after != nil, let years else { return nil }
      return RetentionRule(
        documentKind: entry.name, years: years, note: note, location: entry.key.location)
    }
  }

  private func readErasure(_ value: PolicyValue) -> ErasureRules {
    guard var map = value.map() else { return .unwritten }
    let waitDays = map.need("wait_days")?.integer(0...365, what: "wait_days")
    let groundsValue = map.need("early_grounds")
    let grounds = groundsValue?.words(ErasureGround.self, "ground", mayBeEmpty: true) ?? []
    if grounds.contains(.retention) {
      groundsValue?.report(
        .contradiction("retention is the ground that waits for the date, so it is never an early one"))
    }
    let backupDays = map.take("backup_days")?.integer(1...3650, what: "backup_days")
    map.finish()
    return ErasureRules(
      waitDays: waitDays ?? ErasureRules.unwritten.waitDays, earlyGrounds: grounds, backupDays: backupDays,
      location: value.location)
  }

  private func readDifferences(_ value: PolicyValue) -> [PolicyDifference] {
    var seen: [String] = []
    return (value.items("differences", mayBeEmpty: true) ?? []).compactMap { item in
      guard var map = item.map() else { return nil }
      let idValue = map.need("id")
      let id = idValue?.word(among: Difference.allIDs, "difference")
      let title = map.need("title")?.filledString()
      let here = map.need("here")?.filledString()
      let law = map.need("law")?.filledString()
      let effect = map.need("effect")?.filledString()
      let handling = map.take("handling")?.filledString()
      // Checked against the gateways once those are known.
      let gateways = map.take("gateways")?.strings("gateways") ?? []
      let status = map.need("status")?.word(PolicyDifference.Status.self, "status")
      map.finish()
      guard let id, let title, let here, let law, let effect, let status else { return nil }
      if seen.contains(id) { idValue?.report(.duplicateWord(noun: "difference", word: id)) }
      seen.append(id)
      return PolicyDifference(
        id: id, title: title, here: here, law: law, effect: effect, handling: handling, gateways: gateways,
        status: status, location: item.location)
    }
  }
}
