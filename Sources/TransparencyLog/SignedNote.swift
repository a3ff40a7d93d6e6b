import StrongroomCrypto

/// A note as its writer has it: text and the lines that sign it. Nothing is claimed about signatures of others among them.
///
/// Spec: C2SP signed-note.
package struct SignedNote: Hashable, Sendable {
  /// Ends in a newline, which is part of what is signed; the blank line after it is not.
  package let text: String
  package private(set) var signatures: [NoteSignature]

  init(text: String, signatures: [NoteSignature]) {
    self.text = text
    self.signatures = signatures
  }

  /// The whole note as it is stored and sent.
  package var bytes: [UInt8] {
    Array(text.utf8) + [LogText.newline] + signatures.flatMap { Array($0.line.utf8) }
  }

  /// The note with one more signature line below the others. A line that is already there is not repeated.
  package func adding(_ signature: NoteSignature) -> SignedNote {
    var note = self
    if !signatures.contains(signature) { note.signatures.append(signature) }
    return note
  }

  /// What a text must be to be signed: valid as a whole note would be, and ended by a newline.
  static func checkText(_ text: String) throws(TransparencyLogError) {
    guard text.utf8.last == LogText.newline else { throw .noteMalformed(.noFinalNewline) }
    guard text.utf8.allSatisfy({ $0 >= 0x20 || $0 == LogText.newline }) else {
      throw .noteMalformed(.controlByte)
    }
  }
}
