import StrongroomTestSupport
import Testing

@testable import Gatekeeper

/// Lists as people, spreadsheets and attackers write them.
struct CSVTests {
  private func rows(_ text: String, _ limits: CSVReader.Limits = .init()) throws -> [[String]] {
    var reader = try CSVReader(Array(text.utf8), limits: limits)
    var rows: [[String]] = []
    while let row = try reader.next() { rows.append(row.cells) }
    return rows
  }

  @Test(arguments: [
    ("", []), ("\n\n\r\n", []), ("a", [["a"]]), ("a,b\nc,d", [["a", "b"], ["c", "d"]]),
    ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]), ("a,,\n", [["a", "", ""]]), (",\n", [["", ""]]),
    ("\"a,b\",c\n", [["a,b", "c"]]), ("\"a\"\"b\"\n", [["a\"b"]]), ("\"\"\n", []), ("\"\",x\n", [["", "x"]]),
    ("\"one\ntwo\r\nthree\",x\n", [["one\ntwo\r\nthree", "x"]]), ("\u{FEFF}a\n", [["a"]]),
    ("\u{FEFF}\"a\"\n", [["a"]]), ("Zoë,日本\n", [["Zoë", "日本"]]),
    ("=1+1,@x,+y,-z\n", [["=1+1", "@x", "+y", "-z"]]),
    (" a , b \n", [[" a ", " b "]]), ("\"a\"", [["a"]]), ("a,\"b\"\r\n", [["a", "b"]]),
  ])
  func tablesAreReadAsTheStandardSays(text: String, expected: [[String]]) throws {
    #expect(try rows(text) == expected)
  }

  @Test(arguments: [
    ("a\"b\n", ImportListError.strayQuote(line: 1)), ("x\n\"a\"b\n", .strayQuote(line: 2)),
    ("\"a\" ,b\n", .strayQuote(line: 1)), ("x\n\"never\nends\n", .unclosedQuote(line: 2)),
    ("\"", .unclosedQuote(line: 1)), ("a,\"", .unclosedQuote(line: 1)),
    ("a\rb\n", .loneCarriageReturn(line: 1)),
    ("a\r", .loneCarriageReturn(line: 1)), ("a\0b\n", .notText(line: 1)),
    ("x\n\"\n\0\"\n", .notText(line: 2)),
  ])
  func mistakesAreNamedWithTheirLine(text: String, error: ImportListError) {
    #expect(throws: error) { try rows(text) }
  }

  @Test(arguments: [
    [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF, 0xFE, 0x61, 0],
  ])
  func whatIsNotTextIsRefused(bytes: [UInt8]) {
    #expect(throws: ImportListError.notText(line: 1)) {
      var reader = try CSVReader(bytes)
      _ = try reader.next()
    }
  }

  @Test func everythingHasABound() throws {
    let million = String(repeating: ",", count: 1_000_000)
    #expect(throws: ImportListError.tooManyColumns(line: 1, limit: 32)) { try rows(million) }
    let huge = String(repeating: "x", count: 5000)
    #expect(throws: ImportListError.cellTooLong(line: 1, limitBytes: 4096)) { try rows(huge) }
    #expect(throws: ImportListError.cellTooLong(line: 1, limitBytes: 4096)) { try rows("\"" + huge) }
    #expect(throws: ImportListError.tooManyRows(limit: 2)) {
      try rows("a\n\nb\nc\n", .init(rows: 2))
    }
    #expect(throws: ImportListError.listTooLarge(limitBytes: 3)) { try rows("abcd", .init(fileBytes: 3)) }
    #expect(try rows(String(repeating: "x", count: 4096)) == [[String(repeating: "x", count: 4096)]])
  }

  @Test(arguments: [
    ("", ImportListError.empty), ("\n\n", .empty), ("child,file\n", .columnMissing(.kind)),
    ("child,kind\n", .columnMissing(.file)), ("file,kind\n", .columnMissing(.child)),
    ("file,kind,name\n", .columnMissing(.child)), ("file,kind,child,colour\n", .unknownColumn(4)),
    ("file,kind,child,File\n", .columnTwice(.file)), ("file;kind;child\n", .unknownColumn(1)),
  ])
  func headingsThatSayTooLittleOrTooMuchAreRefused(text: String, error: ImportListError) {
    #expect(throws: error) { try ImportList(Array(text.utf8)) }
  }

  @Test func headingsMayStandInAnyOrderAndCase() throws {
    let list = try ImportList(Array("Kind, FILE ,Born,name\nadvice,a.pdf,2015-05-03,\"Quill, Ann\"\n".utf8))
    let row = try #require(list.rows.first)
    #expect(row.kind == "advice" && row.file == "a.pdf" && row.subject.name == "Quill, Ann" && row.line == 2)
    #expect("\(row) \(row.subject)" == "line 2 (personal)")
  }

  /// One row of each wrong kind, and a right one after it that must not suffer.
  @Test(
    arguments: [
      ("CH-0001,a.pdf,advice,,", nil, ImportFault.cellCount(expected: 6)),
      ("CH-0001,a.pdf,advice,,,,", nil, .cellCount(expected: 6)),
      ("CH-0001,,advice,,,", .file, .empty), ("CH-0001,a.pdf,,,,", .kind, .empty),
      (",a.pdf,advice,,,", .child, .empty), ("DOC-1,a.pdf,advice,,,", .child, .noReference),
      ("Ann Quill,a.pdf,advice,,,", .child, .noReference),
      ("CH-0001,a.pdf,advice,3/5/2015,,", .dated, .noDate),
      (",a.pdf,advice,,Ann,", .born, .empty), (",a.pdf,advice,,,2015-05-03", .name, .empty),
      (",a.pdf,advice,,Ann,2015-02-30", .born, .noDate),
      ("CH-0001,/etc/passwd,advice,,,", .file, .outsideFolder),
      ("CH-0001,../a,advice,,,", .file, .outsideFolder),
      ("CH-0001,a/../../b,advice,,,", .file, .outsideFolder),
      ("CH-0001,a/,advice,,,", .file, .outsideFolder), ("CH-0001,a//b,advice,,,", .file, .outsideFolder),
      ("CH-0001,./a,advice,,,", .file, .outsideFolder),
    ] as [(String, ImportColumn?, ImportFault)])
  func aWrongRowIsNamedAndStopsNoOther(row: String, column: ImportColumn?, fault: ImportFault) throws {
    let text = "child,file,kind,dated,name,born\n\(row)\nCH-0001,b.pdf,advice,,,\n"
    let list = try ImportList(Array(text.utf8))
    #expect(list.problems == [ImportProblem(line: 2, column: column, fault: fault)])
    #expect(list.rows.map(\.file) == ["b.pdf"])
  }

  @Test func titlesThatCannotBeShownAreRefused() throws {
    let text = "child,file,kind,title\nCH-0001,a,advice,\u{202E}x\nCH-0001,b,advice,=cmd|'x'\n"
    let list = try ImportList(Array(text.utf8))
    #expect(list.problems == [ImportProblem(line: 2, column: .title, fault: .unprintable)])
    #expect(list.rows.map(\.title) == ["=cmd|'x'"])
  }

  /// Whatever the bytes, an answer comes, and it is one of ours.
  @Test func noBytesAreTooStrange() throws {
    var random = SeededGenerator(seed: 0xC5)
    let alphabet = Array(",\"\n\r\0 =\u{FF}a".utf8) + Array("child,file,kind\n".utf8)
    for _ in 0..<3000 {
      let noise = (0..<Int.random(in: 0..<60, using: &random)).compactMap { _ in
        alphabet.randomElement(using: &random)
      }
      do throws(ImportListError) {
        let list = try ImportList(Array("child,file,kind\n".utf8) + noise)
        #expect(list.rows.count + list.problems.count <= 60)
      } catch {
        #expect(error != .empty)
      }
    }
  }
}
