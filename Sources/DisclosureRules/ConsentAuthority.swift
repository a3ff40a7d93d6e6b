/// Who may give, refuse or take back consent to the sharing of a child's records on one day, and why.
///
/// A function of what is known and nothing else. Sources: SEND Regulations 2014, regulation 17; Children and Families Act 2014,
/// sections 80 and 83; Education Act 1996, sections 8 and 576; Children Act 1989, sections 2, 20, 31 and 33; Adoption and
/// Children Act 2002, sections 21, 25 and 46; Mental Capacity Act 2005, section 1. Which of them were read and which are
/// from memory stands beside the gateways in `policies/`.
package struct ConsentAuthority: Hashable, Sendable {
  package let stage: LifeStage
  package let standings: [Standing]
  /// What somebody has to look at before relying on the answer.
  package let cautions: [Caution]

  /// One person's standing.
  package struct Standing: Hashable, Sendable {
    /// As in the situation.
    package let person: String
    /// In what capacity they answer; `.other` for everyone who may not.
    package let giver: ConsentGiver
    package let reason: Reason
    package var mayDecide: Bool { reason.mayDecide }
  }

  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case decidesForThemself = "decides-for-themself"
    case parentOnBehalf = "parent-on-behalf"
    case adopter
    case authorityUnderOrder = "authority-under-order"
    case alternativePerson = "alternative-person"
    case tooYoungAlone = "too-young-alone"
    case childDecides = "child-decides"
    case youngPersonDecides = "young-person-decides"
    case cannotDecideThis = "cannot-decide-this"
    case deputyComesFirst = "deputy-comes-first"
    case restrictedByCourt = "restricted-by-court"
    case birthParentAfterAdoption = "birth-parent-after-adoption"
    case adoptionNotYetOrdered = "adoption-not-yet-ordered"
    case authorityWithoutOrder = "authority-without-order"
    case authorityHoldsOrder = "authority-holds-order"
    case noStanding = "no-standing"

    package var mayDecide: Bool {
      switch self {
      case .decidesForThemself, .parentOnBehalf, .adopter, .authorityUnderOrder, .alternativePerson: true
      default: false
      }
    }
  }

  package enum Caution: String, Hashable, Sendable, CaseIterable {
    /// 16 or older and still of compulsory school age, and nobody has noted whether they can decide.
    case competenceNotLookedAt = "competence-not-looked-at"
    /// They become a young person on the day named by `ConsentAuthority.changesOn`.
    case changesSoon = "changes-soon"
    /// Somebody with parental responsibility beside the authority: their disagreement is written down, not decided on.
    case orderAndParents = "order-and-parents"
    /// Looked after without an order: the authority is not to be asked for consent.
    case lookedAfterWithoutOrder = "looked-after-without-order"
    /// Several people may answer and may disagree: then it waits, the setting does not choose between them.
    case mayDisagree = "may-disagree"
    case nobodyMayDecide = "nobody-may-decide"
    case over25 = "over-25"
  }

  /// The day after the last Friday in June on which a child becomes a young person; nil if they are one.
  package let changesOn: CalendarDate?

  /// - Parameter situation: people with the same id twice are looked at twice.
  package init(_ situation: ConsentSituation) {
    stage = situation.stage
    let ends = SchoolYear.compulsorySchoolAgeEnds(born: situation.born)
    let isYoungPerson = situation.today > ends
    changesOn = isYoungPerson ? nil : ends.adding(days: 1)
    var standings = situation.people.map { person in
      let reason = Self.reason(for: person, in: situation)
      return Standing(
        person: person.id, giver: Self.giver(person, reason, isYoungPerson: isYoungPerson), reason: reason)
    }
    // The child or young person is always somebody to be asked about, whether or not they are listed.
    if !situation.people.contains(where: { $0.relationship == .subject }) {
      let subject = ConsentSituation.Person(id: Self.subjectID, relationship: .subject)
      let reason = Self.reason(for: subject, in: situation)
      standings.insert(
        Standing(
          person: Self.subjectID, giver: Self.giver(subject, reason, isYoungPerson: isYoungPerson),
          reason: reason), at: 0)
    }
    self.standings = standings
    cautions = Self.cautions(situation, standings, changesOn)
  }

  /// The id of the child or young person where the situation lists no contact for them.
  package static let subjectID = "self"

  package var deciders: [Standing] { standings.filter(\.mayDecide) }

  private static func reason(
    for person: ConsentSituation.Person, in situation: ConsentSituation
  ) -> Reason {
    if person.isRestricted, person.relationship != .subject { return .restrictedByCourt }
    switch situation.stage {
    case .child: return reasonForChild(person, situation)
    case .competentChild: return person.relationship == .subject ? .decidesForThemself : .childDecides
    case .youngPerson:
      return person.relationship == .subject ? .decidesForThemself : .youngPersonDecides
    case .youngPersonLackingCapacity: return reasonForAlternative(person, situation)
    }
  }

  private static func reasonForChild(
    _ person: ConsentSituation.Person, _ situation: ConsentSituation
  ) -> Reason {
    let authorityDecides = situation.care.givesParentalResponsibility
    switch person.relationship {
    case .subject: return .tooYoungAlone
    case .localAuthority:
      // Looking after a child by agreement gives no parental responsibility, whatever was ticked.
      return authorityDecides && person.hasParentalResponsibility
        ? .authorityUnderOrder : .authorityWithoutOrder
    case .prospectiveAdopter: return .adoptionNotYetOrdered
    case .birthParentAfterAdoption: return .birthParentAfterAdoption
    case .adopter: return .adopter
    // Under a placement order the agency decides how far parents may act (2002 Act, section 25); under a care order the
    // authority shares parental responsibility and may limit theirs (1989 Act, section 33).
    case .parent, .guardian, .carer:
      return authorityDecides ? .authorityHoldsOrder : .parentOnBehalf
    // Only guardians, carers and parents act for a child; a step-parent or grandparent by parental responsibility.
    case .deputy, .other:
      guard person.hasParentalResponsibility else { return .noStanding }
      return authorityDecides ? .authorityHoldsOrder : .parentOnBehalf
    }
  }

  /// Deputy or attorney, else a parent (Children and Families Act 2014, section 80; regulation 64).
  private static func reasonForAlternative(
    _ person: ConsentSituation.Person, _ situation: ConsentSituation
  ) -> Reason {
    let hasDeputy = situation.people.contains { $0.relationship == .deputy && !$0.isRestricted }
    switch person.relationship {
    case .subject: return .cannotDecideThis
    case .deputy: return .alternativePerson
    case .parent, .adopter, .guardian, .carer: return hasDeputy ? .deputyComesFirst : .alternativePerson
    case .other:
      guard person.hasParentalResponsibility else { return .noStanding }
      return hasDeputy ? .deputyComesFirst : .alternativePerson
    case .localAuthority: return .authorityWithoutOrder
    case .prospectiveAdopter: return .adoptionNotYetOrdered
    case .birthParentAfterAdoption: return .birthParentAfterAdoption
    }
  }

  /// The word that gateways list as givers. Who may not decide keeps the capacity they would have had, where policies name
  /// it to refuse or to settle a disagreement; everyone else is `.other`.
  private static func giver(
    _ person: ConsentSituation.Person, _ reason: Reason, isYoungPerson: Bool
  ) -> ConsentGiver {
    switch (person.relationship, reason) {
    case (_, .restrictedByCourt), (_, .birthParentAfterAdoption), (_, .adoptionNotYetOrdered),
      (_, .noStanding),
      (_, .deputyComesFirst), (_, .authorityHoldsOrder):
      .other
    case (_, .alternativePerson): .alternativePerson
    case (.subject, _): isYoungPerson ? .youngPerson : .child
    case (.localAuthority, .authorityUnderOrder): .localAuthorityWithParentalResponsibility
    case (.localAuthority, _): .localAuthorityWithoutParentalResponsibility
    case (.guardian, _): .guardian
    case (.carer, _): .carer
    default: .parent
    }
  }

  private static func cautions(
    _ situation: ConsentSituation, _ standings: [Standing], _ changesOn: CalendarDate?
  ) -> [Caution] {
    var cautions: [Caution] = []
    let age = situation.born.age(on: situation.today)
    if changesOn != nil, age >= 16, situation.isCompetent == nil { cautions.append(.competenceNotLookedAt) }
    if let changesOn, situation.today.days(until: changesOn) <= 90 { cautions.append(.changesSoon) }
    if situation.stage == .child || situation.stage == .competentChild {
      if situation.care.givesParentalResponsibility {
        cautions.append(.orderAndParents)
      } else if situation.care != .none {
        cautions.append(.lookedAfterWithoutOrder)
      }
    }
    let deciders = standings.filter(\.mayDecide)
    if deciders.isEmpty { cautions.append(.nobodyMayDecide) }
    if deciders.count > 1 { cautions.append(.mayDisagree) }
    // A plan cannot be maintained past the end of the academic year of the 25th birthday (2014 Act, section 46).
    if age >= 25 { cautions.append(.over25) }
    return cautions
  }
}

extension CareStatus {
  /// Whether the order gives the authority parental responsibility.
  package var givesParentalResponsibility: Bool { self == .careOrder || self == .placementOrder }
}

extension ConsentAuthority.Reason {
  /// One sentence about somebody, to follow their name.
  package var text: String {
    switch self {
    case .decidesForThemself: "decides for themself"
    case .parentOnBehalf: "may decide on the child's behalf, as a parent in education law"
    case .adopter: "may decide as the adoptive parent"
    case .authorityUnderOrder: "decides under the order, which gives it parental responsibility"
    case .alternativePerson: "may decide because the young person cannot make this decision"
    case .tooYoungAlone: "does not decide alone, unless somebody notes that they understand enough to decide"
    case .childDecides: "does not decide: the child understands enough to decide"
    case .youngPersonDecides: "does not decide: the young person does"
    case .cannotDecideThis: "was found unable to make this decision; their wishes still count"
    case .deputyComesFirst: "does not decide while a deputy or attorney does"
    case .restrictedByCourt: "may not decide while a court order restricts them"
    case .birthParentAfterAdoption: "has had no standing since the adoption order"
    case .adoptionNotYetOrdered: "may not decide before there is an adoption order"
    case .authorityWithoutOrder: "has no parental responsibility, so the parents decide"
    case .authorityHoldsOrder:
      "keeps parental responsibility, but the local authority decides under its order"
    case .noStanding:
      "may not decide: neither a parent, nor with care of the child, nor with parental responsibility"
    }
  }
}

extension ConsentAuthority.Caution {
  /// One sentence without its full stop.
  package var text: String {
    switch self {
    case .competenceNotLookedAt:
      "From 16 a pupil is presumed able to decide. Ask whether they can, and note it, before relying on a parent's answer"
    case .changesSoon:
      "Compulsory school age ends soon; from the day after, the pupil decides and a parent's consent lapses"
    case .orderAndParents:
      "If a parent disagrees with the local authority, write it down; the authority's answer stands"
    case .lookedAfterWithoutOrder:
      "Being looked after is not an order: the parents decide, not the local authority"
    case .mayDisagree:
      "Either of them may answer. If they disagree, it waits: the setting does not choose between them"
    case .nobodyMayDecide: "Nobody on file may decide. Add whoever may, or use a route that needs no consent"
    case .over25: "The pupil is 25 or over, so there may be no plan in force"
    }
  }
}
