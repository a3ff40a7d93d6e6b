import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// What holds for every `ObjectStorage`.
@Suite struct ObjectContractTests {
  struct Stop: Error {}

  private func put(_ bytes: [UInt8], _ id: ObjectID, in vault: VaultStorage) async throws -> StoredObject {
    try await vault.objects.put(id, exactSize: bytes.count) { write in
      var offset = 0
      while offset < bytes.count {
        let end = min(offset + 1000, bytes.count)
        try write(bytes.span.bytes.extracting(offset..<end))
        offset = end
      }
    }
  }

  @Test(arguments: StorageKind.allCases, [0, 1, 999, 1000, 1001, 70_000])
  func whatWasPutComesBackWhole(kind: StorageKind, size: Int) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    let bytes = TestLog.entry(size, size: size)
    let stored = try await put(bytes, id, in: vault)
    #expect(stored == StoredObject(id: id, length: size, sha256: SHA256.digest(of: bytes)))
    #expect(try await vault.objects.stat(id) == size)
    #expect(try await vault.objects.read(id, range: 0..<size) == bytes)
    #expect(try await vault.objects.read(id, range: size / 3..<size / 2) == Array(bytes[size / 3..<size / 2]))
    #expect(try await vault.objects.list() == [id: size])
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func objectIsNeverOverwritten(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    _ = try await put([1, 2, 3], id, in: vault)
    await #expect(throws: VaultStoreError.alreadyExists(id.relativePath)) {
      try await put([4], id, in: vault)
    }
    #expect(try await vault.objects.read(id, range: 0..<3) == [1, 2, 3])
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func writerThatFailsOrMiscountsLeavesNothing(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    let three: [UInt8] = [1, 2, 3]
    await #expect(throws: Stop.self) {
      try await vault.objects.put(id, exactSize: 10) { write in
        try write(three.span.bytes)
        throw Stop()
      }
    }
    await #expect(throws: VaultStoreError.sizeMismatch(expected: 4, actual: 3)) {
      try await vault.objects.put(id, exactSize: 4) { write in try write(three.span.bytes) }
    }
    await #expect(throws: VaultStoreError.sizeMismatch(expected: 2, actual: 3)) {
      try await vault.objects.put(id, exactSize: 2) { write in try write(three.span.bytes) }
    }
    #expect(try await vault.objects.stat(id) == nil)
    #expect(try await vault.objects.list() == [:])
    let items = try await vault.inventory.items()
    #expect(!items.contains { $0.kind == .temporary })
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func readingWhatIsNotThereSaysSo(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    #expect(try await vault.objects.stat(id) == nil)
    await #expect(throws: VaultStoreError.missing(id.relativePath)) {
      try await vault.objects.read(id, range: 0..<1)
    }
    _ = try await put([1, 2, 3], id, in: vault)
    await #expect(throws: VaultStoreError.damaged(Damage(file: id.relativePath, problem: .truncated))) {
      try await vault.objects.read(id, range: 1..<5)
    }
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func deletingTwiceIsDeletingOnce(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    _ = try await put([1, 2, 3], id, in: vault)
    try await vault.objects.delete(id)
    try await vault.objects.delete(id)
    #expect(try await vault.objects.list() == [:])
    withExtendedLifetime(scratch) {}
  }
}
