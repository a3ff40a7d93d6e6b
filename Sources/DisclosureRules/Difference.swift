/// The differences between the usual school policy, the regulations and the Code (domain notes, section 1C).
enum Difference {
  /// `D1` to `D18`.
  static let allIDs: [String] = (1...18).map { "D\($0)" }
}
