import CrashLab
import StrongroomTestSupport
import Testing
import TransparencyLog

@testable import VaultStore

/// Somebody changes the journal's files.
@Suite struct JournalTamperTests {
  /// A vault with two and a bit small segments, on a file system whose bytes can be changed at will.
  private static func vault(commits: Int = 45) async throws -> CrashFileSystem {
    let files = CrashFileSystem()
    try await CrashTests.run([.create], on: files)
    let vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: CrashTests.geometry)
    for number in 0..<commits {
      _ = try await vault.ledger.append(
        [TestLog.entry(number, size: 128)], ifSize: UInt64(number), sign: CrashTests.sign)
    }
    return files
  }

  private static func segment(_ number: Int, of files: CrashFileSystem) throws -> Int {
    let ledger = try #require(files.disk.folders[0]?["ledger"])
    return try #require(files.disk.folders[ledger]?["000000000\(number).seg"])
  }

  private struct Reading: Equatable {
    let head: LedgerHead?
    let entries: [[UInt8]]
  }

  private static func read(_ disk: CrashFileSystem.Disk) async throws -> Reading {
    let files = CrashFileSystem(disk)
    let vault = try VaultDirectory.open(on: files, mode: .readWrite, geometry: CrashTests.geometry)
    let head = try await vault.ledger.head()
    return Reading(head: head, entries: try await vault.ledger.entries(from: 0, to: head?.size ?? 0))
  }

  private static func inspect(_ disk: CrashFileSystem.Disk) async throws -> LedgerInspection {
    let files = CrashFileSystem(disk)
    let vault = try VaultDirectory.open(on: files, mode: .readOnly, geometry: CrashTests.geometry)
    return try await vault.ledger.inspect()
  }

  private static func isPlace(_ error: any Error, in segment: Int) -> Bool {
    guard case VaultStoreError.damaged(let damage) = error, damage.file == JournalFiles.path(segment),
      case .record = damage.place
    else { return false }
    return true
  }

  @Test(arguments: [0, 2])
  func everyFlippedByteIsNamedWithItsSegmentAndRecord(number: Int) async throws {
    let files = try await Self.vault()
    let honest = try await Self.read(files.disk)
    let last = try await Self.lastSegment(files)
    #expect(last == 2)
    let inode = try Self.segment(number, of: files)
    let bytes = try #require(files.disk.files[inode])
    let used = try #require(bytes.lastIndex { $0 != 0 }) + 1
    var caught = 0
    var unreached = 0
    var setAside = 0
    for position in bytes.indices where position < used || position % 61 == 0 {
      var disk = files.disk
      disk.files[inode]?[position] ^= 0x10
      do {
        let reading = try await Self.read(disk)
        if reading == honest {
          // Either zeros nobody has reached, or an old head, which is read by an inspection only.
          let isNamed = position < used ? try await !Self.inspect(disk).damage.isEmpty : true
          #expect(isNamed, "byte \(position) was read over")
          unreached += 1
        } else {
          // In doubt a last head counts as torn and is set aside; its entries are there and are signed again.
          #expect(number == last && reading.head?.size == 44, "byte \(position) gave another ledger")
          let vault = try VaultDirectory.open(
            on: CrashFileSystem(disk), mode: .readWrite, geometry: CrashTests.geometry)
          #expect(try await vault.ledger.unsignedTail() == [TestLog.entry(44, size: 128)])
          setAside += 1
        }
      } catch {
        #expect(Self.isPlace(error, in: number), "byte \(position): \(error)")
        caught += 1
      }
    }
    print("segment \(number): \(caught) flips refused, \(unreached) unread, \(setAside) last heads set aside")
    #expect(setAside <= 12)
  }

  private static func lastSegment(_ files: CrashFileSystem) async throws -> Int {
    let ledger = try #require(files.disk.folders[0]?["ledger"])
    let names = try #require(files.disk.folders[ledger]?.keys)
    return names.compactMap(JournalFiles.segment).max() ?? -1
  }

  @Test(arguments: [0, 1, 2])
  func cutSegmentIsNamed(number: Int) async throws {
    let files = try await Self.vault()
    let inode = try Self.segment(number, of: files)
    let count = try #require(files.disk.files[inode]?.count)
    for length in stride(from: 0, to: count, by: 97) {
      var disk = files.disk
      disk.files[inode]?.removeLast(count - length)
      do {
        _ = try await Self.read(disk)
        // Entries of an older segment that are still there are read; the cut shows in the inspection.
        #expect(number < 2)
      } catch {
        guard case VaultStoreError.damaged(let damage) = error else { throw error }
        #expect(damage.file == JournalFiles.path(number))
      }
      #expect(try await Self.inspect(disk).damage.first?.file == JournalFiles.path(number))
    }
  }

  @Test func deletedSegmentIsNamed() async throws {
    let files = try await Self.vault()
    for number in 0..<2 {
      var disk = files.disk
      let ledger = try #require(disk.folders[0]?["ledger"])
      disk.folders[ledger]?["000000000\(number).seg"] = nil
      await #expect(throws: VaultStoreError.missing(JournalFiles.path(number))) { try await Self.read(disk) }
    }
  }

  /// What is left when the last segment goes is an older state of the ledger, signed and whole. Nothing inside the vault can tell it from
  /// the truth: only a checkpoint remembered outside can, which is why officers keep theirs.
  @Test func deletedLastSegmentShowsOnlyAgainstARememberedCheckpoint() async throws {
    let files = try await Self.vault()
    let remembered = try #require(try await Self.read(files.disk).head)
    var disk = files.disk
    let ledger = try #require(disk.folders[0]?["ledger"])
    disk.folders[ledger]?["0000000002.seg"] = nil
    let older = try #require(try await Self.read(disk).head)
    #expect(older.size < remembered.size)
    #expect(older.checkpoint != remembered.checkpoint)
  }

  @Test func swappedSegmentsAreNamed() async throws {
    let files = try await Self.vault()
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
      var disk = files.disk
      let one = try Self.segment(first, of: files)
      let two = try Self.segment(second, of: files)
      (disk.files[one], disk.files[two]) = (disk.files[two], disk.files[one])
      await #expect(throws: VaultStoreError.self) { try await Self.read(disk) }
      let named = try await Self.inspect(disk).damage.map(\.file)
      #expect(named.contains(JournalFiles.path(first)) && named.contains(JournalFiles.path(second)))
    }
  }

  @Test func swappedRecordsAreNamed() async throws {
    let files = try await Self.vault()
    let inode = try Self.segment(0, of: files)
    let bytes = try #require(files.disk.files[inode])
    var frames: [JournalFrame] = []
    while case .frame(let frame) = JournalFrame.read(
      bytes, base: 0, at: frames.last?.end ?? 0, capacity: bytes.count)
    {
      frames.append(frame)
    }
    let entries = frames.filter { $0.kind == .entry }
    var disk = files.disk
    // Two entries of one size, whole records with good checksums, change places.
    let first = bytes[entries[2].offset..<entries[2].end]
    let second = bytes[entries[5].offset..<entries[5].end]
    disk.files[inode]?.replaceSubrange(entries[2].offset..<entries[2].end, with: second)
    disk.files[inode]?.replaceSubrange(entries[5].offset..<entries[5].end, with: first)
    let damage = try await Self.inspect(disk).damage
    #expect(damage.first?.file == JournalFiles.path(0))
    #expect(damage.first?.problem == .outOfPlace)
  }

  @Test func olderCopyOfAFinishedSegmentIsNamed() async throws {
    let older = try await Self.vault(commits: 5)
    let files = try await Self.vault()
    var disk = files.disk
    disk.files[try Self.segment(0, of: files)] = older.disk.files[try Self.segment(0, of: older)]
    await #expect(throws: VaultStoreError.self) { try await Self.read(disk) }
    #expect(try await Self.inspect(disk).damage.isEmpty == false)
  }

  /// An older copy of the segment that is being written is an older ledger, signed and whole: see above.
  @Test func olderCopyOfTheLastSegmentShowsOnlyAgainstARememberedCheckpoint() async throws {
    let older = try await Self.vault(commits: 43)
    let files = try await Self.vault(commits: 45)
    var disk = files.disk
    disk.files[try Self.segment(2, of: files)] = older.disk.files[try Self.segment(2, of: older)]
    #expect(try await Self.read(disk).head?.size == 43)
  }

  @Test func checksumIsTheCastagnoliOne() {
    // RFC 3720, appendix B.4.
    let cases: [([UInt8], UInt32)] = [
      (Array("123456789".utf8), 0xE306_9283), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), ((0..<32).map { UInt8($0) }, 0x46DD_794E),
      ((0..<32).reversed().map { UInt8($0) }, 0x113F_DB5C), ([], 0),
    ]
    for (bytes, expected) in cases { #expect(CRC32C.checksum(bytes.span) == expected) }
  }
}
