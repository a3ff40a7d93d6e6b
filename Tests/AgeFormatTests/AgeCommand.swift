import Foundation
import StrongroomTestSupport

/// Runs Debian's `age`, where it is installed. Nothing is installed for it.
enum AgeCommand {
  static let age = find("age")
  static let keygen = find("age-keygen")
  /// Gives a program a pseudo-terminal: `age` takes passphrases from nowhere else.
  static let script = find("script")

  static let isPresent = age != nil && keygen != nil

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// - Returns: standard output.
  @discardableResult
  static func run(_ program: String?, _ arguments: [String], input: String = "") throws -> [UInt8] {
    guard let program else { throw Failed(description: "the program is not on PATH") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    let errors = Pipe()
    let typed = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = typed
    try process.run()
    typed.fileHandleForWriting.write(Data(input.utf8))
    // Left open until the end: a terminal that hangs up would end the program on it.
    defer { try? typed.fileHandleForWriting.close() }
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    let text = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(description: "\(program): \(String(decoding: text, as: UTF8.self))")
    }
    return Array(bytes)
  }

  /// Runs `age` on a terminal of its own, typing these lines. Paths must hold no blanks.
  static func runOnTerminal(_ arguments: [String], typing lines: [String]) throws {
    guard let age else { throw Failed(description: "age is not on PATH") }
    let command = ([age] + arguments).joined(separator: " ")
    try run(script, ["-qec", command, "/dev/null"], input: lines.map { $0 + "\n" }.joined())
  }

  private static func find(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

extension ScratchDirectory {
  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: url.appendingPathComponent(name)))
  }
}
