/// One thing in a vault that is not as the ledger says.
package struct VaultFinding: Hashable, Sendable {
  /// Vault-relative name of the file.
  package let name: String
  package let problem: Problem

  package enum Problem: Hashable, Sendable {
    case missing
    case length(expected: Int, actual: Int)
    /// Right length, other bytes: altered, swapped, or an older copy.
    case content
    case unreadable(VaultStoreError)
    /// A document no entry names: filed in the moment of a crash, or put there. Never served.
    case orphan(length: Int)
    /// A file that no vault, or not this one, should have.
    case planted
    /// An unfinished write.
    case leftover
    case notAnOrdinaryFile
    case journal(Damage)
    /// A crash left entries that the next append signs.
    case unsignedEntries(UInt64)
  }

  package init(name: String, problem: Problem) {
    self.name = name
    self.problem = problem
  }

  /// The finding in an error that speaks of the vault's state, nil for one that speaks of the machine.
  init?(_ error: VaultStoreError) {
    switch error {
    case .damaged(let damage): self.init(name: damage.file, problem: .journal(damage))
    case .missing(let name): self.init(name: name, problem: .missing)
    default: return nil
    }
  }

  /// Whether something is wrong: leftovers, orphans and an unsigned tail are what an honest crash leaves.
  package var isDamage: Bool {
    switch problem {
    case .orphan, .leftover, .unsignedEntries: false
    default: true
    }
  }
}
