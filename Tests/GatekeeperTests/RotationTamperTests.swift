import AgeFormat
import DisclosureRules
import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// Old keys put back, swapped or used again after they were changed; and a process that dies at any step of a change.
@Suite struct RotationTamperTests {
  @Test func oldKeyFilesPutBackAreOfNoUse() async throws {
    let school = try await School.open()
    let files = school.storage.files
    let old = try await smallFiles(school.storage)
    let state = try await school.senco.current()
    let child = VaultFileName.childIdentity(try #require(state.child(school.child)).key)
    _ = try await school.senco.rotateKeys(because: .suspicion).done()
    let new = try await smallFiles(school.storage)

    // The child's key file as it was: no identity in the vault opens it any more.
    try await files.replace(child, try #require(old[try child.relativePath]))
    let senco = try await school.visit(school.sencoKey)
    #expect(
      await failure { _ = try await senco.open(school.plan, reason: "r", into: CapturedOutput()) }
        == "integrity")
    // With the old epoch's file put back as well, it opens, since it is the child's key; the next custodian seals it again.
    try await files.replace(.epochIdentity(1), try #require(old["epoch/0001.age"]))
    _ = try await school.visit(school.headKey)
    #expect(try await files.list(.epochIdentities) == [.epochIdentity(2)])
    #expect(try await (try school.visit(school.dslKey)).check().findings.isEmpty)
    // The old ledger key file, with the old signing key, is sealed to nobody who is left: it opens nothing.
    let ended = try #require(try await files.read(.ledgerKey(1)))
    try await files.replace(.ledgerKey(1), try #require(old["ledger/keys/0001.age"]))
    let opened = await failure { _ = try await school.visit(school.headKey) }
    #expect(opened == "integrity")
    try await files.replace(.ledgerKey(1), ended)

    // In the place of the new ones they are refused.
    for (name, path) in [
      (VaultFileName.epochIdentity(2), "epoch/0001.age"), (.ledgerKey(2), "ledger/keys/0001.age"),
    ] {
      let whole = try #require(new[try name.relativePath])
      try await files.replace(name, try #require(old[path]))
      let outcome = await failure {
        let gate = try await school.visit(school.sencoKey)
        _ = try await gate.open(school.plan, reason: "r", into: CapturedOutput())
      }
      #expect(outcome == "integrity", "\(path)")
      try await files.replace(name, whole)
    }
    _ = try await school.visit(school.sencoKey)
  }

  @Test func anEpochOfSomebodysOwnIsRefused() async throws {
    let school = try await School.open()
    _ = try await school.senco.rotateKeys(because: .yearly).done()
    let own = try X25519Identity.generate()
    let name = VaultFileName.epochIdentity(2)
    let ledger = VaultFileName.ledgerKey(2)
    let text = try #require(
      plunder(try await smallFiles(school.storage), with: [school.teacherKey.identity]).texts[
        "ledger/keys/0002.age"])
    try await school.storage.files.replace(
      ledger, try Age.seal(text.span.bytes, to: [own.recipient, school.teacherKey.recipient]))
    try await school.storage.files.replace(
      name, try KeyFiles.seal(own, to: [school.sencoKey.recipient], at: school.clock.time))
    let outcome = await failure {
      let senco = try await school.visit(school.sencoKey)
      _ = try await senco.addChild(name: "A", born: CalendarDate("2015-05-03")!, upn: nil)
    }
    #expect(outcome == "integrity")
  }

  /// Verification stops at it, or names it among what it found.
  private func namesTheClosing(_ school: School) async -> Bool {
    do {
      let report = try await school.senco.auditVerify()
      return report.findings.contains { "\($0.fault)".contains("ledger/closed/0001") }
    } catch {
      return "\(error)".contains("ledger/closed/0001")
    }
  }

  @Test func aClosingCheckpointThatIsGoneOrAnothersIsNamed() async throws {
    let school = try await School.open()
    for _ in 0..<2 { _ = try await school.senco.rotateKeys(because: .yearly).done() }
    let files = school.storage.files
    let name = VaultFileName.closedCheckpoint(1)
    let whole = try #require(try await files.read(name))
    let other = try #require(try await files.read(.closedCheckpoint(2)))
    // Without its last line: one of the two signatures.
    let halfSigned =
      Array(
        String(decoding: whole, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
          .dropLast(2).joined(separator: "\n").utf8) + [0x0A]
    for bytes in [other, halfSigned, Array("nothing\n".utf8)] {
      try await files.replace(name, bytes)
      #expect(await namesTheClosing(school))
      #expect(
        try await school.senco.check().findings.contains { $0.isDamage && $0.file == "ledger/closed/0001" })
    }
    try await files.remove(name)
    #expect(await namesTheClosing(school))
    #expect(try await school.senco.check().findings.map(\.file) == ["ledger/closed/0001"])
    try await files.replace(name, whole)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  /// Whoever kept the old ledger key and got the new signing key writes an entry under the old one.
  @Test func anEntryUnderAnotherEpochsKeyIsRefused() async throws {
    let school = try await School.open()
    let old = await school.senco.keys
    _ = try await school.senco.rotateKeys(because: .yearly).done()
    try await school.senco.forge(.auditExported, under: old) { event, state in
      event.fields = ["size": .integer(Int64(state.size))]
    }
    #expect(await entryFault { _ = try await school.visit(school.headKey) } == .sealBroken)
  }

  @Test func changesOfKeysThatNobodyMayWriteAreRefused() async throws {
    let key = try Ed25519SigningKey(seed: SecretBytes.random(count: 32)).publicKey
    @Sendable func log(_ name: String) throws -> String {
      try VerifierKey(name: name, publicKey: key, algorithm: .ed25519).text
    }
    for (row, fault) in [
      ("teacher", EntryFault.roleNotHeld), ("number", .malformed), ("name", .malformed), ("again", .idReused),
    ] {
      let school = try await School.open()
      let gate = try await school.visit(row == "teacher" ? school.teacherKey : school.sencoKey)
      let register = try await school.senco.registerIdentity(in: try await school.senco.current())
      try await gate.forge(.keyRotated) { event, state in
        let name = row == "name" ? "example.org/other" : state.origin
        event.fields = [
          "epoch": .integer(row == "number" ? 3 : 2), "cause": "yearly",
          "log_key": .string(row == "again" ? state.logKey?.text ?? "" : try log(name)),
        ]
        event.box = try SealedBox(
          sealing: ["epoch": "age1"], scope: .register, identity: register, vault: event.vault,
          event: event.id,
          kind: event.kind)
      }
      #expect(await entryFault { _ = try await school.visit(school.headKey) } == fault, "\(row)")
    }
  }

  // MARK: Death at every step

  /// A process is killed at each change it makes to the storage, and the one that recovers too; the third finds all in order.
  @Test func deathAtAnyStepIsMended() async throws {
    let dying = DyingStorage()
    let counting = try await School.open()
    let probe = try await Gatekeeper(
      opening: dying.wrap(counting.storage), as: counting.sencoKey, effects: counting.clock.effects)
    dying.dieAfter(1000, lastOneHappens: false)
    _ = try await probe.rotateKeys(because: .yearly).done()
    let steps = dying.changes
    #expect(steps >= 9)
    for step in 0..<steps {
      for happens in [false, true] {
        let school = try await School.open()
        let documents = try await documentHashes(school.storage)
        let first = DyingStorage()
        let gate = try await Gatekeeper(
          opening: first.wrap(school.storage), as: school.sencoKey, effects: school.clock.effects)
        first.dieAfter(step, lastOneHappens: happens)
        #expect(
          await failure { _ = try await gate.rotateKeys(because: .yearly) } == "storage", "step \(step)")
        // The one who recovers dies as well, somewhere on the way.
        let second = DyingStorage()
        second.dieAfter(step % 3, lastOneHappens: happens)
        _ = await failure {
          let gate = try await Gatekeeper(
            opening: second.wrap(school.storage), as: school.headKey, effects: school.clock.effects)
          _ = try await gate.recipients()
        }
        // Whoever comes then finishes, and everybody goes on.
        _ = try await (try school.visit(school.headKey)).recipients().seen()
        let head = try await school.visit(school.headKey)
        let report = try await head.keyReport()
        #expect(report.unfinished.isEmpty, "step \(step) \(happens): \(report.unfinished)")
        #expect(try await documentHashes(school.storage) == documents)
        let output = CapturedOutput()
        _ = try await head.open(school.plan, reason: "r", into: output).done()
        #expect(output.bytes == School.planBytes)
        for key in [school.officerKey, school.teacherKey, school.dslKey] { _ = try await school.visit(key) }
        #expect(try await !head.check().findings.contains(where: \.isDamage), "step \(step) \(happens)")
        #expect(try await head.rotateKeys(because: .yearly).done() == report.epochs.count + 1)
        #expect(try await head.auditVerify().isWhole)
        #expect(try await head.check().findings.isEmpty, "step \(step) \(happens)")
      }
    }
  }
}

extension Gatekeeper {
  /// `forge` under the ledger keys of an earlier moment, signed with the log's key of now.
  fileprivate func forge(
    _ kind: EventKind, under old: VaultKeys, _ fill: @Sendable (inout Event, VaultState) throws -> Void
  ) async throws {
    let state = try await current()
    let me = try member(in: state)
    var event = Event(
      id: try EventID.random(), vault: state.vault, seen: state.head, kind: kind, at: effects.now(),
      actor: EventActor(member: me.reference, role: me.role))
    try fill(&event, state)
    event.signature = try identity.signingKey.signature(for: event.signedBytes)
    let entry = try LedgerCodec(keys: old).seal(
      event, at: state.size, salt: try effects.randomBytes(SealedEntry.saltByteCount))
    var range = state.range
    range.append(MerkleTree.leafHash(entry))
    _ = try await storage.ledger.append([entry], ifSize: state.size, sign: codec.signer(expecting: range))
  }
}
