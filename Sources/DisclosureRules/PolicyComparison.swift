/// What changes when one set of rules takes the place of another, in words, and what it would have meant for requests
/// that were really made.
package struct PolicyComparison: Sendable {
  /// One rule that reads otherwise in the new set.
  package struct Change: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable, CaseIterable {
      /// Something refused or waiting before can be allowed now.
      case allowsMore = "allows more"
      case allowsLess = "allows less"
      /// Words, duties or papers change, or some of both.
      case changes
    }
    package let direction: Direction
    /// One sentence without its full stop.
    package let text: String
    /// In the new set; in the old one for what is gone.
    package let location: RuleLocation
  }

  /// A past request that would be answered otherwise.
  package struct Answer: Hashable, Sendable {
    /// Position in the facts given.
    package let index: Int
    package let before: Decision.Outcome
    package let after: Decision.Outcome
    /// Why, under the new set; empty if it is allowed now.
    package let codes: [String]
  }

  package let changes: [Change]
  package let answers: [Answer]

  /// - Parameter facts: of requests that were decided, each as the rules saw it then. Both sets are asked as of that day.
  package init(from old: PolicySet, to new: PolicySet, replaying facts: [DisclosureFacts] = []) {
    var differ = Differ(old: old, new: new)
    differ.run()
    changes = differ.changes
    answers = facts.enumerated().compactMap { index, facts in
      // On the day it was asked the new set may not have been in force; the question is what its rules would say.
      var asked = facts
      asked.today = max(facts.today, new.inForceFrom)
      let before = old.decide(facts).outcome
      let decision = new.decide(asked)
      guard before != decision.outcome else { return nil }
      return Answer(
        index: index, before: before, after: decision.outcome,
        codes: decision.recordedReasonCodes + decision.recordedNeedCodes)
    }
  }
}

private struct Differ {
  let old: PolicySet
  let new: PolicySet
  var changes: [PolicyComparison.Change] = []

  mutating func run() {
    compareSettings()
    for gateway in old.gateways where new.gateway(gateway.id) == nil {
      add(gateway.isEnabled ? .allowsLess : .changes, gateway.location, "\(gateway.name) is gone")
    }
    for gateway in new.gateways {
      if let before = old.gateway(gateway.id) {
        compare(before, gateway)
      } else {
        add(
          gateway.isEnabled ? .allowsMore : .changes, gateway.location,
          "\(gateway.name) is new" + (gateway.isEnabled ? "" : ", and switched off"))
      }
    }
    compareRestrictions()
    compareAccess()
  }

  private mutating func add(
    _ direction: PolicyComparison.Change.Direction, _ location: RuleLocation, _ text: String
  ) {
    changes.append(.init(direction: direction, text: text, location: location))
  }

  /// Words that came in allow more, words that went allow less; one change for each side.
  private mutating func compareWords(
    _ before: [String], _ after: [String], _ location: RuleLocation, allowing: Bool = true,
    _ sentence: (_ isNew: Bool, _ words: String) -> String
  ) {
    let came = after.filter { !before.contains($0) }
    let went = before.filter { !after.contains($0) }
    if !came.isEmpty {
      add(allowing ? .allowsMore : .allowsLess, location, sentence(true, came.joined(separator: ", ")))
    }
    if !went.isEmpty {
      add(allowing ? .allowsLess : .allowsMore, location, sentence(false, went.joined(separator: ", ")))
    }
  }

  private mutating func compareSettings() {
    let place = RuleLocation(file: "policy.yaml", line: 1)
    compareWords(old.settingTypes, new.settingTypes, place) {
      $0
        ? "settings of these types may use the rules: \($1)"
        : "settings of these types may not any more: \($1)"
    }
    if old.inForceFrom != new.inForceFrom {
      add(
        .changes, place,
        "the rules are in force from \(new.inForceFrom.spoken), not \(old.inForceFrom.spoken)"
      )
    }
  }

  private mutating func compare(_ before: Gateway, _ after: Gateway) {
    let name = after.name
    if before.isEnabled != after.isEnabled {
      add(
        after.isEnabled ? .allowsMore : .allowsLess, after.location(of: "enabled"),
        "\(name) is switched \(after.isEnabled ? "on" : "off")")
    }
    compareWords(before.recipients.words, after.recipients.words, after.location(of: "recipients")) {
      $0 ? "\(name) may share with: \($1)" : "\(name) may no longer share with: \($1)"
    }
    compareWords(before.documents.words, after.documents.words, after.location(of: "documents")) {
      $0 ? "\(name) may share: \($1)" : "\(name) may no longer share: \($1)"
    }
    compareWords(before.requestBy, after.requestBy, after.location(of: "request_by")) {
      $0 ? "\(name) may be asked for by: \($1)" : "\(name) may no longer be asked for by: \($1)"
    }
    compareWords(
      before.settingTypes ?? old.settingTypes, after.settingTypes ?? new.settingTypes,
      after.location(of: "setting_types")
    ) { $0 ? "\(name) is open to settings: \($1)" : "\(name) is no longer open to settings: \($1)" }
    compareEvidence(before, after)
    compareConsent(before, after)
    compareSubject(before, after)
    compareApprovals(before, after)
    compareTimes(before, after)
    compareDuties(before, after)
  }

  private mutating func compareEvidence(_ before: Gateway, _ after: Gateway) {
    let place = after.location(of: "requires")
    compareWords(before.requires.map(\.id), after.requires.map(\.id), place, allowing: false) {
      $0 ? "\(after.name) asks for more evidence: \($1)" : "\(after.name) no longer asks for: \($1)"
    }
    for rule in after.requires {
      guard let was = before.evidence(rule.id) else { continue }
      if was.form != rule.form || was.pattern != rule.pattern || was.choices != rule.choices
        || was.onlyFor != rule.onlyFor || was.unless != rule.unless
      {
        add(.changes, rule.location, "\(after.name) takes other evidence for \"\(rule.id)\"")
      }
      let isSingle = (rule.use ?? after.evidenceUse) == .single
      if isSingle != ((was.use ?? before.evidenceUse) == .single) {
        add(
          isSingle ? .allowsLess : .allowsMore, rule.location,
          "\(after.name) counts \"\(rule.id)\" \(isSingle ? "once" : "again and again")")
      }
    }
  }

  private mutating func compareConsent(_ before: Gateway, _ after: Gateway) {
    let place = after.location(of: "consent")
    switch (before.consent, after.consent) {
    case (nil, nil): return
    case (nil, _?): add(.allowsLess, place, "\(after.name) needs consent now")
    case (_?, nil): add(.allowsMore, place, "\(after.name) needs no consent any more")
    case (let was?, let rule?):
      for stage in LifeStage.allCases {
        compareWords(
          (was.givers[stage] ?? []).map(\.rawValue), (rule.givers[stage] ?? []).map(\.rawValue), place
        ) {
          $0
            ? "for \(stage.spoken), \(after.name) takes consent from: \($1)"
            : "for \(stage.spoken), \(after.name) no longer takes consent from: \($1)"
        }
      }
      if was.prevails != rule.prevails {
        add(.changes, place, "\(after.name) settles disagreements otherwise")
      }
      if was.checkCompetenceFromAge != rule.checkCompetenceFromAge {
        let isStricter =
          (rule.checkCompetenceFromAge ?? .max) < (was.checkCompetenceFromAge ?? .max)
        let age = rule.checkCompetenceFromAge.map { "from the age of \($0)" } ?? "never"
        add(
          isStricter ? .allowsLess : .allowsMore, place,
          "\(after.name) asks whether a child can decide \(age)")
      }
      if was.checksCapacity != rule.checksCapacity {
        add(
          rule.checksCapacity ? .allowsLess : .allowsMore, place,
          "\(after.name) \(rule.checksCapacity ? "asks" : "no longer asks") for a note on capacity")
      }
    }
  }

  private mutating func compareSubject(_ before: Gateway, _ after: Gateway) {
    guard before.subject != after.subject else { return }
    let direction: PolicyComparison.Change.Direction =
      before.subject == nil ? .allowsLess : after.subject == nil ? .allowsMore : .changes
    add(direction, after.location(of: "subject"), "\(after.name) is for other children than before")
  }

  private mutating func compareApprovals(_ before: Gateway, _ after: Gateway) {
    let (was, rule) = (before.approvals.base, after.approvals.base)
    if was.count != rule.count {
      add(
        rule.count > was.count ? .allowsLess : .allowsMore, rule.location,
        "\(after.name) needs \(rule.count) approvals, not \(was.count)")
    }
    if rule.count > 0 {
      compareWords(was.roles, rule.roles, rule.location) {
        $0
          ? "\(after.name) may also be approved by: \($1)"
          : "\(after.name) may no longer be approved by: \($1)"
      }
    }
    if before.approvals.moreFor != after.approvals.moreFor {
      add(
        .changes, after.location(of: "approvals"), "\(after.name) asks for further approvals in other cases")
    }
  }

  private mutating func compareTimes(_ before: Gateway, _ after: Gateway) {
    if before.lasts?.days != after.lasts?.days {
      let isLonger = (after.lasts?.days ?? .max) > (before.lasts?.days ?? .max)
      let days = after.lasts?.days.map { "\($0) days" } ?? "no fixed time"
      add(
        isLonger ? .allowsMore : .allowsLess, after.location(of: "lasts"),
        "an allowed request under \(after.name) lasts \(days)")
    }
    if before.effectiveFrom != after.effectiveFrom || before.effectiveTo != after.effectiveTo {
      add(.changes, after.location(of: "effective_from"), "\(after.name) is in force on other dates")
    }
    if before.clock != after.clock {
      add(.changes, after.location(of: "clock"), "\(after.name) has another deadline")
    }
  }

  private mutating func compareDuties(_ before: Gateway, _ after: Gateway) {
    if before.kind != after.kind {
      add(
        .changes, after.location(of: "kind"),
        "\(after.name) \(after.kind == .compels ? "must be met" : "may be used, and need not be") now")
    }
    if before.tellFamily != after.tellFamily {
      add(
        .changes, after.location(of: "tell_family"),
        "\(after.name) tells the family: \(after.tellFamily.rawValue)")
    }
    if before.obligations != after.obligations {
      add(.changes, after.location(of: "obligations"), "\(after.name) has other conditions")
    }
    if before.authority != after.authority {
      add(.changes, after.location(of: "authority"), "\(after.name) rests on other provisions")
    }
  }

  private mutating func compareRestrictions() {
    for kind in RestrictionKind.allCases {
      let was = old.restrictions.first { $0.kind == kind }
      let rule = new.restrictions.first { $0.kind == kind }
      switch (was, rule) {
      case (let was?, let rule?):
        guard !was.saysTheSame(as: rule) else { continue }
        add(.changes, rule.location, "the restriction \"\(rule.title)\" reads otherwise")
      // A restriction without a rule refuses, so a rule can only let more through.
      case (nil, let rule?):
        add(.allowsMore, rule.location, "the restriction \"\(rule.title)\" has a rule now")
      case (let was?, nil):
        add(.allowsLess, was.location, "the restriction \"\(was.title)\" has no rule any more, so it refuses")
      case (nil, nil): continue
      }
    }
  }

  private mutating func compareAccess() {
    let roles =
      old.vocabulary.roles.all + new.vocabulary.roles.all.filter { !old.vocabulary.roles.contains($0) }
    for role in roles {
      let (was, now) = (old.access.roles[role], new.access.roles[role])
      let place = now?.location ?? was?.location ?? RuleLocation(file: "access.yaml", line: 1)
      compareWords(
        (was?.may ?? []).map(\.rawValue).sorted(), (now?.may ?? []).map(\.rawValue).sorted(), place
      ) {
        $0 ? "\(role) may: \($1)" : "\(role) may no longer: \($1)"
      }
      compareWords(was?.openKinds ?? [], now?.openKinds ?? [], place) {
        $0 ? "\(role) may open: \($1)" : "\(role) may no longer open: \($1)"
      }
      if let was, let now, was.openKinds == now.openKinds, !was.opensAlike(now) {
        add(.changes, place, "\(role) opens documents on other conditions")
      }
    }
  }
}

extension Gateway {
  fileprivate var name: String { "\"\(id)\"" }
}

extension AccessPolicy.Role {
  fileprivate var openKinds: [String] {
    var kinds: [String] = []
    for kind in opens.flatMap(\.documents.words) where !kinds.contains(kind) { kinds.append(kind) }
    return kinds
  }

  fileprivate func opensAlike(_ other: AccessPolicy.Role) -> Bool {
    opens.map { [$0.children.rawValue, "\($0.needsReason)"] + $0.documents.words }
      == other.opens.map { [$0.children.rawValue, "\($0.needsReason)"] + $0.documents.words }
  }
}

extension Restriction {
  fileprivate func saysTheSame(as other: Restriction) -> Bool {
    effect == other.effect && when == other.when && gateways == other.gateways && documents == other.documents
      && isReasonShown == other.isReasonShown && obligation == other.obligation
      && approvals?.count == other.approvals?.count && approvals?.roles == other.approvals?.roles
  }
}

extension ApprovalCondition: Equatable {
  package static func == (left: ApprovalCondition, right: ApprovalCondition) -> Bool {
    left.documents == right.documents && left.recipients == right.recipients && left.stages == right.stages
      && left.group.count == right.group.count && left.group.roles == right.group.roles
  }
}

extension Gateway.SubjectRule: Equatable {
  package static func == (left: Gateway.SubjectRule, right: Gateway.SubjectRule) -> Bool {
    left.stages == right.stages && left.stagesFor == right.stagesFor && left.minimumAge == right.minimumAge
      && left.maximumAge == right.maximumAge && left.care == right.care
  }
}
