import DisclosureRules
import Testing

@testable import Gatekeeper

@Suite struct ConsentSelectionTests {
  @Test func nothingOnFileIsNoConsent() {
    let selection = ConsentSelection(today: CalendarDate("2026-11-21")!, candidates: [])
    #expect(selection.selected(documentCount: 2).0 == .none)
    #expect(selection.selected(documentCount: 2).versionsAfter == [false, false])
  }
}
