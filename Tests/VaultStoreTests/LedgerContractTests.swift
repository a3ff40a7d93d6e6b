import StrongroomTestSupport
import Testing
import TransparencyLog
import VaultStore

/// What holds for every `LedgerStorage`.
@Suite struct LedgerContractTests {
  @Test(arguments: StorageKind.allCases)
  func newLedgerIsEmpty(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    #expect(try await vault.ledger.head() == nil)
    #expect(try await vault.ledger.entries(from: 0, to: 0) == [])
    #expect(try await vault.ledger.unsignedTail() == [])
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func whatWasAppendedComesBackInOrderUnderASignedHead(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    var expected: [[UInt8]] = []
    var range = CompactRange()
    // Enough to cross several of the directory's small segments.
    for commit in 0..<60 {
      let entries = (0...(commit % 3)).map { TestLog.entry(commit * 10 + $0, size: 128 + commit) }
      let head = try await vault.ledger.append(
        entries, ifSize: UInt64(expected.count), sign: TestLog.sign)
      expected += entries
      for entry in entries { range.append(MerkleTree.leafHash(entry)) }
      #expect(head.range == range)
      #expect(head.size == UInt64(expected.count))
      let verified = try UnverifiedCheckpoint(parsing: head.checkpoint).verified(
        by: TestLog.signer.verifierKey, origin: TestLog.origin)
      #expect(verified.checkpoint.root == range.root)
      #expect(try await vault.ledger.head() == head)
    }
    #expect(try await vault.ledger.entries(from: 0, to: UInt64(expected.count)) == expected)
    for start in stride(from: 0, to: expected.count, by: 7) {
      let end = min(start + 9, expected.count)
      #expect(
        try await vault.ledger.entries(from: UInt64(start), to: UInt64(end)) == Array(expected[start..<end]))
    }
    let inspection = try await vault.ledger.inspect()
    #expect(
      inspection
        == LedgerInspection(entries: UInt64(expected.count), heads: 60, unsignedEntries: 0, damage: []))
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func decisionOnAnOldStateIsNotStored(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let head = try await vault.ledger.append([TestLog.entry(0)], ifSize: 0, sign: TestLog.sign)
    for stale: UInt64 in [0, 2, 99] {
      await #expect(throws: VaultStoreError.conflict(actualSize: 1)) {
        try await vault.ledger.append([TestLog.entry(1)], ifSize: stale, sign: TestLog.sign)
      }
    }
    #expect(try await vault.ledger.head() == head)
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func entriesWhoseSigningFailedAreAdoptedByTheNextAppend(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let first = try await vault.ledger.append([TestLog.entry(0)], ifSize: 0, sign: TestLog.sign)
    let lost = [TestLog.entry(1), TestLog.entry(2)]
    await #expect(throws: VaultStoreError.signingFailed) {
      try await vault.ledger.append(lost, ifSize: 1, sign: TestLog.refuse)
    }
    #expect(try await vault.ledger.head() == first)
    #expect(try await vault.ledger.unsignedTail() == lost)
    // They are there, so a caller who has not looked at the tail decided on an old state.
    await #expect(throws: VaultStoreError.conflict(actualSize: 3)) {
      try await vault.ledger.append([TestLog.entry(3)], ifSize: 1, sign: TestLog.sign)
    }
    let head = try await vault.ledger.append([TestLog.entry(3)], ifSize: 3, sign: TestLog.sign)
    #expect(head.size == 4)
    #expect(try await vault.ledger.unsignedTail() == [])
    #expect(try await vault.ledger.entries(from: 0, to: 4) == (0...3).map { TestLog.entry($0) })
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func headThatSpeaksOfAnotherTreeIsNeverStored(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    await #expect(throws: VaultStoreError.signingFailed) {
      try await vault.ledger.append([TestLog.entry(0)], ifSize: 0) { _ in
        var other = CompactRange()
        other.append(MerkleTree.leafHash([1, 2, 3]))
        return try TestLog.sign(other)
      }
    }
    #expect(try await vault.ledger.head() == nil)
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func entrySizesAreBounded(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let largest = [UInt8](repeating: 5, count: LedgerLimits.entry)
    // A commit larger than a whole small segment gets a segment of its own size.
    _ = try await vault.ledger.append([largest, [1], largest], ifSize: 0, sign: TestLog.sign)
    #expect(try await vault.ledger.entries(from: 0, to: 3) == [largest, [1], largest])
    for entry in [[], largest + [0]] {
      await #expect(throws: VaultStoreError.limitExceeded(name: "ledger", limit: LedgerLimits.entry)) {
        try await vault.ledger.append([entry], ifSize: 3, sign: TestLog.sign)
      }
    }
    _ = try await vault.ledger.append([[9]], ifSize: 3, sign: TestLog.sign)
    #expect(try await vault.ledger.entries(from: 2, to: 4) == [largest, [9]])
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func entriesBeyondTheHeadAreRefused(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    _ = try await vault.ledger.append([TestLog.entry(0)], ifSize: 0, sign: TestLog.sign)
    await #expect(throws: VaultStoreError.self) { try await vault.ledger.entries(from: 0, to: 2) }
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func concurrentAppendersGetOneNumberEach(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let stored = await withTaskGroup(of: Int.self) { group in
      for writer in 0..<8 {
        group.addTask {
          var done = 0
          while done < 5 {
            let size = (try? await vault.ledger.head())??.size ?? 0
            let entry = TestLog.entry(writer * 100 + done)
            if (try? await vault.ledger.append([entry], ifSize: size, sign: TestLog.sign)) != nil {
              done += 1
            }
          }
          return done
        }
      }
      return await group.reduce(0, +)
    }
    #expect(stored == 40)
    let entries = try await vault.ledger.entries(from: 0, to: 40)
    #expect(Set(entries).count == 40)
    withExtendedLifetime(scratch) {}
  }
}
