/// A transcript as people write one: lines that start with `$ ` are typed, the lines below are what came back.
///
/// References, fingerprints, keys, hashes and instants differ from run to run. In the expected text each stands for
/// whatever the real run shows in that place; a reference seen once stands for the same thing from then on, in commands
/// too. Lines in `# ` are comments.
struct Transcript {
  struct Step {
    let command: String
    let expected: [String]
  }

  let steps: [Step]

  init(parsing text: some StringProtocol) {
    var steps: [Step] = []
    var command: String?
    var expected: [String] = []
    func close() {
      guard let command else { return }
      while expected.last?.isEmpty == true { expected.removeLast() }
      steps.append(Step(command: command, expected: expected))
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("$ ") {
        close()
        command = String(line.dropFirst(2))
        expected = []
      } else if line.hasPrefix("> "), command?.hasSuffix("\\") == true {
        command = String(command?.dropLast() ?? "") + line.dropFirst(2)
      } else if !line.hasPrefix("# ") {
        expected.append(String(line))
      }
    }
    close()
    self.steps = steps
  }

  /// The fenced blocks of a Markdown text whose opening fence names `language`.
  static func blocks(inMarkdown text: String, language: String) -> [Transcript] {
    var blocks: [Transcript] = []
    var current: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let lines = current {
        if line.hasPrefix("```") {
          blocks.append(Transcript(parsing: lines.joined(separator: "\n")))
          current = nil
        } else {
          current = lines + [line]
        }
      } else if line == "```\(language)" {
        current = []
      }
    }
    return blocks
  }
}
