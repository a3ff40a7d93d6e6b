import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// The two texts defined here: STRONGROOM and the ledger key file.
@Suite struct TextFileTests {
  @Test func descriptionComesBack() throws {
    for isExample in [false, true] {
      var description = TestLog.description
      description.isExample = isExample
      description.verifierKeys.append("second+00000000+AAAA")
      #expect(try VaultDescription.parse(Array(description.text().utf8)) == description)
    }
  }

  @Test func descriptionTellsHowToOpenEverythingByHand() {
    let text = TestLog.description.text()
    for words in ["age -d -i", "tar -x -i", "epoch/0001.age", "SRE1", "EXAMPLE VAULT"] {
      #expect(text.contains(words))
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test(arguments: [
    ("", VaultStoreError.notAVault), ("Strongroom\n", .notAVault),
    ("Strongroom vault\nformat: 2\n", .unsupportedFormat(2)),
    ("Strongroom vault\nformat: x\n", .malformed(name: "STRONGROOM", line: 2)),
    ("Strongroom vault\nformat: 1\nvault: 12\n", .malformed(name: "STRONGROOM", line: 3)),
    (
      "Strongroom vault\nformat: 1\nvault: \(String(repeating: "0a", count: 16))\norigin: \n",
      .malformed(name: "STRONGROOM", line: 4)
    ),
    (
      "Strongroom vault\nformat: 1\nvault: \(String(repeating: "0a", count: 16))\norigin: o\n\nvkey: k\n",
      .malformed(name: "STRONGROOM", line: 5)
    ),
    (
      "Strongroom vault\nformat: 1\nvault: \(String(repeating: "0a", count: 16))\norigin: o\nvkey: k\nexample: no\n",
      .malformed(name: "STRONGROOM", line: 6)
    ),
  ])
  func damagedDescriptionIsRefusedWithItsLine(text: String, error: VaultStoreError) {
    #expect(throws: error) { try VaultDescription.parse(Array(text.utf8)) }
  }

  private func keyFile() -> LedgerKeyFile {
    LedgerKeyFile(
      key: SealedEntryTests.key(), origin: TestLog.origin,
      signingSeed: .copying(TestLog.entry(1, size: 32).span.bytes))
  }

  @Test func ledgerKeyFileComesBack() throws {
    let file = keyFile()
    let text = file.text()
    let plain = String(decoding: [UInt8](copying: text.bytes), as: UTF8.self)
    #expect(plain.hasPrefix("# Strongroom ledger key file."))
    #expect(plain.contains("\nledger-key: 000102030405"))
    let parsed = try LedgerKeyFile.parse(text.bytes)
    #expect(parsed.origin == TestLog.origin)
    #expect(parsed.key.epoch == 3)
    let sameSeed = Self.seed(of: parsed) == TestLog.entry(1, size: 32)
    #expect(sameSeed)
    let entry = try SealedEntry.seal(
      [1], index: 0, origin: TestLog.origin, key: parsed.key, salt: SealedEntryTests.salt)
    #expect(try entry.open(index: 0, origin: TestLog.origin, key: SealedEntryTests.key()) == [1])
  }

  private static func seed(of file: borrowing LedgerKeyFile) -> [UInt8]? {
    switch file.signingSeed {
    case .some(let seed): [UInt8](copying: seed.bytes)
    case .none: nil
    }
  }

  /// What is left of an epoch that has ended reads its entries and signs nothing.
  @Test func theFileOfAnEndedEpochHoldsNoSigningKey() throws {
    let text = LedgerKeyFile(closed: SealedEntryTests.key(), origin: TestLog.origin).text()
    let plain = String(decoding: [UInt8](copying: text.bytes), as: UTF8.self)
    #expect(plain.hasSuffix("\nlog-signing-seed: destroyed\n"))
    let parsed = try LedgerKeyFile.parse(text.bytes)
    let seed = Self.seed(of: parsed)
    #expect(seed == nil)
    #expect(parsed.key.epoch == 3)
    let entry = try SealedEntry.seal(
      [1], index: 0, origin: TestLog.origin, key: parsed.key, salt: SealedEntryTests.salt)
    #expect(try entry.open(index: 0, origin: TestLog.origin, key: SealedEntryTests.key()) == [1])
  }

  @Test(arguments: [false, true]) func ledgerKeyFileCutAnywhereIsRefused(isClosed: Bool) throws {
    let text =
      isClosed
      ? LedgerKeyFile(closed: SealedEntryTests.key(), origin: TestLog.origin).text() : keyFile().text()
    let bytes = [UInt8](copying: text.bytes)
    // Without its last line feed the file is still whole.
    for length in 0..<bytes.count - 1 {
      let error = Result { try Self.parse(bytes.prefix(length)) }
      guard case .failure(let failure) = error else {
        Issue.record("\(length) bytes were read as a whole key file")
        continue
      }
      #expect(failure is VaultStoreError)
    }
    for extra in ["x", "ledger-key: 00\n", "\nepoch: 1\n"] {
      #expect(throws: VaultStoreError.self) { try Self.parse((bytes + Array(extra.utf8))[...]) }
    }
  }

  private static func parse(_ bytes: ArraySlice<UInt8>) throws {
    let copy = Array(bytes)
    _ = try LedgerKeyFile.parse(copy.span.bytes)
  }
}
