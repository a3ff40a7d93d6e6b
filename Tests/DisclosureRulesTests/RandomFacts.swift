import DisclosureRules
import StrongroomTestSupport

extension SeededGenerator {
  /// A number from 0 up to, not including, a bound.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func oneOf<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// True once in so many.
  mutating func once(in count: Int) -> Bool { below(count) == 0 }
}

/// Requests of every sort: mostly sensible, so that many are allowed, and now and then wrong in each way.
struct RandomFacts {
  let set: PolicySet
  var random: SeededGenerator

  mutating func next() -> DisclosureFacts {
    let gateway = random.oneOf(set.gateways)
    let words = set.vocabulary
    var facts = DisclosureFacts(
      phase: random.oneOf(DisclosureFacts.Phase.allCases),
      today: CalendarDate("2026-11-21")!.adding(days: random.below(400)),
      setting: random.oneOf(gateway.settingTypes ?? set.settingTypes), gateway: gateway.id,
      requester: .init(member: "m1", role: random.oneOf(gateway.requestBy)),
      recipient: random.oneOf(gateway.recipients.words),
      documents: (0...random.below(2)).map { _ in .init(kind: random.oneOf(gateway.documents.words)) },
      subject: subject(for: gateway), consent: consent(for: gateway), evidence: evidence(for: gateway),
      approvals: (0..<random.below(5)).map { number in
        .init(member: "m\(number + 2)", role: random.oneOf(words.roles.all))
      })
    if random.once(in: 6) { facts.recipient = random.oneOf(words.recipientKinds.all + ["stranger"]) }
    if random.once(in: 10) {
      facts.documents.append(.init(kind: random.oneOf(words.documentKinds.all + ["diary"])))
    }
    if random.once(in: 12) { facts.requester.role = random.oneOf(words.roles.all) }
    if random.once(in: 20) { facts.declined = true }
    if random.once(in: 10) { facts.daysSinceAllowed = random.below(60) }
    if random.once(in: 20) { facts.approvals.append(facts.requester) }
    if random.once(in: 4) { facts.restrictions = [restriction()] }
    if random.once(in: 20) { facts.setting = random.oneOf(set.settingTypes + ["nursery"]) }
    return facts
  }

  mutating func restriction() -> DisclosureFacts.Restriction {
    .init(kind: random.oneOf(RestrictionKind.allCases), recipient: random.once(in: 2))
  }

  private mutating func subject(for gateway: Gateway) -> DisclosureFacts.Subject {
    .init(
      stage: random.oneOf(gateway.subject?.stages ?? LifeStage.allCases),
      age: random.once(in: 10) ? nil : random.below(20),
      care: random.oneOf(gateway.subject?.care ?? CareStatus.allCases),
      competenceNote: random.once(in: 2), capacityNote: random.once(in: 2))
  }

  private mutating func consent(for gateway: Gateway) -> DisclosureFacts.Consent {
    if random.once(in: 3) {
      return .init(
        state: random.oneOf(DisclosureFacts.Consent.State.allCases),
        giver: random.oneOf(ConsentGiver.allCases))
    }
    return .init(
      state: .given, giver: random.oneOf(ConsentGiver.allCases), coversRecipient: !random.once(in: 8),
      coversDocuments: !random.once(in: 8), coversVersion: !random.once(in: 8))
  }

  private mutating func evidence(for gateway: Gateway) -> [DisclosureFacts.Evidence] {
    gateway.requires.filter { _ in !random.once(in: 8) }.map { rule in
      .init(
        id: rule.id, sha256: TinyPolicy.hash("0"),
        form: random.once(in: 12) ? .text : rule.form, wellFormed: !random.once(in: 12),
        usedBefore: random.once(in: 12))
    }
  }
}
