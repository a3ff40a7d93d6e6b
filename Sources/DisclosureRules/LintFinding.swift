/// Something in a loaded policy that a data protection officer should look at. The set works all the same.
package struct LintFinding: Hashable, Sendable {
  /// Kebab-case, stable; `difference-D7` and the like for a departure from the law that the set shows.
  package let code: String
  package let location: RuleLocation
  /// One sentence.
  package let text: String

  /// `gateways/x.yaml:3: warning: text`.
  package var rendered: String { "\(location): warning: \(text)" }
}
