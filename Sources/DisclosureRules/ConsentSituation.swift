/// What is known of a child, on a date, that bears on who decides about sharing their records.
package struct ConsentSituation: Hashable, Sendable {
  package var today: CalendarDate
  package var born: CalendarDate
  /// Whether somebody competent to judge it found that the child understands enough to decide; nil: nobody has looked.
  package var isCompetent: Bool?
  /// Whether the pupil was found to lack capacity for this one decision (Mental Capacity Act 2005, sections 1 to 3). Judged
  /// for each decision; without a finding, capacity is presumed.
  package var lacksCapacity: Bool
  package var care: CareStatus
  package var people: [Person]

  package init(
    today: CalendarDate, born: CalendarDate, isCompetent: Bool? = nil, lacksCapacity: Bool = false,
    care: CareStatus = .none, people: [Person] = []
  ) {
    self.today = today
    self.born = born
    self.isCompetent = isCompetent
    self.lacksCapacity = lacksCapacity
    self.care = care
    self.people = people
  }

  package var stage: LifeStage {
    .on(
      today, born: born, hasCompetenceNote: isCompetent == true, lacksCapacityNote: lacksCapacity)
  }

  /// Somebody around the child.
  package struct Person: Hashable, Sendable {
    /// Whatever the caller tells people apart by.
    package var id: String
    package var relationship: Relationship
    /// Checked, not assumed. Education law counts a parent without it too; an authority has it by an order only.
    package var hasParentalResponsibility: Bool
    /// A court has restricted them, on this date.
    package var isRestricted: Bool

    package init(
      id: String, relationship: Relationship, hasParentalResponsibility: Bool = false,
      isRestricted: Bool = false
    ) {
      self.id = id
      self.relationship = relationship
      self.hasParentalResponsibility = hasParentalResponsibility
      self.isRestricted = isRestricted
    }
  }
}

/// What somebody is to a child, as far as consent depends on it.
package enum Relationship: String, Hashable, Sendable, CaseIterable {
  /// The child or young person.
  case subject
  case parent
  /// By an adoption order; birth parents have no standing from then on (Adoption and Children Act 2002, section 46).
  case adopter
  /// Placed with, and no adoption order yet.
  case prospectiveAdopter = "prospective-adopter"
  case birthParentAfterAdoption = "birth-parent-after-adoption"
  case guardian
  /// Anyone else with care of the child: a parent in education law (Education Act 1996, section 576).
  case carer
  case localAuthority = "local-authority"
  /// A court-appointed deputy or an attorney.
  case deputy
  case other

  /// What a relationship typed in words comes to. Typed words are people's, so only whole phrases count: "mother's partner",
  /// "birth mother", "former carer" or "child's social worker" hold a word that would do and are somebody else. What is not
  /// known is `.other`. A local authority is told by any of its words, since that only narrows.
  package init(words text: String) {
    let words = text.lowercased().split(whereSeparator: { !$0.isLetter }).map(String.init)
    if words.contains(where: ["authority", "council", "la"].contains) {
      self = .localAuthority
      return
    }
    let phrase = words.joined(separator: " ")
    self = Self.phrases.first { $0.value.contains(phrase) }?.key ?? .other
  }

  private static let phrases: [Relationship: Set<String>] = [
    .subject: ["self", "child", "pupil", "student", "young person"],
    .parent: ["parent", "mother", "father", "mum", "dad"],
    .adopter: ["adopter", "adoptive parent", "adoptive mother", "adoptive father"],
    .prospectiveAdopter: ["prospective adopter", "prospective adoptive parent"],
    .birthParentAfterAdoption: [
      "birth parent after adoption", "birth mother after adoption", "birth father after adoption",
    ],
    .guardian: ["guardian", "legal guardian", "special guardian"],
    .carer: [
      "carer", "foster carer", "kinship carer", "foster parent", "foster mother", "foster father",
    ],
    .deputy: ["deputy", "court appointed deputy", "attorney", "alternative person"],
  ]
}
