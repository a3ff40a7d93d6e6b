import Gatekeeper

/// Wording of what the gatekeeper answers. A refusal is an answer with reasons and remedies, never an error.
enum Answers {
  /// The value of an act that was done; a refusal is printed and ends the command with code 10.
  ///
  /// - Parameter untouched: what a refusal has left as it was, in a sentence.
  static func value<Value>(
    of answer: Answer<Value>, _ output: OutputOptions, untouched: String = "Nothing has been shared."
  ) throws -> (Value, entry: UInt64) {
    switch answer {
    case .done(let value, let entry): return (value, entry)
    case .refused(let report):
      try deliver(report, request: nil, untouched: untouched, output)
      throw CommandFailure.answered(.refused)
    }
  }

  /// What a look shows; a refusal is printed and ends the command with code 10.
  static func looked<Value>(_ look: Look<Value>, _ output: OutputOptions) throws -> Value {
    switch look {
    case .seen(let value): return value
    case .refused(let report):
      try deliver(report, request: nil, output)
      throw CommandFailure.answered(.refused)
    }
  }

  /// Prints a decision and ends the command with its code: 0 allowed, 11 waiting, 10 refused.
  static func deliver(
    _ report: DecisionReport, request: RequestReference?, asking: Bool = false,
    untouched: String = "Nothing has been shared.", _ output: OutputOptions
  ) throws {
    if output.json {
      Output.json(report.json(request: request))
    } else {
      describe(report, request: request, asking: asking, untouched: untouched)
    }
    switch report.outcome {
    case .allowed: return
    case .waiting: throw CommandFailure.answered(.waiting)
    case .refused: throw CommandFailure.answered(.refused)
    }
  }

  static func describe(
    _ report: DecisionReport, request: RequestReference?, asking: Bool = false,
    untouched: String = "Nothing has been shared."
  ) {
    switch report.outcome {
    case .allowed:
      Output.line(asking ? "This would be allowed. Nothing has been shared." : "Allowed.")
    case .waiting: Output.line("Waiting. \(untouched)")
    case .refused: Output.line("Not allowed. \(untouched)")
    }
    list("Why", report.reasons.map(\.text))
    list("Still needed", report.needs.map(\.text))
    list(
      report.outcome == .refused ? "What would make it allowed" : "Next",
      report.remedies.flatMap { remedy in [remedy.text] + (remedy.command.map { ["  " + $0] } ?? []) })
    list("Remember", report.obligations)
    var record: [String] = []
    if let request { record.append("The request is \(request).") }
    if let entry = report.entry { record.append("Recorded as entry \(Words.grouped(entry)).") }
    record.append("Rules: \(report.policyName).")
    Output.line()
    Output.line(record.joined(separator: " "))
    if let request, report.outcome == .allowed, !asking {
      Output.line("Next: strongroom disclose release \(request) --out FILE")
    } else if let request {
      Output.line("To see every rule that was looked at: strongroom explain \(request)")
    }
  }

  private static func list(_ heading: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    Output.line()
    Output.line(heading)
    for line in lines { Output.line("  " + TerminalText.safe(line)) }
  }
}
