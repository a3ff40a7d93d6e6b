import AgeFormat
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// Takes packages apart and puts them together again otherwise, as somebody can who has the recipient's
/// public key.
enum BagParts {
  static var root: String { "\(PackageBench.request)/" }

  static func plaintext(_ sealed: [UInt8], _ identity: X25519Identity) throws -> [UInt8] {
    let opened = try Age.open(sealed, identities: [identity], limit: 1 << 24)
    return opened.withBytes { [UInt8](copying: $0) }
  }

  static func list(_ sealed: [UInt8], _ identity: X25519Identity) throws -> [TarTests.File] {
    try TarTests.read(try plaintext(sealed, identity), limits: .init(entryCount: 100, entrySize: 1 << 24))
  }

  static func files(_ sealed: [UInt8], _ identity: X25519Identity) throws -> [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: try list(sealed, identity).map { ($0.path, $0.bytes) })
  }

  static func seal(_ files: [TarTests.File], to recipient: X25519Recipient) throws -> [UInt8] {
    let archive = try TarTests.archive(files)
    return try Age.seal(archive.span.bytes, to: [recipient])
  }
}

struct TamperedPackageTests {
  typealias Files = [TarTests.File]

  struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// nil: any fault of the proof.
    let expected: BagFault?
    /// Whether the hashes in the manifests are made to fit afterwards.
    let fixesManifests: Bool
    let change: @Sendable (inout Files) -> Void

    init(
      _ description: String, _ expected: BagFault?, fitted: Bool = false,
      _ change: @escaping @Sendable (inout Files) -> Void
    ) {
      testDescription = description
      self.expected = expected
      fixesManifests = fitted
      self.change = change
    }

    /// Changes one file's bytes and fits the manifests.
    init(
      forging path: String, _ expected: BagFault?, fitted: Bool = true,
      _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      self.init(path + (fitted ? " forged" : " changed"), expected, fitted: fitted) { files in
        guard let index = files.firstIndex(where: { $0.path == BagParts.root + path }) else { return }
        change(&files[index].bytes)
      }
    }
  }

  static func replace(_ old: String, _ new: String) -> @Sendable (inout [UInt8]) -> Void {
    { $0 = Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8) }
  }

  static let cases: [Tampering] = [
    .init("a document changed", .payloadDiffers(line: 3)) { $0[$0.count - 1].bytes[0] ^= 1 },
    .init("a document forged", .payloadNotDecided, fitted: true) { $0[$0.count - 1].bytes[0] ^= 1 },
    .init("a document left out", .payloadMissing(line: 3)) { $0.removeLast() },
    .init("two documents exchanged", .payloadMissing(line: 2)) { $0.swapAt($0.count - 1, $0.count - 2) },
    .init("a document added", .unexpectedFile) {
      $0.append(.init(path: BagParts.root + "data/extra.pdf", bytes: [1]))
    },
    .init("no payload", .payloadMissing(line: 1)) { $0.removeLast(3) },
    .init("only the first file", .tagFileMissing("bag-info.txt")) { $0.removeLast($0.count - 1) },
    .init("no files", .tagFileMissing("bagit.txt")) { $0 = [] },
    .init("bagit.txt missing", .notABag) { $0.removeFirst() },
    .init(forging: "bagit.txt", .notABag) { $0[15] = 0x39 },
    .init(forging: "data/COVER.txt", .payloadDiffers(line: 1), fitted: false) { $0[0] ^= 1 },
    .init(forging: "manifest-sha256.txt", .tagFileDiffers("manifest-sha256.txt"), fitted: false) {
      $0[0] ^= 1
    },
    .init(forging: "receipt/decision.json", .tagFileDiffers("receipt/decision.json"), fitted: false) {
      $0.append(0x20)
    },
    .init(forging: "receipt/decision.json", .decisionDiffers) { $0.append(0x20) },
    .init(forging: "receipt/entry.bin", nil) { $0[60] ^= 1 },
    .init(forging: "receipt/entry.key", .entry) { $0[0] = $0[0] == 0x30 ? 0x31 : 0x30 },
    .init(forging: "receipt/entry.key", .tagFileMalformed("receipt/entry.key")) { $0.removeFirst() },
    .init(forging: "receipt/receipt.tlog-proof", nil) { $0.removeLast(10) },
    .init(forging: "receipt/vkey.txt", .tagFileMalformed("receipt/vkey.txt")) { $0 = [10] },
    .init(forging: "bag-info.txt", .tagFileMalformed("bag-info.txt"), replace("REQ-", "REQ-0")),
    .init(forging: "bag-info.txt", .tagFileMalformed("bag-info.txt"), replace("Entry: ", "Entry: 1")),
    .init(forging: "bag-info.txt", .payloadOxum, replace("Oxum: ", "Oxum: 9")),
    .init(
      forging: "manifest-sha256.txt", .tagFileMalformed("manifest-sha256.txt"),
      replace("data/COVER", "../COVER")),
  ]

  @Test(arguments: cases)
  func aTamperedPackageIsRefused(tampering: Tampering) async throws {
    let bench = try await DisclosurePackageTests.bench([100, 200])
    var files = try BagParts.list(try await bench.release(), bench.recipient)
    tampering.change(&files)
    if tampering.fixesManifests { Self.fixManifests(&files) }
    let sealed = try BagParts.seal(files, to: bench.recipient.recipient)
    let error = await packageError { _ = try bench.verify(sealed, trusting: bench.logKey.verifierKey) }
    guard case .packageRejected(let fault) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    if let expected = tampering.expected {
      #expect(fault == expected)
    } else if case .proof = fault {
    } else {
      Issue.record("got \(fault)")
    }
  }

  /// What is put together again unchanged still checks, or the cases above would prove nothing.
  @Test func anUntouchedPackagePutTogetherAgainChecks() async throws {
    let bench = try await DisclosurePackageTests.bench([100, 200])
    var files = try BagParts.list(try await bench.release(), bench.recipient)
    Self.fixManifests(&files)
    let sealed = try BagParts.seal(files, to: bench.recipient.recipient)
    #expect(try bench.verify(sealed, trusting: bench.logKey.verifierKey).bindsPayload)
  }

  @Test func aCutPackageIsRefusedWhereverItIsCut() async throws {
    let bench = try await DisclosurePackageTests.bench([70_000, 70_000])
    let sealed = try await bench.release()
    let head = AgeEncryptor.sealedSize(plaintextSize: 0, recipients: 1) - 16
    let edges = (0...2).map { head + $0 * 65_552 }
    for cut in edges.flatMap({ [$0 - 1, $0, $0 + 1] }) + [0, sealed.count - 1] {
      let error = await packageError { _ = try bench.verify(Array(sealed[..<cut]), trusting: nil) }
      #expect(error?.isDamage == true, "cut at \(cut)")
    }
    for position in stride(from: 0, to: sealed.count, by: 4999) {
      var changed = sealed
      changed[position] ^= 1
      let error = await packageError { _ = try bench.verify(changed, trusting: nil) }
      #expect(error?.isDamage == true, "flipped at \(position)")
    }
  }

  /// Rewrites the hashes in both manifests to fit the files, as a forger would.
  static func fixManifests(_ files: inout [TarTests.File]) {
    let hashes = Dictionary(uniqueKeysWithValues: files.map { ($0.path, SHA256.digest(of: $0.bytes).hex) })
    func fix(_ name: String, _ hashes: [String: String]) {
      guard let index = files.firstIndex(where: { $0.path == BagParts.root + name }) else { return }
      let lines = String(decoding: files[index].bytes, as: UTF8.self).split(separator: "\n")
      let fitted = lines.map { line in
        let path = line.dropFirst(66)
        return (hashes[BagParts.root + path] ?? String(line.prefix(64))) + "  " + path + "\n"
      }
      files[index].bytes = Array(fitted.joined().utf8)
    }
    fix("manifest-sha256.txt", hashes)
    var all = hashes
    if let manifest = files.first(where: { $0.path == BagParts.root + "manifest-sha256.txt" }) {
      all[manifest.path] = SHA256.digest(of: manifest.bytes).hex
    }
    fix("tagmanifest-sha256.txt", all)
  }
}
