import Gatekeeper
import StrongroomCrypto

/// What came of each row, for people, programs and spreadsheets.
struct ImportReport {
  enum Status: String {
    /// Only looked at: it would be filed.
    case new
    case filed
    /// It was there before, or an earlier row is the same.
    case already
    case refused
  }

  struct Line {
    let line: Int
    var file: String?
    var child: ChildReference?
    let status: Status
    var record: RecordReference?
    var column: ImportColumn?
    var fault: ImportFault?
  }

  private(set) var lines: [Line] = []
  /// Files in the folder that no row names.
  var unlisted: [String] = []

  mutating func add(_ line: Line) { lines.append(line) }

  mutating func add(_ problem: ImportProblem, file: String?) {
    lines.append(
      Line(
        line: problem.line, file: file, status: .refused, column: problem.column, fault: problem.fault))
  }

  /// A document that was not filed: because it is there, or because something is wrong with it.
  mutating func add(_ fault: ImportFault, _ row: ImportRow, child: ChildReference?) {
    switch fault {
    case .filedAlready(let record):
      lines.append(
        Line(line: row.line, file: row.file, child: child, status: .already, record: record, fault: fault))
    case .twice:
      lines.append(Line(line: row.line, file: row.file, child: child, status: .already, fault: fault))
    default:
      lines.append(
        Line(
          line: row.line, file: row.file, child: child, status: .refused, column: .file, fault: fault))
    }
  }

  func count(_ status: Status) -> Int { lines.count { $0.status == status } }

  var needsAttention: Bool { lines.contains { $0.status == .refused } }

  /// In the order of the list.
  var sorted: [Line] { lines.sorted { $0.line < $1.line } }

  func printJSON() {
    for line in sorted {
      Output.json([
        "line": .number(line.line), "file": .optional(line.file), "child": .optional(line.child?.description),
        "status": .string(line.status.rawValue), "record": .optional(line.record?.description),
        "column": .optional(line.column?.rawValue), "problem": .optional(line.fault.map(ImportWords.code)),
      ])
    }
    for file in unlisted { Output.json(["file": .string(file), "status": .string("unlisted")]) }
  }

  func printProblems() {
    for line in sorted where line.status == .refused {
      let place = [
        "line \(line.line)", line.column.map(\.rawValue), line.file.map { "\"\(TerminalText.safe($0))\"" },
      ].compactMap { $0 }.joined(separator: ", ")
      Output.line("  \(place): \(line.fault.map(ImportWords.text) ?? "")")
    }
    guard !unlisted.isEmpty else { return }
    Output.line("\(Words.count(unlisted.count, "file")) in the folder that no row names:")
    for file in unlisted.prefix(20) { Output.line("  \(TerminalText.safe(file))") }
    if unlisted.count > 20 { Output.line("  and \(Words.grouped(unlisted.count - 20)) more") }
  }

  /// A table for a spreadsheet, RFC 4180.
  var csv: [UInt8] {
    var text = "line,file,child,status,record,column,problem\r\n"
    for line in sorted {
      text += Self.row([
        String(line.line), line.file ?? "", line.child?.description ?? "", line.status.rawValue,
        line.record?.description ?? "", line.column?.rawValue ?? "", line.fault.map(ImportWords.text) ?? "",
      ])
    }
    for file in unlisted { text += Self.row(["", file, "", "unlisted", "", "", ""]) }
    return Array(text.utf8)
  }

  private static func row(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

  /// Every cell in quotes. An apostrophe goes before what a spreadsheet would take for a formula.
  private static func cell(_ text: String) -> String {
    let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    return "\"" + (isFormula ? "'" : "") + text.replacing("\"", with: "\"\"") + "\""
  }
}
