import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Files outside the vault: what goes out and what comes in.
@Suite struct OutsideFileTests {
  private func contents(_ scratch: ScratchDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
  }

  @Test(arguments: [false, true])
  func outputAppearsOnlyWhenItIsWhole(replacing: Bool) throws {
    let scratch = try ScratchDirectory("output")
    let path = scratch.path("package.age")
    var output = try OutputFile.create(at: path, replacing: replacing)
    let bytes = TestLog.entry(1, size: 3000)
    try output.allocate(6000)
    try output.write(bytes.span.bytes)
    #expect(try contents(scratch) == [])
    let isUnnamed = output.isUnnamed
    #expect(isUnnamed)
    try output.write(bytes.span.bytes)
    try output.commit()
    #expect(try contents(scratch) == ["package.age"])
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == bytes + bytes)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func discardedOutputLeavesNothing() throws {
    let scratch = try ScratchDirectory("output")
    do {
      var output = try OutputFile.create(at: scratch.path("x"))
      try output.write(TestLog.entry(1).span.bytes)
      _ = output.byteCount
    }
    #expect(try contents(scratch) == [])
  }

  @Test func existingFileIsKeptUnlessReplacingWasAskedFor() throws {
    let scratch = try ScratchDirectory("output")
    let path = try scratch.write([1], to: "x")
    #expect(throws: VaultStoreError.outside(.outputExists)) { _ = try OutputFile.create(at: path) }
    var output = try OutputFile.create(at: path, replacing: true)
    try output.write([UInt8]([2, 3]).span.bytes)
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [1])
    try output.commit()
    #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == [2, 3])
    #expect(try contents(scratch) == ["x"])
  }

  @Test func nameTakenMeanwhileIsNotOverwritten() throws {
    let scratch = try ScratchDirectory("output")
    var output = try OutputFile.create(at: scratch.path("x"))
    try output.write([UInt8]([2]).span.bytes)
    try scratch.write([1], to: "x")
    do {
      try output.commit()
      Issue.record("an existing file was overwritten")
    } catch {
      #expect(error == .outside(.outputExists))
    }
    #expect(try contents(scratch) == ["x"])
    #expect(try [UInt8](Data(contentsOf: scratch.url.appendingPathComponent("x"))) == [1])
  }

  @Test(arguments: ["missing/x", "folder", "folder/", "folder/.", "folder/..", ""])
  func outputThatCannotBeAFileIsRefused(name: String) throws {
    let scratch = try ScratchDirectory("output")
    try FileManager.default.createDirectory(atPath: scratch.path("folder"), withIntermediateDirectories: true)
    let path = name.isEmpty ? "" : scratch.path + "/" + name
    #expect(throws: VaultStoreError.self) { _ = try OutputFile.create(at: path, replacing: true) }
  }

  @Test(arguments: [0, 1, 65_536, 200_001])
  func inputComesInPiecesOfTheCallersSize(size: Int) throws {
    let scratch = try ScratchDirectory("input")
    let bytes = TestLog.entry(1, size: size)
    let input = try InputFile.open(at: try scratch.write(bytes, to: "plan.pdf"))
    let length = input.byteCount
    #expect(length == size)
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 10_000)
    while true {
      var span = buffer.mutableSpan
      var target = span.mutableBytes
      let count = try input.read(at: all.count, into: &target)
      if count == 0 { break }
      all += buffer.prefix(count)
    }
    #expect(all == bytes)
    try input.checkUnchanged()
  }

  @Test(arguments: ["grown", "cut", "touched"])
  func inputThatChangedWhileItWasReadIsNoticed(how: String) throws {
    let scratch = try ScratchDirectory("input")
    let path = try scratch.write([1, 2, 3], to: "plan.pdf")
    let input = try InputFile.open(at: path)
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    switch how {
    case "grown":
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([4]))
    case "cut": try handle.truncate(atOffset: 1)
    default:
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 5)], ofItemAtPath: path)
    }
    try handle.close()
    do {
      try input.checkUnchanged()
      Issue.record("the change went unnoticed")
    } catch {
      #expect(error == .outside(.changedWhileReading))
    }
  }

  @Test func foldersAndPipesAreNoDocuments() throws {
    let scratch = try ScratchDirectory("input")
    #expect(throws: VaultStoreError.outside(.notAFile)) { _ = try InputFile.open(at: scratch.path) }
    #expect(throws: VaultStoreError.outside(.notAFile)) { _ = try InputFile.open(at: "/dev/null") }
    #expect(throws: VaultStoreError.outside(.notReadable(code: 2))) {
      _ = try InputFile.open(at: scratch.path("missing"))
    }
    #expect(mkfifo(scratch.path("pipe"), 0o600) == 0)
    // Without a writer at the other end this would wait for ever.
    #expect(throws: VaultStoreError.outside(.notAFile)) { _ = try InputFile.open(at: scratch.path("pipe")) }
  }
}
