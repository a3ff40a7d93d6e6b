import Foundation
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// What the command publishes is verified with tools that nobody here wrote.
struct IndependentEyesTests {
  static let noGo = Comment(rawValue: GoVerifier.why)
  static let openssl = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  static let noOpenSSL: Comment = "needs the openssl command (.ci/setup ci installs it)"

  /// A published log of a vault made by the command, and the key it is signed with.
  private func published() throws -> (office: Office, vkey: String) {
    let office = try Office()
    let publication = try office.made(as: "compliance-officer", "audit", "publish", "public-log")
    return (office, try #require(publication["vkey"] as? String))
  }

  @Test(.enabled(if: GoVerifier.go != nil, noGo))
  func aGoProgramVerifiesAPublishedVault() throws {
    let (office, vkey) = try published()
    let folder = office.runner.folder.path("public-log")
    let verifier = try GoVerifier(in: office.runner.folder)
    let result = try verifier.verify(folder, vkey)
    #expect(result.status == 0, "\(result.output)")
    let status = try office.made("status")
    let hex = try #require(status["root"] as? String)
    let root = try #require([UInt8](hex: hex))
    // Looking at the status writes nothing, so it is the size that was published.
    #expect(result.output == "size \(status["entries"] ?? "") root \(Base64.encode(root, padded: true))\n")

    // An entry is forged in its bundle, and its hash in the tile with it.
    let foundBundle = try firstFile(below: folder + "/tile/entries")
    let bundle = try #require(foundBundle)
    var entries = try [UInt8](Data(contentsOf: URL(fileURLWithPath: bundle)))
    entries[40] ^= 1
    try Data(entries).write(to: URL(fileURLWithPath: bundle))
    let foundTile = try firstFile(below: folder + "/tile/0")
    let tile = try #require(foundTile)
    var hashes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: tile)))
    let length = Int(entries[0]) << 8 | Int(entries[1])
    hashes.replaceSubrange(0..<32, with: MerkleTree.leafHash(Array(entries[2..<2 + length])).bytes)
    try Data(hashes).write(to: URL(fileURLWithPath: tile))
    let forged = try verifier.verify(folder, vkey)
    #expect(forged.status == 1)
    #expect(forged.output.contains("entries give root"), "\(forged.output)")
  }

  private func firstFile(below folder: String) throws -> String? {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      .first {
        Int($0.split(separator: "/").last ?? "") != nil && !$0.hasSuffix(".p") && isFile(folder + "/" + $0)
      }
      .map { folder + "/" + $0 }
  }

  private func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }

  /// The signature line of a C2SP note is Ed25519 over the text above the empty line: anybody with openssl can check it.
  @Test(.enabled(if: IndependentEyesTests.openssl != nil, noOpenSSL))
  func opensslVerifiesThePublishedCheckpoint() throws {
    let (office, vkey) = try published()
    let openssl = URL(fileURLWithPath: try #require(Self.openssl))
    let folder = office.runner.folder
    let note = try Data(contentsOf: URL(fileURLWithPath: folder.path("public-log/checkpoint")))
    let text = String(decoding: note, as: UTF8.self)
    let boundary = try #require(text.range(of: "\n\n", options: .backwards))
    let signed = Array(text[..<boundary.lowerBound].utf8) + [0x0A]
    let line = try #require(text[boundary.upperBound...].split(separator: "\n").first)
    let encoded = try #require(line.split(separator: " ").last)
    let signature = try #require(Data(base64Encoded: String(encoded))).dropFirst(4)
    let encodedKey = try #require(vkey.split(separator: "+", maxSplits: 2).last)
    let key = try #require(Data(base64Encoded: String(encodedKey)))
    // RFC 8410: the 12 bytes before an Ed25519 public key in a SubjectPublicKeyInfo.
    let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    try folder.write(prefix + key.dropFirst(), to: "log.der")
    try folder.write(signed, to: "text")
    try folder.write(Array(signature), to: "signature")
    let words = [
      "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "log.der", "-in", "text",
      "-sigfile",
      "signature",
    ]
    let good = try office.runner.run(openssl, words)
    #expect(good.code == 0, "\(good.everything)")
    #expect(good.output.contains("Signature Verified Successfully"), "\(good.everything)")

    var larger = signed
    let secondLine = try #require(larger.firstIndex(of: 0x0A)) + 1
    larger[secondLine] ^= 1
    try folder.write(larger, to: "text")
    let bad = try office.runner.run(openssl, words)
    #expect(bad.code != 0, "\(bad.everything)")
  }
}
