/// What overrides a permission: one entry of `restrictions.yaml`.
///
/// A class, as `Gateway` is, so that looking at one costs one reference; immutable.
package final class Restriction: Sendable {
  package let kind: RestrictionKind
  package let title: String
  package let authority: String
  package let effect: Effect
  package let when: When
  /// Gateway ids it touches; nil: all.
  package let gateways: [String]?
  /// Document kinds whose presence in a request brings it into play by itself.
  package let documents: [String]
  /// False: a refusal says only "not found, or not visible to you", so that not even its existence leaks.
  package let isReasonShown: Bool
  /// A sentence that goes with an allowed decision.
  package let obligation: String?
  package let approvals: ApprovalGroup?
  package let location: RuleLocation

  init(
    kind: RestrictionKind, title: String, authority: String, effect: Effect, when: When, gateways: [String]?,
    documents: [String], isReasonShown: Bool, obligation: String?, approvals: ApprovalGroup?,
    location: RuleLocation
  ) {
    self.kind = kind
    self.title = title
    self.authority = authority
    self.effect = effect
    self.when = when
    self.gateways = gateways
    self.documents = documents
    self.isReasonShown = isReasonShown
    self.obligation = obligation
    self.approvals = approvals
    self.location = location
  }

  package enum Effect: String, Hashable, Sendable, CaseIterable { case refuse, obligation, approvals }

  /// It bites only if the restricted person is the recipient, or for everyone.
  package enum When: String, Hashable, Sendable, CaseIterable { case recipient, always }

  func touches(gateway id: String) -> Bool { gateways?.contains(id) ?? true }
}
