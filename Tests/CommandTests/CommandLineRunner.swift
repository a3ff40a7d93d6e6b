import Foundation
import StrongroomTestSupport

/// Runs the built command as a person would: its own process, a folder of its own, real files.
struct CommandLineRunner {
  struct Result {
    let code: Int32
    let output: String
    let errors: String
    var everything: String { output + errors }
    var lines: [String] {
      everything.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The JSON object on standard output.
    func object() throws -> [String: Any] {
      try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
  }

  let folder: ScratchDirectory
  var environment: [String: String] = [:]

  init(_ name: String) throws { folder = try ScratchDirectory(name) }

  /// Another person in the same folder.
  init(folder: ScratchDirectory) { self.folder = folder }

  /// The product beside the test bundle.
  static let binary: URL = {
    let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
    let products =
      bundle?.deletingLastPathComponent() ?? Bundle.main.executableURL!.deletingLastPathComponent()
    return products.appendingPathComponent("strongroom")
  }()

  static let exampleKeys = VectorFolder.packageRoot.appendingPathComponent("keys-example").path

  /// Runs one shell line in the folder, with the command on its path.
  func shell(_ line: String) throws -> Result {
    try run(URL(fileURLWithPath: "/bin/bash"), ["-o", "pipefail", "-c", line])
  }

  /// Runs the command with these words.
  func strongroom(_ words: [String], as identity: String? = nil) throws -> Result {
    var copy = self
    if let identity { copy.environment["STRONGROOM_IDENTITY"] = "\(Self.exampleKeys)/\(identity).key" }
    return try copy.run(Self.binary, words)
  }

  /// - Parameter whileRunning: called as soon as the process runs; may end it.
  func run(
    _ program: URL, _ words: [String], whileRunning: (Process) -> Void = { _ in }
  ) throws -> Result {
    let process = Process()
    process.executableURL = program
    process.arguments = words
    process.currentDirectoryURL = folder.url
    process.environment = [
      "PATH": Self.binary.deletingLastPathComponent().path + ":/usr/local/bin:/usr/bin:/bin",
      "HOME": folder.path, "LC_ALL": "C.UTF-8", "KEYS": Self.exampleKeys,
      "SWIFT_BACKTRACE": "enable=no",
    ].merging(environment) { $1 }
    let name = UUID().uuidString
    // Beside the folder, not in it: tests list the folder, and look into every file there.
    let outputPath = folder.path + ".out-" + name
    let errorPath = folder.path + ".err-" + name
    _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
    _ = FileManager.default.createFile(atPath: errorPath, contents: nil)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
    try process.run()
    whileRunning(process)
    process.waitUntilExit()
    defer {
      try? FileManager.default.removeItem(atPath: outputPath)
      try? FileManager.default.removeItem(atPath: errorPath)
    }
    return Result(
      code: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: URL(fileURLWithPath: outputPath)), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errorPath)), as: UTF8.self))
  }
}
