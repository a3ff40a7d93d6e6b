import Gatekeeper

/// What is wrong with a list or one of its rows, in words.
enum ImportWords {
  static func text(_ error: ImportListError) -> String {
    switch error {
    case .listTooLarge(let limit): "it is larger than \(Words.size(limit))"
    case .tooManyRows(let limit): "it has more than \(Words.count(limit, "row")); split it"
    case .tooManyColumns(let line, let limit): "line \(line) has more than \(limit) columns"
    case .cellTooLong(let line, let limit): "a cell in line \(line) is longer than \(Words.size(limit))"
    case .strayQuote(let line):
      "line \(line) has a quotation mark where none may stand: put the cell in quotation marks and double those inside"
    case .unclosedQuote(let line): "a cell begins with a quotation mark in line \(line) and never ends"
    case .loneCarriageReturn(let line): "line \(line) ends as no list does: save it as CSV (UTF-8)"
    case .notText(let line): "line \(line) is not text in UTF-8: save the list as CSV (UTF-8)"
    case .empty: "it is empty"
    case .unknownColumn(let place):
      "the heading of column \(place) is none of \(ImportColumn.allCases.map(\.rawValue).joined(separator: ", "))"
    case .columnTwice(let column): "the column \"\(column.rawValue)\" is there twice"
    case .columnMissing(.child): "it has no column that says which child: child, upn, or name and born"
    case .columnMissing(let column): "it has no column \"\(column.rawValue)\""
    }
  }

  static func text(_ fault: ImportFault) -> String {
    switch fault {
    case .cellCount(let expected):
      "the row has another number of cells than the heading, which has \(expected)"
    case .empty: "it is empty"
    case .noDate: "it is no date: write year-month-day, like 2015-05-03"
    case .noReference: "it is no child's reference, like CH-0001"
    case .unprintable: "it is too long, or has characters that cannot be seen"
    case .outsideFolder: "it must lie in the folder: no \"..\", and no \"/\" at either end"
    case .notAFile: "it is a link or a folder, not a file"
    case .fileMissing: "there is no such file in the folder"
    case .fileUnreadable: "the file cannot be read"
    case .fileChanged: "the file changed while it was read"
    case .fileTooLarge: "the file is too large"
    case .unknownKind: "there is no such kind of document"
    case .childUnknown: "no child fits, or none you may see"
    case .childAmbiguous: "more than one child fits: give the reference"
    case .childDiffers: "it fits another child than the rest of the row"
    case .twice(let line): "the same document as line \(line)"
    case .filedAlready(let record): "filed already as \(record)"
    }
  }

  /// A fixed word for programs.
  static func code(_ fault: ImportFault) -> String {
    switch fault {
    case .cellCount: "cell-count"
    case .empty: "empty"
    case .noDate: "no-date"
    case .noReference: "no-reference"
    case .unprintable: "unprintable"
    case .outsideFolder: "outside-folder"
    case .notAFile: "not-a-file"
    case .fileMissing: "file-missing"
    case .fileUnreadable: "file-unreadable"
    case .fileChanged: "file-changed"
    case .fileTooLarge: "file-too-large"
    case .unknownKind: "unknown-kind"
    case .childUnknown: "child-unknown"
    case .childAmbiguous: "child-ambiguous"
    case .childDiffers: "child-differs"
    case .twice: "twice"
    case .filedAlready: "filed-already"
    }
  }
}
