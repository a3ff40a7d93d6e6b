/// Reads a table written as RFC 4180 says, strictly: every mistake is named with its line, nothing is guessed.
///
/// UTF-8, with or without a byte order mark; lines end in LF or CRLF; a cell in quotes may hold commas, line breaks and doubled
/// quotes. All bounds hold before memory is taken, so a hostile table costs no more than an honest one.
struct CSVReader {
  struct Limits: Sendable {
    var fileBytes = 16 << 20
    var rows = 100_000
    var columns = 32
    var cellBytes = 4096
  }

  /// One row that is not empty.
  struct Row: Hashable, Sendable {
    /// Of its first character, counted from 1 as an editor does.
    let line: Int
    let cells: [String]
  }

  private static let quote: UInt8 = 0x22
  private static let comma: UInt8 = 0x2C
  private static let lineFeed: UInt8 = 0x0A
  private static let carriageReturn: UInt8 = 0x0D

  private let bytes: [UInt8]
  private let limits: Limits
  private var place = 0
  private var line = 1
  private var rowCount = 0

  /// - Throws: `.listTooLarge`.
  init(_ bytes: [UInt8], limits: Limits = Limits()) throws(ImportListError) {
    guard bytes.count <= limits.fileBytes else { throw .listTooLarge(limitBytes: limits.fileBytes) }
    self.bytes = bytes
    self.limits = limits
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  /// The next row; nil at the end. Empty lines are passed over.
  mutating func next() throws(ImportListError) -> Row? {
    while place < bytes.count {
      let start = line
      let cells = try row()
      if cells == [""] { continue }
      rowCount += 1
      guard rowCount <= limits.rows else { throw .tooManyRows(limit: limits.rows) }
      return Row(line: start, cells: cells)
    }
    return nil
  }

  private mutating func row() throws(ImportListError) -> [String] {
    var cells: [String] = []
    while true {
      guard cells.count < limits.columns else { throw .tooManyColumns(line: line, limit: limits.columns) }
      cells.append(
        place < bytes.count && bytes[place] == Self.quote ? try quotedCell() : try plainCell())
      guard place < bytes.count else { return cells }
      if bytes[place] == Self.comma {
        place += 1
        continue
      }
      try endLine()
      return cells
    }
  }

  /// Up to a comma or the end of the line; a quote in the middle would mean something else to each program.
  private mutating func plainCell() throws(ImportListError) -> String {
    let start = place
    while place < bytes.count {
      let byte = bytes[place]
      if byte == Self.comma || byte == Self.lineFeed || byte == Self.carriageReturn { break }
      guard byte != Self.quote else { throw .strayQuote(line: line) }
      guard place - start < limits.cellBytes else {
        throw .cellTooLong(line: line, limitBytes: limits.cellBytes)
      }
      place += 1
    }
    return try text(Array(bytes[start..<place]), line: line)
  }

  private mutating func quotedCell() throws(ImportListError) -> String {
    let start = line
    var cell: [UInt8] = []
    place += 1
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == Self.quote {
        guard place < bytes.count, bytes[place] == Self.quote else {
          guard
            place == bytes.count || [Self.comma, Self.lineFeed, Self.carriageReturn].contains(bytes[place])
          else { throw .strayQuote(line: line) }
          return try text(cell, line: start)
        }
        place += 1
      }
      if byte == Self.lineFeed { line += 1 }
      guard cell.count < limits.cellBytes else {
        throw .cellTooLong(line: start, limitBytes: limits.cellBytes)
      }
      cell.append(byte)
    }
    throw .unclosedQuote(line: start)
  }

  private mutating func endLine() throws(ImportListError) {
    if bytes[place] == Self.carriageReturn {
      place += 1
      guard place < bytes.count, bytes[place] == Self.lineFeed else { throw .loneCarriageReturn(line: line) }
    }
    place += 1
    line += 1
  }

  private func text(_ cell: [UInt8], line: Int) throws(ImportListError) -> String {
    guard !cell.contains(0), let text = String(validating: cell, as: UTF8.self) else {
      throw .notText(line: line)
    }
    return text
  }
}
