/// The differences between the usual school policy, the regulations and the Code (domain notes, section 1C), and signs by
/// which a loaded set shows that it has one.
///
/// A sign is a matter of structure: who is listed, what is asked, which provision is cited. It can miss a difference that
/// is only in the words; a set says those itself, under `differences`.
enum Difference {
  /// `D1` to `D18`.
  static let allIDs: [String] = (1...18).map { "D\($0)" }

  struct Sign: Hashable {
    let id: String
    let location: RuleLocation
    let text: String
  }

  static func signs(in core: PolicySet.Core) -> [Sign] {
    let gateways = core.gateways
    // Routes that do not rest on consent: with consent, most of these differences do no harm.
    let exceptions = gateways.filter { $0.consent == nil }
    func givingTo(_ recipient: String) -> [Gateway] {
      exceptions.filter { $0.recipients.contains(recipient) }
    }
    func first(_ gateways: [Gateway], where isSign: (Gateway) -> Bool) -> Gateway? {
      gateways.first(where: isSign)
    }

    var signs: [Sign] = []
    func add(_ id: String, _ location: RuleLocation?, _ text: String) {
      if let location { signs.append(Sign(id: id, location: location, text: text)) }
    }

    let consents = gateways.compactMap(\.consent)
    add(
      "D1", consents.first(where: letsOthersDecide)?.giversLocation,
      "somebody else may consent for a young person, or for a child who understands")
    add(
      "D2", consents.first(where: overlooksResponsibility)?.giversLocation,
      "guardians and carers count as givers, and parental responsibility plays no part")
    if !gateways.contains(where: { $0.cites("17(1)(a)") }) {
      add(
        "D3", core.header.location, "no gateway rests on the local authority's opinion, regulation 17(1)(a)")
    }
    if !gateways.contains(where: { $0.cites("17(1)(c)") }) {
      add("D4", core.header.location, "no gateway is for research, regulation 17(1)(c)")
    }
    add(
      "D5",
      first(givingTo("send-tribunal")) { $0.cites("17(1)(b)") && !$0.recipients.contains("appeal-party") }?
        .location(of: "recipients"),
      "an appeal's papers may not go to the other party")
    add(
      "D6",
      first(givingTo("secretary-of-state")) { !$0.asksFor("request") && !$0.asksFor("letter") }?.location,
      "the Secretary of State need not have asked")
    add(
      "D7", first(exceptions) { $0.asksFor("order") && $0.asksFor("criminal") }?.location(of: "requires"),
      "an order of a court counts only together with criminal proceedings; the law says \"or\"")
    add(
      "D9", first(exceptions) { $0.cites("17(1)(g)") && !$0.cites("5(5)") }?.location(of: "authority"),
      "the 1986 Act is cited without section 5(5)")
    add(
      "D10",
      first(exceptions) { gateway in
        gateway.authority.contains { $0.provision.contains("17(1)") && $0.provision.contains("(h)") }
          && gateway.requires.allSatisfy(\.choices.isEmpty)
      }?.location(of: "authority"),
      "a Children Act duty is taken without asking which of the listed sections it is")
    add(
      "D11", first(givingTo("ofsted")) { !$0.asksFor("request") }?.location,
      "the inspector need not have asked")
    add(
      "D12", first(givingTo("dsa-assessor")) { $0.cites("47") && !$0.asksFor("request") }?.location,
      "the young person need not have asked")
    add(
      "D13",
      first(exceptions) {
        $0.cites("regulation 47") && !$0.recipients.isAny
          && ($0.recipients.contains("school") || $0.recipients.contains("college"))
      }?.location(of: "recipients"),
      "regulation 47 is stretched from higher education to schools and colleges")
    if !exceptions.isEmpty, exceptions.allSatisfy({ $0.documents.words == ["ehc-plan"] }) {
      add(
        "D14", exceptions[0].location(of: "documents"),
        "every exception covers the plan and not what lies behind it")
    }
    if !gateways.contains(where: { $0.addressedTo.contains("local-authority") }) {
      add("D18", core.header.location, "no gateway says that the law addresses the local authority")
    }
    return signs
  }

  private static func overlooksResponsibility(_ rule: Gateway.ConsentRule) -> Bool {
    let all = rule.givers.values.joined()
    return all.contains { $0 == .guardian || $0 == .carer }
      && !all.contains(.localAuthorityWithParentalResponsibility)
  }

  private static func letsOthersDecide(_ rule: Gateway.ConsentRule) -> Bool {
    rule.givers[.youngPerson, default: []].contains { $0 != .youngPerson }
      || rule.givers[.competentChild, default: []].contains { $0 != .child }
  }
}

extension Gateway {
  /// One of its provisions holds these words.
  fileprivate func cites(_ words: String) -> Bool { authority.contains { $0.provision.contains(words) } }

  /// One of its evidence ids holds this word.
  fileprivate func asksFor(_ word: String) -> Bool { requires.contains { $0.id.contains(word) } }
}
