import AgeFormat
import DisclosureRules
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// The vault's keys change, and everybody who should goes on as before.
@Suite struct RotationTests {
  // MARK: Good paths

  @Test(arguments: RotationCause.allCases)
  func everybodyGoesOnAfterAChangeOfKeys(cause: RotationCause) async throws {
    let school = try await School.open()
    let documents = try await documentHashes(school.storage)
    let before = try await school.senco.keyReport()
    #expect(try await school.senco.rotateKeys(because: cause).done() == 2)

    #expect(try await documentHashes(school.storage) == documents, "documents stay untouched")
    let report = try await school.senco.keyReport()
    #expect(report.epochs.map(\.number) == [1, 2])
    #expect(report.epochs[0].vkey == before.epochs[0].vkey)
    #expect(report.epochs[1].cause == cause)
    #expect(report.unfinished.isEmpty)
    let files = try await smallFiles(school.storage)
    #expect(
      files.keys.filter { $0.hasPrefix("epoch/") || $0.hasPrefix("ledger/") }.sorted()
        == ["epoch/0002.age", "ledger/closed/0001", "ledger/keys/0001.age", "ledger/keys/0002.age"])
    let description = try VaultDescription.parse(try #require(files["STRONGROOM"]))
    #expect(description.verifierKeys == report.epochs.map(\.vkey))

    // The process that was open before, and new ones, of everybody.
    for gate in [
      school.senco, try await school.visit(school.sencoKey), try await school.visit(school.headKey),
    ] {
      let output = CapturedOutput()
      _ = try await gate.open(school.plan, reason: "r", into: output).done()
      #expect(output.bytes == School.planBytes)
      #expect(try await gate.children().seen().map(\.name) == [School.childName])
    }
    for key in [school.teacherKey, school.officerKey, school.dslKey] { _ = try await school.visit(key) }
    let other = try await school.senco.addChild(
      name: "After", born: CalendarDate("2016-01-01")!, upn: nil
    ).done()
    #expect(try await (try school.visit(school.headKey)).child(other).seen().child.name == "After")
    #expect(try await school.senco.auditVerify().isWhole)
    #expect(try await (try school.visit(school.officerKey)).auditVerify().isWhole)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func aReleaseAfterTheChangeChecksWithTheNewKey() async throws {
    let school = try await School.open()
    let key = try X25519Identity.generate()
    let tribunal = try await school.recipient("send-tribunal", key: key.recipient)
    let (request, _) = try await school.senco.requestDisclosure(
      school.draft(tribunal, "appeal", School.appealEvidence))
    _ = try await school.senco.rotateKeys(because: .yearly).done()
    let output = CapturedOutput()
    _ = try await school.senco.release(try #require(request), into: output).done()
    #expect(output.isCommitted)
    #expect(try await school.senco.auditVerify().isWhole)
    // What was sealed under the old ledger key is still shown.
    let lines = try await (try school.visit(school.officerKey)).auditList().seen()
    #expect(lines.map(\.kind).contains("key.rotated"))
    #expect(lines.first?.kind == "vault.created")
  }

  @Test func keysChangeAsOftenAsNeeded() async throws {
    let school = try await School.open()
    for epoch in 2...4 {
      #expect(try await school.senco.rotateKeys(because: .yearly).done() == epoch)
      _ = try await school.recipient("college")
    }
    let files = try await smallFiles(school.storage)
    #expect(files.keys.filter { $0.hasPrefix("epoch/") } == ["epoch/0004.age"])
    for key in [school.headKey, school.officerKey, school.teacherKey] { _ = try await school.visit(key) }
    // Somebody who joins now reads the whole record.
    let officer = try MemberIdentity.generate()
    _ = try await school.senco.addMember(card: officer.card(name: "New"), role: "compliance-officer").done()
    #expect(try await (try school.visit(officer)).auditVerify().isWhole)
    let chain = try await school.senco.logKeyChain(in: try await school.senco.current())
    #expect(chain.currentEpoch == 4)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func keysAreDueAfterAYear() async throws {
    let school = try await School.open()
    school.clock.advance(days: 365)
    #expect(try await !school.senco.keyReport().isDue)
    school.clock.advance(days: 1)
    let report = try await school.senco.keyReport()
    #expect(report.isDue && report.ageDays == 366)
    _ = try await school.senco.rotateKeys(because: .yearly).done()
    #expect(try await !school.senco.keyReport().isDue)
    #expect(report.custodians.map(\.role) == ["senco", "headteacher", "dsl"])
    #expect(report.others.map(\.role) == ["teacher", "compliance-officer"])
  }

  @Test func whoMayNotChangeTheKeysIsRefused() async throws {
    let school = try await School.open()
    for key in [school.officerKey, school.teacherKey, school.dslKey] {
      let gate = try await school.visit(key)
      #expect(try await gate.rotateKeys(because: .yearly).refusal != nil)
    }
    #expect(try await school.senco.keyReport().epochs.count == 1)
    let refused = try await (try school.visit(school.officerKey)).auditList(
      AuditFilter(kind: "access.refused")
    ).seen()
    #expect(refused.count == 3)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  // MARK: Somebody who left

  @Test func whoWasRemovedOpensNothingOfWhatComesAfter() async throws {
    let school = try await School.open()
    // The safeguarding lead copies every key file before leaving, and everything they open.
    let copied = plunder(try await smallFiles(school.storage), with: [school.dslKey.identity])
    let oldKeys = ledgerKeys(in: copied.texts)
    #expect(oldKeys.count == 1 && copied.identities.count > 3)
    let running = try await school.visit(school.dslKey)

    let dsl = try await running.me.reference
    _ = try await school.senco.removeMember(dsl).done()
    let after = try await school.senco.addChild(
      name: "After", born: CalendarDate("2016-01-01")!, upn: nil
    ).done()
    let note = try await school.senco.store(
      BytesInput(name: "n.txt", bytes: Array("new".utf8)), child: after, kind: "advice", dated: nil,
      title: "Later"
    ).done().reference

    #expect(await failure { _ = try await school.visit(school.dslKey) } == "keyNotAvailable")
    #expect(await failure { _ = try await running.status() } == "keyNotAvailable")
    // Not with their own key, nor with all they copied: no key file opens, and no entry since.
    let files = try await smallFiles(school.storage)
    #expect(plunder(files, with: [school.dslKey.identity]).texts.isEmpty)
    #expect(plunder(files, with: copied.identities).texts.isEmpty)
    let state = try await school.senco.current()
    let begun = try #require(state.epoch).firstEntry
    for index in 0..<state.size {
      let entry = try #require(try await school.storage.ledger.entries(from: index, to: index + 1).first)
      let opened = try? SealedEntry(parsing: entry, index: index).open(
        index: index, origin: state.origin, key: oldKeys[0])
      #expect((opened != nil) == (index < begun), "entry \(index)")
    }
    let object = try #require(state.records[note]).object
    let sealed = try await school.storage.objects.read(
      object, range: 0..<(try #require(try await school.storage.objects.stat(object))))
    #expect(throws: AgeError.self) {
      _ = try Age.open(sealed, identities: copied.identities, limit: 1 << 20)
    }
    // The others see nothing of it.
    #expect(try await (try school.visit(school.headKey)).child(after).seen().child.name == "After")
    #expect(try await school.senco.auditVerify().isWhole)
  }

  /// The list of names is a cache, and a leaver who copied the register's key must not read the next one.
  @Test func theCachedRegisterIsSealedToTheNewEpoch() async throws {
    let school = try await School.open()
    for number in 0..<40 {
      _ = try await school.senco.addChild(
        name: "Child \(number)", born: CalendarDate("2015-05-03")!, upn: nil
      ).done()
    }
    let copied = plunder(try await smallFiles(school.storage), with: [school.dslKey.identity]).identities
    let dsl = try #require(try await school.senco.members().first { $0.role == "dsl" })
    _ = try await school.senco.removeMember(dsl.reference).done()
    let head = try await school.visit(school.headKey)
    #expect(try await head.children().seen().count == 41)
    let cache = try #require(try await school.storage.files.read(.cache("register-0")))
    let state = try await head.current()
    for identity in copied {
      #expect((try? Gatekeeper.openRegister(cache, identity, state.vault)) == nil)
    }
    #expect((try? Gatekeeper.openRegister(cache, try await head.epochKey(in: state), state.vault)) != nil)
  }

  @Test func theOldSigningKeyIsNowhereInTheVault() async throws {
    let school = try await School.open()
    func seeds(_ keys: [MemberIdentity]) async throws -> [String] {
      let found = plunder(try await smallFiles(school.storage), with: keys.map(\.identity)).texts
      return found.filter { $0.key.hasPrefix("ledger/keys/") }.sorted { $0.key < $1.key }.map {
        String(decoding: $0.value, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
      }
    }
    let everybody = [
      school.sencoKey, school.headKey, school.dslKey, school.teacherKey, school.officerKey,
    ]
    let old = try #require(try await seeds(everybody).first)
    #expect(old.hasPrefix("log-signing-seed: ") && old.utf8.count == 18 + 64)
    _ = try await school.senco.rotateKeys(because: .yearly).done()
    let now = try await seeds(everybody)
    #expect(now.count == 2)
    #expect(now[0] == "log-signing-seed: destroyed")
    #expect(now[1].utf8.count == 18 + 64 && now[1] != old)
    let texts = plunder(try await smallFiles(school.storage), with: everybody.map(\.identity)).texts
    let seed = String(old.dropFirst(18))
    #expect(texts.count >= 4)
    for (path, text) in texts { #expect(!holds(text, seed), "\(path)") }
  }

  // MARK: Races

  @Test func whoWritesMeanwhileDecidesAgainUnderTheNewKeys() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    // The head's change of keys comes between the SENCo's decision and the SENCo's entry.
    await school.ledger.before { _ = try await head.rotateKeys(because: .suspicion).done() }
    let child = try await school.senco.addChild(
      name: "Between", born: CalendarDate("2016-01-01")!, upn: nil
    ).done()
    let state = try await school.senco.current()
    #expect(try #require(state.child(child)).entry >= (try #require(state.epoch)).firstEntry)
    // The child's key file was made before that, for the old epoch.
    #expect(try await (try school.visit(school.dslKey)).child(child).seen().child.name == "Between")
    #expect(try await school.senco.check().findings.isEmpty)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test func aChangeOfKeysDecidesAgainWhenSomebodyWrites() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    let new = try MemberIdentity.generate()
    let card = try new.card(name: "New")
    // A member who joins in between has the keys of the new epoch too.
    await school.ledger.before { _ = try await head.addMember(card: card, role: "headteacher").done() }
    #expect(try await school.senco.rotateKeys(because: .yearly).done() == 2)
    #expect(try await opensEpoch(school.storage, new))
    _ = try await school.visit(new)
    #expect(try await head.status().entries == school.senco.status().entries)
    #expect(try await school.senco.check().findings.isEmpty)
  }

  @Test func twoChangesAtOnceAreTwoChanges() async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    // Both have made keys for epoch 2; the head's entry comes first.
    await school.ledger.before { _ = try await head.rotateKeys(because: .yearly).done() }
    #expect(try await school.senco.rotateKeys(because: .yearly).done() == 3)
    for key in [school.sencoKey, school.headKey, school.teacherKey, school.officerKey] {
      _ = try await school.visit(key)
    }
    #expect(try await school.senco.check().findings.isEmpty)
    #expect(try await school.senco.auditVerify().isWhole)
  }

  @Test(arguments: 0..<4) func changesAndEntriesSideBySide(round: Int) async throws {
    let school = try await School.open()
    let head = try await school.visit(school.headKey)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { _ = try await school.senco.rotateKeys(because: .yearly).done() }
      group.addTask {
        for _ in 0..<round * 10 { await Task.yield() }
        _ = try await head.rotateKeys(because: .yearly).done()
      }
      for number in 0..<4 {
        let gate = number.isMultiple(of: 2) ? school.senco : head
        group.addTask {
          _ = try await gate.addChild(
            name: "N\(number)", born: CalendarDate("2016-01-01")!, upn: nil
          ).done()
        }
      }
      try await group.waitForAll()
    }
    let last = try await school.visit(school.dslKey)
    #expect(try await last.children().seen().count == 5)
    #expect(try await last.keyReport().epochs.count == 3)
    #expect(try await last.check().findings.isEmpty)
    #expect(try await last.auditVerify().isWhole)
  }

  // MARK: A crash before the head

  /// The entry is there and nobody has signed it: whoever comes next signs exactly that tree, with both keys.
  @Test(arguments: ["head", "officer", "rotation"]) func anUnsignedChangeIsAdopted(
    by next: String
  ) async throws {
    let school = try await School.open()
    let before = try await school.senco.status().entries
    await school.ledger.crashBeforeHead()
    #expect(await failure { _ = try await school.senco.rotateKeys(because: .yearly) } == "storage")
    let gate = try await school.visit(next == "officer" ? school.officerKey : school.headKey)
    #expect(try await gate.keyReport().epochs.count == 1, "nothing unsigned is shown")
    switch next {
    case "officer": _ = try await gate.auditList().seen()
    case "head": _ = try await gate.recipients().seen()
    default: #expect(try await gate.rotateKeys(because: .yearly).done() == 3)
    }
    let custodian = try await school.visit(school.headKey)
    let state = try await custodian.current()
    #expect(state.epochs[0].closing?.size == before + 1)
    let chain = try await custodian.logKeyChain(in: state)
    #expect(chain.closedEpochs[0].closing.checkpoint.size == before + 1)
    let recovered = try await (try school.visit(school.officerKey)).auditList(
      AuditFilter(kind: "system.recovered")
    ).seen()
    #expect(recovered.map(\.index) == [before + 1])
    #expect(try await custodian.keyReport().unfinished.isEmpty)
    #expect(try await custodian.check().findings.isEmpty)
    #expect(try await custodian.auditVerify().isWhole)
  }

  @Test func whoIsBeingRemovedCannotAdoptTheirOwnRemoval() async throws {
    let school = try await School.open()
    let running = try await school.visit(school.dslKey)
    await school.ledger.crashBeforeHead()
    let dsl = try await running.me.reference
    #expect(await failure { _ = try await school.senco.removeMember(dsl) } == "storage")
    #expect(
      await failure { _ = try await running.addRecipient(name: "X", kind: "college", key: nil) }
        == "keyNotAvailable")
    let head = try await school.visit(school.headKey)
    _ = try await head.recipients().seen()
    #expect(await failure { _ = try await school.visit(school.dslKey) } == "keyNotAvailable")
    #expect(try await !opensEpoch(school.storage, school.dslKey))
    #expect(try await head.auditVerify().isWhole)
  }
}
