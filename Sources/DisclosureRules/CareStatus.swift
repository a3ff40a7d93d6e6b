/// Whether, and how, the local authority looks after the child. Being looked after is not the same as the authority
/// holding parental responsibility: only a care or placement order gives it that.
package enum CareStatus: String, Codable, Hashable, Sendable, CaseIterable {
  case none
  /// Looked after; under which section is not known or does not matter.
  case lookedAfter = "looked-after"
  /// Children Act 1989, section 31.
  case careOrder = "care-order"
  /// Children Act 1989, section 20: by agreement; parents keep parental responsibility alone.
  case accommodated
  /// Adoption and Children Act 2002, section 21.
  case placementOrder = "placement-order"
  /// Placed for three months or more by a health body, or in a care home or hospital (Children Act 1989, sections 85, 86).
  case healthPlacement = "health-placement"
}
