import Foundation
import StrongroomTestSupport
import Testing

@testable import strongroom

/// Where a person's own side remembers what it saw.
@Suite struct StateFolderTests {
  @Test func whatIsKeptIsFoundAgain() throws {
    let scratch = try ScratchDirectory("state")
    let folder = try StateFolder(path: scratch.path("s"))
    try folder.replace("seen/x", [1])
    #expect(try !folder.replace("seen/x", [2], ifStill: nil))
    #expect(try folder.replace("seen/x", [2], ifStill: [1]))
    #expect(try StateFolder(path: scratch.path("s")).read("seen/x") == [2])
    #expect(try folder.list("seen") == ["seen/x"])
    try folder.remove("seen/x")
    #expect(try folder.read("seen/x") == nil)
    #expect(folder.path(of: "seen/x") == scratch.path("s") + "/seen/x")
  }

  @Test func folderOthersMayWriteToIsNamedInWords() throws {
    let scratch = try ScratchDirectory("state")
    let path = scratch.path("s")
    _ = try StateFolder(path: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
    let report = Report(try #require(throws: CommandFailure.self) { _ = try StateFolder(path: path) })
    #expect(report.status == .configuration)
    #expect(report.message == "\"\(path)\" belongs to somebody else, or others may write to it")
    #expect(report.hints.last?.contains("STRONGROOM_STATE_HOME") == true)
  }

  @Test func placeThatCannotBeMadeIsNamedInWords() throws {
    let scratch = try ScratchDirectory("state")
    let file = try scratch.write([1], to: "file")
    let report = Report(
      try #require(throws: CommandFailure.self) { _ = try StateFolder(path: file + "/below") })
    #expect(report.status == .configuration)
    #expect(report.message == "can't use \"\(file)/below\": not a directory")
  }
}
