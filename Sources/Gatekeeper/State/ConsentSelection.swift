import DisclosureRules

/// Picks, out of the consents on file, the one the rules judge: the answer that stands today, or what became of it.
///
/// Pure. The order: the latest answer of each person counts, and once that is taken back or has run out they have none,
/// since an earlier yes does not come back to life; a no does not run out; people who disagree are a conflict, never
/// arbitrated; of several that stand, the one that covers most; if none stands, what the last one became.
struct ConsentSelection {
  /// One answer on file, for the recipient asked about.
  struct Candidate {
    let consent: ConsentState
    let giver: ConsentGiver
    let coversDocuments: Bool
    /// One for each document of the request, in its order.
    let versionsAfter: [Bool]

    /// nil is the child or young person.
    var person: ContactReference? { consent.contact }
  }

  let today: CalendarDate
  let candidates: [Candidate]

  /// The consent as the rules see it, and which documents are later versions than it covers.
  func selected(documentCount: Int) -> (DisclosureFacts.Consent, versionsAfter: [Bool]) {
    let none = [Bool](repeating: false, count: documentCount)
    let ordered = candidates.sorted { $0.consent.entry < $1.consent.entry }
    var latest: [ContactReference?: Candidate] = [:]
    for candidate in ordered { latest[candidate.person] = candidate }
    let standing = latest.values.filter(isStanding).sorted { $0.consent.entry < $1.consent.entry }
    let given = standing.filter { $0.consent.answer == .given }
    let refused = standing.filter { $0.consent.answer == .refused }
    if let follow = standing.last(where: { $0.consent.answer == .followUp }) {
      return (facts(.followUp, follow), follow.versionsAfter)
    }
    if let best = given.max(by: { score($0) < score($1) }) {
      return (facts(refused.isEmpty ? .given : .conflict, best), best.versionsAfter)
    }
    if let refusal = refused.last { return (facts(.refused, refusal), none) }
    guard let last = ordered.last(where: { $0.consent.answer == .given }) else { return (.none, none) }
    return (facts(last.consent.withdrawnAt == nil ? .expired : .withdrawn, last), last.versionsAfter)
  }

  private func isStanding(_ candidate: Candidate) -> Bool {
    candidate.consent.withdrawnAt == nil
      && (candidate.consent.answer != .given || candidate.consent.until >= today)
  }

  private func score(_ candidate: Candidate) -> Int {
    (candidate.coversDocuments ? 2 : 0) + (candidate.versionsAfter.contains(true) ? 0 : 1)
  }

  private func facts(
    _ state: DisclosureFacts.Consent.State, _ candidate: Candidate
  ) -> DisclosureFacts.Consent {
    DisclosureFacts.Consent(
      state: state, giver: candidate.giver, coversRecipient: true,
      coversDocuments: candidate.coversDocuments,
      coversVersion: !candidate.versionsAfter.contains(true))
  }
}

extension ConsentGiver {
  /// In what capacity a contact gives consent: from the relationship as it was typed, whether parental responsibility was
  /// checked, and the stage of the child's life.
  ///
  /// Typed words are people's, so only whole phrases count: "mother's partner", "birth mother", "former carer" or "child's
  /// social worker" hold a word that would do and are somebody else. What is not known is `.other`, which no policy's
  /// `givers` may name: it refuses. Parental responsibility alone makes a parent, and a father or mother is one without it
  /// (Education Act 1996, section 576). A local authority is told apart by any of its words, since that only narrows.
  init(relationship: String, parentalResponsibility: Bool, stage: LifeStage) {
    let words = relationship.lowercased().split(whereSeparator: { !$0.isLetter }).map(String.init)
    let phrase = words.joined(separator: " ")
    if words.contains(where: ["authority", "council", "la"].contains) {
      self =
        parentalResponsibility
        ? .localAuthorityWithParentalResponsibility : .localAuthorityWithoutParentalResponsibility
    } else if Self.subjectPhrases.contains(phrase) {
      self = .subject(at: stage)
    } else if Self.alternativePhrases.contains(phrase) {
      self = .alternativePerson
    } else if Self.guardianPhrases.contains(phrase) {
      self = .guardian
    } else if Self.carerPhrases.contains(phrase) {
      self = .carer
    } else if parentalResponsibility || Self.parentPhrases.contains(phrase) {
      // Without a deputy or attorney a parent is the alternative person (Children and Families Act 2014, section 80).
      self = stage == .youngPersonLackingCapacity ? .alternativePerson : .parent
    } else {
      self = .other
    }
  }

  /// The child or young person themself, by the stage they were in when they answered.
  static func subject(at stage: LifeStage) -> ConsentGiver {
    stage == .child || stage == .competentChild ? .child : .youngPerson
  }

  private static let subjectPhrases: Set<String> = ["self", "child", "pupil", "student", "young person"]
  private static let alternativePhrases: Set<String> = [
    "deputy", "court appointed deputy", "attorney", "alternative person",
  ]
  private static let guardianPhrases: Set<String> = ["guardian", "legal guardian", "special guardian"]
  private static let carerPhrases: Set<String> = [
    "carer", "foster carer", "kinship carer", "foster parent", "foster mother", "foster father",
  ]
  private static let parentPhrases: Set<String> = [
    "parent", "mother", "father", "mum", "dad", "adoptive parent", "adoptive mother", "adoptive father",
  ]
}
