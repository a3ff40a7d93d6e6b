import Foundation

/// `strongroom-benchmark PATH-TO-STRONGROOM [--megabytes N] [--rounds N] [--entries N] [--leaves N] [--only NAME]`: every
/// figure as a ratio in one run. `--only` takes `sealing`, `storing`, `decision`, `append`, `tree`, `vault`, `verify`, `check` or
/// `start`.
@main
enum Benchmark {
  static func main() async throws {
    var words = CommandLine.arguments.dropFirst()
    guard let command = words.popFirst() else { throw Usage.text }
    var megabytes = 256
    var rounds = 5
    var entries = 100_000
    var leaves = 1_000_000
    var only: String?
    while let word = words.popFirst(), let text = words.popFirst() {
      switch (word, Int(text)) {
      case ("--megabytes", .some(let value)): megabytes = value
      case ("--rounds", .some(let value)): rounds = value
      case ("--entries", .some(let value)): entries = value
      case ("--leaves", .some(let value)): leaves = value
      case ("--only", nil): only = text
      default: throw Usage.text
      }
    }
    func isWanted(_ name: String) -> Bool { only ?? name == name }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "strongroom-benchmark-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    if isWanted("sealing") {
      try SealingBenchmark(folder: folder, megabytes: megabytes, rounds: rounds).run()
    }
    if isWanted("storing") {
      try StoringBenchmark(folder: folder, command: command, megabytes: megabytes, rounds: rounds).run()
    }
    if isWanted("decision") { try DecisionBenchmark().run() }
    if isWanted("append") { try await AppendBenchmark(folder: folder, rounds: rounds).run() }
    if isWanted("tree") { try await TreeBenchmark(folder: folder, entries: leaves, rounds: rounds).run() }
    if isWanted("vault") { try await VaultBenchmark(folder: folder, entries: entries, rounds: rounds).run() }
    if isWanted("verify") { try await VerifyBenchmark(entries: entries, rounds: rounds).run() }
    if isWanted("check") {
      try await CheckBenchmark(folder: folder, megabytes: megabytes, rounds: rounds).run()
    }
    if isWanted("start") { try StartBenchmark(command: command, rounds: rounds).run() }
  }

  enum Usage: Error { case text }
}

/// Small tools the benchmarks share.
enum Measure {
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return seconds(clock.now - start)
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
  }

  static func text(_ value: Double, digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }

  /// Where a program is on the path; nil when it is not there.
  static func program(_ name: String) -> URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  @discardableResult
  static func run(_ program: URL, _ words: [String]) throws -> String {
    let process = Process()
    process.executableURL = program
    process.arguments = words
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.standardError
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed.program(program.lastPathComponent) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Runs a program and throws its output away without reading it.
  static func runSilently(_ program: URL, _ words: [String]) throws {
    let process = Process()
    process.executableURL = program
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.standardError
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed.program(program.lastPathComponent) }
  }

  /// The most memory this process has held at once, in MiB.
  static func peakMemoryMiB() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }

  enum Failed: Error { case program(String) }
}
