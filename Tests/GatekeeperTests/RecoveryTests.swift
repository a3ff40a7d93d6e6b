import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Shares: as many as are needed open the key, fewer never, in any order; and what the recovery key may do in a vault.
struct RecoveryTests {
  private static let at = Timestamp(parsing: "2026-11-22T01:02:03.000Z")!

  @Test(arguments: [(2, 2), (2, 3), (3, 5), (4, 4), (9, 10)])
  func everyChoiceOfEnoughSharesOpensTheKeyAndNoSmallerOne(_ needed: Int, _ count: Int) throws {
    let shape = try #require(RecoveryShape(needed: needed, count: count))
    let set = try RecoverySet.make(shape, at: Self.at)
    #expect(set.files.count == shape.choices.count)
    for choice in shape.choices {
      let file = try #require(set.files[RecoveryShape.name(of: choice)])
      let shares = choice.map { set.shares[$0 - 1] }
      #expect(try RecoverySet.open(file, with: shares.reversed())?.recipient == set.key.recipient)
      for missing in shares.indices {
        var fewer = shares
        fewer.remove(at: missing)
        #expect(
          try RecoverySet.open(file, with: fewer) == nil, "\(choice) opened without share \(choice[missing])")
      }
    }
  }

  @Test func shapesThatAreNoneAreRefused() {
    for text in [
      "1-of-3", "3-of-2", "0-of-0", "2-of-11", "2of3", "2-of-3 ", "02-of-3", "-2-of-3", "2-of-", "",
    ] {
      #expect(RecoveryShape(text) == nil, "\(text)")
    }
    #expect(RecoveryShape("2-of-3")?.choices == [[1, 2], [1, 3], [2, 3]])
    #expect(RecoveryShape("5-of-10")?.choices.count == 252, "the most there are")
    for count in 2...10 {
      for needed in 2...count {
        #expect((RecoveryShape(needed: needed, count: count)?.choices.count ?? 999) <= 252)
      }
    }
  }

  @Test func aShareIsReadFromItsSheetAndFromWhatSomebodyTyped() throws {
    let set = try RecoverySet.make(#require(RecoveryShape("2-of-3")), at: Self.at)
    let sheet = RecoverySheet(set, vault: "00", at: Self.at).text(2, set.shares[1])
    let text = String(decoding: [UInt8](copying: sheet.bytes), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 60 && lines.allSatisfy { $0.count <= 80 }, "it prints on one page")
    // It is an identity file for anybody's age, and holds this share and no other.
    #expect(try IdentityFile.parse(sheet.bytes).map(\.recipient) == [set.shares[1].recipient])
    for other in [set.shares[0], set.shares[2], set.key.identity] {
      let secret = other.encodedText()
      #expect(!text.contains(String(decoding: [UInt8](copying: secret.bytes), as: UTF8.self)))
    }
    func read(_ typed: String) throws -> X25519Recipient {
      let bytes = Array(typed.utf8)
      return try RecoverySet.readShare(bytes.span.bytes).recipient
    }
    let key = String(try #require(lines.last { $0.hasPrefix("AGE-SECRET") }))
    let grouped = lines.filter { $0.hasPrefix("#   ") }.suffix(2).map { $0.dropFirst(4) }.joined(
      separator: "\r\n")
    for typed in [text, key, key.lowercased(), "  \(grouped)  ", "# note\n\n" + grouped.lowercased()] {
      #expect(try read(typed) == set.shares[1].recipient)
    }
    let wrong = String(key.dropLast()) + (key.last == "Q" ? "P" : "Q")
    for typed in [wrong, String(key.dropLast()), key + "Q", "", "#\n", key + "\n" + key, "age1abc"] {
      #expect(throws: GateError.self) { try read(typed) }
    }
  }

  @Test func aDamagedSetFileIsNoKey() throws {
    let set = try RecoverySet.make(#require(RecoveryShape("2-of-2")), at: Self.at)
    let file = try #require(set.files["1-2"])
    var opened = 0
    for offset in stride(from: 0, to: file.count, by: 7) {
      var damaged = file
      damaged[offset] ^= 1
      if let key = try? RecoverySet.open(damaged, with: set.shares) {
        opened += 1
        Issue.record("byte \(offset) may be anything, and \(key.recipient == set.key.recipient)")
      }
    }
    #expect(opened == 0)
    for length in [0, 1, 100, file.count - 1] {
      #expect((try? RecoverySet.open(Array(file[..<length]), with: set.shares)) == nil)
    }
    #expect(throws: GateError.self) {
      try RecoverySet.open([UInt8](repeating: 0, count: 16_385), with: set.shares)
    }
  }

  // MARK: In a vault

  private func custodianKey(_ name: String) throws -> (MemberIdentity, MemberCard) {
    let key = try MemberIdentity.generate()
    return (key, try key.card(name: name))
  }

  @Test func theRecoveryKeyAddsACustodianAndDoesNothingElse() async throws {
    let school = try await School.open()
    let set = try RecoverySet.make(#require(RecoveryShape("2-of-3")), at: Self.at)
    _ = try await school.senco.changeRecovery(to: set).done()
    #expect(try await opensEpoch(school.storage, set.key))
    // As a member it is nobody.
    await #expect(throws: GateError.self) { try await school.visit(set.key) }
    let (newKey, card) = try custodianKey("New Senco")
    for role in ["teacher", "compliance-officer", "recovery", ""] {
      await #expect(throws: GateError.self) {
        try await Gatekeeper.takeOver(
          school.storage, with: set.key.identity, card: card, role: role, effects: school.clock.effects)
      }
    }
    let (member, entry) = try await Gatekeeper.takeOver(
      school.storage, with: set.key.identity, card: card, role: "senco", effects: school.clock.effects)
    let visit = try await school.visit(newKey)
    #expect(try await visit.me.reference == member)
    #expect(try await visit.children().seen().count == 1)
    #expect(try await visit.auditVerify().isWhole)
    let line = try #require(
      try await school.visit(school.headKey).auditList().seen().first { $0.index == entry })
    #expect(line.kind == "recovery.used" && line.actorRole == "recovery" && line.about.contains("!!!"))
    // A second time for the same person is refused.
    await #expect(throws: GateError.self) {
      try await Gatekeeper.takeOver(
        school.storage, with: set.key.identity, card: card, role: "senco", effects: school.clock.effects)
    }
  }

  @Test func anEarlierSetOpensNothingSealedLaterAndTakesNothingOver() async throws {
    let school = try await School.open()
    let first = try RecoverySet.make(#require(RecoveryShape("2-of-3")), at: Self.at)
    let second = try RecoverySet.make(#require(RecoveryShape("3-of-4")), at: Self.at)
    _ = try await school.senco.changeRecovery(to: first).done()
    _ = try await school.senco.changeRecovery(to: second).done()
    #expect(try await !opensEpoch(school.storage, first.key))
    #expect(try await opensEpoch(school.storage, second.key))
    let names = try await school.storage.files.list(.recovery)
    #expect(Set(names) == Set(second.shape.choices.map { .recoverySet(RecoveryShape.name(of: $0)) }))
    let (_, card) = try custodianKey("X")
    await #expect(throws: GateError.self) {
      try await Gatekeeper.takeOver(
        school.storage, with: first.key.identity, card: card, role: "senco", effects: school.clock.effects)
    }
    let drill = try await Gatekeeper.drill(
      school.storage, with: second.key.identity, effects: school.clock.effects)
    #expect(drill.documents == 2 && drill.shape == "3-of-4")
    #expect(try await school.senco.auditVerify().isWhole)
    let findings = try await school.senco.check().findings
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test func aDrillWritesNothing() async throws {
    let school = try await School.open()
    let set = try RecoverySet.make(#require(RecoveryShape("2-of-3")), at: Self.at)
    _ = try await school.senco.changeRecovery(to: set).done()
    let before = try await school.storedBytes()
    let size = try await school.senco.status().entries
    _ = try await Gatekeeper.drill(school.storage, with: set.key.identity, effects: school.clock.effects)
    #expect(try await school.storedBytes() == before)
    _ = try await school.senco.recordDrill().done()
    #expect(try await school.senco.status().entries == size + 1)
    #expect(try await school.visit(school.officerKey).recordDrill().refusal != nil)
  }
}
