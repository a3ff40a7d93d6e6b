import CrashLab
import Foundation
import StrongroomTestSupport
import Testing
import VaultStore

/// The folder where a person's own side keeps what it remembers of a vault.
@Suite struct PrivateFolderTests {
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func keptFilesAreReadBackAndNobodyElseMayReadThem() throws {
    let scratch = try ScratchDirectory("private")
    let path = scratch.path("a/b/state")
    let folder = try PrivateFolder.open(at: path + "/")
    #expect(try folder.read("seen/x") == nil)
    try folder.replace("seen/x", [1, 2])
    try folder.replace("seen/x", [3])
    try folder.replace("other", [])
    let again = try PrivateFolder.open(at: path)
    #expect(try again.read("seen/x") == [3])
    #expect(try again.read("other") == [])
    #expect(try again.list("seen") == ["seen/x"])
    #expect(try again.list("nothing") == [])
    for folder in ["a", "a/b", "a/b/state", "a/b/state/seen"] {
      #expect(try mode(scratch.path(folder)) == 0o700, "\(folder)")
    }
    #expect(try mode(scratch.path("a/b/state/seen/x")) == 0o600)
    try again.remove("seen/x")
    try again.remove("seen/x")
    #expect(try folder.read("seen/x") == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/tmp") == [])
  }

  @Test(arguments: [0o720, 0o702])
  func folderThatOthersMayWriteToIsRefused(mode: Int) throws {
    let scratch = try ScratchDirectory("private")
    let path = scratch.path("state")
    let folder = try PrivateFolder.open(at: path)
    try folder.replace("seen/x", [1])
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(throws: VaultStoreError.outside(.notPrivate)) { _ = try PrivateFolder.open(at: path) }
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path + "/seen")
    let again = try PrivateFolder.open(at: path)
    #expect(throws: VaultStoreError.outside(.notPrivate)) { _ = try again.read("seen/x") }
    #expect(throws: VaultStoreError.outside(.notPrivate)) { try again.replace("seen/x", [2]) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path + "/seen/x")) == Data([1]))
  }

  @Test(arguments: [0o620, 0o602, 0o666])
  func fileThatOthersMayWriteToIsRefused(mode: Int) throws {
    let scratch = try ScratchDirectory("private")
    let folder = try PrivateFolder.open(at: scratch.path("state"))
    try folder.replace("x", [1])
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: scratch.path("state/x"))
    #expect(throws: VaultStoreError.outside(.notPrivate)) { _ = try folder.read("x") }
    #expect(throws: VaultStoreError.outside(.notPrivate)) {
      _ = try folder.replace("x", [2], ifStill: [1])
    }
  }

  @Test func linksFoldersAndOverlongFilesAreRefused() throws {
    let scratch = try ScratchDirectory("private")
    let folder = try PrivateFolder.open(at: scratch.path("state"))
    try scratch.write([7], to: "elsewhere")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path("state/link"), withDestinationPath: scratch.path("elsewhere"))
    #expect(throws: VaultStoreError.outside(.notPrivate)) { _ = try folder.read("link") }
    try folder.replace("folder/x", [1])
    #expect(throws: VaultStoreError.damaged(Damage(file: "folder", problem: .notAnOrdinaryFile))) {
      _ = try folder.read("folder")
    }
    let limit = PrivateFolder.maximumFileBytes
    let long = [UInt8](repeating: 1, count: limit + 1)
    #expect(throws: VaultStoreError.limitExceeded(name: "x", limit: limit)) { try folder.replace("x", long) }
    try folder.replace("x", Array(long.dropLast()))
    #expect(try folder.read("x")?.count == limit)
    try scratch.write(long, to: "state/y")
    #expect(throws: VaultStoreError.limitExceeded(name: "y", limit: limit)) { _ = try folder.read("y") }
  }

  @Test(arguments: ["", "/", "a/", "/a", "..", "a/..", ".a", "a/b/c", "a b", "é", "tmp\u{0}"])
  func namesThatCouldLeaveTheFolderAreRefused(name: String) throws {
    let scratch = try ScratchDirectory("private")
    let folder = try PrivateFolder.open(at: scratch.path("state"))
    #expect(throws: VaultStoreError.invalidName(name)) { _ = try folder.read(name) }
    #expect(throws: VaultStoreError.invalidName(name)) { try folder.replace(name, []) }
    #expect(throws: VaultStoreError.invalidName(name)) { try folder.remove(name) }
  }

  @Test func fileInTheFoldersPlaceIsRefused() throws {
    let scratch = try ScratchDirectory("private")
    let path = try scratch.write([1], to: "state")
    #expect(throws: VaultStoreError.self) { _ = try PrivateFolder.open(at: path) }
    #expect(throws: VaultStoreError.self) { _ = try PrivateFolder.open(at: path + "/below") }
  }

  @Test func onlyTheFirstOfTwoWhoDecidedOnTheSameContentWrites() throws {
    let scratch = try ScratchDirectory("private")
    let one = try PrivateFolder.open(at: scratch.path("state"))
    let other = try PrivateFolder.open(at: scratch.path("state"))
    #expect(try one.replace("x", [1], ifStill: nil))
    #expect(try !other.replace("x", [2], ifStill: nil))
    #expect(try other.replace("x", [2], ifStill: [1]))
    #expect(try !one.replace("x", [3], ifStill: [1]))
    #expect(try one.read("x") == [2])
  }

  /// Counts up in a file, as long as it takes to get through beside another process.
  static func count(_ path: String, times: Int) throws {
    let folder = try PrivateFolder.open(at: path)
    for _ in 0..<times {
      while true {
        let old = try folder.read("number")
        let next = (old.map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 } ?? 0) + 1
        if try folder.replace("number", Array(String(next).utf8), ifStill: old) { break }
      }
    }
  }

  @Test func twoProcessesAtOnceLoseNothing() async throws {
    let scratch = try ScratchDirectory("private")
    let path = scratch.path("state")
    async let other: Void = expectsSuccess(path)
    async let third: Void = expectsSuccess(path)
    _ = await (other, third)
    #expect(try PrivateFolder.open(at: path).read("number") == Array("80".utf8))
  }

  private func expectsSuccess(_ path: String) async {
    await #expect(processExitsWith: .success) { [path = path as String] in
      try PrivateFolderTests.count(path, times: 40)
    }
  }

  /// A power cut at every operation, in every state the disk may then be in: the file holds what was acknowledged last, or what was
  /// being written.
  @Test func powerCutLeavesTheOldFileOrTheNew() async throws {
    let files = CrashFileSystem()
    let contents = (1...4).map { [UInt8](repeating: UInt8($0), count: 700 * $0) }
    let folder = try PrivateFolder(on: files)
    for content in contents {
      try folder.replace("seen/x", content)
      files.mark()
    }
    let count = try await CrashStates(operations: files.operations, randomStates: 20, seed: 7).walk { crash in
      let found = try PrivateFolder(on: CrashFileSystem(crash.disk)).read("seen/x")
      let acknowledged = crash.acknowledged == 0 ? nil : contents[crash.acknowledged - 1]
      let next = crash.acknowledged < contents.count ? contents[crash.acknowledged] : nil
      #expect(found == acknowledged || found == next, "\(crash.label)")
    }
    #expect(count.distinct > 100, "\(count.distinct)")
  }

  @Test func aFailedWriteLeavesTheOldFileOrTheNewAndAFailedFlushIsFinal() throws {
    let files = CrashFileSystem()
    try PrivateFolder(on: files).replace("seen/x", [1])
    var (failures, stops) = (0, 0)
    for call in 0..<60 {
      let faulty = CrashFileSystem(files.disk)
      let folder = try PrivateFolder(on: faulty)
      faulty.fail(.init(call: call, code: 5, takesEffect: false))
      do {
        try folder.replace("seen/x", [2])
        if !faulty.hasFailed { break }
      } catch {
        failures += 1
        faulty.fail(nil)
        if case .stopped = error {
          stops += 1
          #expect(throws: error) { try folder.replace("seen/x", [3]) }
        }
        let found = try PrivateFolder(on: CrashFileSystem(faulty.disk)).read("seen/x")
        #expect(found == [1] || found == [2], "call \(call)")
      }
    }
    #expect(failures > 3)
    #expect(stops > 0)
  }
}
