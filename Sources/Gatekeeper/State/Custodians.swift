/// The roles that hold the epoch's key and through it the children's: who files, reads and releases.
///
/// Fixed, because it decides which key files a member's card is added to. What a custodian may then do is the policy's.
package enum Custodians {
  package static let roles: Set<String> = ["senco", "headteacher", "dsl"]

  package static func contains(role: String) -> Bool { roles.contains(role) }
}
