import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// What only a folder on a real disk can show.
@Suite struct DirectoryTests {
  private func append(_ number: Int, to vault: VaultStorage, at size: UInt64) async throws -> LedgerHead {
    try await vault.ledger.append([TestLog.entry(number)], ifSize: size, sign: TestLog.sign)
  }

  private func open(
    _ scratch: ScratchDirectory, _ mode: VaultDirectory.Mode = .readWrite
  ) throws -> VaultStorage {
    try VaultDirectory.open(at: scratch.path("vault"), mode: mode, geometry: TestLog.geometry)
  }

  @Test func onlyTheOwnerCanLookInside() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    _ = try await append(0, to: vault, at: 0)
    _ = try await vault.objects.put(try ObjectID.random(), exactSize: 0) { _ in }
    try await vault.files.create(.childIdentity(try KeyID.random()), [1])
    let root = scratch.path("vault")
    let all = try #require(FileManager.default.enumerator(atPath: root))
    var seen = 0
    for case let name as String in all {
      let attributes = try FileManager.default.attributesOfItem(atPath: root + "/" + name)
      let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
      #expect(attributes[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(name)")
      seen += 1
    }
    #expect(seen > 12)
    #expect(try FileManager.default.attributesOfItem(atPath: root)[.posixPermissions] as? Int == 0o700)
  }

  @Test func vaultIsNeverMadeOverSomethingElse() async throws {
    let scratch = try ScratchDirectory("store")
    _ = try await makeDirectoryVault(scratch)
    #expect(throws: VaultStoreError.alreadyExists("STRONGROOM")) {
      try VaultDirectory.create(at: scratch.path("vault"))
    }
    try scratch.write([1], to: "photos/cat.jpg")
    #expect(throws: VaultStoreError.alreadyExists("")) {
      try VaultDirectory.create(at: scratch.path("photos"))
    }
    #expect(FileManager.default.fileExists(atPath: scratch.path("photos/cat.jpg")))
    #expect(throws: VaultStoreError.notAVault) { try VaultDirectory.open(at: scratch.path("photos")) }
    #expect(throws: VaultStoreError.notAVault) { try VaultDirectory.open(at: scratch.path("nowhere")) }
  }

  @Test func beginningThatWasCutShortIsBegunAgain() async throws {
    let scratch = try ScratchDirectory("store")
    let half = try VaultDirectory.create(at: scratch.path("vault"), geometry: TestLog.geometry)
    _ = try await append(0, to: half, at: 0)
    #expect(throws: VaultStoreError.notAVault) { try open(scratch) }
    let vault = try await makeDirectoryVault(scratch)
    #expect(try await vault.ledger.head() == nil)
    #expect(try await open(scratch).ledger.head() == nil)
  }

  @Test func newerFormatIsNotTouched() async throws {
    let scratch = try ScratchDirectory("store")
    _ = try await makeDirectoryVault(scratch)
    try scratch.write(Array("Strongroom vault\nformat: 2\n".utf8), to: "vault/STRONGROOM")
    #expect(throws: VaultStoreError.unsupportedFormat(2)) { try open(scratch) }
  }

  @Test func twoProcessesSeeWhatTheOtherAppended() async throws {
    let scratch = try ScratchDirectory("store")
    let first = try await makeDirectoryVault(scratch)
    let second = try open(scratch)
    var size: UInt64 = 0
    // Across several segments, in turn; each finds the other's entries and catches up.
    for number in 0..<50 {
      let (writer, reader) = number % 3 == 0 ? (first, second) : (second, first)
      await #expect(
        throws: (size == 0 ? nil : VaultStoreError.conflict(actualSize: size)) ?? .conflict(actualSize: 0)
      ) {
        try await append(number, to: writer, at: size + 7)
      }
      let head = try await append(number, to: writer, at: size)
      size += 1
      #expect(head.size == size)
      #expect(try await reader.ledger.head() == head)
      #expect(try await reader.ledger.entries(from: size - 1, to: size) == [TestLog.entry(number)])
    }
    #expect(
      try await second.ledger.entries(from: 0, to: size) == (0..<50).map { TestLog.entry($0) })
    #expect(try await open(scratch, .readOnly).ledger.head() == first.ledger.head())
  }

  @Test func readOnlyVaultTakesNoWrites() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    _ = try await append(0, to: vault, at: 0)
    let reader = try open(scratch, .readOnly)
    #expect(try await reader.ledger.entries(from: 0, to: 1) == [TestLog.entry(0)])
    await #expect(throws: VaultStoreError.readOnly) { try await append(1, to: reader, at: 1) }
    await #expect(throws: VaultStoreError.readOnly) { try await reader.files.create(.epochIdentity(1), [1]) }
    await #expect(throws: VaultStoreError.readOnly) {
      try await reader.objects.put(try ObjectID.random(), exactSize: 0) { _ in }
    }
  }

  @Test func writerWaitsForAnotherProcessAndThenSaysBusy() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    let head = try await append(0, to: vault, at: 0)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
    holder.arguments = ["--no-fork", scratch.path("vault/lock"), "sh", "-c", "echo held; exec sleep 60"]
    let output = Pipe()
    holder.standardOutput = output
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/flock") else {
      print("skipped: there is no /usr/bin/flock to hold the lock from another process")
      return
    }
    try holder.run()
    defer { holder.terminate() }
    #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
    await #expect(throws: VaultStoreError.busy) { try await append(1, to: vault, at: 1) }
    // Readers do not wait for writers.
    #expect(try await open(scratch).ledger.head() == head)
    holder.terminate()
    holder.waitUntilExit()
    #expect(try await append(1, to: vault, at: 1).size == 2)
  }

  @Test func lockFileThatWasDeletedKeepsNobodyOutAndNobodyIn() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    try FileManager.default.removeItem(atPath: scratch.path("vault/lock"))
    #expect(try await append(0, to: vault, at: 0).size == 1)
  }

  @Test(arguments: ["deleted", "replaced", "cut"])
  func commitIsNotAcknowledgedIfTheSegmentIsNoLongerAtItsPath(how: String) async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    _ = try await append(0, to: vault, at: 0)
    let path = scratch.path("vault/ledger/0000000000.seg")
    let copy = try Data(contentsOf: URL(fileURLWithPath: path))
    switch how {
    case "deleted": try FileManager.default.removeItem(atPath: path)
    case "replaced":
      try FileManager.default.removeItem(atPath: path)
      try copy.write(to: URL(fileURLWithPath: path))
    default:
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try handle.truncate(atOffset: 8192)
      try handle.close()
    }
    let error = await #expect(throws: VaultStoreError.self) { try await append(1, to: vault, at: 1) }
    guard case .damaged(let damage) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(damage.file == "ledger/0000000000.seg")
  }

  @Test func linkPlantedInTheVaultIsNotFollowed() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    let secret = try scratch.write([42], to: "outside")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: scratch.path("vault/epoch/0001.age"), withDestinationPath: secret)
    await #expect(throws: VaultStoreError.self) { try await vault.files.read(.epochIdentity(1)) }
    // A folder that is a link is refused as well.
    let id = ObjectID(checkedBytes: [UInt8](repeating: 0x77, count: 16))
    try manager.createDirectory(atPath: scratch.path("elsewhere"), withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      atPath: scratch.path("vault/records/77"), withDestinationPath: scratch.path("elsewhere"))
    await #expect(throws: VaultStoreError.self) {
      try await vault.objects.put(id, exactSize: 0) { _ in }
    }
    #expect(try manager.contentsOfDirectory(atPath: scratch.path("elsewhere")) == [])
    let findings = try await VaultCheck.run(
      vault, expecting: VaultExpectation(objects: []), depth: .structure)
    #expect(findings.map(\.name).contains("epoch/0001.age"))
    #expect(findings.map(\.name).contains("records/77"))
  }

  @Test func leftoversOfDeadWritersAreSweptAndThoseOfLivingOnesKept() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    try scratch.write([1, 2, 3], to: "vault/tmp/00000000000000000000000000000000")
    let id = try ObjectID.random()
    let bytes = TestLog.entry(1, size: 100)
    let path = scratch.path("vault")
    _ = try await vault.objects.put(id, exactSize: 100) { write in
      try write(bytes.span.bytes.extracting(0..<50))
      _ = try VaultDirectory.open(at: path, geometry: TestLog.geometry)
      let left = try FileManager.default.contentsOfDirectory(atPath: path + "/tmp")
      #expect(left.count == 1)
      try write(bytes.span.bytes.extracting(50..<100))
    }
    #expect(try await vault.objects.read(id, range: 0..<100) == bytes)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/tmp") == [])
  }

  @Test func cacheAndTemporaryFoldersMayBeDeletedAtAnyTime() async throws {
    let scratch = try ScratchDirectory("store")
    let vault = try await makeDirectoryVault(scratch)
    for folder in ["cache", "tmp"] {
      try FileManager.default.removeItem(atPath: scratch.path("vault/" + folder))
    }
    #expect(try await vault.files.read(.cache("fold")) == nil)
    try await vault.files.replace(.cache("fold"), [1])
    #expect(try await vault.files.read(.cache("fold")) == [1])
  }

  /// A small memory file system is filled to the last block at every step.
  @Test func fullDiskLeavesTheVaultAsItWas() async throws {
    let scratch = try ScratchDirectory("full")
    let mount = scratch.path("disk")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    guard try Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", mount]) == 0 else {
      print("skipped: mounting a small tmpfs needs root")
      return
    }
    defer { _ = try? Self.run("/bin/umount", [mount]) }
    let vault = try VaultDirectory.create(at: mount + "/vault", geometry: TestLog.geometry)
    try await vault.files.create(.description, Array(TestLog.description.text().utf8))
    let kept = try ObjectID.random()
    let small = TestLog.entry(3, size: 100)
    _ = try await vault.objects.put(kept, exactSize: 100) { try $0(small.span.bytes) }
    _ = try await append(0, to: vault, at: 0)
    // An object that cannot fit is refused before its body is asked for anything.
    let large = try ObjectID.random()
    await #expect(throws: VaultStoreError.diskFull(large.relativePath)) {
      try await vault.objects.put(large, exactSize: 1 << 20) { _ in Issue.record("the body was called") }
    }
    #expect(try await vault.objects.stat(large) == nil)
    // Fill the disk; the log goes on through its open segment and its reserve, then says what is wrong.
    _ = try? Data(count: 4 << 20).write(to: URL(fileURLWithPath: mount + "/filler"))
    try? Self.fill(mount + "/filler2")
    await #expect(throws: VaultStoreError.self) {
      try await vault.files.create(.epochIdentity(1), [UInt8](repeating: 1, count: 8192))
    }
    #expect(try await vault.files.read(.epochIdentity(1)) == nil)
    var size: UInt64 = 1
    var refusal: VaultStoreError?
    while refusal == nil, size < 500 {
      do throws(VaultStoreError) {
        size = try await vault.ledger.append([TestLog.entry(Int(size))], ifSize: size, sign: TestLog.sign)
          .size
      } catch {
        refusal = error
      }
    }
    guard case .diskFull = refusal else {
      Issue.record("\(String(describing: refusal)) at \(size)")
      return
    }
    // The segment in use and the one in reserve took more than one segment's worth.
    #expect(size > 30)
    let reopened = try VaultDirectory.open(at: mount + "/vault", geometry: TestLog.geometry)
    #expect(try await reopened.ledger.head()?.size == size)
    #expect(try await reopened.ledger.inspect().damage == [])
    #expect(try await reopened.objects.read(kept, range: 0..<100) == small)
    // Deleting works on a full disk, and with room again everything goes on.
    for name in ["/filler", "/filler2"] { try? FileManager.default.removeItem(atPath: mount + name) }
    #expect(try await append(9, to: vault, at: size).size == size + 1)
    #expect(try await reopened.ledger.inspect().damage == [])
  }

  private static func fill(_ path: String) throws {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    while true { try handle.write(contentsOf: Data(count: 4096)) }
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
