import Foundation

/// How long `strongroom --version` takes as a whole process.
struct StartBenchmark {
  let command: String
  let rounds: Int

  func run() throws {
    let program = URL(fileURLWithPath: command)
    let times = try (0..<rounds * 10).map { _ in
      try Measure.seconds { try Measure.run(program, ["--version"]) }
    }
    print("start to --version, median of \(times.count)")
    print(
      "  \(Measure.text(Measure.median(times) * 1000, digits: 1)) ms (with starting the process from here)")
  }
}
