/// What kind of file a document is, told from its first bytes; the name is never believed.
package enum MediaType: String, Hashable, Sendable, CaseIterable {
  case pdf = "application/pdf"
  case jpeg = "image/jpeg"
  case png = "image/png"
  case gif = "image/gif"
  case tiff = "image/tiff"
  case wordDocument = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
  case spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
  case presentation = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
  case openDocumentText = "application/vnd.oasis.opendocument.text"
  case zip = "application/zip"
  /// Word, Excel and Outlook before 2007, and installers: one container, not looked into.
  case compoundFile = "application/x-ole-storage"
  case rtf = "application/rtf"
  case html = "text/html"
  /// UTF-8, or UTF-16 with a byte order mark, without control characters.
  case text = "text/plain"
  case executable = "application/x-executable"
  case empty = "application/x-empty"
  case unknown = "application/octet-stream"

  /// Bytes of a document's start that are looked at.
  package static let sniffedByteCount = 4096

  /// Finds the type. `head` is the whole document or its first `sniffedByteCount` bytes.
  package init(sniffing head: [UInt8]) {
    self = Self.sniff(head[...])
  }

  private static func sniff(_ head: ArraySlice<UInt8>) -> MediaType {
    if head.isEmpty { return .empty }
    for (signature, type) in signatures where head.starts(with: signature) { return type }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return zipped(head) }
    // Readers accept a PDF header anywhere in the first 1,024 bytes, so a file with it there is taken for
    // one.
    if contains(head.prefix(1024), "%PDF-") { return .pdf }
    guard isText(head) else { return .unknown }
    let start = String(decoding: head.prefix(256), as: UTF8.self).lowercased().drop {
      $0.isWhitespace || $0 == "\u{FEFF}"
    }
    return start.hasPrefix("<!doctype html") || start.hasPrefix("<html") ? .html : .text
  }

  private static let signatures: [([UInt8], MediaType)] = [
    (Array("%PDF-".utf8), .pdf),
    ([0xFF, 0xD8, 0xFF], .jpeg),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], .png),
    (Array("GIF87a".utf8), .gif),
    (Array("GIF89a".utf8), .gif),
    ([0x49, 0x49, 0x2A, 0x00], .tiff),
    ([0x4D, 0x4D, 0x00, 0x2A], .tiff),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .compoundFile),
    (Array(#"{\rtf"#.utf8), .rtf),
    ([0x7F, 0x45, 0x4C, 0x46], .executable),
    ([0x4D, 0x5A], .executable),
  ]

  /// Office files are ZIP archives; the names of their first members tell which.
  private static func zipped(_ head: ArraySlice<UInt8>) -> MediaType {
    if contains(head, "mimetypeapplication/vnd.oasis.opendocument.text") { return .openDocumentText }
    guard contains(head, "[Content_Types].xml") || contains(head, "_rels/.rels") else { return .zip }
    if contains(head, "word/") { return .wordDocument }
    if contains(head, "xl/") { return .spreadsheet }
    if contains(head, "ppt/") { return .presentation }
    return .zip
  }

  private static func contains(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return false }
    return (bytes.startIndex...(bytes.endIndex - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
  }

  private static func isText(_ head: ArraySlice<UInt8>) -> Bool {
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return true }
    guard head.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) || $0 == 0x1B }) else { return false }
    // The last character may be cut in two by the end of what is looked at: up to three bytes are given away.
    return (0...min(3, head.count - 1)).contains {
      String(validating: head.dropLast($0), as: UTF8.self) != nil
    }
  }

  /// The type that a file name's extension claims; nil for none or one not known here.
  package static func claimed(byName name: String) -> MediaType? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    return byExtension[name[name.index(after: dot)...].lowercased()]
  }

  private static let byExtension: [String: MediaType] = [
    "pdf": .pdf, "jpg": .jpeg, "jpeg": .jpeg, "png": .png, "gif": .gif, "tif": .tiff, "tiff": .tiff,
    "docx": .wordDocument, "xlsx": .spreadsheet, "pptx": .presentation, "odt": .openDocumentText, "zip": .zip,
    "doc": .compoundFile, "xls": .compoundFile, "msg": .compoundFile, "rtf": .rtf, "txt": .text, "csv": .text,
    "md": .text, "htm": .html, "html": .html, "exe": .executable,
  ]
}

/// What the name claims beside what the bytes say.
package struct MediaTypeReport: Hashable, Sendable {
  /// By the extension; nil if it claims nothing.
  package let claimed: MediaType?
  /// By the first bytes: what is recorded and used.
  package let found: MediaType

  package init(name: String, head: [UInt8]) {
    claimed = MediaType.claimed(byName: name)
    found = MediaType(sniffing: head)
  }

  /// True when the name claims a type and the bytes are another: worth telling the person who files it.
  package var isMismatch: Bool {
    guard let claimed else { return false }
    // An office file whose members come in an unusual order looks like any ZIP archive, which is no lie.
    let officeTypes: Set<MediaType> = [.wordDocument, .spreadsheet, .presentation, .openDocumentText]
    if found == .zip, officeTypes.contains(claimed) { return false }
    return claimed != found
  }
}
