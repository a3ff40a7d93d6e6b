import Gatekeeper
import Testing

struct MediaTypeTests {
  static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  static let rows: [(name: String, head: [UInt8], found: MediaType, isMismatch: Bool)] = [
    ("plan.pdf", Array("%PDF-1.7\n%".utf8), .pdf, false),
    ("plan.PDF", Array("junk before\n%PDF-1.4".utf8), .pdf, false),
    ("plan.pdf", zip + Array("....[Content_Types].xml word/document.xml".utf8), .wordDocument, true),
    ("plan.pdf", [0x4D, 0x5A, 0x90, 0x00], .executable, true),
    ("plan.pdf", Array("<!DOCTYPE html><script>".utf8), .html, true),
    ("plan.pdf", [], .empty, true),
    ("plan.pdf", Array("hello".utf8), .text, true),
    ("photo.jpg", [0xFF, 0xD8, 0xFF, 0xE0], .jpeg, false),
    ("photo.jpeg", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png, true),
    ("scan.tif", [0x49, 0x49, 0x2A, 0x00, 8], .tiff, false),
    ("scan.tiff", [0x4D, 0x4D, 0x00, 0x2A, 8], .tiff, false),
    ("report.docx", zip + Array("....[Content_Types].xml word/document.xml".utf8), .wordDocument, false),
    ("report.docx", zip + Array("other order".utf8), .zip, false),
    ("table.xlsx", zip + Array("_rels/.rels xl/workbook.xml".utf8), .spreadsheet, false),
    ("old.doc", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .compoundFile, false),
    ("letter.rtf", Array(#"{\rtf1\ansi"#.utf8), .rtf, false),
    (
      "letter.odt", zip + Array("..mimetypeapplication/vnd.oasis.opendocument.text".utf8), .openDocumentText,
      false
    ),
    ("notes.txt", Array("Größe: 3 cm".utf8), .text, false),
    ("notes.txt", [0xFF, 0xFE, 0x41, 0x00], .text, false),
    ("notes.txt", [0x00, 0x01, 0x02], .unknown, true),
    ("no extension", [0x00, 0x01, 0x02], .unknown, false),
    ("something.xyz", Array("%PDF-1.7".utf8), .pdf, false),
  ]

  @Test(arguments: rows.indices)
  func theBytesSayWhatADocumentIs(row: Int) {
    let (name, head, found, isMismatch) = Self.rows[row]
    let report = MediaTypeReport(name: name, head: head)
    #expect(report.found == found)
    #expect(report.isMismatch == isMismatch)
  }

  @Test func textCutInTheMiddleOfACharacterIsText() {
    let text = Array(String(repeating: "ä€😀", count: 600).utf8)
    for count in 4080...4096 { #expect(MediaType(sniffing: Array(text.prefix(count))) == .text) }
  }

  @Test func aLiarIsReportedWhenFiled() throws {
    let inspection = try DocumentSealer.inspect(BytesInput(name: "plan.pdf", bytes: [0x4D, 0x5A, 0, 0]))
    #expect(inspection.mediaType == MediaTypeReport(name: "plan.pdf", head: [0x4D, 0x5A, 0, 0]))
    #expect(inspection.mediaType.claimed == .pdf && inspection.mediaType.found == .executable)
  }
}
