import DisclosureRules
import Foundation
import StrongroomTestSupport
import Testing

/// The exported rules, asked of an engine that nobody here wrote (Cedar, through the PyPI package cedarpy).
@Suite struct CedarTests {
  /// An interpreter that has cedarpy; nil without one.
  static let python: String? = {
    let environment = ProcessInfo.processInfo.environment
    let made = VectorFolder.packageRoot.appendingPathComponent(".build-tools/bagit/bin/python").path
    return [environment["STRONGROOM_PYTHON"], made, "/usr/bin/python3"].compactMap(\.self).first {
      (try? run($0, ["-c", "import cedarpy"]))?.code == 0
    }
  }()
  static let why: Comment = "not asked of a Cedar engine: needs python3 with the package cedarpy"

  static func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// What the engine answers, in the order of the questions.
  static func answers(to questions: [CedarQuestion], under set: PolicySet) throws -> [Bool] {
    let folder = try ScratchDirectory("cedar")
    let export = CedarExport(set)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var lines = Data()
    for question in questions {
      lines += try encoder.encode(question)
      lines.append(0x0A)
    }
    let peer = VectorFolder.packageRoot.appendingPathComponent("Tests/CedarPeer/ask.py").path
    let (code, output) = try run(
      try #require(python),
      [
        peer, try folder.write(Array(export.policies.utf8), to: "policies.cedar"),
        try folder.write(Array(export.schema.utf8), to: "schema.cedarschema"),
        try folder.write(Array(lines), to: "questions.jsonl"),
      ])
    var answers = output.split(separator: "\n")
    try #require(code == 0, "\(output.prefix(2000))")
    try #require(answers.removeFirst().hasPrefix("policies: "))
    return answers.map { $0 == "1" }
  }

  /// 5,000 requests and, for each role and action, what `access.yaml` says.
  @Test(.enabled(if: CedarTests.python != nil, CedarTests.why), arguments: ["england", "school"])
  func cedarEngineGivesTheSameAnswersAsOurRules(_ name: String) throws {
    let set = try PolicySet.load(name == "england" ? .england : .school)
    let seed: UInt64 = 20_261_122
    var random = RandomFacts(set: set, random: SeededGenerator(seed: seed))
    var questions: [CedarQuestion] = []
    var expected: [Bool] = []
    var seen: [Decision.Outcome: Int] = [:]
    for _ in 0..<5_000 {
      let facts = random.next()
      questions += CedarQuestion.about(facts, in: set)
      let outcome = set.decide(facts).outcome
      seen[outcome, default: 0] += 1
      expected += CedarQuestion.expected(outcome)
    }
    for role in set.vocabulary.roles.all + ["stranger"] {
      for action in AccessAction.allCases {
        for document in [nil] + set.vocabulary.documentKinds.all.map(Optional.some) {
          for (linked, reason) in [(false, false), (false, true), (true, false), (true, true)] {
            let facts = AccessFacts(
              role: role, action: action, document: document, linked: linked, reason: reason)
            questions.append(CedarQuestion.about(facts))
            expected.append(set.decideAccess(facts).outcome == .allowed)
          }
        }
      }
    }
    let answers = try Self.answers(to: questions, under: set)
    #expect(answers.count == expected.count)
    let differing = zip(answers, expected).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
    #expect(
      differing.isEmpty, "seed \(seed): \(differing.count) answers differ, first \(differing.prefix(5))")
    // Agreement on one answer only would say little.
    for outcome in Decision.Outcome.allCases { #expect(seen[outcome, default: 0] > 100, "\(seen)") }
  }

  @Test func exportNamesEachGatewayAndWritesNoneThatIsOff() throws {
    let set = try PolicySet.load(.england)
    let text = CedarExport(set).policies
    for gateway in set.gateways {
      #expect(text.contains("@id(\"\(gateway.id)\")") == gateway.isEnabled, "\(gateway.id)")
    }
    #expect(try PolicySet.load(.england).gateways.contains { !$0.isEnabled })
  }

  @Test func exportOfTheSameRulesIsTheSameText() throws {
    #expect(
      CedarExport(try PolicySet.load(.england)).policies == CedarExport(try PolicySet.load(.england)).policies
    )
  }

  @Test func wordsAreEscapedInCedarStrings() {
    #expect("\(cedar: #"a"b\c"#)" == #""a\"b\\c""#)
    #expect("\(cedar: "a\nb")" == #""a\u{a}b""#)
  }
}
