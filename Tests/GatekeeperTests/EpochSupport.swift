import AgeFormat
import Gatekeeper
import VaultStore

/// Whether an identity opens the newest epoch's key file, as `age -d` would.
func opensEpoch(_ storage: VaultStorage, _ identity: MemberIdentity) async throws -> Bool {
  guard let name = try await storage.files.list(.epochIdentities).last,
    let file = try await storage.files.read(name)
  else { return false }
  return (try? Age.open(file, identities: [identity.identity], limit: 4096)) != nil
}
