import DisclosureRules
import Foundation

/// Decisions a second on the england rules, over the situations of their own cases.
struct DecisionBenchmark {
  func run() throws {
    let rules = try PolicySet.load(.england)
    let situations = rules.cases.compactMap { example -> DisclosureFacts? in
      if case .disclosure(let facts) = example.situation { facts } else { nil }
    }
    guard !situations.isEmpty else { return }
    let repetitions = 200_000 / situations.count
    var allowed = 0
    let seconds = Measure.seconds {
      for _ in 0..<repetitions {
        for facts in situations where rules.decide(facts).outcome == .allowed { allowed += 1 }
      }
    }
    let decisions = repetitions * situations.count
    print("decisions on the england rules, \(situations.count) situations")
    print(
      "  \(Measure.text(seconds / Double(decisions) * 1e6)) microseconds each (\(allowed * 100 / decisions) % allowed)"
    )
  }
}
