/// Who inside the setting may do what: `access.yaml`.
package struct AccessPolicy: Sendable {
  package let roles: [String: Role]

  package struct Role: Sendable {
    package let may: Set<AccessAction>
    package let opens: [Opening]
    /// The sentence a refused opening answers with; nil: a general one.
    package let refusal: String?
    package let location: RuleLocation
  }

  package struct Opening: Sendable {
    package let documents: WordFilter
    package let children: Children
    package let needsReason: Bool
    package let location: RuleLocation
    package enum Children: String, Hashable, Sendable, CaseIterable { case all, linked }
  }
}
