import Foundation
import Gatekeeper
import Synchronization

/// Results go to standard output, everything else to standard error.
enum Output {
  static func line(_ text: String = "") { write(text + "\n", to: .standardOutput) }

  static func note(_ text: String) { write(text + "\n", to: .standardError) }

  static func noteWithoutNewline(_ text: String) { write(text, to: .standardError) }

  static func json(_ value: JSONValue) { line(value.text) }

  static func noteJSON(_ value: JSONValue) { note(value.text) }

  /// A table of cleaned cells under a heading; the last column is not padded.
  static func table(_ heading: [String], _ rows: [[String]]) {
    let widths = heading.indices.map { column in
      min(44, ([heading] + rows).map { TerminalText.safe($0[column]).count }.max() ?? 0)
    }
    for row in [heading] + rows {
      let cells = row.indices.map { index in
        index == row.count - 1
          ? TerminalText.safe(row[index]) : TerminalText.column(row[index], width: widths[index])
      }
      line(cells.joined(separator: "  ").trimmingTrailingSpaces())
    }
  }

  /// Whether some result was lost, as on a full disk: a passphrase that is shown once must not be lost in silence.
  static var hasLostResults: Bool { lostResults.withLock { $0 } }

  private static let lostResults = Mutex(false)

  private static func write(_ text: String, to handle: FileHandle) {
    do {
      try handle.write(contentsOf: Data(text.utf8))
    } catch {
      if handle.fileDescriptor == 1 { lostResults.withLock { $0 = true } }
    }
  }
}

extension String {
  func trimmingTrailingSpaces() -> String {
    var view = self[...]
    while view.last == " " { view = view.dropLast() }
    return String(view)
  }
}

extension JSONValue {
  /// The canonical form as text.
  var text: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// A string, or null.
  static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

  static func number(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(value)) }
}
