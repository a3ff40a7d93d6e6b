package import DisclosureRules

/// A list of documents to file, as somebody wrote it in a spreadsheet: the rows that can be understood, and what is wrong with the
/// others.
package struct ImportList: Sendable {
  /// In the order of the list.
  package let rows: [ImportRow]
  package let problems: [ImportProblem]

  /// Bytes of the largest list that is read.
  package static let maximumByteCount = CSVReader.Limits().fileBytes

  /// - Throws: `ImportListError` if it is no table with the columns of a list. A row that is wrong only becomes a problem.
  package init(_ bytes: [UInt8]) throws(ImportListError) { try self.init(bytes, limits: .init()) }

  init(_ bytes: [UInt8], limits: CSVReader.Limits) throws(ImportListError) {
    var reader = try CSVReader(bytes, limits: limits)
    guard let heading = try reader.next() else { throw .empty }
    let columns = try Self.columns(heading.cells)
    var rows: [ImportRow] = []
    var problems: [ImportProblem] = []
    while let row = try reader.next() {
      guard row.cells.count == columns.count else {
        problems.append(
          ImportProblem(line: row.line, column: nil, fault: .cellCount(expected: columns.count)))
        continue
      }
      var cells: [ImportColumn: String] = [:]
      for (column, cell) in zip(columns, row.cells) {
        let text = cell.trimmed
        if !text.isEmpty { cells[column] = text }
      }
      do throws(ImportProblem) {
        rows.append(try ImportRow(line: row.line, cells))
      } catch {
        problems.append(error)
      }
    }
    self.rows = rows
    self.problems = problems
  }

  private static func columns(_ heading: [String]) throws(ImportListError) -> [ImportColumn] {
    var columns: [ImportColumn] = []
    for (index, text) in heading.enumerated() {
      guard let column = ImportColumn(rawValue: text.trimmed.lowercased()) else {
        throw .unknownColumn(index + 1)
      }
      guard !columns.contains(column) else { throw .columnTwice(column) }
      columns.append(column)
    }
    for needed in [ImportColumn.file, .kind] where !columns.contains(needed) {
      throw .columnMissing(needed)
    }
    let namesChild =
      columns.contains(.child) || columns.contains(.upn)
      || (columns.contains(.name) && columns.contains(.born))
    guard namesChild else { throw .columnMissing(.child) }
    return columns
  }
}

/// One document of a list.
package struct ImportRow: Sendable {
  package let line: Int
  package let subject: ImportSubject
  /// Beneath the folder, parts separated by "/"; no part is empty, "." or "..".
  package let file: String
  package let kind: String
  package let dated: CalendarDate?
  package let title: String?

  init(line: Int, _ cells: [ImportColumn: String]) throws(ImportProblem) {
    func problem(_ column: ImportColumn, _ fault: ImportFault) -> ImportProblem {
      ImportProblem(line: line, column: column, fault: fault)
    }
    func date(_ column: ImportColumn) throws(ImportProblem) -> CalendarDate? {
      guard let text = cells[column] else { return nil }
      guard let date = CalendarDate(text) else { throw problem(column, .noDate) }
      return date
    }
    guard let file = cells[.file] else { throw problem(.file, .empty) }
    guard Self.isBeneath(file) else { throw problem(.file, .outsideFolder) }
    guard let kind = cells[.kind] else { throw problem(.kind, .empty) }
    var child: ChildReference?
    if let text = cells[.child] {
      guard let reference = ChildReference(parsing: text) else { throw problem(.child, .noReference) }
      child = reference
    }
    let born = try date(.born)
    guard (cells[.name] == nil) == (born == nil) else {
      throw problem(born == nil ? .born : .name, .empty)
    }
    subject = ImportSubject(child: child, upn: cells[.upn], name: cells[.name], born: born)
    guard !subject.isEmpty else { throw problem(.child, .empty) }
    if let title = cells[.title] {
      do throws(GateError) { _ = try PersonalText(title, field: .title, limitBytes: 1000) } catch {
        throw problem(.title, .unprintable)
      }
    }
    self.line = line
    self.file = file
    self.kind = kind
    dated = try date(.dated)
    title = cells[.title]
  }

  private static func isBeneath(_ path: String) -> Bool {
    path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".."
    }
  }
}

/// How a row says which child it is about. Every way that is given must lead to the same child.
package struct ImportSubject: Hashable, Sendable {
  package let child: ChildReference?
  package let upn: String?
  /// To the letter, but for capitals and runs of blanks; with the date of birth.
  package let name: String?
  package let born: CalendarDate?

  var isEmpty: Bool { child == nil && upn == nil && name == nil }
}

/// What is wrong in which row and column.
package struct ImportProblem: Error, Hashable, Sendable {
  package let line: Int
  /// nil where it is the row as a whole.
  package let column: ImportColumn?
  package let fault: ImportFault

  package init(line: Int, column: ImportColumn?, fault: ImportFault) {
    self.line = line
    self.column = column
    self.fault = fault
  }
}

package enum ImportFault: Hashable, Sendable {
  /// Another number of cells than the heading has.
  case cellCount(expected: Int)
  case empty
  case noDate
  case noReference
  case unprintable
  /// An absolute path, or one with empty parts, "." or "..".
  case outsideFolder
  /// A link, a folder, a device.
  case notAFile
  case fileMissing
  /// It is there and cannot be read.
  case fileUnreadable
  case fileChanged
  case fileTooLarge
  case unknownKind
  /// No child, or none that may be seen, has this reference, number, or name and date of birth.
  case childUnknown
  case childAmbiguous
  /// The ways given in the row lead to different children.
  case childDiffers
  /// An earlier row is the same document for the same child and kind.
  case twice(line: Int)
  /// The file has another name in the vault already, under this reference: nothing is wrong with it.
  case filedAlready(RecordReference)
}

/// Rows hold names and titles: printing one says its line.
extension ImportRow: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "line \(line)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension ImportSubject: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(personal)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension String {
  /// Without spaces and tabs at both ends, and the no-break spaces that spreadsheets leave.
  fileprivate var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" || character == "\u{A0}" }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }
}
