import Foundation
import StrongroomTestSupport
import Testing

/// Transcripts in the documentation say what really happens.
struct TranscriptTests {
  @Test func theReadmeTranscriptIsWhatReallyHappens() throws {
    let readme = try String(
      contentsOf: VectorFolder.packageRoot.appendingPathComponent("README.md"), encoding: .utf8)
    let transcripts = Transcript.blocks(inMarkdown: readme, language: "console")
    #expect(transcripts.map(\.steps.count).reduce(0, +) >= 4, "the README shows a transcript")
    try replay(transcripts, name: "readme")
  }

  @Test(arguments: try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted())
  func eachTranscriptIsWhatReallyHappens(file: String) throws {
    let text = try String(contentsOfFile: Self.folder + "/" + file, encoding: .utf8)
    try replay([Transcript(parsing: text)], name: file)
  }

  @Test func aTranscriptThatLiesIsNoticed() throws {
    var placeholders = Placeholders()
    let first = placeholders.match(expected: "Filed as DOC-00000-00000.", actual: "Filed as DOC-7Q4M1-T9KXB.")
    let another = placeholders.match(
      expected: "Filed as DOC-00000-00000.", actual: "Filed as DOC-7Q4M1-T9KXC.")
    let otherWords = placeholders.match(expected: "Allowed.", actual: "Not allowed.")
    #expect(first)
    #expect(!another)
    #expect(!otherWords)
    #expect(placeholders.filled("open DOC-00000-00000") == "open DOC-7Q4M1-T9KXB")
  }

  static let folder = VectorFolder.packageRoot.appendingPathComponent("Tests/CommandTests/Transcripts").path

  private func replay(_ transcripts: [Transcript], name: String) throws {
    var runner = try CommandLineRunner("transcript")
    var placeholders = Placeholders()
    var lastCode: Int32 = 0
    for demoFile in ["ehc-plan.pdf", "advice.txt", "registration-letter.txt", "sealed-order.txt"] {
      try FileManager.default.copyItem(
        atPath: VectorFolder.packageRoot.appendingPathComponent("docs/demo/" + demoFile).path,
        toPath: runner.folder.path(demoFile))
    }
    try FileManager.default.createSymbolicLink(
      atPath: runner.folder.path("keys-example"), withDestinationPath: CommandLineRunner.exampleKeys)
    for step in transcripts.flatMap(\.steps) {
      let command = placeholders.filled(step.command)
      if command == "echo $?" {
        #expect(step.expected == ["\(lastCode)"], "\(name): exit code")
        continue
      }
      if command.hasPrefix("export ") {
        for word in command.dropFirst(7).split(separator: " ") {
          let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
          runner.environment[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        continue
      }
      let result = try runner.shell(command)
      lastCode = result.code
      var lines = result.lines
      while lines.last?.isEmpty == true { lines.removeLast() }
      #expect(
        lines.count == step.expected.count, "\(name): \(command)\nprinted:\n\(lines.joined(separator: "\n"))")
      for (expected, actual) in zip(step.expected, lines) {
        let isSame = placeholders.match(expected: expected, actual: actual)
        #expect(isSame, "\(name): \(command)\nexpected: \(expected)\nprinted:  \(actual)")
      }
    }
  }
}
