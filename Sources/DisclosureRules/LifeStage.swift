/// Whose consent counts, as the law sees the subject of a record on one day.
package enum LifeStage: String, Codable, Hashable, Sendable, CaseIterable {
  /// Not over compulsory school age; parents act.
  case child
  /// Not over compulsory school age, with a dated note that they have sufficient age and understanding to decide.
  case competentChild = "competent-child"
  /// Over compulsory school age and under 25: their own consent, capacity presumed (Mental Capacity Act 2005, section 1).
  case youngPerson = "young-person"
  /// Over compulsory school age with a dated note that capacity is lacking for this decision: an alternative person acts
  /// (Children and Families Act 2014, section 80).
  case youngPersonLackingCapacity = "young-person-lacking-capacity"

  /// The stage of somebody on a day.
  ///
  /// - Parameters:
  ///   - hasCompetenceNote: a note in force that a child understands enough to decide.
  ///   - lacksCapacityNote: a note in force, for this decision, that capacity is lacking. It counts only once compulsory
  ///     school age is over: before that parents act anyway.
  package static func on(
    _ today: CalendarDate, born: CalendarDate, hasCompetenceNote: Bool, lacksCapacityNote: Bool
  ) -> LifeStage {
    if today > SchoolYear.compulsorySchoolAgeEnds(born: born) {
      return lacksCapacityNote ? .youngPersonLackingCapacity : .youngPerson
    }
    return hasCompetenceNote ? .competentChild : .child
  }

  /// In plain words, to be read inside a sentence.
  package var spoken: String {
    switch self {
    case .child: "a child"
    case .competentChild: "a child who understands enough to decide"
    case .youngPerson: "a young person"
    case .youngPersonLackingCapacity: "a young person who cannot make this decision"
    }
  }
}
