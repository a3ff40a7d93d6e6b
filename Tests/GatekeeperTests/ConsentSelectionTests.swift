import DisclosureRules
import Testing

@testable import Gatekeeper

@Suite struct ConsentSelectionTests {
  @Test(arguments: [
    ("mother", true, LifeStage.child, ConsentGiver.parent), ("Father", false, .child, .parent),
    ("mum", true, .youngPerson, .parent), ("mother", true, .youngPersonLackingCapacity, .alternativePerson),
    ("grandmother", true, .child, .parent), ("grandmother", false, .child, .other),
    ("step-father", false, .child, .other), ("stepmother", false, .child, .other),
    ("foster carer", false, .child, .carer), ("special guardian", true, .child, .guardian),
    ("local authority", true, .child, .localAuthorityWithParentalResponsibility),
    ("local authority", false, .child, .localAuthorityWithoutParentalResponsibility),
    ("self", false, .child, .child), ("self", false, .youngPerson, .youngPerson),
    ("deputy", false, .youngPersonLackingCapacity, .alternativePerson), ("neighbour", false, .child, .other),
    ("", false, .child, .other),
  ])
  func capacityFollowsRelationshipAndResponsibility(
    relationship: String, responsibility: Bool, stage: LifeStage, giver: ConsentGiver
  ) {
    #expect(
      ConsentGiver(relationship: relationship, parentalResponsibility: responsibility, stage: stage) == giver)
  }

  @Test func nothingOnFileIsNoConsent() {
    let selection = ConsentSelection(today: CalendarDate("2026-11-21")!, candidates: [])
    #expect(selection.selected(documentCount: 2).0 == .none)
    #expect(selection.selected(documentCount: 2).versionsAfter == [false, false])
  }
}
