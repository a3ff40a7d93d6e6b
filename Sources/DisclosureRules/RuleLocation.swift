/// Where in a policy folder a rule stands.
package struct RuleLocation: Hashable, Sendable, CustomStringConvertible {
  /// Path inside the folder: `gateways/appeal.yaml`.
  package let file: String
  /// From 1.
  package let line: Int

  package init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `gateways/appeal.yaml:14`.
  package var description: String { "\(file):\(line)" }
}
