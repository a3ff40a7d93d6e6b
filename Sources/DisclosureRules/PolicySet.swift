/// A loaded, checked policy: the only thing that decides.
///
/// Copying costs one reference. `load` is the only way to make one, so a set in hand has no unknown word in it.
package struct PolicySet: Sendable {
  let core: Core

  package var name: String { core.header.name }
  package var version: Int { core.header.version }
  package var title: String { core.header.title }
  package var inForceFrom: CalendarDate { core.header.inForceFrom }
  package var settingTypes: [String] { core.header.settingTypes }
  package var notes: String? { core.header.notes }
  package var retention: [RetentionRule] { core.header.retention }
  package var erasure: ErasureRules { core.header.erasure }
  package var differences: [PolicyDifference] { core.header.differences }
  package var vocabulary: Vocabulary { core.header.vocabulary }
  /// In order of code, then id.
  package var gateways: [Gateway] { core.gateways }
  package var access: AccessPolicy { core.access }
  package var restrictions: [Restriction] { core.restrictions }
  package var cases: [PolicyCase] { core.cases }

  package func gateway(_ id: String) -> Gateway? { core.gatewaysByID[id] }

  /// The two shipped sets under the names of the contract between modules.
  package static var england: PolicySource { .england }
  package static var school: PolicySource { .school }

  /// Everything a decision looks up, laid out at load.
  final class Core: Sendable {
    let header: Header
    let gateways: [Gateway]
    let gatewaysByID: [String: Gateway]
    let restrictions: [Restriction]
    /// Indexes into `restrictions` of those that a kind of document brings into play by itself.
    let documentRestrictions: [Int]
    /// Index into `restrictions` by kind.
    let restrictionByKind: [RestrictionKind: Int]
    let access: AccessPolicy
    let cases: [PolicyCase]

    init(
      header: Header, gateways: [Gateway], restrictions: [Restriction], access: AccessPolicy,
      cases: [PolicyCase]
    ) {
      self.header = header
      self.gateways = gateways
      self.gatewaysByID = Dictionary(gateways.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      self.restrictions = restrictions
      self.documentRestrictions = restrictions.indices.filter { !restrictions[$0].documents.isEmpty }
      self.restrictionByKind = Dictionary(
        restrictions.indices.map { (restrictions[$0].kind, $0) }, uniquingKeysWith: { first, _ in first })
      self.access = access
      self.cases = cases
    }
  }

  /// What `policy.yaml` says.
  struct Header: Sendable {
    let name: String
    let version: Int
    let title: String
    let inForceFrom: CalendarDate
    let settingTypes: [String]
    let vocabulary: Vocabulary
    let retention: [RetentionRule]
    let erasure: ErasureRules
    let differences: [PolicyDifference]
    /// The cases must cover vectors 1 to this; 0: none promised.
    let decisionVectors: Int
    let notes: String?
    let location: RuleLocation
    let lines: [String: Int]
  }
}

/// One difference between the school policy, the regulations and the Code (domain notes, D1 to D18), as a set treats it.
package struct PolicyDifference: Hashable, Sendable {
  package let id: String
  package let title: String
  /// What this set does.
  package let here: String
  /// What the law says.
  package let law: String
  /// What following the usual school policy to the letter would do.
  package let effect: String
  package let handling: String?
  /// Ids of gateways of this set that it concerns.
  package let gateways: [String]
  package let status: Status
  package let location: RuleLocation
  package enum Status: String, Hashable, Sendable, CaseIterable {
    /// This set follows the law here.
    case resolved
    /// This set departs from the law here, knowingly; lint says so each time.
    case exhibited
    case notApplicable = "not-applicable"
  }
}
