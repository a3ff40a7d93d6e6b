/// An instant in UTC to the millisecond, written as RFC 3339 text: `2026-11-21T14:03:05.123Z`, 24 characters.
///
/// Years 1970 to 9999, so that the text sorts as the instants do.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  package let millisecondsSinceEpoch: Int64

  private static let range: ClosedRange<Int64> = 0...253_402_300_799_999

  /// Clamped to the years 1970 to 9999: a clock that says otherwise is broken, and an entry must still be written.
  package init(millisecondsSinceEpoch: Int64) {
    self.millisecondsSinceEpoch = min(
      max(millisecondsSinceEpoch, Self.range.lowerBound), Self.range.upperBound)
  }

  /// Reads exactly the form written here; nil for any other, an impossible date included.
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 24 else { return nil }
    func digits(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    guard let year = digits(0..<4), let month = digits(5..<7), let day = digits(8..<10),
      let hour = digits(11..<13), let minute = digits(14..<16), let second = digits(17..<19),
      let milliseconds = digits(20..<23), hour < 24, minute < 60, second < 60
    else { return nil }
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    self.init(millisecondsSinceEpoch: seconds * 1000 + Int64(milliseconds))
    // Punctuation, the range of month and day and the years before 1970 are all caught by writing it again.
    guard self.text == text else { return nil }
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.millisecondsSinceEpoch < right.millisecondsSinceEpoch
  }

  package var text: String {
    let date = dateParts
    let inDay = millisecondsSinceEpoch % 86_400_000
    let time =
      "\(pad(inDay / 3_600_000, 2)):\(pad(inDay / 60_000 % 60, 2)):\(pad(inDay / 1000 % 60, 2))"
    return dateText(date) + "T" + time + "." + pad(inDay % 1000, 3) + "Z"
  }

  /// The day in UTC, `YYYY-MM-DD`.
  package var dateText: String { dateText(dateParts) }

  private func dateText(_ date: (year: Int, month: Int, day: Int)) -> String {
    "\(pad(Int64(date.year), 4))-\(pad(Int64(date.month), 2))-\(pad(Int64(date.day), 2))"
  }

  /// Year, month and day in UTC. Days to civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  package var dateParts: (year: Int, month: Int, day: Int) {
    let shifted = Int(millisecondsSinceEpoch / 86_400_000) + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let fromMarch = month <= 2 ? year - 1 : year
    let era = fromMarch / 400
    let yearOfEra = fromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Timestamp: CustomStringConvertible, Codable {
  package var description: String { text }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Timestamp(parsing: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "timestamp")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
