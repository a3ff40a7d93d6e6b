import StrongroomTestSupport
import Testing
import VaultStore

/// What holds for every `NamedFileStorage`.
@Suite struct NamedFileContractTests {
  static let set = String(repeating: "a1", count: 32)
  static let key = KeyID(checkedBytes: [UInt8](repeating: 0xAB, count: 16))
  static let names: [VaultFileName] = [
    .epochIdentity(1), .epochIdentity(9999), .childIdentity(key), .ledgerKey(1), .cosigned(0),
    .cosigned(18_204), .cosigned(UInt64.max),
    .policyFile(set: set, path: "policy.yaml"), .policyFile(set: set, path: "gateways/appeal.yaml"),
    .cache("fold.age"),
  ]

  @Test(arguments: StorageKind.allCases)
  func createdFilesAreThereOnceAndForAll(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    for (number, name) in Self.names.enumerated() {
      #expect(try await vault.files.read(name) == nil)
      try await vault.files.create(name, [UInt8(number)])
      #expect(try await vault.files.read(name) == [UInt8(number)])
      let path = try name.relativePath
      await #expect(throws: VaultStoreError.alreadyExists(path)) { try await vault.files.create(name, [99]) }
      #expect(try await vault.files.read(name) == [UInt8(number)])
      #expect(VaultFileName(relativePath: path) == name)
    }
    #expect(try await vault.files.list(.epochIdentities) == [.epochIdentity(1), .epochIdentity(9999)])
    #expect(try await vault.files.list(.childIdentities) == [.childIdentity(Self.key)])
    #expect(try await vault.files.list(.ledgerKeys) == [.ledgerKey(1)])
    #expect(
      try await vault.files.list(.cosigned) == [.cosigned(0), .cosigned(18_204), .cosigned(UInt64.max)])
    #expect(try VaultFileName.cosigned(18_204).relativePath == "ledger/cosigned/00000000000000018204")
    #expect(try await vault.files.list(.policySet(Self.set)).count == 2)
    #expect(try await vault.files.list(.policies).count == 2)
    #expect(try await vault.files.list(.policySet(String(repeating: "b", count: 64))) == [])
    #expect(try await vault.files.list(.caches) == [.cache("fold.age")])
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func replacedFileHasTheNewContentOnly(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    for name in Self.names {
      try await vault.files.replace(name, [1, 2, 3, 4])
      try await vault.files.replace(name, [])
      #expect(try await vault.files.read(name) == [])
      try await vault.files.remove(name)
      try await vault.files.remove(name)
      #expect(try await vault.files.read(name) == nil)
    }
    withExtendedLifetime(scratch) {}
  }

  @Test(
    arguments: StorageKind.allCases,
    [
      VaultFileName.epochIdentity(0), .epochIdentity(10_000), .ledgerKey(-1), .cache("../STRONGROOM"),
      .cache(""),
      .cache(".hidden"), .cache("a/b"), .policyFile(set: "..", path: "x"),
      .policyFile(set: NamedFileContractTests.set, path: "../x"),
      .policyFile(set: NamedFileContractTests.set, path: "/x"),
      .policyFile(set: NamedFileContractTests.set, path: "a//x"),
      .policyFile(set: NamedFileContractTests.set, path: "a/b/c/d/e"),
      .policyFile(set: NamedFileContractTests.set, path: "with space"),
      .policyFile(set: NamedFileContractTests.set.uppercased(), path: "x"),
    ])
  func nameThatCouldLeaveItsFolderIsRefused(kind: StorageKind, name: VaultFileName) async throws {
    let (vault, scratch) = try await kind.makeVault()
    await #expect(throws: VaultStoreError.self) { try await vault.files.read(name) }
    await #expect(throws: VaultStoreError.self) { try await vault.files.create(name, [1]) }
    await #expect(throws: VaultStoreError.self) { try await vault.files.replace(name, [1]) }
    await #expect(throws: VaultStoreError.self) { try await vault.files.remove(name) }
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func oversizedFileIsRefused(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let name = VaultFileName.ledgerKey(3)
    let path = try name.relativePath
    await #expect(throws: VaultStoreError.limitExceeded(name: path, limit: name.limit)) {
      try await vault.files.create(name, [UInt8](repeating: 0, count: name.limit + 1))
    }
    withExtendedLifetime(scratch) {}
  }
}
