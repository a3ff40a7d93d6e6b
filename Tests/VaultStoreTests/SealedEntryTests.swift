import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

@Suite struct SealedEntryTests {
  static let origin = TestLog.origin
  static func key(_ byte: UInt8 = 1, epoch: UInt32 = 3) -> LedgerKey {
    let bytes = (0..<32).map { UInt8($0) &+ byte &- 1 }
    return LedgerKey(epoch: epoch, secret: .copying(bytes.span.bytes))
  }
  static let salt = (100..<116).map { UInt8($0) }

  private func seal(_ plaintext: [UInt8], index: UInt64 = 5) throws -> SealedEntry {
    try SealedEntry.seal(plaintext, index: index, origin: Self.origin, key: Self.key(), salt: Self.salt)
  }

  /// Computed once by another program (Python's hmac, and AES-256-GCM written out there from FIPS 197 and SP 800-38D), so that the layout
  /// of the design is met to the byte.
  @Test func entryIsTheOneAnotherProgramMakes() throws {
    let plaintext = Array(#"{"kind":"vault.created","v":1}"#.utf8)
    let expected =
      "53524531000000036465666768696a6b6c6d6e6f70717273be45508d42034afed4c91e9b5e66532d4126afabfd11e8c3b59def0a4367580d"
      + "4b0af3158b0635f6f3238d58b633f02dc347006f58248c892a30ada0288bea31055515d5ba2c7b6397cf467e2822d7484858d577bb22fbf5"
      + "f0fc8e0a183ad6dd2b0216ede55fecd6e4949ddb7fd60e02be2e66a8e324e8e1752c241ed93031869bac2f97248c4fea52cd36d469280cef"
      + "98868b729dc2e76c5910c467c19712dc028250888359ec8c6012e570bceace9c"
    let index: UInt64 = 0x01_0203_0405
    let entry = try seal(plaintext, index: index)
    #expect(entry.bytes.hex == expected)
    let entryKey = try entry.entryKey(index: index, origin: Self.origin, key: Self.key())
    let text = entryKey.bytes.hex
    #expect(text == "10e600b3cac963cbbcdd4f7ad2344f6f9da9d700ac3d8defd43632f6191197f3")
  }

  @Test(arguments: [0, 1, 126, 127, 128, 129, 255, 256, 5000, SealedEntry.largestPlaintext])
  func whatWasSealedOpensAndOnlyItsRoughLengthShows(size: Int) throws {
    let plaintext = TestLog.entry(size, size: size)
    let entry = try seal(plaintext)
    #expect(entry.bytes.count == 56 + 16 + (size / 128 + 1) * 128)
    #expect(entry.bytes.count <= LedgerLimits.entry)
    let parsed = try SealedEntry(parsing: entry.bytes, index: 5)
    #expect(parsed.epoch == 3)
    #expect(try parsed.open(index: 5, origin: Self.origin, key: Self.key()) == plaintext)
  }

  @Test func entryThatWouldNotFitABundleIsRefused() {
    #expect(throws: VaultStoreError.entryRejected(index: 5, .tooLong)) {
      try seal([UInt8](repeating: 0, count: SealedEntry.largestPlaintext + 1))
    }
  }

  @Test func anyFlippedByteIsRejected() throws {
    let entry = try seal(TestLog.entry(1, size: 150))
    for position in entry.bytes.indices {
      var bytes = entry.bytes
      bytes[position] ^= 0x40
      let error = #expect(throws: VaultStoreError.self) {
        try SealedEntry(parsing: bytes, index: 5).open(index: 5, origin: Self.origin, key: Self.key())
      }
      let expected: EntryProblem =
        switch position {
        case 0..<4: .malformed
        case 4..<8: .otherEpoch(SealedEntryTests.epoch(bytes))
        case 8..<56: .commitment
        default: .ciphertext
        }
      #expect(error == .entryRejected(index: 5, expected), "byte \(position)")
    }
  }

  private static func epoch(_ bytes: [UInt8]) -> UInt32 { bytes[4..<8].reduce(0) { $0 << 8 | UInt32($1) } }

  @Test func anyOtherLengthIsRejected() throws {
    let entry = try seal(TestLog.entry(1, size: 150))
    for length in 0..<entry.bytes.count {
      #expect(throws: VaultStoreError.self) {
        try SealedEntry(parsing: Array(entry.bytes.prefix(length)), index: 5)
          .open(index: 5, origin: Self.origin, key: Self.key())
      }
    }
    #expect(throws: VaultStoreError.entryRejected(index: 5, .malformed)) {
      try SealedEntry(parsing: entry.bytes + [0], index: 5)
    }
  }

  @Test func entryCannotBeMovedCopiedOrOpenedWithAnotherKey() throws {
    let entry = try seal([1, 2, 3])
    let commitment = VaultStoreError.entryRejected(index: 6, .commitment)
    #expect(throws: commitment) { try entry.open(index: 6, origin: Self.origin, key: Self.key()) }
    #expect(throws: VaultStoreError.entryRejected(index: 5, .commitment)) {
      try entry.open(index: 5, origin: "another.school/log", key: Self.key())
    }
    #expect(throws: VaultStoreError.entryRejected(index: 5, .commitment)) {
      try entry.open(index: 5, origin: Self.origin, key: Self.key(2))
    }
    #expect(throws: VaultStoreError.entryRejected(index: 5, .otherEpoch(3))) {
      try entry.open(index: 5, origin: Self.origin, key: Self.key(epoch: 4))
    }
  }

  @Test func keyOfOneEntryOpensThatEntryAlone() throws {
    let first = try seal([1], index: 5)
    let second = try SealedEntry.seal(
      [2], index: 6, origin: Self.origin, key: Self.key(), salt: TestLog.entry(9, size: 16))
    let entryKey = try first.entryKey(index: 5, origin: Self.origin, key: Self.key())
    let opened = try first.open(index: 5, origin: Self.origin, entryKey: entryKey)
    #expect(opened == [1])
    do {
      _ = try second.open(index: 6, origin: Self.origin, entryKey: entryKey)
      Issue.record("another entry opened")
    } catch {
      #expect(error == .entryRejected(index: 6, .commitment))
    }
  }
}
