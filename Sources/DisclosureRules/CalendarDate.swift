/// A day in the proleptic Gregorian calendar, without time or zone: what a consent, a birth or a deadline is dated by.
///
/// Eight bytes, no allocation. Ordered by time. Text form is `YYYY-MM-DD` (RFC 3339 full-date), years 1 to 9999.
package struct CalendarDate: Hashable, Comparable, Sendable {
  package let year: Int16
  /// 1 to 12.
  package let month: Int8
  /// 1 to 31.
  package let day: Int8

  /// A date that exists, or nil (30 February, month 13, year 0).
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= CalendarDate.daysInMonth(month, year: year)
    else { return nil }
    self.year = Int16(year)
    self.month = Int8(month)
    self.day = Int8(day)
  }

  /// Parses exactly `YYYY-MM-DD`; nothing before, after or between, so that one date has one spelling.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8.prefix(11))
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return value
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// The date this many days after 1 January 1970 (negative: before). Traps outside years 1 to 9999.
  package init(daysSince1970 days: Int) {
    // Civil-from-days by eras of 400 years (146,097 days), counted from 1 March so that leap days end a year.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    precondition((1...9999).contains(year), "date outside years 1 to 9999")
    self.year = Int16(year)
    self.month = Int8(month)
    self.day = Int8(day)
  }

  /// Days since 1 January 1970; negative before it.
  package var daysSince1970: Int {
    let shiftedYear = Int(year) - (month <= 2 ? 1 : 0)
    let era = shiftedYear / 400  // never negative: the least shifted year is 0
    let yearOfEra = shiftedYear - era * 400
    let shiftedMonth = Int(month) > 2 ? Int(month) - 3 : Int(month) + 9
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package var weekday: Weekday {
    // 1 January 1970 was a Thursday, the fourth day of an ISO week.
    let index = (daysSince1970 + 3) % 7
    return Weekday(rawValue: (index < 0 ? index + 7 : index) + 1)!
  }

  package func adding(days: Int) -> CalendarDate { CalendarDate(daysSince1970: daysSince1970 + days) }

  /// The same day so many years on. From 29 February it is 1 March in a common year, as with ages. Traps after 9999.
  package func adding(years: Int) -> CalendarDate {
    let target = Int(year) + years
    guard let date = CalendarDate(year: target, month: Int(month), day: Int(day)) else {
      // Only 29 February has no namesake.
      return CalendarDate(year: target, month: 3, day: 1)!
    }
    return date
  }

  /// Days from this date to the other; negative if the other is earlier.
  package func days(until other: CalendarDate) -> Int { other.daysSince1970 - daysSince1970 }

  /// Whole years completed on `date` by somebody born on this date; negative before birth.
  ///
  /// A person born on 29 February completes a year on 1 March in a common year. An age is attained at the start of the
  /// anniversary (Family Law Reform Act 1969, section 9).
  package func age(on date: CalendarDate) -> Int {
    let reached = (date.month, date.day) >= (month, day)
    return Int(date.year) - Int(year) - (reached ? 0 : 1)
  }

  package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  package static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  package static func daysInMonth(_ month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// ISO 8601 numbering: Monday is 1.
  package enum Weekday: Int, Hashable, Sendable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
  }
}

extension CalendarDate: CustomStringConvertible {
  /// `YYYY-MM-DD`.
  package var description: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    return "\(padded(Int(year), 4))-\(padded(Int(month), 2))-\(padded(Int(day), 2))"
  }

  /// As people write it: `21 November 2026`.
  package var spoken: String {
    let names = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
      "November", "December",
    ]
    return "\(day) \(names[Int(month) - 1]) \(year)"
  }
}

extension CalendarDate: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let date = CalendarDate(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date YYYY-MM-DD")
    }
    self = date
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
