import Foundation
import StrongroomTestSupport
import Testing

/// The campaigns of Tests/Torture against the built command, at a size that ends in a minute or two; `make torture` runs all of
/// each. They print what they ran and what they found.
@Suite(.serialized) struct TortureTests {
  struct Campaign: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let program: String
    var words: [String] = []
    var needsBinary = true
  }

  static let folder = VectorFolder.packageRoot.appendingPathComponent("Tests/Torture").path
  static let hasPython: Bool = (try? CommandLineRunner("probe").shell("python3 --version"))?.code == 0

  @Test(
    .enabled(if: TortureTests.hasPython, "not tortured: needs python3"),
    arguments: [
      Campaign(
        testDescription: "F2, F3: calls that fail, and SIGKILL", program: "inject.py",
        words: ["--one-in", "400"]),
      Campaign(testDescription: "F5: no room", program: "disk.py", words: ["--quick"]),
      Campaign(testDescription: "F11: many at once", program: "crowd.py", words: ["--commits", "4"]),
      Campaign(testDescription: "F12: memory", program: "memory.py"),
      Campaign(
        testDescription: "F14: every mutant still applies", program: "mutate.py", words: ["--apply"],
        needsBinary: false),
    ])
  func campaignFindsNothing(_ campaign: Campaign) throws {
    let runner = try CommandLineRunner("torture")
    let binary = campaign.needsBinary ? [CommandLineRunner.binary.path] : []
    let words = (["\(Self.folder)/\(campaign.program)"] + binary + campaign.words).map { "'\($0)'" }
    let result = try runner.shell("PYTHONDONTWRITEBYTECODE=1 python3 \(words.joined(separator: " "))")
    print(result.everything, terminator: "")
    #expect(result.code == 0, "\(result.everything)")
  }
}
