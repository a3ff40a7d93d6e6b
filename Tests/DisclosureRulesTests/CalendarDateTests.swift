import DisclosureRules
import Foundation
import Testing

struct CalendarDateTests {
  static func date(_ text: String) -> CalendarDate { CalendarDate(text)! }

  @Test func everyDayFrom1890To2110CountsOnByOneAndReadsBack() {
    var date = Self.date("1890-01-01")
    var weekday = date.weekday.rawValue
    let end = Self.date("2110-12-31")
    while date < end {
      let next = date.adding(days: 1)
      #expect(next > date)
      #expect(next.daysSince1970 == date.daysSince1970 + 1)
      #expect(CalendarDate(next.description) == next)
      weekday = weekday % 7 + 1
      if next.weekday.rawValue != weekday { Issue.record("weekday of \(next)") }
      date = next
    }
    #expect(date == end)
  }

  @Test(arguments: [
    ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2026-11-21", 20_778),
    ("0001-01-01", -719_162),
    ("9999-12-31", 2_932_896),
  ])
  func daysSince1970AreTheCivilOnes(_ text: String, _ days: Int) {
    #expect(Self.date(text).daysSince1970 == days)
    #expect(CalendarDate(daysSince1970: days) == Self.date(text))
  }

  @Test(arguments: [
    "", "2026", "2026-1-1", "2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-01",
    "2026-01-00",
    "0000-01-01", "2026-11-21 ", " 2026-11-21", "2026/11/21", "20261121", "2026-11-2٣", "+026-11-21",
  ])
  func textThatIsNoDateIsRefused(_ text: String) { #expect(CalendarDate(text) == nil) }

  @Test(arguments: [
    ("2010-05-01", "2026-04-30", 15), ("2010-05-01", "2026-05-01", 16), ("2008-02-29", "2026-02-28", 17),
    ("2008-02-29", "2026-03-01", 18), ("2008-02-29", "2024-02-29", 16), ("2026-11-22", "2026-11-21", -1),
  ])
  func ageIsWholeYearsOnTheDay(_ born: String, _ today: String, _ age: Int) {
    #expect(Self.date(born).age(on: Self.date(today)) == age)
  }

  @Test func jsonIsTheTextAndNothingElseDecodes() throws {
    let encoded = try JSONEncoder().encode([Self.date("2026-11-21")])
    #expect(String(decoding: encoded, as: UTF8.self) == "[\"2026-11-21\"]")
    #expect(try JSONDecoder().decode([CalendarDate].self, from: encoded) == [Self.date("2026-11-21")])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([CalendarDate].self, from: Data("[\"2026-02-30\"]".utf8))
    }
  }
}

/// DOMAIN section 4: the day on which rights pass to the young person.
struct LifeStageTests {
  static func date(_ text: String) -> CalendarDate { CalendarDate(text)! }

  @Test(arguments: [
    (2023, "2023-06-30"), (2024, "2024-06-28"), (2025, "2025-06-27"), (2026, "2026-06-26"),
    (2027, "2027-06-25"),
    (2028, "2028-06-30"), (2029, "2029-06-29"), (2030, "2030-06-28"),
  ])
  func lastFridayInJuneIsTheSchoolLeavingDate(_ year: Int, _ expected: String) {
    #expect(SchoolYear.lastFridayInJune(year) == Self.date(expected))
    #expect(SchoolYear.lastFridayInJune(year).weekday == .friday)
  }

  @Test(arguments: [
    // The oldest and the youngest of one school year leave on the same day.
    ("2010-09-01", "2027-06-25"), ("2011-08-31", "2027-06-25"),
    // One day either side falls into the neighbouring year.
    ("2010-08-31", "2026-06-26"), ("2011-09-01", "2028-06-30"),
    // Born at the end of June, or after the leaving date of the year in which they turn 16.
    ("2011-06-25", "2027-06-25"), ("2011-06-30", "2027-06-25"), ("2012-02-29", "2028-06-30"),
    ("2010-12-31", "2027-06-25"), ("2011-01-01", "2027-06-25"),
  ])
  func compulsorySchoolAgeEndsInTheSchoolYearOfTheSixteenthBirthday(_ born: String, _ ends: String) {
    #expect(SchoolYear.compulsorySchoolAgeEnds(born: Self.date(born)) == Self.date(ends))
  }

  @Test(arguments: [
    ("sixteenth birthday alone changes nothing", "2011-01-15", "2027-01-15", false, false, LifeStage.child),
    ("March of Year 11, aged 16 and 2 months", "2011-01-15", "2027-03-15", false, false, .child),
    ("the last Friday in June itself", "2011-01-15", "2027-06-25", false, false, .child),
    ("the Saturday after", "2011-01-15", "2027-06-26", false, false, .youngPerson),
    ("fifteen still, but over compulsory school age", "2011-08-31", "2027-06-26", false, false, .youngPerson),
    ("born a day later, a year to go", "2011-09-01", "2027-06-26", false, false, .child),
    ("competent child before the day", "2013-05-01", "2026-11-21", true, false, .competentChild),
    (
      "a competence note is nothing special afterwards", "2011-01-15", "2027-06-26", true, false, .youngPerson
    ),
    ("capacity note before the day changes nothing", "2011-01-15", "2027-06-25", false, true, .child),
    ("capacity note after it", "2011-01-15", "2027-06-26", false, true, .youngPersonLackingCapacity),
    ("eighteenth birthday", "2008-11-21", "2026-11-21", false, false, .youngPerson),
  ])
  func stageOnADay(
    _ scenario: String, _ born: String, _ today: String, _ competent: Bool, _ lacks: Bool, _ stage: LifeStage
  ) {
    #expect(
      LifeStage.on(
        Self.date(today), born: Self.date(born), hasCompetenceNote: competent, lacksCapacityNote: lacks)
        == stage, "\(scenario)")
  }
}
