import Foundation

/// The Go program of `Tests/IndependentVerifier`, which shares no code with this package: it recomputes a published log's tree from the
/// entries with Debian's `golang-golang-x-mod-dev`.
package struct GoVerifier {
  /// The Go command and the package the program needs; nil where one of them is missing.
  package static let go: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let commands = folders.map { "\($0)/go" }.filter { FileManager.default.isExecutableFile(atPath: $0) }
    let hasPackage = FileManager.default.fileExists(
      atPath: "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
    return hasPackage ? commands.first : nil
  }()

  package static let why =
    "needs the Debian packages golang-go and golang-golang-x-mod-dev (.ci/setup ci installs them)"

  package struct BuildFailed: Error, CustomStringConvertible {
    package let description: String
  }

  package struct Result: Hashable {
    package let status: Int32
    package let output: String
  }

  private let program: String

  /// Builds the program into `scratch`, which must outlive the value.
  package init(in scratch: ScratchDirectory) throws {
    guard let go = Self.go else { throw BuildFailed(description: Self.why) }
    program = scratch.path("independent-verifier")
    let source = VectorFolder.packageRoot.appendingPathComponent("Tests/IndependentVerifier/main.go").path
    let build = try Self.run(go, ["build", "-o", program, source])
    guard build.status == 0 else { throw BuildFailed(description: build.output) }
  }

  /// - Parameters:
  ///   - folder: a published log.
  ///   - vkey: the key it must be signed with.
  package func verify(_ folder: String, _ vkey: String) throws -> Result {
    try Self.run(program, [folder, vkey])
  }

  private static func run(_ command: String, _ arguments: [String]) throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = arguments
    let home = FileManager.default.temporaryDirectory.path
    process.environment = [
      "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": home + "/strongroom-go-cache",
      "GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "HOME": home, "PATH": "/usr/bin:/bin",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Result(status: process.terminationStatus, output: output)
  }
}
