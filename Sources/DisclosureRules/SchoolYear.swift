/// Dates that the law of compulsory schooling in England fixes for a child.
package enum SchoolYear {
  /// The last Friday in June of a year: the school leaving date (Education Act 1996, section 8; Education (School
  /// Leaving Date) Order 1997).
  package static func lastFridayInJune(_ year: Int) -> CalendarDate {
    let lastDay = CalendarDate(year: year, month: 6, day: 30)!  // June always has 30 days
    let back = (lastDay.weekday.rawValue - CalendarDate.Weekday.friday.rawValue + 7) % 7
    return lastDay.adding(days: -back)
  }

  /// The last day of compulsory school age of somebody born on a date: the last Friday in June of the school year, 1
  /// September to 31 August, in which they turn 16. From the day after it they are a young person.
  ///
  /// Source: Children and Families Act 2014, section 83(2) ("young person"); Education Act 1996, section 8.
  package static func compulsorySchoolAgeEnds(born: CalendarDate) -> CalendarDate {
    // A school year that starts on 1 September of year N has its June in N + 1.
    let yearTurning16 = Int(born.year) + 16
    return lastFridayInJune(born.month >= 9 ? yearTurning16 + 1 : yearTurning16)
  }
}
