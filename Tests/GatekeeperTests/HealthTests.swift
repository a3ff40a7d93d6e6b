import Gatekeeper
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

/// What `doctor`, `check` without keys and witnesses get to see.
struct HealthTests {
  @Test func theDoctorIsToldWhenThingsWereDoneLast() async throws {
    let school = try await School.open()
    school.clock.advance(days: 3)
    let officer = try await school.visit(school.officerKey)
    _ = try await officer.auditVerify()
    let verified = school.clock.time
    school.clock.advance(days: 2)
    _ = try await school.senco.children().seen()
    let health = try await school.senco.recordHealth(
      of: ["audit.verified", "consent.withdrawn", "vault.created", "no.such.kind"])
    #expect(health.newestEntryAt == school.clock.time)
    #expect(health.last("audit.verified") == .known(verified))
    #expect(health.last("consent.withdrawn") == .known(nil))
    #expect(health.last("vault.created") == .known(TestClock().time))
    #expect(health.last("no.such.kind") == .unheardOf)
    let status = try await school.senco.status()
    #expect(health.entries == status.entries)
    #expect(try await school.senco.status().entries == status.entries, "looking adds no entry")
  }

  @Test func aVaultInMemoryIsSoundWithoutKeys() async throws {
    let school = try await School.open()
    let key = try VerifierKey(parsing: try await school.senco.status().vkey)
    let report = try await Gatekeeper.checkWithoutKeys(school.storage, key: key)
    #expect(report.findings.isEmpty, "\(report.findings)")
    #expect(report.notChecked.count == 2)
    #expect(try await Gatekeeper.checkWithoutKeys(school.storage, key: nil).notChecked.count == 3)
  }

  @Test func cosignedCheckpointsGatherInTheVault() async throws {
    let school = try await School.open()
    #expect(try await school.senco.cosignedSizes() == [])
    let first = try Cosigner(name: "witness.example/1", key: .generate())
    let second = try Cosigner(name: "witness.example/2", key: .generate())
    let checkpoint = try await school.senco.auditCheckpoint()
    for (time, cosigner) in [(UInt64(7), first), (8, second), (9, first)] {
      let line = try cosigner.cosign(checkpoint, time: time).line
      let cosigned = try checkpoint.adding(cosignatures: Array(line.utf8), by: [cosigner.verifierKey])
      try await school.senco.keep(cosigned: cosigned)
    }
    let size = checkpoint.checkpoint.size
    #expect(try await school.senco.cosignedSizes() == [size])
    let note = try #require(try await school.storage.files.read(.cosigned(size)))
    let log = try VerifierKey(parsing: try await school.senco.status().vkey)
    let kept = try UnverifiedCheckpoint(parsing: note).verified(
      by: log, origin: log.name, cosigners: [first.verifierKey, second.verifierKey], quorum: 2)
    #expect(kept.cosignatures.map(\.time) == [9, 8], "of one cosigner's, the latest")
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func aProofIsMadeForWhereTheWitnessStands() async throws {
    let school = try await School.open()
    let old = try await school.senco.auditCheckpoint()
    _ = try await school.senco.children().seen()
    let new = try await school.senco.auditCheckpoint()
    let hashes = try await school.senco.auditConsistency(from: old.checkpoint.size, to: new)
    try ConsistencyProof(oldSize: old.checkpoint.size, newSize: new.checkpoint.size, hashes: hashes)
      .verify(oldRoot: old.checkpoint.root, newRoot: new.checkpoint.root)
    let size = new.checkpoint.size
    await school.ledger.replace(1, with: [1, 2, 3])
    await #expect(throws: GateError.self) { try await school.senco.auditConsistency(from: 1, to: new) }
    await school.ledger.replace(1, with: nil)
    #expect(try await school.senco.auditCheckpoint().checkpoint.size == size)
  }
}
