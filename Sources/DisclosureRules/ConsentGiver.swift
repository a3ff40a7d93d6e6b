/// In what capacity somebody gave, or may give, consent. The words of `consent.givers` in a gateway file.
package enum ConsentGiver: String, Codable, Hashable, Sendable, CaseIterable {
  case parent
  case guardian
  case carer
  /// The local authority under a care order, which shares parental responsibility (Children Act 1989, section 33).
  case localAuthorityWithParentalResponsibility = "local-authority-with-parental-responsibility"
  /// The local authority that looks after a child without an order (section 20): it has no parental responsibility.
  case localAuthorityWithoutParentalResponsibility = "local-authority-without-parental-responsibility"
  case child
  case youngPerson = "young-person"
  /// Deputy, attorney, else parent, for somebody who lacks capacity (Children and Families Act 2014, section 80).
  case alternativePerson = "alternative-person"
  /// Anybody else: never enough, but it must be recordable that they signed.
  case other

  package var spoken: String {
    switch self {
    case .parent: "a parent"
    case .guardian: "a guardian"
    case .carer: "a carer"
    case .localAuthorityWithParentalResponsibility: "the local authority holding parental responsibility"
    case .localAuthorityWithoutParentalResponsibility: "a local authority without parental responsibility"
    case .child: "the child"
    case .youngPerson: "the young person"
    case .alternativePerson: "the person who acts for them"
    case .other: "somebody else"
    }
  }
}
