import DisclosureRules
import Testing

struct ExplainTests {
  @Test func refusalIsToldRuleByRuleWithTheLineThatDecided() throws {
    let lines = try TinyPolicy.load().explain(
      TinyPolicy.facts {
        $0.evidence[0].wellFormed = false
        $0.documents.append(.init(kind: "report"))
      }
    ).lines
    #expect(
      lines.joined(separator: "\n") == """
        Not allowed. Rules: tiny, version 3; "A letter"
          passed     Switched on  gateways/letter.yaml:1
                     It is switched on.
          passed     In force  gateways/letter.yaml:10
                     It applies, since 1 September 2014.
          passed     Kind of setting  gateways/letter.yaml:1
                     It is for this kind of setting.
          passed     Who may ask  gateways/letter.yaml:25
                     The SENCo may ask.
          passed     Who may receive  gateways/letter.yaml:11
                     It covers this recipient: court.
          passed     Which documents  gateways/letter.yaml:12
                     It covers every document asked for.
          passed     About the pupil  gateways/letter.yaml:13
                     The pupil meets its conditions.
          refused    Evidence "number"  gateways/letter.yaml:18  <- this decided
                     Evidence "number" does not look right: expected AA99/*, where 9 is any digit, A is any letter and * is any run of characters. What is the number?
          passed     Evidence "letter"  gateways/letter.yaml:22
                     It is there and looks right.
          not needed Consent  gateways/letter.yaml:1
                     This way to share does not rest on consent.
          not needed Restrictions  restrictions.yaml:1
                     None bears on this request.
          waiting    Approvals  gateways/letter.yaml:30
                     1 more person has to approve: safeguarding lead, but not whoever asked.
          passed     Turned down  gateways/letter.yaml:26
                     Nobody has turned it down.
          passed     Still fresh  gateways/letter.yaml:33
                     The answer has not run out.
        """)
  }

  @Test func permissionNamesTheGatewayThatDecided() throws {
    let explanation = try TinyPolicy.load().explain(TinyPolicy.agreedFacts())
    #expect(explanation.lines.first == "Allowed. Rules: tiny, version 3; \"Agreement\"")
    #expect(explanation.lines.last == "  Decided by gateways/agreed.yaml:1: nothing stands against it.")
  }

  @Test func hiddenRefusalExplainsNothing() throws {
    let lines = try TinyPolicy.load().explain(
      TinyPolicy.facts { $0.restrictions = [.init(kind: .courtRestrictedParent, recipient: true)] }
    ).lines
    #expect(
      lines == [
        "Not allowed. Rules: tiny, version 3",
        "  refused    Visibility  restrictions.yaml:1  <- this decided",
        "             Not found, or not visible to you.",
      ])
  }
}
