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

  /// The first piece last, as a document whose first chunk says what the others hash to is written.
  @Test(arguments: StorageKind.allCases, [1, 70_000, 3_000_000])
  func piecesMayComeInAnyOrder(kind: StorageKind, size: Int) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    let bytes = TestLog.entry(size, size: size)
    let edges = [0, size / 10, size / 3, size]
    for order in [[1, 2, 0], [2, 0, 1], [2, 1, 0], [0, 2, 1]] {
      let stored = try await vault.objects.stage(id, exactSize: size) { write in
        for part in order {
          try write(edges[part], bytes.span.bytes.extracting(edges[part]..<edges[part + 1]))
        }
      }
      #expect(stored == StoredObject(id: id, length: size, sha256: SHA256.digest(of: bytes)))
      #expect(try await vault.objects.stat(id) == nil, "what is staged is not there yet")
      try await vault.objects.publish([id])
      #expect(try await vault.objects.read(id, range: 0..<size) == bytes)
      let reader = try await vault.objects.reader(of: id)
      #expect(reader.length == size)
      try await vault.objects.delete(id)
    }
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases, [0, 1, 2, 40])
  func manyArePublishedTogether(kind: StorageKind, count: Int) async throws {
    let (vault, scratch) = try await kind.makeVault()
    var expected: [ObjectID: Int] = [:]
    for index in 0..<count {
      let bytes = TestLog.entry(index, size: 100 * index)
      let stored = try await vault.objects.stage(try ObjectID.random(), exactSize: bytes.count) {
        try $0(0, bytes.span.bytes)
      }
      #expect(stored.sha256 == SHA256.digest(of: bytes))
      expected[stored.id] = bytes.count
    }
    #expect(try await vault.objects.list() == [:])
    try await vault.objects.publish(Array(expected.keys))
    #expect(try await vault.objects.list() == expected)
    let items = try await vault.inventory.items()
    #expect(!items.contains { $0.kind == .temporary })
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func whatIsTakenBackWasNeverThere(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let ids = [try ObjectID.random(), try ObjectID.random()]
    let three: [UInt8] = [1, 2, 3]
    for id in ids {
      _ = try await vault.objects.stage(id, exactSize: 3) { try $0(0, three.span.bytes) }
    }
    await #expect(throws: VaultStoreError.alreadyExists(ids[0].relativePath)) {
      try await vault.objects.stage(ids[0], exactSize: 3) { try $0(0, three.span.bytes) }
    }
    await vault.objects.unstage(ids + [try ObjectID.random()])
    #expect(try await vault.objects.list() == [:])
    let items = try await vault.inventory.items()
    #expect(!items.contains { $0.kind == .temporary })
    _ = try await put(three, ids[0], in: vault)
    withExtendedLifetime(scratch) {}
  }

  @Test(arguments: StorageKind.allCases)
  func readingWhatIsNotThereSaysSo(kind: StorageKind) async throws {
    let (vault, scratch) = try await kind.makeVault()
    let id = try ObjectID.random()
    let absent = try ObjectID.random()
    #expect(try await vault.objects.stat(id) == nil)
    await #expect(throws: VaultStoreError.missing(id.relativePath)) {
      try await vault.objects.read(id, range: 0..<1)
    }
    _ = try await put([1, 2, 3], id, in: vault)
    await #expect(throws: VaultStoreError.damaged(Damage(file: id.relativePath, problem: .truncated))) {
      try await vault.objects.read(id, range: 1..<5)
    }
    await #expect(throws: VaultStoreError.missing(absent.relativePath)) {
      _ = try await vault.objects.reader(of: absent)
    }
    let reader = try await vault.objects.reader(of: id)
    #expect(throws: VaultStoreError.damaged(Damage(file: id.relativePath, problem: .truncated))) {
      var buffer = PlaintextBuffer(capacity: 4)
      try buffer.append(count: 4) { try reader.read(at: 0, into: &$0) }
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
