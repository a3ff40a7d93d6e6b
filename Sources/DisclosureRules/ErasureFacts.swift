/// What the rules see when somebody proposes to erase a child's file or to dispose of documents, or carries that out.
///
/// Nothing in it identifies a child: of dates only whether they are reached.
package struct ErasureFacts: Codable, Hashable, Sendable {
  package enum Phase: String, Codable, Hashable, Sendable, CaseIterable {
    case propose
    case carryOut = "carry-out"
  }

  package enum Scope: String, Codable, Hashable, Sendable, CaseIterable {
    /// The whole file, for good.
    case child
    /// Single documents.
    case records
  }

  package var phase: Phase
  package var scope: Scope
  package var ground: ErasureGround
  /// Every document concerned has reached the date it is kept until.
  package var due: Bool
  /// A legal hold is on the child.
  package var held: Bool
  /// A request that is not closed is about the child, or about one of the documents.
  package var requested: Bool
  /// Who carries it out is who proposed it.
  package var samePerson: Bool
  /// Whole days since the proposal; 0 in it.
  package var daysWaited: Int

  package init(
    phase: Phase, scope: Scope, ground: ErasureGround, due: Bool = false, held: Bool = false,
    requested: Bool = false, samePerson: Bool = false, daysWaited: Int = 0
  ) {
    self.phase = phase
    self.scope = scope
    self.ground = ground
    self.due = due
    self.held = held
    self.requested = requested
    self.samePerson = samePerson
    self.daysWaited = daysWaited
  }

  private enum CodingKeys: String, CodingKey {
    case phase, scope, ground, due, held, requested
    case samePerson = "same_person"
    case daysWaited = "days_waited"
  }
}
