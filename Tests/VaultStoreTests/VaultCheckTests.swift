import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Somebody changes, swaps, cuts, deletes or plants files: `check` names each one.
@Suite struct VaultCheckTests {
  private struct Filled {
    let vault: VaultStorage
    let scratch: ScratchDirectory
    let expectation: VaultExpectation
    var names: [String] {
      get throws {
        try expectation.objects.map(\.id.relativePath)
          + (expectation.files ?? []).map { try $0.name.relativePath }
      }
    }
    func url(_ name: String) -> URL { URL(fileURLWithPath: scratch.path("vault/" + name)) }
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: url(name)) }

    func findings(_ depth: VaultCheck.Depth = .everyByte) async throws -> [VaultFinding] {
      try await VaultCheck.run(vault, expecting: expectation, depth: depth)
    }
  }

  private func fill() async throws -> Filled {
    let scratch = try ScratchDirectory("check")
    let vault = try await makeDirectoryVault(scratch)
    var objects: [StoredObject] = []
    for number in 0..<3 {
      let bytes = TestLog.entry(number, size: 300)
      objects.append(
        try await vault.objects.put(try ObjectID.random(), exactSize: 300) { try $0(bytes.span.bytes) })
    }
    var files: [VaultExpectation.File] = []
    for (number, name) in NamedFileContractTests.names.enumerated() {
      if case .cache = name { continue }
      let bytes = TestLog.entry(50 + number, size: 100)
      try await vault.files.create(name, bytes)
      files.append(.init(name: name, length: 100, sha256: SHA256.digest(of: bytes)))
    }
    _ = try await vault.ledger.append([TestLog.entry(0)], ifSize: 0, sign: TestLog.sign)
    return Filled(
      vault: vault, scratch: scratch, expectation: VaultExpectation(objects: objects, files: files))
  }

  @Test func soundVaultHasNoFindings() async throws {
    let filled = try await fill()
    #expect(try await filled.findings() == [])
    #expect(try await filled.findings(.structure) == [])
  }

  @Test func everyFlippedCutDeletedAndReplacedFileIsNamed() async throws {
    let filled = try await fill()
    var count = 0
    for name in try filled.names {
      let honest = try filled.bytes(name)
      for position in stride(from: 0, to: honest.count, by: 13) {
        var bytes = honest
        bytes[position] ^= 1
        try bytes.write(to: filled.url(name))
        #expect(try await filled.findings() == [VaultFinding(name: name, problem: .content)])
        count += 1
      }
      for length in [0, honest.count - 1, honest.count + 1] {
        try (honest + Data([0])).prefix(length).write(to: filled.url(name))
        let expected = VaultFinding.Problem.length(expected: honest.count, actual: length)
        #expect(try await filled.findings(.structure) == [VaultFinding(name: name, problem: expected)])
        count += 1
      }
      try FileManager.default.removeItem(at: filled.url(name))
      #expect(try await filled.findings(.structure) == [VaultFinding(name: name, problem: .missing)])
      try FileManager.default.createDirectory(at: filled.url(name), withIntermediateDirectories: false)
      #expect(try await filled.findings(.structure).map(\.name).contains(name))
      try FileManager.default.removeItem(at: filled.url(name))
      try honest.write(to: filled.url(name))
      count += 2
    }
    #expect(try await filled.findings() == [])
    print("check: \(count) damaged vaults named")
  }

  @Test func everySwappedPairIsNamed() async throws {
    let filled = try await fill()
    let names = try filled.names
    for first in names.indices {
      for second in names.indices where second > first {
        let (one, two) = (try filled.bytes(names[first]), try filled.bytes(names[second]))
        try two.write(to: filled.url(names[first]))
        try one.write(to: filled.url(names[second]))
        let found = Set(try await filled.findings().map(\.name))
        #expect(found == [names[first], names[second]])
        try one.write(to: filled.url(names[first]))
        try two.write(to: filled.url(names[second]))
      }
    }
  }

  @Test(arguments: [
    ("records/aa/bb/x.age", VaultFinding.Problem.planted), ("README", .planted), ("epoch/0002.age", .planted),
    ("epoch/2.age", .planted), ("keys/ab/x", .planted), ("ledger/keys/0009.age", .planted),
    ("ledger/0000000000.seg.bak", .planted), ("tmp/0123", .leftover),
    ("keys/ab/ab000000000000000000000000000000.age", .orphan(length: 1)),
  ])
  func plantedFileIsNamed(name: String, problem: VaultFinding.Problem) async throws {
    let filled = try await fill()
    try filled.scratch.write([1], to: "vault/" + name)
    #expect(try await filled.findings(.structure) == [VaultFinding(name: name, problem: problem)])
  }

  @Test func documentThatNoEntryNamesIsAnOrphanAndNoDamage() async throws {
    let filled = try await fill()
    let id = try ObjectID.random()
    _ = try await filled.vault.objects.put(id, exactSize: 0) { _ in }
    let findings = try await filled.findings()
    #expect(findings == [VaultFinding(name: id.relativePath, problem: .orphan(length: 0))])
    #expect(findings.filter(\.isDamage) == [])
  }

  @Test func damagedJournalRecordIsNamed() async throws {
    let filled = try await fill()
    let name = "ledger/0000000000.seg"
    var bytes = try filled.bytes(name)
    bytes[120] ^= 1
    try bytes.write(to: filled.url(name))
    let findings = try await filled.findings(.structure)
    #expect(findings.map(\.name) == [name])
    guard case .journal(let damage) = findings.first?.problem, case .record = damage.place else {
      Issue.record("\(findings)")
      return
    }
  }
}
