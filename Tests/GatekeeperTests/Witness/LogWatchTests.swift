import StrongroomCrypto
import Testing
import TransparencyLog
import VaultStore

@testable import Gatekeeper

/// What a person remembers outside the vault shows what nothing inside it can.
@Suite struct LogWatchTests {
  @Test func logThatGrewIsFollowed() async throws {
    let school = try await School.open()
    var memory = try await school.memory(school.officerKey)
    #expect(try await school.compare(with: memory).memory?.head == memory.head)
    for count in [1, 2, 5, 17] {
      try await school.goOn(count)
      let next = try #require(try await school.compare(with: memory).memory)
      #expect(next.head.size > memory.head.size)
      #expect(try LogMemory(parsing: next.bytes, vault: next.vault) == next)
      memory = next
    }
    #expect(memory.head == (try await school.memory(school.headKey)).head)
  }

  /// Whoever remembers the first key walks over every change of keys since.
  @Test func changesOfKeysInBetweenAreFollowed() async throws {
    let school = try await School.open()
    let first = try await school.memory(school.officerKey)
    for _ in 0..<3 {
      try await school.goOn(2)
      _ = try await school.visit(school.sencoKey).rotateKeys(because: .yearly).done()
    }
    // Once at the very end of an epoch, and once behind it.
    let closing = try #require(try await school.compare(with: first).memory)
    #expect(closing.log.keys.currentEpoch == 4)
    try await school.goOn(3)
    let late = try #require(try await school.compare(with: first).memory)
    #expect(late.head == (try await school.memory(school.officerKey)).head)
    #expect(try await school.compare(with: closing).memory?.head == late.head)
    #expect(try LogMemory(parsing: late.bytes, vault: late.vault) == late)
  }

  @Test func missingClosingCheckpointIsNotPassedOver() async throws {
    let school = try await School.open()
    let first = try await school.memory(school.officerKey)
    _ = try await school.visit(school.sencoKey).rotateKeys(because: .yearly).done()
    try await school.goOn(1)
    try await school.storage.files.remove(.closedCheckpoint(1))
    #expect(
      await integrityFault { _ = try await school.compare(with: first) } == .ledgerHead(.signature))
  }

  @Test func olderCopyIsNoticedAndBothCheckpointsAreShown() async throws {
    let school = try await School.open()
    let older = try await school.copy()
    try await school.goOn(5)
    let memory = try await school.memory(school.officerKey)
    let conflict = try #require(try await school.compare(older, with: memory).conflict)
    #expect(conflict.kind == .rolledBack)
    #expect(conflict.remembered == memory.head)
    #expect(conflict.found.size == memory.head.size - 5)
    let evidence = String(decoding: conflict.evidence, as: UTF8.self)
    #expect(evidence.contains(String(decoding: memory.signedNote, as: UTF8.self)))
    let head = try #require(try await older.ledger.head())
    #expect(evidence.contains(String(decoding: head.checkpoint, as: UTF8.self)))
  }

  /// Every signature in the copy is good: the log's own key went on from an older state.
  @Test(arguments: [3, 5, 8])
  func forkUnderTheRealKeyIsNoticed(entries: Int) async throws {
    let school = try await School.open()
    let fork = try await school.copy()
    try await school.goOn(5)
    try await school.goOn(entries, in: fork)
    let memory = try await school.memory(school.officerKey)
    let conflict = try #require(try await school.compare(fork, with: memory).conflict)
    #expect(conflict.kind == (entries < 5 ? .rolledBack : .forked))
  }

  /// The name stays and the log does not: whoever can write STRONGROOM can write another key there.
  @Test func anotherFirstKeyIsNoticed() async throws {
    let school = try await School.open()
    let memory = try await school.memory(school.officerKey)
    let other = try await School.open()
    let text = try #require(try await school.storage.files.read(.description))
    let description = try VaultDescription.parse(text)
    let foreign = try await other.memory(other.officerKey).log.keys.firstKey
    let changed = VaultDescription(
      vault: description.vault, origin: description.origin, verifierKeys: [foreign.text],
      isExample: description.isExample)
    try await school.storage.files.replace(.description, Array(changed.text().utf8))
    #expect(try await school.compare(with: memory).conflict?.kind == .keyChanged)
    #expect(
      await integrityFault { _ = try await school.compare(other.storage, with: memory) }
        == .file("STRONGROOM", .swapped))
  }

  /// A vault whose entries are not those it signed is damaged, which is another thing than a fork.
  @Test func damagedEntryIsNoFork() async throws {
    let school = try await School.open()
    let memory = try await school.memory(school.officerKey)
    try await school.goOn(3)
    await school.ledger.replace(memory.head.size + 1, with: [1, 2, 3])
    #expect(
      await integrityFault { _ = try await school.compare(with: memory) } == .ledgerHead(.root))
  }

  @Test func checkpointThatTheLogDidNotSignIsNoEvidence() async throws {
    let school = try await School.open()
    let early = try #require(try await school.storage.ledger.head())
    try await school.goOn(3)
    let memory = try await school.memory(school.officerKey)
    let stranger = try NoteSigner(
      name: memory.log.origin,
      key: Ed25519SigningKey(seed: SecretBytes.copying([UInt8](repeating: 9, count: 32).span.bytes)))
    let forged = try stranger.sign(Checkpoint(origin: memory.log.origin, range: early.range)).bytes
    await school.ledger.override(LedgerHead(checkpoint: forged, range: early.range))
    #expect(
      await integrityFault { _ = try await school.compare(with: memory) } == .ledgerHead(.signature))
  }

  @Test func twoOfficersRememberEachTheirOwn() async throws {
    let school = try await School.open()
    let older = try await school.copy()
    let early = try await school.memory(school.officerKey)
    try await school.goOn(4)
    let late = try await school.memory(school.headKey)
    // Who has not looked since sees nothing odd in the older copy; who has, does.
    #expect(try await school.compare(older, with: early).memory?.head == early.head)
    #expect(try await school.compare(older, with: late).conflict?.kind == .rolledBack)
    #expect(try await school.compare(with: early).memory?.head == late.head)
  }

  // MARK: The memory's file

  private func parse(_ bytes: [UInt8], _ vault: VaultID) -> Result<LogMemory, GateError> {
    do throws(GateError) { return .success(try LogMemory(parsing: bytes, vault: vault)) } catch {
      return .failure(error)
    }
  }

  @Test func flippedBitOfTheMemoryIsRefusedOrChangesTheHourOnly() async throws {
    let school = try await School.open()
    let memory = try await school.memory(school.officerKey)
    let bytes = memory.bytes
    var accepted = 0
    for index in bytes.indices {
      for mask: UInt8 in [1, 0x80] {
        var flipped = bytes
        flipped[index] ^= mask
        switch parse(flipped, memory.vault) {
        case .success(let read):
          #expect(read.head == memory.head && read.log == memory.log && read.range == memory.range)
          accepted += 1
        case .failure(let error): #expect("\(error)".hasPrefix("integrity"))
        }
      }
    }
    #expect(accepted <= 14 * 2, "only digits of the time")
    for count in [0, 1, bytes.count / 2, bytes.count - 1] {
      #expect(throws: GateError.self) { try LogMemory(parsing: Array(bytes[..<count]), vault: memory.vault) }
    }
    let other = try VaultID.random()
    #expect(throws: GateError.self) { try LogMemory(parsing: bytes, vault: other) }
  }
}

/// What an integrity error says is wrong.
func integrityFault(_ body: () async throws -> Void) async -> IntegrityFault? {
  do {
    try await body()
    return nil
  } catch GateError.integrity(let fault) {
    return fault
  } catch {
    return nil
  }
}
