import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Synchronization
import Testing
import TransparencyLog
import VaultStore

/// `check` in parallel, in parts, and without keys.
@Suite struct PartialCheckTests {
  private struct Filled {
    let vault: VaultStorage
    let scratch: ScratchDirectory
    let objects: [StoredObject]

    var expectation: VaultExpectation { VaultExpectation(objects: objects) }
    func url(_ name: String) -> URL { URL(fileURLWithPath: scratch.path("vault/" + name)) }

    func change(_ name: String, _ body: (inout [UInt8]) -> Void) throws {
      var bytes = try [UInt8](Data(contentsOf: url(name)))
      body(&bytes)
      try Data(bytes).write(to: url(name))
    }
  }

  /// A vault of age files, as far as their form goes.
  private func fill(_ count: Int = 20) async throws -> Filled {
    let scratch = try ScratchDirectory("partial-check")
    let vault = try await makeDirectoryVault(scratch)
    var objects: [StoredObject] = []
    for number in 0..<count {
      let bytes = AgeShape.file(plaintextBytes: 40_000 * (number % 4) + number)
      objects.append(
        try await vault.objects.put(try ObjectID.random(), exactSize: bytes.count) {
          try $0(bytes.span.bytes)
        })
    }
    _ = try await vault.ledger.append([TestLog.entry(0)], ifSize: 0, sign: TestLog.sign)
    return Filled(vault: vault, scratch: scratch, objects: objects)
  }

  @Test(arguments: [1, 2, 3, 16])
  func howManyAreReadAtOnceChangesNothing(width: Int) async throws {
    let filled = try await fill()
    let changed = filled.objects[7].id.relativePath
    try filled.change(changed) { $0[$0.count - 1] ^= 1 }
    try FileManager.default.removeItem(at: filled.url(filled.objects[3].id.relativePath))
    let read = Mutex(0)
    let totals = Mutex(Set<Int>())
    let findings = try await VaultCheck.run(
      filled.vault, expecting: filled.expectation, depth: .everyByte, width: width
    ) { count, total in
      read.withLock { $0 += count }
      totals.withLock { _ = $0.insert(total) }
    }
    #expect(
      findings
        == [
          VaultFinding(name: changed, problem: .content),
          VaultFinding(name: filled.objects[3].id.relativePath, problem: .missing),
        ].sorted { $0.name < $1.name })
    let all = filled.objects.reduce(0) { $0 + $1.length }
    #expect(totals.withLock { $0 } == [all])
    #expect(read.withLock { $0 } == all - filled.objects[3].length)
  }

  @Test func partsTogetherAreTheWholeAndEachFileIsInOne() async throws {
    let filled = try await fill()
    for object in filled.objects { try filled.change(object.id.relativePath) { $0[190] ^= 1 } }
    var found: [String] = []
    for number in 1...7 {
      let part = try #require(VaultPart(parsing: "\(number)/7"))
      found += try await VaultCheck.run(
        filled.vault, expecting: filled.expectation, depth: .everyByte, part: part
      ).map(\.name)
    }
    #expect(found.sorted() == filled.objects.map(\.id.relativePath).sorted())
  }

  @Test(arguments: [
    "", "1", "1/", "/2", "0/2", "3/2", "-1/2", "1/0", "01/2", "1/02", "1/2/3", "1/1001", " 1/2", "+1/2",
  ])
  func whatIsNoPartIsRefused(text: String) {
    #expect(VaultPart(parsing: text) == nil)
  }

  @Test func aSoundVaultIsSoundWithoutKeys() async throws {
    let filled = try await fill()
    let outside = try await VaultCheck.withoutKeys(filled.vault, key: TestLog.signer.verifierKey)
    #expect(outside.findings == [])
    #expect(outside.files == 20)
    #expect(outside.bytes == filled.objects.reduce(0) { $0 + $1.length })
    #expect(outside.head?.checkpoint.size == 1)
  }

  @Test func formIsCheckedWithoutKeysAndContentIsNot() async throws {
    let filled = try await fill()
    let names = filled.objects.map(\.id.relativePath)
    try filled.change(names[0]) { $0[3] ^= 1 }  // the first line of the header
    try filled.change(names[1]) { $0.removeLast($0.count - 100) }  // cut in the header
    // A length that no age file has.
    try filled.change(names[2]) { $0 = Array($0.prefix(AgeShape.headerBytes + 16 + 15)) }
    try filled.change(names[3]) { $0 = [] }
    // Within the payload, where only its hash would tell.
    try filled.change(names[4]) { $0[$0.count - 1] ^= 1 }
    try filled.scratch.write([1], to: "vault/records/README")
    let findings = try await VaultCheck.withoutKeys(filled.vault, key: TestLog.signer.verifierKey).findings
    let expected =
      names[..<4].map { VaultFinding(name: $0, problem: .malformed) } + [
        VaultFinding(name: "records/README", problem: .planted)
      ]
    #expect(findings == expected.sorted { $0.name < $1.name })
  }

  @Test func aHeadUnderAnotherKeyIsToldWithoutKeys() async throws {
    let filled = try await fill(1)
    let stranger = try NoteSigner(name: TestLog.origin, key: .generate()).verifierKey
    let outside = try await VaultCheck.withoutKeys(filled.vault, key: stranger)
    #expect(outside.findings == [VaultFinding(name: "ledger", problem: .unsigned)])
    #expect(outside.head == nil)
  }
}

/// Bytes with the form of an age file to one X25519 recipient, sealed to nobody.
enum AgeShape {
  static let headerBytes = 168

  static func file(plaintextBytes: Int) -> [UInt8] {
    func base64(_ count: Int, _ byte: UInt8) -> String {
      Base64.encode([UInt8](repeating: byte, count: count), padded: false)
    }
    let header = """
      age-encryption.org/v1
      -> X25519 \(base64(32, 9))
      \(base64(32, 7))
      --- \(base64(32, 5))

      """
    let chunks = max(1, (plaintextBytes + 65_535) / 65_536)
    return Array(header.utf8) + [UInt8](repeating: 3, count: 16 + plaintextBytes + 16 * chunks)
  }
}
