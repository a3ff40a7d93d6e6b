import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog
import VaultStore

/// Packages as they are written and as their recipients check them.
struct DisclosurePackageTests {
  static func bench(_ sizes: [Int] = [70_000, 0, 513]) async throws -> PackageBench {
    var bench = try PackageBench()
    var random = SeededGenerator(seed: 7)
    let names = ["EHC plan Zoë \u{202E}fdp.pdf", "../../etc/passwd", "plan.pdf"]
    try await bench.file(
      zip(names, sizes).map { BytesInput(name: $0, bytes: random.bytes($1)) as any DocumentInput })
    return bench
  }

  @Test func aReleasedPackageChecksAndBindsItsFiles() async throws {
    let bench = try await Self.bench()
    let package = try bench.verify(try await bench.release(), trusting: bench.logKey.verifierKey)
    #expect(package.request == PackageBench.request)
    #expect(package.entryIndex == 5 && package.checkpoint.size == 9)
    #expect(package.isLogKeyTrusted && package.bindsPayload)
    #expect(
      package.payload.map(\.path) == [
        "data/COVER.txt", "data/DOC-7Q4M1-T9KXB-EHC plan Zoë fdp.pdf", "data/DOC-00000-00001-_.._etc_passwd",
        "data/DOC-ZZZZZ-ZZZZZ-plan.pdf",
      ])
    #expect(package.payload.dropFirst().map(\.length) == [70_000, 0, 513])
    #expect(package.payload.dropFirst().map(\.sha256) == bench.filed.map(\.meta.sha256))
  }

  @Test(arguments: [0, 1, 511, 512, 513, 65_535, 65_536, 65_537])
  func documentsOfAnySizeArePacked(size: Int) async throws {
    let bench = try await Self.bench([size])
    let package = try bench.verify(try await bench.release(), trusting: nil)
    #expect(package.payload.last?.length == size)
    #expect(!package.isLogKeyTrusted, "nobody vouched for the key that came along")
  }

  @Test(.enabled(if: StockTools.haveAge, StockTools.withoutAge))
  func stockToolsOpenAndCheckAPackage() async throws {
    let bench = try await Self.bench()
    let folder = try ScratchDirectory("package")
    try folder.write(try await bench.release(), to: "package.age")
    try StockTools.write(bench.recipient, to: "recipient.key", in: folder)
    let opened = try StockTools.bash(
      "age -d -i recipient.key package.age | tar -x && cd REQ-* && sha256sum -c --quiet manifest-sha256.txt "
        + "tagmanifest-sha256.txt && cat data/COVER.txt && ls -A . data receipt",
      in: folder)
    #expect(opened.status == 0, "\(opened.output)")
    #expect(opened.output.contains("Appeal to the SEND Tribunal"))
    #expect(opened.output.contains("Destroy when the appeal"))
    let plan = folder.url.appendingPathComponent("\(PackageBench.request)/data/DOC-ZZZZZ-ZZZZZ-plan.pdf")
    #expect(try SHA256.digest(of: [UInt8](Data(contentsOf: plan))) == bench.filed[2].meta.sha256)
  }

  /// The commands of HOW-TO-CHECK.txt, by somebody who has only `sha256sum` and `openssl`.
  @Test(.enabled(if: StockTools.haveAge && StockTools.path(of: "openssl") != nil, StockTools.withoutAge))
  func theWrittenInstructionsLeadToTheEntrysHashAndCommitment() async throws {
    let bench = try await Self.bench([10])
    let folder = try ScratchDirectory("how-to-check")
    try folder.write(try await bench.release(), to: "package.age")
    try StockTools.write(bench.recipient, to: "recipient.key", in: folder)
    let leaf = try StockTools.bash(
      "age -d -i recipient.key package.age | tar -x && mv REQ-* bag && cd bag && "
        + "(printf '\\000'; cat receipt/entry.bin) | sha256sum", in: folder)
    let entry = try [UInt8](Data(contentsOf: folder.url.appendingPathComponent("bag/receipt/entry.bin")))
    #expect(leaf.output == MerkleTree.leafHash(entry).hex + "  -\n")
    let commitment = try StockTools.bash(
      "cd bag/receipt && (printf commit; head -c 24 entry.bin; printf '\(PackageBench.origin)'; "
        + "printf '\\0\\0\\0\\0\\0\\0\\0\\005') | "
        + "openssl dgst -sha256 -mac HMAC -macopt hexkey:$(cat entry.key) -hex", in: folder)
    #expect(commitment.output.contains(Array(entry[24..<56]).hex))
    let instructions = try String(
      contentsOfFile: folder.path("bag/receipt/HOW-TO-CHECK.txt"), encoding: .utf8)
    #expect(instructions.contains("(printf '\\000'; cat receipt/entry.bin) | sha256sum"))
    #expect(instructions.contains("the entry is number 5"))
  }

  @Test(.enabled(if: StockTools.haveBagit, StockTools.withoutBagit))
  func thePythonValidatorAcceptsAPackageAndSeesAChange() async throws {
    let python = StockTools.python
    let bench = try await Self.bench()
    let folder = try ScratchDirectory("bag")
    try folder.write(try await bench.release(), to: "package.age")
    try StockTools.write(bench.recipient, to: "recipient.key", in: folder)
    let valid = try StockTools.bash(
      "age -d -i recipient.key package.age | tar -x && \(python) -m bagit --validate REQ-*", in: folder)
    #expect(valid.status == 0, "\(valid.output)")
    let changed = try StockTools.bash(
      "echo x >> REQ-*/receipt/decision.json; \(python) -m bagit --validate REQ-*", in: folder)
    #expect(changed.status != 0)
  }

  @Test func aPassphrasePackageOpensWithItsTenWords() async throws {
    let bench = try await Self.bench([10])
    let plan = try bench.plan()
    let receipt = try bench.receipt(decision: PackageBench.decision(manifest: plan.manifestDigest))
    let passphrase = try PackagePassphrase.generate()
    let output = BytesOutput()
    // A small work factor: what is tested is the way through, not the time it takes.
    _ = try await DisclosurePackage.write(
      plan, receipt: receipt, to: [try ScryptRecipient(passphrase: passphrase.duplicate(), log2N: 10)],
      from: bench.shelf.storage, into: output)
    let input = BytesInput(name: "package.age", bytes: output.bytes)
    let package = try PackageReader.verify(
      input, with: [ScryptIdentity(passphrase: passphrase.duplicate())], trusting: bench.logKey.verifierKey)
    #expect(package.bindsPayload)
    let other = try PackagePassphrase.generate()
    #expect(throws: PackageError.self) {
      try PackageReader.verify(input, with: [ScryptIdentity(passphrase: other.duplicate())], trusting: nil)
    }
  }

  @Test func aDecisionThatNamesNoFilesIsSaidToBindNone() async throws {
    let bench = try await Self.bench([10])
    let receipt = try bench.receipt(decision: PackageBench.decision(manifest: nil))
    let sealed = try await bench.write(try bench.plan(), receipt)
    #expect(try bench.verify(sealed, trusting: nil).bindsPayload == false)
  }

  @Test func aReceiptThatDoesNotCheckStopsTheReleaseBeforeTheFirstByte() async throws {
    let bench = try await Self.bench([10])
    let plan = try bench.plan()
    let decision = PackageBench.decision(manifest: plan.manifestDigest)
    let receipt = try bench.receipt(decision: decision, claiming: decision + [0x20])
    let output = BytesOutput()
    let error = await packageError {
      _ = try await DisclosurePackage.write(
        plan, receipt: receipt, to: [bench.recipient.recipient], from: bench.shelf.storage, into: output)
    }
    guard case .packageRejected(.decisionDiffers) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(output.bytes.isEmpty)
  }

  enum Wrong: String, CaseIterable {
    case otherFiles, refused, waiting, otherRequest
  }

  @Test(arguments: Wrong.allCases)
  func aReceiptForSomethingElseIsRefused(wrong: Wrong) async throws {
    let bench = try await Self.bench([10])
    let plan = try bench.plan()
    let decision =
      switch wrong {
      case .otherFiles: PackageBench.decision(manifest: SHA256.digest(of: [UInt8]()))
      case .refused: PackageBench.decision(manifest: plan.manifestDigest, outcome: "refused")
      case .waiting: PackageBench.decision(manifest: plan.manifestDigest, outcome: "waiting")
      case .otherRequest:
        PackageBench.decision(manifest: plan.manifestDigest, request: RequestReference(value: 1))
      }
    let sealed = try await bench.write(plan, try bench.receipt(decision: decision))
    let error = await packageError { _ = try bench.verify(sealed, trusting: bench.logKey.verifierKey) }
    switch error {
    case .packageRejected(.payloadNotDecided): #expect(wrong == .otherFiles)
    case .packageRejected(.notAllowed): #expect(wrong != .otherFiles)
    default: Issue.record("got \(String(describing: error))")
    }
  }

  @Test func anotherLogsKeyIsNotBelieved() async throws {
    let bench = try await Self.bench([10])
    let sealed = try await bench.release()
    for name in [PackageBench.origin, "another.example/log"] {
      let stranger = try NoteSigner(name: name, key: try Ed25519SigningKey.generate())
      let error = await packageError { _ = try bench.verify(sealed, trusting: stranger.verifierKey) }
      guard case .packageRejected(.proof) = error else {
        Issue.record("got \(String(describing: error))")
        return
      }
    }
  }

  @Test func aStrangersKeyOpensNoPackage() async throws {
    let bench = try await Self.bench([10])
    let sealed = try await bench.release()
    let error = await packageError {
      _ = try PackageReader.verify(
        BytesInput(name: "p", bytes: sealed), with: [try X25519Identity.generate()], trusting: nil)
    }
    guard case .age(.noIdentityMatched) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
  }

  /// A document damaged, gone, or swapped for another of the same child: the release stops.
  @Test func aStoredDocumentThatIsNotTheOneDecidedOnStopsTheRelease() async throws {
    let bench = try await Self.bench([70_000, 70_000, 10])
    let (first, second) = (bench.filed[0], bench.filed[1])
    var damaged = try await bench.shelf.sealedBytes(first)
    damaged[damaged.count / 2] ^= 1
    let objects = [
      second.object, try await bench.shelf.plant(damaged),
      StoredObject(id: try ObjectID.random(), length: first.object.length, sha256: first.object.sha256),
    ]
    for object in objects {
      let document = PackageDocument(
        object: object, expectation: first.expectation, identity: bench.shelf.identity,
        originalName: "plan.pdf", coverText: "Plan")
      let plan = try bench.plan(documents: [bench.document(bench.filed[2]), document])
      let receipt = try bench.receipt(decision: PackageBench.decision(manifest: plan.manifestDigest))
      let error = await packageError { _ = try await bench.write(plan, receipt) }
      guard case .document(first.expectation.record, let cause) = error else {
        Issue.record("got \(String(describing: error))")
        return
      }
      #expect(cause.isDamage)
    }
  }

  @Test func oneRecordTwiceOrNoneIsNoPackage() async throws {
    let bench = try await Self.bench([10])
    let document = bench.document(bench.filed[0])
    for documents in [[], [document, document]] {
      let error = await packageError { _ = try bench.plan(documents: documents) }
      guard case .packageRejected(.documents) = error else {
        Issue.record("got \(String(describing: error))")
        return
      }
    }
  }

  @Test func aFullDiskStopsTheRelease() async throws {
    let bench = try await Self.bench()
    let plan = try bench.plan()
    let receipt = try bench.receipt(decision: PackageBench.decision(manifest: plan.manifestDigest))
    let error = await packageError {
      _ = try await DisclosurePackage.write(
        plan, receipt: receipt, to: [bench.recipient.recipient], from: bench.shelf.storage,
        into: FullOutput(room: 66_000))
    }
    guard case .outside(let cause) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(cause is FullOutput.DiskFull)
  }

  @Test func hostileTitlesDoNotBreakTheCoverNote() async throws {
    let bench = try await Self.bench([10])
    var cover = PackageBench.cover
    cover.to = "Court\nConditions: none\u{202E}\u{1B}[31m"
    cover.about = String(repeating: "long ", count: 2000)
    cover.conditions = [String(repeating: "x", count: 5000)]
    let plan = try bench.plan(cover: cover)
    let receipt = try bench.receipt(decision: PackageBench.decision(manifest: plan.manifestDigest))
    let files = try BagParts.files(try await bench.write(plan, receipt), bench.recipient)
    let text = String(decoding: files[BagParts.root + "data/COVER.txt"] ?? [], as: UTF8.self)
    #expect(text.contains("To:         Court Conditions: none"))
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || SafeFileName.isHarmless($0) })
    #expect(text.utf8.count < 8000)
  }

  @Test func passphrasesAreTenWordsOfAListWithoutTwins() throws {
    let passphrase = try PackagePassphrase.generate()
    let text = passphrase.withBytes { String(decoding: [UInt8](copying: $0), as: UTF8.self) }
    let words = text.split(separator: "-")
    #expect(words.count == PackagePassphrase.wordCount && PackagePassphrase.strengthBits == 100)
    #expect(words.allSatisfy { (3...7).contains($0.count) && $0.allSatisfy { ("a"..."z").contains($0) } })
    let again = try PackagePassphrase.generate().withBytes { [UInt8](copying: $0) }
    #expect(again != Array(text.utf8))
  }
}
