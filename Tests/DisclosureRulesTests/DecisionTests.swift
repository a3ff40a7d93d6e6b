import DisclosureRules
import Testing

/// One row a rule: a change to an allowed request, and what the rules then answer.
struct DecisionTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let scenario: String
    let facts: DisclosureFacts
    let outcome: Decision.Outcome
    var reasons: [String] = []
    var needs: [String] = []
    var decidedBy: String
    var testDescription: String { scenario }
  }

  static let rows: [Row] = [
    Row(
      scenario: "a letter with its number", facts: TinyPolicy.facts(), outcome: .allowed,
      decidedBy: "gateways/letter.yaml:1"),
    Row(
      scenario: "a way to share that is not there", facts: TinyPolicy.facts { $0.gateway = "leter" },
      outcome: .refused,
      reasons: ["gateway-unknown"], decidedBy: "policy.yaml:1"),
    Row(
      scenario: "before the rules apply",
      facts: TinyPolicy.facts { $0.today = CalendarDate("2025-12-31")! }, outcome: .refused,
      reasons: ["gateway-not-in-force"], decidedBy: "policy.yaml:4"),
    Row(
      scenario: "before the gateway applies",
      facts: TinyPolicy.facts { $0.today = CalendarDate("2014-08-31")! }, outcome: .refused,
      reasons: ["gateway-not-in-force", "gateway-not-in-force"], decidedBy: "policy.yaml:4"),
    Row(
      scenario: "a setting the policy does not know", facts: TinyPolicy.facts { $0.setting = "nursery" },
      outcome: .refused, reasons: ["wrong-setting"], decidedBy: "policy.yaml:5"),
    Row(
      scenario: "a setting this gateway is not for",
      facts: TinyPolicy.agreedFacts { $0.setting = "maintained" },
      outcome: .refused, reasons: ["wrong-setting"], decidedBy: "gateways/agreed.yaml:7"),
    Row(
      scenario: "a role that may not ask", facts: TinyPolicy.facts { $0.requester.role = "head" },
      outcome: .refused,
      reasons: ["role-may-not-request"], decidedBy: "gateways/letter.yaml:25"),
    Row(
      scenario: "a recipient outside it", facts: TinyPolicy.facts { $0.recipient = "solicitor" },
      outcome: .refused,
      reasons: ["recipient-not-in-gateway"], decidedBy: "gateways/letter.yaml:11"),
    Row(
      scenario: "any recipient means any the policy knows",
      facts: TinyPolicy.agreedFacts { $0.recipient = "stranger" },
      outcome: .refused, reasons: ["recipient-not-in-gateway"], decidedBy: "gateways/agreed.yaml:8"),
    Row(
      scenario: "no documents at all", facts: TinyPolicy.facts { $0.documents = [] }, outcome: .refused,
      reasons: ["no-documents"], decidedBy: "gateways/letter.yaml:12"),
    Row(
      scenario: "two documents of a kind outside it are one reason",
      facts: TinyPolicy.agreedFacts { $0.documents = [.init(kind: "secret"), .init(kind: "secret")] },
      outcome: .refused,
      reasons: ["documents-outside-gateway"], needs: ["approval"], decidedBy: "gateways/agreed.yaml:9"),
    Row(
      scenario: "any document means any the policy knows",
      facts: TinyPolicy.orderedFacts { $0.documents = [.init(kind: "diary")] }, outcome: .refused,
      reasons: ["documents-outside-gateway"], decidedBy: "gateways/ordered.yaml:8"),
    Row(
      scenario: "a stage of life it is not for",
      facts: TinyPolicy.facts { $0.subject.stage = .competentChild },
      outcome: .refused, reasons: ["subject-condition"], decidedBy: "gateways/letter.yaml:13"),
    Row(
      scenario: "too young", facts: TinyPolicy.facts { $0.subject.age = 4 }, outcome: .refused,
      reasons: ["subject-condition"], decidedBy: "gateways/letter.yaml:13"),
    Row(
      scenario: "too old", facts: TinyPolicy.facts { $0.subject.age = 19 }, outcome: .refused,
      reasons: ["subject-condition"], decidedBy: "gateways/letter.yaml:13"),
    Row(
      scenario: "age not on file", facts: TinyPolicy.facts { $0.subject.age = nil }, outcome: .refused,
      reasons: ["subject-condition"], decidedBy: "gateways/letter.yaml:13"),
    Row(
      scenario: "no evidence", facts: TinyPolicy.facts { $0.evidence = [] }, outcome: .refused,
      reasons: ["evidence-missing", "evidence-missing"], needs: ["evidence:number", "evidence:letter"],
      decidedBy: "gateways/letter.yaml:18"),
    Row(
      scenario: "a number that does not fit", facts: TinyPolicy.facts { $0.evidence[0].wellFormed = false },
      outcome: .refused, reasons: ["evidence-malformed"], needs: ["evidence:number"],
      decidedBy: "gateways/letter.yaml:18"),
    Row(
      scenario: "a letter typed instead of attached", facts: TinyPolicy.facts { $0.evidence[1].form = .text },
      outcome: .refused, reasons: ["evidence-malformed"], needs: ["evidence:letter"],
      decidedBy: "gateways/letter.yaml:22"),
    Row(
      scenario: "a bad number and then a good one",
      facts: TinyPolicy.facts {
        $0.evidence.insert(
          .init(id: "number", sha256: TinyPolicy.hash("d"), form: .text, wellFormed: false), at: 0)
      }, outcome: .allowed, decidedBy: "gateways/letter.yaml:1"),
    Row(
      scenario: "used before, where that is fine",
      facts: TinyPolicy.facts { $0.evidence[1].usedBefore = true },
      outcome: .allowed, decidedBy: "gateways/letter.yaml:1"),
    Row(
      scenario: "an order used before", facts: TinyPolicy.orderedFacts { $0.evidence[0].usedBefore = true },
      outcome: .refused, reasons: ["evidence-reused", "evidence-missing"],
      needs: ["evidence:order", "evidence:seal"],
      decidedBy: "gateways/ordered.yaml:20"),
    Row(
      scenario: "either of two pieces of evidence will not do if only one says so",
      facts: TinyPolicy.orderedFacts {
        $0.evidence = [.init(id: "seal", sha256: TinyPolicy.hash("e"), form: .text)]
      },
      outcome: .refused, reasons: ["evidence-missing"], needs: ["evidence:order"],
      decidedBy: "gateways/ordered.yaml:10"),
    Row(
      scenario: "evidence asked only of solicitors is asked of a solicitor",
      facts: TinyPolicy.agreedFacts { $0.recipient = "solicitor" }, outcome: .refused,
      reasons: ["evidence-missing"],
      needs: ["evidence:client-authority"], decidedBy: "gateways/agreed.yaml:21"),
    Row(
      scenario: "a solicitor without anything hears of both",
      facts: TinyPolicy.agreedFacts {
        $0.recipient = "solicitor"
        $0.consent = .none
      }, outcome: .refused, reasons: ["evidence-missing"], needs: ["evidence:client-authority", "consent"],
      decidedBy: "gateways/agreed.yaml:21"),
    Row(
      scenario: "no consent", facts: TinyPolicy.agreedFacts { $0.consent = .none }, outcome: .waiting,
      needs: ["consent"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "consent for somebody else",
      facts: TinyPolicy.agreedFacts { $0.consent.coversRecipient = false },
      outcome: .waiting, needs: ["consent"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "consent refused", facts: TinyPolicy.agreedFacts { $0.consent.state = .refused },
      outcome: .refused,
      reasons: ["consent-refused"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "consent withdrawn before release",
      facts: TinyPolicy.agreedFacts {
        $0.phase = .release
        $0.consent.state = .withdrawn
      }, outcome: .refused, reasons: ["consent-withdrawn"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "consent run out", facts: TinyPolicy.agreedFacts { $0.consent.state = .expired },
      outcome: .refused,
      reasons: ["consent-expired"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "consent ended by growing up",
      facts: TinyPolicy.agreedFacts { $0.consent.state = .invalidated },
      outcome: .refused, reasons: ["consent-invalidated"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "somebody wants to talk first",
      facts: TinyPolicy.agreedFacts { $0.consent.state = .followUp },
      outcome: .waiting, needs: ["consent-follow-up"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "parents disagree", facts: TinyPolicy.agreedFacts { $0.consent.state = .conflict },
      outcome: .waiting,
      needs: ["consent-conflict"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "the authority under a care order, against a parent",
      facts: TinyPolicy.agreedFacts {
        $0.consent = .init(state: .conflict, giver: .localAuthorityWithParentalResponsibility)
        $0.subject.care = .careOrder
      }, outcome: .allowed, decidedBy: "gateways/agreed.yaml:1"),
    Row(
      scenario: "the authority without a care order, against a parent",
      facts: TinyPolicy.agreedFacts {
        $0.consent = .init(state: .conflict, giver: .localAuthorityWithParentalResponsibility)
        $0.subject.care = .accommodated
      }, outcome: .waiting, needs: ["consent-conflict"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "a mother for a young person",
      facts: TinyPolicy.agreedFacts { $0.subject = .init(stage: .youngPerson, age: 17) }, outcome: .refused,
      reasons: ["consent-wrong-giver"], decidedBy: "gateways/agreed.yaml:11"),
    Row(
      scenario: "consent from nobody in particular", facts: TinyPolicy.agreedFacts { $0.consent.giver = nil },
      outcome: .refused, reasons: ["consent-wrong-giver"], decidedBy: "gateways/agreed.yaml:11"),
    Row(
      scenario: "consent for other documents",
      facts: TinyPolicy.agreedFacts { $0.consent.coversDocuments = false },
      outcome: .refused, reasons: ["consent-does-not-cover-documents"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "plan amended after consent",
      facts: TinyPolicy.agreedFacts { $0.documents[0].versionAfterConsent = true }, outcome: .refused,
      reasons: ["consent-does-not-cover-version"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "sixteen, still a child, nobody has asked whether they understand",
      facts: TinyPolicy.agreedFacts { $0.subject.age = 16 }, outcome: .waiting, needs: ["competence-note"],
      decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "sixteen, and it has been asked",
      facts: TinyPolicy.agreedFacts {
        $0.subject.age = 16
        $0.subject.competenceNote = true
      }, outcome: .allowed, decidedBy: "gateways/agreed.yaml:1"),
    Row(
      scenario: "age unknown counts as old enough to ask",
      facts: TinyPolicy.agreedFacts { $0.subject.age = nil },
      outcome: .waiting, needs: ["competence-note"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "somebody acts for a young person without a capacity note",
      facts: TinyPolicy.agreedFacts {
        $0.subject = .init(stage: .youngPersonLackingCapacity, age: 18)
        $0.consent.giver = .alternativePerson
      }, outcome: .waiting, needs: ["capacity-note"], decidedBy: "gateways/agreed.yaml:10"),
    Row(
      scenario: "and with one",
      facts: TinyPolicy.agreedFacts {
        $0.subject = .init(stage: .youngPersonLackingCapacity, age: 18, capacityNote: true)
        $0.consent.giver = .alternativePerson
      }, outcome: .allowed, decidedBy: "gateways/agreed.yaml:1"),
    Row(
      scenario: "a legal hold", facts: TinyPolicy.facts { $0.restrictions = [.init(kind: .legalHold)] },
      outcome: .refused, reasons: ["restricted"], decidedBy: "restrictions.yaml:8"),
    Row(
      scenario: "a legal hold elsewhere",
      facts: TinyPolicy.agreedFacts { $0.restrictions = [.init(kind: .legalHold)] },
      outcome: .allowed, decidedBy: "gateways/agreed.yaml:1"),
    Row(
      scenario: "a restriction the rules do not deal with",
      facts: TinyPolicy.facts { $0.restrictions = [.init(kind: .sealedIdentity)] }, outcome: .refused,
      reasons: ["restricted"], decidedBy: "restrictions.yaml:1"),
    Row(
      scenario: "a restricted parent who is not the recipient",
      facts: TinyPolicy.facts { $0.restrictions = [.init(kind: .courtRestrictedParent)] }, outcome: .allowed,
      decidedBy: "gateways/letter.yaml:1"),
    Row(
      scenario: "an order that waits for both", facts: TinyPolicy.orderedFacts { $0.approvals = [] },
      outcome: .waiting,
      needs: ["approval"], decidedBy: "gateways/ordered.yaml:19"),
    Row(
      scenario: "the same person twice counts once",
      facts: TinyPolicy.orderedFacts { $0.approvals[1] = .init(member: "m2", role: "dsl") },
      outcome: .waiting,
      needs: ["approval"], decidedBy: "gateways/ordered.yaml:19"),
    Row(
      scenario: "an approval in a role that may not",
      facts: TinyPolicy.orderedFacts { $0.approvals[1].role = "senco" }, outcome: .waiting,
      needs: ["approval"],
      decidedBy: "gateways/ordered.yaml:19"),
    Row(
      scenario: "the requester approves",
      facts: TinyPolicy.orderedFacts { $0.approvals.append(.init(member: "m1", role: "head")) },
      outcome: .refused,
      reasons: ["approval-by-requester"], decidedBy: "gateways/ordered.yaml:19"),
    Row(
      scenario: "a report needs the safeguarding lead",
      facts: TinyPolicy.facts { $0.documents.append(.init(kind: "report")) }, outcome: .waiting,
      needs: ["approval"],
      decidedBy: "gateways/letter.yaml:30"),
    Row(
      scenario: "a secret report under an order needs a third person",
      facts: TinyPolicy.orderedFacts { $0.documents.append(.init(kind: "secret")) }, outcome: .waiting,
      needs: ["approval"], decidedBy: "restrictions.yaml:18"),
    Row(
      scenario: "who takes whichever place is free",
      facts: TinyPolicy.orderedFacts {
        $0.documents.append(.init(kind: "secret"))
        $0.approvals.append(.init(member: "m4", role: "reader"))
      }, outcome: .allowed, decidedBy: "gateways/ordered.yaml:1"),
    Row(
      scenario: "turned down", facts: TinyPolicy.facts { $0.declined = true }, outcome: .refused,
      reasons: ["declined"],
      decidedBy: "gateways/letter.yaml:26"),
    Row(
      scenario: "the last day", facts: TinyPolicy.facts { $0.daysSinceAllowed = 28 }, outcome: .allowed,
      decidedBy: "gateways/letter.yaml:1"),
    Row(
      scenario: "a day too late", facts: TinyPolicy.facts { $0.daysSinceAllowed = 29 }, outcome: .refused,
      reasons: ["expired"], decidedBy: "gateways/letter.yaml:33"),
  ]

  @Test(arguments: rows)
  func ruleAnswers(_ row: Row) throws {
    let decision = try TinyPolicy.load().decide(row.facts)
    #expect(decision.outcome == row.outcome)
    #expect(decision.reasons.map(\.code) == row.reasons)
    #expect(decision.needs.map(\.code) == row.needs)
    #expect(decision.decidedBy.description == row.decidedBy)
    #expect(decision.recordedReasonCodes == row.reasons)
    #expect(decision.recordedNeedCodes == row.needs)
    #expect(
      decision.reasons.allSatisfy {
        $0.text.hasSuffix(".") || $0.text.hasSuffix("?") || $0.text.hasSuffix(")")
      })
    #expect(decision.obligations.isEmpty == (row.outcome != .allowed))
    #expect(decision.remedies.isEmpty == (row.outcome == .allowed))
  }

  @Test func allowedAnswerCarriesItsConditions() throws {
    let decision = try TinyPolicy.load().decide(
      TinyPolicy.facts {
        $0.restrictions = [.init(kind: .shieldedAddress)]
        $0.lateByDays = 4
      })
    #expect(
      decision.obligations.map(\.code) == [
        "tell-family", "clock", "late", "condition", "restriction:shielded-address",
      ])
    #expect(
      decision.obligations.map(\.text) == [
        "Tell the family what was shared, with whom and why.", "Deadline: 15 working days from the letter.",
        "This is 4 days late. Record why.", "View only.", "Take the address out.",
      ])
  }

  @Test func disagreementIsRecordedWhenOneVoicePrevails() throws {
    let decision = try TinyPolicy.load().decide(
      TinyPolicy.agreedFacts {
        $0.consent = .init(state: .conflict, giver: .localAuthorityWithParentalResponsibility)
        $0.subject.care = .careOrder
      })
    #expect(decision.obligations.map(\.code) == ["decide-telling-family", "record-disagreement"])
  }

  @Test func hiddenRefusalSaysTheSameWhateverElseIsWrong() throws {
    let set = try TinyPolicy.load()
    let barred = DisclosureFacts.Restriction(kind: .courtRestrictedParent, recipient: true)
    let plain = TinyPolicy.facts { $0.restrictions = [barred] }
    let worse = TinyPolicy.facts {
      $0.restrictions = [barred]
      $0.evidence = []
      $0.declined = true
    }
    for decision in [set.decide(plain), set.decide(worse)] {
      #expect(decision.outcome == .refused)
      #expect(decision.isHidden)
      #expect(decision.reasons.map(\.code) == ["not-found-or-not-visible"])
      #expect(decision.reasons.map(\.text) == ["Not found, or not visible to you."])
      #expect(decision.needs.isEmpty)
      #expect(decision.remedies.isEmpty)
      #expect(decision.recordedReasonCodes.contains("restricted"))
    }
    #expect(set.explain(worse).lines == set.explain(plain).lines)
  }

  @Test func needSaysHowManyApprovalsAndFromWhom() throws {
    let need = try #require(
      try TinyPolicy.load().decide(TinyPolicy.orderedFacts { $0.approvals = [] }).needs.first)
    #expect(need.count == 2)
    #expect(need.roles == ["head", "dsl", "reader"])
    #expect(
      need.text
        == "2 more people have to approve: headteacher, safeguarding lead or reader, but not whoever asked.")
  }

  @Test func solicitorIsToldWhatWouldMakeItLawful() throws {
    let decision = try PolicySet.load(.england).decide(
      DisclosureFacts(
        today: CalendarDate("2026-11-21")!, setting: "academy", gateway: "consent",
        requester: .init(member: "m1", role: "senco"), recipient: "solicitor",
        documents: [.init(kind: "ehc-plan")], subject: .init(stage: .child, age: 9)))
    #expect(decision.outcome == .refused)
    #expect(decision.reasons.map(\.code) == ["evidence-missing"])
    #expect(decision.needs.map(\.code) == ["evidence:client-authority", "consent"])
    let commands = decision.remedies.compactMap(\.command)
    #expect(commands.contains("strongroom disclose attach REQUEST --evidence client-authority=@FILE"))
    #expect(
      commands.contains(
        "strongroom consent record --child CHILD --given-by CONTACT --to RECIPIENT --kind ehc-plan --purpose TEXT --until DATE"
      ))
  }

  @Test func wrongRecipientIsShownTheOtherWays() throws {
    let decision = try TinyPolicy.load().decide(TinyPolicy.facts { $0.recipient = "college" })
    #expect(
      decision.remedies.map(\.command) == [
        "strongroom disclose request --child CHILD --to RECIPIENT --gateway agreed --record RECORD --reason TEXT",
        nil,
      ])
    #expect(decision.remedies.last?.text == "Ask the court for a letter.")
  }

  @Test func misspelledGatewayIsGuessed() throws {
    let decision = try TinyPolicy.load().decide(TinyPolicy.facts { $0.gateway = "leter" })
    #expect(decision.remedies.map(\.text) == ["Did you mean \"letter\"?"])
    #expect(decision.reasons.first?.text == "There is no way to share called \"leter\" in the rules.")
  }

  @Test func hostileWordsAreCutShortAndStripped() throws {
    let decision = try TinyPolicy.load().decide(
      TinyPolicy.facts { $0.gateway = "a\u{1B}[31m\u{202E}" + String(repeating: "x", count: 5000) })
    let text = try #require(decision.reasons.first?.text)
    #expect(text.utf8.count < 200)
    #expect(!text.unicodeScalars.contains("\u{1B}"))
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }
}
