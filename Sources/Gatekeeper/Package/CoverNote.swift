/// `data/COVER.txt`: what this is, who gets it, under which provision and on what conditions, in plain
/// English.
package struct CoverNote: Hashable, Sendable {
  /// Who releases: the school's or authority's name.
  package var from: String
  /// The recipient's name.
  package var to: String
  /// Whom the documents are about, as the recipient knows them.
  package var about: String
  /// The lawful route in words, e.g. "Appeal to the SEND Tribunal".
  package var gatewayTitle: String
  /// The provision, e.g. "Special Educational Needs and Disability Regulations 2014, regulation 17(1)(b)".
  package var authority: String
  /// What the recipient must observe, a sentence each.
  package var conditions: [String]
  /// Whom to write to with questions; nil leaves the line out.
  package var contact: String?

  package init(
    from: String, to: String, about: String, gatewayTitle: String, authority: String, conditions: [String],
    contact: String? = nil
  ) {
    self.from = from
    self.to = to
    self.about = about
    self.gatewayTitle = gatewayTitle
    self.authority = authority
    self.conditions = conditions
    self.contact = contact
  }

  /// The note's text.
  ///
  /// - Parameters:
  ///   - files: path in the package and description of each document.
  ///   - number: 32 random hexadecimal digits; with them nobody can guess what the manifest's hash was taken
  ///     of.
  func text(
    request: String, date: String, files: [(path: String, description: String)], number: String
  ) -> String {
    var text = "DOCUMENTS RELEASED IN CONFIDENCE\n\n"
    text += field("Request", request) + field("Date", date) + field("From", from) + field("To", to)
    text += field("About", about)
    if let contact { text += field("Questions", contact) }
    text += "\nWhy you were given this\n\n"
    text += paragraph(gatewayTitle) + paragraph(authority)
    text += "\nWhat is in this package\n\n"
    for (position, file) in files.enumerated() {
      text += PlainLine.wrapped(
        PlainLine.make(file.description), indent: "     ", first: listNumber(position + 1))
      text += "     file: \(file.path)\n"
    }
    text += "\nConditions\n\n"
    for condition in conditions.isEmpty ? [Self.noConditions] : conditions {
      text += PlainLine.wrapped(PlainLine.make(condition, limit: 2000), indent: "    ", first: "  - ")
    }
    text += "\nKeep this safe\n\n"
    text += paragraph(Self.confidential)
    text += paragraph(Self.howToCheck)
    text += "\n" + field("Package", number)
    return text
  }

  private static let noConditions =
    "No conditions beyond the law that applies to whoever holds personal data."
  private static let confidential = """
    These documents hold personal data about a child or young person. Use them for the purpose above only, \
    and show them to nobody who does not need them for it. If they reached you by mistake, do not read on: \
    tell the sender and delete them.
    """
  private static let howToCheck = """
    The folder "receipt" shows that the release was decided and recorded before it was made. Its file \
    HOW-TO-CHECK.txt says how to check that, and that no file was changed, without an account and without \
    asking us.
    """

  private func field(_ name: String, _ value: String) -> String {
    let label = "  \(name):" + String(repeating: " ", count: 11 - name.count)
    return PlainLine.wrapped(PlainLine.make(value), indent: String(repeating: " ", count: 14), first: label)
  }

  private func paragraph(_ text: String) -> String {
    PlainLine.wrapped(PlainLine.make(text, limit: 2000), indent: "  ")
  }

  private func listNumber(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: " ", count: max(0, 3 - digits.count)) + digits + ". "
  }
}

/// The note is personal from the first line to the last.
extension CoverNote: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "CoverNote" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
