import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// What is published here is checked by a Go program that shares no code with it (Tests/IndependentVerifier).
@Suite struct IndependentVerifierTests {
  /// The Go command and the package the program needs; nil where one of them is missing.
  static let go: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let commands = folders.map { "\($0)/go" }.filter { FileManager.default.isExecutableFile(atPath: $0) }
    let hasPackage = FileManager.default.fileExists(
      atPath: "/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
    return hasPackage ? commands.first : nil
  }()

  static let why: Comment = "needs the Debian packages golang-go and golang-golang-x-mod-dev"

  private let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory("independent-verifier") }

  private func run(_ command: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = arguments
    process.environment = [
      "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": scratch.path("gocache"), "GOFLAGS": "",
      "GOPROXY": "off", "GOTOOLCHAIN": "local", "HOME": scratch.path, "PATH": "/usr/bin:/bin",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }

  private func write(_ tiles: MemoryTiles, to name: String) throws -> String {
    for (path, bytes) in tiles.files { try scratch.write(bytes, to: "\(name)/\(path)") }
    return scratch.path(name)
  }

  @Test(.enabled(if: IndependentVerifierTests.go != nil, why))
  func anotherProgramAgrees() throws {
    let go = try #require(Self.go)
    let program = VectorFolder.packageRoot.appendingPathComponent("Tests/IndependentVerifier/main.go").path
    let verify = scratch.path("verify")
    let build = try run(go, ["build", "-o", verify, program])
    try #require(build.status == 0, "\(build.output)")

    let vkey = try TestLog.signer().verifierKey.text
    for count in [0, 1, 255, 256, 257, 700] {
      let folder = try write(TestLog.published(count: count), to: "log-\(count)")
      let result = try run(verify, [folder, vkey])
      let root = Base64.encode(MerkleTree.root(of: TestLog.leafHashes(count)).bytes, padded: true)
      #expect(result.output == "size \(count) root \(root)\n")
      #expect(result.status == 0)
    }

    // And it disagrees where it should: an entry, a tile, the checkpoint, somebody else's key.
    let good = try TestLog.published(count: 300)
    for (number, path) in good.files.keys.sorted().enumerated() {
      var changed = good
      changed.files[path]?[20] ^= 1
      let result = try run(verify, [write(changed, to: "changed-\(number)"), vkey])
      #expect(result.status == 1, "\(path): \(result.output)")
    }
    let stranger = try TestLog.signer(2).verifierKey.text
    #expect(try run(verify, [write(good, to: "good"), stranger]).status == 1)
  }
}
