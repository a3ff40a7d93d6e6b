/// Text that names or describes a person: a name, a title, a reason. It never prints itself.
///
/// Made from what somebody typed: outer white space goes, and what could mislead a reader of a list is refused: control
/// characters, line breaks, and the marks that turn the direction of the text around it.
package struct PersonalText: Hashable, Sendable {
  package let text: String

  /// - Parameters:
  ///   - field: what to call it in the error; a fixed word, never the text.
  ///   - limitBytes: longest UTF-8 accepted.
  package init(
    _ typed: String, field: InputField, limitBytes: Int = 400
  ) throws(GateError) {
    // Looked at before trimming, so that a very long text costs nothing.
    guard typed.utf8.count <= limitBytes * 4 else {
      throw .invalidInput(field, .tooLong(limitBytes: limitBytes))
    }
    let scalars = typed.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { throw .invalidInput(field, .empty) }
    let trimmed = String(scalars[first...last])
    guard trimmed.utf8.count <= limitBytes else {
      throw .invalidInput(field, .tooLong(limitBytes: limitBytes))
    }
    guard trimmed.unicodeScalars.allSatisfy(Self.isHarmless) else {
      throw .invalidInput(field, .unprintable)
    }
    text = trimmed
  }

  /// A name as found, such as a file's, made harmless instead of refused: nobody chose it here.
  package init(cleaning found: String, limitBytes: Int = 400) {
    var kept = String.UnicodeScalarView()
    var sizeBytes = 0
    for scalar in found.unicodeScalars where Self.isHarmless(scalar) {
      sizeBytes += String(scalar).utf8.count
      if sizeBytes > limitBytes { break }
      kept.append(scalar)
    }
    text = String(kept)
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
    default:
      // Embeddings, overrides and isolates: they can make a list show a name as another.
      !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
        && !(0x200E...0x200F).contains(scalar.value) && scalar.value != 0x061C
    }
  }
}

extension PersonalText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(personal)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
