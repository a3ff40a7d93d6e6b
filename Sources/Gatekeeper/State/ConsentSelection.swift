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
