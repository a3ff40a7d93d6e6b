import ArgumentParser
import DisclosureRules
import Gatekeeper
import StrongroomCrypto

/// Reading the words a person types: references, dates, evidence.
enum Words {
  /// A reference of the wanted kind.
  ///
  /// A well-formed reference of another kind is a mistake in the command; anything else is answered like a reference
  /// that does not exist, so that guessing teaches nothing.
  static func reference<Reference: VaultReference>(
    _ text: String, as type: Reference.Type, option: String
  ) throws -> Reference {
    guard let reference = Reference(parsing: text) else {
      throw CommandFailure.badValue(
        option: option, value: text, hint: "a reference that starts with \(Reference.prefix)- is wanted")
    }
    return reference
  }

  /// One of a fixed set of words; nil where the option was left out.
  static func word<Word: CaseIterable & RawRepresentable>(
    _ text: String?, option: String
  ) throws -> Word? where Word.RawValue == String {
    guard let text else { return nil }
    guard let word = Word(rawValue: text) else {
      throw CommandFailure.badValue(
        option: option, value: text, hint: "known: \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return word
  }

  /// `SIZE:ROOT`, as `audit verify` prints it.
  static func seen(_ text: String) throws -> SeenHead {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let size = UInt64(parts[0]), let root = SHA256Digest(hex: String(parts[1])) else {
      throw CommandFailure.badValue(
        option: "--seen", value: text, hint: "give SIZE:ROOT as an earlier 'audit verify' printed it")
    }
    return SeenHead(size: size, root: root)
  }

  static func date(_ text: String, option: String) throws -> CalendarDate {
    guard let date = CalendarDate(text) else {
      throw CommandFailure.badValue(
        option: option, value: text, hint: "write dates as year-month-day, like 2015-05-03")
    }
    return date
  }

  /// `ID=TEXT` or `ID=@FILE`.
  static func evidence(_ text: String) throws -> EvidenceInput {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw CommandFailure.badValue(
        option: "--evidence", value: text, hint: "write ID=TEXT, or ID=@FILE for a document")
    }
    let id = String(text[..<equals])
    let value = text[text.index(after: equals)...]
    guard value.hasPrefix("@") else { return .text(id: id, text: String(value)) }
    return .document(id: id, input: try FileDocument(path: String(value.dropFirst())))
  }

  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// 18204 as 18,204.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = Array(String(number).reversed())
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  static func size(_ bytes: Int) -> String {
    switch bytes {
    case ..<1_000: count(bytes, "byte")
    case ..<1_000_000: "\(bytes / 1_000).\(bytes % 1_000 / 100) KB"
    case ..<1_000_000_000: "\(bytes / 1_000_000).\(bytes % 1_000_000 / 100_000) MB"
    default: "\(bytes / 1_000_000_000).\(bytes % 1_000_000_000 / 100_000_000) GB"
    }
  }
}
