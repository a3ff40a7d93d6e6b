import Foundation
import StrongroomTestSupport

/// `strongroom witness serve` in a process of its own.
struct ServingWitness {
  let url: String
  private let process: Process

  /// - Parameter state: the witness's folder.
  static func start(
    _ runner: CommandLineRunner, state: String, listen: String = "127.0.0.1:0"
  ) throws -> ServingWitness {
    let process = Process()
    process.executableURL = CommandLineRunner.binary
    process.arguments = ["witness", "serve", "--state", state, "--listen", listen, "--json"]
    process.currentDirectoryURL = runner.folder.url
    process.environment = ["SWIFT_BACKTRACE": "enable=no"]
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    try process.run()
    var line = Data()
    while !line.contains(0x0A) {
      let more = pipe.fileHandleForReading.availableData
      guard !more.isEmpty else { break }
      line += more
    }
    let said = try JSONSerialization.jsonObject(with: line) as? [String: Any]
    guard let address = said?["listening"] as? String else { throw NotListening() }
    return ServingWitness(url: "http://\(address)", process: process)
  }

  struct NotListening: Error {}

  /// SIGKILL: what a power cut is to a process.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}
