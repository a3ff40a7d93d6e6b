import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// Members cosign what they have checked, and a policy asks for their cosignatures.
@Suite struct CosigningTests {
  private func policy(_ keys: [MemberIdentity], _ threshold: String = "all") throws -> WitnessPolicy {
    var text = ""
    for (number, key) in keys.enumerated() { text += "witness w\(number) \(key.cosigner.verifierKey.text)\n" }
    text += "group g \(threshold) \(keys.indices.map { "w\($0)" }.joined(separator: " "))\nquorum g\n"
    return try WitnessPolicy(parsing: Array(text.utf8))
  }

  private func verify(
    _ school: School, _ policy: WitnessPolicy, in storage: VaultStorage? = nil
  ) async throws -> VerifyReport {
    var options = VerifyOptions(depth: .tree)
    options.policy = policy
    return try await school.visit(school.teacherKey, in: storage ?? school.storage).auditVerify(options)
  }

  private func look(_ school: School, _ keys: MemberIdentity...) async throws {
    let memory = try await school.memory(keys[0])
    for key in keys { #expect(try await school.visit(key).cosign(memory)) }
  }

  @Test func cosignerKeyIsTheMembersOwnAndNoOther() throws {
    let one = try MemberIdentity.generate()
    let again = try MemberIdentity(one.identity)
    #expect(one.cosigner.verifierKey == again.cosigner.verifierKey)
    #expect(one.cosigner.verifierKey.publicKey != one.verifierKey.publicKey)
    #expect(one.cosigner.verifierKey.algorithm == .cosignature)
    #expect(one.cosigner.verifierKey.name == "strongroom.member/\(one.fingerprint)")
  }

  @Test func quorumIsFoundOnTheLargestCheckpointThatHasIt() async throws {
    let school = try await School.open()
    let both = try policy([school.officerKey, school.headKey])
    let missing = try await verify(school, both)
    #expect(missing.findings.map(\.fault) == [.ledgerHead(.quorumMissing)])
    try await look(school, school.officerKey)
    #expect(try await !verify(school, both).isWhole)
    try await look(school, school.officerKey, school.headKey)
    let size = try #require(try await school.storage.ledger.head()).size
    try await school.goOn(3)
    try await look(school, school.officerKey)
    let report = try await verify(school, both)
    #expect(report.isWhole)
    #expect(
      report.quorum
        == QuorumReport(
          size: size, newer: 3,
          cosigners: [school.officerKey, school.headKey].map(\.cosigner.verifierKey.name)))
    let one = try await verify(school, policy([school.officerKey, school.headKey], "any"))
    #expect(one.quorum?.newer == 0)
  }

  @Test func cosigningTwiceChangesNothing() async throws {
    let school = try await School.open()
    try await look(school, school.officerKey, school.headKey)
    let size = try #require(try await school.storage.ledger.head()).size
    let before = try #require(try await school.storage.files.read(.cosigned(size)))
    school.clock.advance(days: 1)
    try await look(school, school.headKey, school.officerKey)
    #expect(try await school.storage.files.read(.cosigned(size)) == before)
    #expect(before.split(separator: 0x0A).count == 3 + 3)
  }

  /// Old checkpoints go, and never one that some quorum may still need.
  @Test func supersededCheckpointsGoAndTheLatestOfEachQuorumStays() async throws {
    let school = try await School.open()
    try await look(school, school.officerKey, school.headKey)
    let both = try #require(try await school.storage.ledger.head()).size
    for _ in 0..<4 {
      try await school.goOn(1)
      try await look(school, school.officerKey)
      try await school.goOn(1)
      try await look(school, school.headKey)
    }
    let kept = try await school.storage.files.list(.cosigned)
    #expect(kept == [.cosigned(both), .cosigned(both + 7), .cosigned(both + 8)])
    try await look(school, school.officerKey)
    #expect(try await school.storage.files.list(.cosigned) == [.cosigned(both + 8)])
  }

  @Test func supersededMeansByAllWhoSigned() {
    func signer(_ number: UInt32) -> CosignedCheckpoints.Signer { .init(name: "w", keyID: number) }
    let files: [UInt64: CosignedCheckpoints.Signers] = [
      1: [signer(1)], 2: [signer(1), signer(2)], 3: [signer(3)], 4: [signer(1)], 5: [signer(2)], 6: [],
    ]
    #expect(CosignedCheckpoints.superfluous(files) == [1])
    #expect(CosignedCheckpoints.superfluous([7: [], 9: []]) == [7])
    #expect(CosignedCheckpoints.superfluous([:]).isEmpty)
  }

  @Test func damagedAndForeignCosignaturesAreNotCountedAndAreReplaced() async throws {
    let school = try await School.open()
    let size = try #require(try await school.storage.ledger.head()).size
    let files = school.storage.files
    try await look(school, school.officerKey)
    let good = try #require(try await files.read(.cosigned(size)))
    let quorum = try policy([school.officerKey])
    #expect(try await verify(school, quorum).isWhole)
    var flipped = good
    flipped[good.count - 10] ^= 1
    for bytes in [[], [0xFF], Array(good.dropLast()), flipped, Array("x\n\n— y AAAAAAA=\n".utf8)] {
      try await files.replace(.cosigned(size), bytes)
      #expect(try await !verify(school, quorum).isWhole)
      try await look(school, school.officerKey)
      #expect(try await verify(school, quorum).isWhole)
    }
  }

  /// The vault is put back, and what was cosigned since is left in it or put there by an officer.
  @Test func cosignedCheckpointOfMoreEntriesOrAnotherTreeIsAFinding() async throws {
    let school = try await School.open()
    let older = try await school.copy()
    try await school.goOn(4)
    try await look(school, school.officerKey)
    let size = try #require(try await school.storage.ledger.head()).size
    let note = try #require(try await school.storage.files.read(.cosigned(size)))
    try await older.files.replace(.cosigned(size), note)
    let officer = try await school.visit(school.officerKey, in: older)
    #expect(try await officer.auditVerify().findings.map(\.fault) == [.ledgerHead(.cosignedMore(size))])
    // Somebody without a memory is told too, by their own cosignature.
    guard case .conflict(let conflict) = try await officer.firstLook() else {
      Issue.record("no conflict")
      return
    }
    #expect(conflict.kind == .rolledBack)
    try await school.goOn(6, in: older)
    let forked = try await school.visit(school.officerKey, in: older)
    #expect(try await forked.auditVerify().findings.map(\.fault) == [.ledgerHead(.cosignedOther(size))])
    guard case .conflict(let fork) = try await forked.firstLook() else {
      Issue.record("no conflict")
      return
    }
    #expect(fork.kind == .forked)
  }

  @Test func anotherMachineContinuesWhatWasCosigned() async throws {
    let school = try await School.open()
    try await look(school, school.officerKey)
    let size = try #require(try await school.storage.ledger.head()).size
    try await school.goOn(2)
    guard case .new(let memory, let cosigned) = try await school.visit(school.officerKey).firstLook() else {
      Issue.record("a conflict")
      return
    }
    #expect(cosigned == size)
    #expect(memory.head.size == size + 2)
    guard case .new(_, nil) = try await school.visit(school.headKey).firstLook() else {
      Issue.record("the head has cosigned nothing")
      return
    }
  }

  @Test func policyOfAnotherLogIsRefused() async throws {
    let school = try await School.open()
    let stranger = try await School.open()
    let other = try await stranger.memory(stranger.sencoKey)
    let text = "log \(other.log.keys.firstKey.text)\nquorum none\n"
    let policy = try WitnessPolicy(parsing: Array(text.utf8))
    #expect(
      await integrityFault { _ = try await verify(school, policy) } == .ledgerHead(.keyNotInPolicy))
  }

  @Test func memberWhoMayNotWriteGetsNoError() async throws {
    let school = try await School.open()
    let memory = try await school.memory(school.officerKey)
    let storage = VaultStorage(
      ledger: school.storage.ledger, objects: school.storage.objects,
      files: ReadOnlyFiles(inner: school.storage.files), inventory: school.storage.inventory)
    let officer = try await school.visit(school.officerKey, in: storage)
    #expect(try await !officer.cosign(memory))
    await school.ledger.fail(.io(operation: .write, name: "ledger", code: 30))
    let report = try await officer.auditVerify()
    #expect(report.isWhole)
    #expect(report.entry == nil)
  }
}

/// A medium for reading only.
private struct ReadOnlyFiles: NamedFileStorage {
  let inner: any NamedFileStorage

  func read(_ name: VaultFileName) async throws(VaultStoreError) -> [UInt8]? { try await inner.read(name) }
  func list(_ folder: VaultFolder) async throws(VaultStoreError) -> [VaultFileName] {
    try await inner.list(folder)
  }
  func create(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) { throw .readOnly }
  func replace(_ name: VaultFileName, _ bytes: [UInt8]) async throws(VaultStoreError) { throw .readOnly }
  func replaceAll(_ files: [NamedFile]) async throws(VaultStoreError) { throw .readOnly }
  func remove(_ name: VaultFileName) async throws(VaultStoreError) { throw .readOnly }
}
