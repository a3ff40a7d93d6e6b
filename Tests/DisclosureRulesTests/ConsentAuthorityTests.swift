import DisclosureRules
import StrongroomTestSupport
import Testing

/// Who may consent, on a date: the table of life events and conflicts (domain notes, section 4), one test a row.
@Suite struct ConsentAuthorityTests {
  typealias Person = ConsentSituation.Person
  typealias Reason = ConsentAuthority.Reason

  static let mother = Person(id: "mother", relationship: .parent, hasParentalResponsibility: true)
  static let father = Person(id: "father", relationship: .parent, hasParentalResponsibility: true)
  static let authority = Person(
    id: "authority", relationship: .localAuthority, hasParentalResponsibility: true)

  /// 21 November 2026 unless told otherwise.
  func ask(
    born: String, on today: String = "2026-11-21", people: [Person] = [mother, father],
    _ change: (inout ConsentSituation) -> Void = { _ in }
  ) throws -> ConsentAuthority {
    var situation = ConsentSituation(
      today: try #require(CalendarDate(today)), born: try #require(CalendarDate(born)), people: people)
    change(&situation)
    return ConsentAuthority(situation)
  }

  func reason(_ person: String, in authority: ConsentAuthority) -> Reason? {
    authority.standings.first { $0.person == person }?.reason
  }

  @Test func parentsOfAYoungChildDecideAndTheChildDoesNotAlone() throws {
    let answer = try ask(born: "2015-05-03")
    #expect(answer.deciders.map(\.person) == ["mother", "father"])
    #expect(answer.deciders.allSatisfy { $0.giver == .parent })
    #expect(reason("self", in: answer) == .tooYoungAlone)
    #expect(answer.cautions == [.mayDisagree])
  }

  @Test func competentChildDecidesAndParentsDoNot() throws {
    let answer = try ask(born: "2013-05-03") { $0.isCompetent = true }
    #expect(answer.deciders.map(\.person) == ["self"])
    #expect(answer.deciders.first?.giver == .child)
    #expect(reason("mother", in: answer) == .childDecides)
  }

  @Test func childFoundNotCompetentLeavesItToTheParents() throws {
    let answer = try ask(born: "2010-09-20") { $0.isCompetent = false }
    #expect(answer.deciders.map(\.person) == ["mother", "father"])
    // Somebody has looked.
    #expect(!answer.cautions.contains(.competenceNotLookedAt))
  }

  @Test func from16APupilOfSchoolAgeMustBeLookedAtBeforeAParentIsRelyedOn() throws {
    #expect(try ask(born: "2010-11-22").cautions.contains(.competenceNotLookedAt) == false)
    #expect(try ask(born: "2010-11-21").cautions.contains(.competenceNotLookedAt))
  }

  @Test func pupilDecidesFromTheDayAfterTheLastFridayInJuneAndNotFromTheirBirthday() throws {
    // Turns 16 in the school year that ends in 2027; its last Friday in June is the 25th.
    for born in ["2010-09-01", "2011-02-14", "2011-08-31"] {
      let before = try ask(born: born, on: "2027-06-25")
      #expect(before.stage == .child)
      #expect(before.deciders.map(\.person) == ["mother", "father"])
      #expect(before.changesOn == CalendarDate("2027-06-26"))
      #expect(before.cautions.contains(.changesSoon))
      let after = try ask(born: born, on: "2027-06-26")
      #expect(after.stage == .youngPerson)
      #expect(after.deciders.map(\.person) == ["self"])
      #expect(after.deciders.map(\.giver) == [.youngPerson])
      #expect(reason("mother", in: after) == .youngPersonDecides)
      #expect(after.changesOn == nil)
    }
    // Born a day later, a year later.
    #expect(try ask(born: "2011-09-01", on: "2027-06-26").stage == .child)
  }

  @Test func youngPersonsDecisionStandsAgainstTheirParentsAlsoAt18() throws {
    for today in ["2027-07-01", "2029-03-01"] {
      let answer = try ask(born: "2011-01-15", on: today)
      #expect(answer.deciders.map(\.person) == ["self"])
    }
  }

  @Test func youngPersonLackingCapacityIsActedForByADeputyElseAParent() throws {
    let parents = try ask(born: "2009-01-15") { $0.lacksCapacity = true }
    #expect(parents.deciders.map(\.giver) == [.alternativePerson, .alternativePerson])
    #expect(reason("self", in: parents) == .cannotDecideThis)
    let deputy = Person(id: "deputy", relationship: .deputy)
    let withDeputy = try ask(born: "2009-01-15", people: [Self.mother, deputy]) { $0.lacksCapacity = true }
    #expect(withDeputy.deciders.map(\.person) == ["deputy"])
    #expect(reason("mother", in: withDeputy) == .deputyComesFirst)
    // A deputy is nobody while the young person can decide this.
    #expect(try ask(born: "2009-01-15", people: [deputy]).deciders.map(\.person) == ["self"])
  }

  @Test func lackOfCapacityChangesNothingBeforeTheEndOfSchoolAge() throws {
    let answer = try ask(born: "2015-05-03") { $0.lacksCapacity = true }
    #expect(answer.deciders.map(\.giver) == [.parent, .parent])
  }

  @Test func nobodyActsForAYoungPersonWhoLacksCapacityAndHasNobody() throws {
    let answer = try ask(born: "2009-01-15", people: []) { $0.lacksCapacity = true }
    #expect(answer.deciders.isEmpty)
    #expect(answer.cautions.contains(.nobodyMayDecide))
  }

  @Test func eitherOfTwoParentsMayAnswerAndDisagreementIsForetold() throws {
    #expect(try ask(born: "2015-05-03").cautions.contains(.mayDisagree))
    #expect(try !ask(born: "2015-05-03", people: [Self.mother]).cautions.contains(.mayDisagree))
  }

  @Test func nonResidentParentHasTheSameStanding() throws {
    let father = Person(id: "father", relationship: .parent, hasParentalResponsibility: false)
    let answer = try ask(born: "2015-05-03", people: [Self.mother, father])
    #expect(answer.deciders.map(\.person) == ["mother", "father"])
  }

  @Test func parentRestrictedByACourtDoesNotDecideAtAnyStage() throws {
    var father = Self.father
    father.isRestricted = true
    let child = try ask(born: "2015-05-03", people: [Self.mother, father])
    #expect(child.deciders.map(\.person) == ["mother"])
    #expect(reason("father", in: child) == .restrictedByCourt)
    #expect(child.standings.first { $0.person == "father" }?.giver == .other)
    let acting = try ask(born: "2009-01-15", people: [Self.mother, father]) { $0.lacksCapacity = true }
    #expect(acting.deciders.map(\.person) == ["mother"])
  }

  @Test func authorityWithACareOrderDecidesAndParentsDoNotAlone() throws {
    for care in [CareStatus.careOrder, .placementOrder] {
      let answer = try ask(born: "2015-05-03", people: [Self.mother, Self.authority]) { $0.care = care }
      #expect(answer.deciders.map(\.person) == ["authority"])
      #expect(answer.deciders.map(\.giver) == [.localAuthorityWithParentalResponsibility])
      #expect(reason("mother", in: answer) == .authorityHoldsOrder)
      #expect(answer.standings.first { $0.person == "mother" }?.giver == .other)
      #expect(answer.cautions.contains(.orderAndParents))
    }
  }

  @Test func authorityThatLooksAfterAChildByAgreementDecidesNothing() throws {
    for care in [CareStatus.accommodated, .lookedAfter, .healthPlacement, .none] {
      let answer = try ask(born: "2015-05-03", people: [Self.mother, Self.authority]) { $0.care = care }
      #expect(answer.deciders.map(\.person) == ["mother"], "\(care)")
      #expect(reason("authority", in: answer) == .authorityWithoutOrder)
      #expect(
        answer.standings.first { $0.person == "authority" }?.giver
          == .localAuthorityWithoutParentalResponsibility)
      #expect(answer.cautions.contains(.lookedAfterWithoutOrder) == (care != .none))
    }
  }

  @Test func careOrderDoesNotReachPastSchoolAge() throws {
    let answer = try ask(born: "2009-01-15", people: [Self.authority]) { $0.care = .careOrder }
    #expect(answer.deciders.map(\.person) == ["self"])
  }

  @Test func adoptersDecideOnlyAfterTheOrderAndBirthParentsNeverAgain() throws {
    let placed = try ask(
      born: "2019-05-03",
      people: [Person(id: "carers", relationship: .prospectiveAdopter), Self.authority]
    ) { $0.care = .placementOrder }
    #expect(placed.deciders.map(\.person) == ["authority"])
    #expect(reason("carers", in: placed) == .adoptionNotYetOrdered)
    let adopted = try ask(
      born: "2019-05-03",
      people: [
        Person(id: "adopter", relationship: .adopter, hasParentalResponsibility: true),
        Person(id: "birth", relationship: .birthParentAfterAdoption, hasParentalResponsibility: true),
      ])
    #expect(adopted.deciders.map(\.person) == ["adopter"])
    #expect(reason("birth", in: adopted) == .birthParentAfterAdoption)
  }

  @Test func grandparentsAndStepParentsNeedParentalResponsibility() throws {
    var grandparent = Person(id: "grandparent", relationship: .other)
    #expect(try ask(born: "2015-05-03", people: [grandparent]).deciders.isEmpty)
    grandparent.hasParentalResponsibility = true
    let answer = try ask(born: "2015-05-03", people: [grandparent])
    #expect(answer.deciders.map(\.giver) == [.parent])
  }

  @Test func carersCountAsParentsInEducationLaw() throws {
    let answer = try ask(born: "2015-05-03", people: [Person(id: "carer", relationship: .carer)])
    #expect(answer.deciders.map(\.giver) == [.carer])
  }

  @Test func over25IsSaid() throws {
    #expect(try ask(born: "2001-11-21").cautions.contains(.over25))
    #expect(try !ask(born: "2001-11-22").cautions.contains(.over25))
  }

  @Test(arguments: [
    ("mother", Relationship.parent), ("Step-mother", .other), ("mother's partner", .other),
    ("birth mother", .other), ("birth mother after adoption", .birthParentAfterAdoption),
    ("Foster carer", .carer), ("former carer", .other), ("child's social worker", .other),
    ("Adoptive father", .adopter), ("prospective adopter", .prospectiveAdopter),
    ("Kent County Council", .localAuthority), ("LA", .localAuthority), ("special guardian", .guardian),
    ("attorney", .deputy), ("self", .subject), (" Mum ", .parent), ("uncle", .other),
    ("friend of dad", .other),
    ("stepfather", .other), ("former foster carer", .other), ("carer's assistant", .other),
    ("guardian ad litem", .other), ("deputy head", .other), ("child minder", .other),
    ("young person's tutor", .other), ("parent governor", .other), ("grandmother", .other), ("мать", .other),
    ("social worker, local authority", .localAuthority), ("", .other),
  ])
  func wordsForARelationshipCountWholeOrNotAtAll(_ words: String, _ expected: Relationship) {
    #expect(Relationship(words: words) == expected)
  }

  /// Whatever is known: the answer is the same each time, everyone is answered about, and no restriction lets more
  /// people decide.
  @Test func restrictingSomebodyNeverLetsMorePeopleDecideThemselves() {
    var random = SeededGenerator(seed: 20_261_122)
    for _ in 0..<3_000 {
      let people = (0..<random.below(5)).map { number in
        Person(
          id: "p\(number)", relationship: random.oneOf(Relationship.allCases),
          hasParentalResponsibility: random.once(in: 2), isRestricted: random.once(in: 5))
      }
      var situation = ConsentSituation(
        today: CalendarDate("2026-11-21")!.adding(days: random.below(700)),
        born: CalendarDate("2001-01-01")!.adding(days: random.below(9_000)),
        isCompetent: random.oneOf([nil, true, false]), lacksCapacity: random.once(in: 2),
        care: random.oneOf(CareStatus.allCases), people: people)
      let before = ConsentAuthority(situation)
      #expect(before == ConsentAuthority(situation))
      #expect(before.standings.count >= people.count)
      #expect(before.cautions.contains(.nobodyMayDecide) == before.deciders.isEmpty)
      guard let index = situation.people.indices.randomElement(using: &random) else { continue }
      situation.people[index].isRestricted = true
      let after = ConsentAuthority(situation)
      let restricted = after.standings.filter { $0.person == "p\(index)" }
      #expect(restricted.allSatisfy { !$0.mayDecide || situation.people[index].relationship == .subject })
    }
  }
}
