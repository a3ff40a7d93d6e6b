import DisclosureRules

/// Finds the one child a row means. Exactly: capitals and runs of blanks apart, a name is that name or it is another; two children
/// who fit are nobody's choice but a person's.
struct ChildFinder {
  private struct NameAndBirth: Hashable {
    let name: String
    let born: CalendarDate
  }

  private var byNumber: [String: Set<ChildReference>] = [:]
  private var byName: [NameAndBirth: Set<ChildReference>] = [:]

  mutating func add(_ child: ChildSummary) {
    if let upn = child.upn { byNumber[Self.normal(upn), default: []].insert(child.reference) }
    byName[NameAndBirth(name: Self.normal(child.name), born: child.born), default: []].insert(child.reference)
  }

  /// Children that some row leads to.
  func candidates(for rows: [ImportRow]) -> Set<ChildReference> {
    rows.reduce(into: []) { found, row in
      for matches in [matchesByNumber(row.subject), matchesByName(row.subject)] {
        found.formUnion(matches ?? [])
      }
    }
  }

  /// Keeps a child only under what its own box says.
  mutating func confirm(
    _ reference: ChildReference, _ details: (name: String, born: CalendarDate, upn: String?)
  ) {
    let number = details.upn.map(Self.normal)
    let name = NameAndBirth(name: Self.normal(details.name), born: details.born)
    for key in byNumber.keys where key != number { byNumber[key]?.remove(reference) }
    for key in byName.keys where key != name { byName[key]?.remove(reference) }
  }

  /// The one child that every way given in the row leads to.
  ///
  /// - Throws: `.childUnknown`, `.childAmbiguous`, `.childDiffers`, at the column that says so.
  func child(
    of row: ImportRow, in state: VaultState, on today: CalendarDate
  ) throws(ImportProblem) -> ChildReference {
    var ways: [(column: ImportColumn, matches: Set<ChildReference>)] = []
    if let child = row.subject.child {
      let isThere = state.child(child).map { $0.erased == nil && !state.isSealed(child, on: today) } ?? false
      ways.append((.child, isThere ? [child] : []))
    }
    if let matches = matchesByNumber(row.subject) { ways.append((.upn, matches)) }
    if let matches = matchesByName(row.subject) { ways.append((.name, matches)) }
    guard let first = ways.first else {
      throw ImportProblem(line: row.line, column: .child, fault: .empty)
    }
    var found = first.matches
    for way in ways {
      guard !way.matches.isEmpty else {
        throw ImportProblem(line: row.line, column: way.column, fault: .childUnknown)
      }
      found.formIntersection(way.matches)
      guard !found.isEmpty else {
        throw ImportProblem(line: row.line, column: way.column, fault: .childDiffers)
      }
    }
    guard found.count == 1, let child = found.first else {
      throw ImportProblem(line: row.line, column: first.column, fault: .childAmbiguous)
    }
    return child
  }

  private func matchesByNumber(_ subject: ImportSubject) -> Set<ChildReference>? {
    subject.upn.map { byNumber[Self.normal($0)] ?? [] }
  }

  private func matchesByName(_ subject: ImportSubject) -> Set<ChildReference>? {
    guard let name = subject.name, let born = subject.born else { return nil }
    return byName[NameAndBirth(name: Self.normal(name), born: born)] ?? []
  }

  private static func normal(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
