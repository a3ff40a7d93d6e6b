/// Why a list cannot be read at all. Lines count from 1; nothing of the list's text is carried.
package enum ImportListError: Error, Hashable, Sendable {
  case listTooLarge(limitBytes: Int)
  case tooManyRows(limit: Int)
  case tooManyColumns(line: Int, limit: Int)
  case cellTooLong(line: Int, limitBytes: Int)
  /// A quote inside a cell that does not begin with one, or text behind a closing quote.
  case strayQuote(line: Int)
  /// A cell that opens with a quote on this line and never ends.
  case unclosedQuote(line: Int)
  /// Lines end in LF or CRLF.
  case loneCarriageReturn(line: Int)
  /// Not UTF-8, or with a zero byte in it.
  case notText(line: Int)
  /// Nothing but blank lines.
  case empty
  /// A heading nobody knows, by its place from 1.
  case unknownColumn(Int)
  case columnTwice(ImportColumn)
  /// The headings lack `file`, `kind`, or every way to say which child.
  case columnMissing(ImportColumn)
}

/// The headings a list may have.
package enum ImportColumn: String, Hashable, Sendable, CaseIterable {
  case child, upn, name, born, file, kind, dated, title
}
