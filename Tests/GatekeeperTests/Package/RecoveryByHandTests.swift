import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Whoever inherits the vault: `age` and `tar` are enough, and notice what is broken.
struct RecoveryByHandTests {
  @Test(
    .enabled(if: StockTools.haveAge, StockTools.withoutAge),
    arguments: [
      ("EHC plan.pdf", 0), ("EHC plan.pdf", 1), ("EHC plan.pdf", 511), ("EHC plan.pdf", 512),
      ("EHC plan.pdf", 513),
      ("Förderplan für Zoë \u{202E}fdp.pdf", 65_536), ("../../../tmp/planted", 131_073),
      (String(repeating: "ä", count: 3000) + ".pdf", 10),
    ])
  func ageAndTarBringADocumentBack(name: String, size: Int) async throws {
    var random = SeededGenerator(seed: UInt64(size))
    let shelf = try SealedShelf()
    let bytes = random.bytes(size)
    let filed = try await shelf.file(BytesInput(name: name, bytes: bytes), title: "Title \u{1}\u{202E}")
    let folder = try ScratchDirectory("by-hand")
    try folder.write(try await shelf.sealedBytes(filed), to: "in/record.age")
    try StockTools.write(shelf.identity, to: "in/child.key", in: folder)
    let result = try StockTools.bash(
      "mkdir out; age -d -i in/child.key in/record.age | tar -x -i -C out", in: folder)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    let out = folder.url.appendingPathComponent("out")
    let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
    #expect(Set(names) == ["META.json", filed.meta.safeName.text])
    let document = try Data(contentsOf: out.appendingPathComponent(filed.meta.safeName.text))
    #expect([UInt8](document) == bytes)
    let meta = try [UInt8](Data(contentsOf: out.appendingPathComponent("META.json")))
    #expect(try DocumentMeta(parsing: meta) == filed.meta)
    if StockTools.path(of: "python3") != nil {
      let json = try StockTools.bash(
        "python3 -c 'import json; m = json.load(open(\"out/META.json\")); "
          + "print(m[\"sha256\"], m[\"length\"])'",
        in: folder)
      #expect(json.output == "\(filed.meta.sha256.hex) \(size)\n")
    }
  }

  /// GNU tar stops at the end blocks unless told otherwise; with `-i` it reads on, so that `age` sees the
  /// cut.
  @Test(.enabled(if: StockTools.haveAge, StockTools.withoutAge))
  func aCutInThePaddingIsNoticedByHand() async throws {
    let shelf = try SealedShelf()
    // Just above a Padmé size: the padding is longer than one chunk.
    let filed = try await shelf.file(ZerosInput(sizeBytes: 4_200_000))
    let archive = DocumentSealer.archiveByteCount(filed.meta, sealedAt: SealedShelf.sealedAt)
    #expect(archive - 4_200_000 > 65_536 + 4096, "the last chunk holds nothing but padding")
    let sealed = try await shelf.sealedBytes(filed)
    let folder = try ScratchDirectory("cut")
    try StockTools.write(shelf.identity, to: "child.key", in: folder)
    #expect(archive % 65_536 == 0, "a cut by a sealed chunk is a cut at an edge")
    for cut in [1, 17, 65_551, 65_552, 65_553] {
      try folder.write(Array(sealed.dropLast(cut)), to: "record.age")
      let result = try StockTools.bash(
        "rm -rf out; mkdir out; age -d -i child.key record.age | tar -x -i -C out", in: folder)
      #expect(result.status != 0, "cut by \(cut)")
    }
  }
}

/// Size does not matter: constant memory.
struct LargeDocumentTests {
  /// `STRONGROOM_LARGE_MIB=5120` tries 5 GiB; 64 MiB otherwise.
  static let sizeBytes =
    (ProcessInfo.processInfo.environment["STRONGROOM_LARGE_MIB"].flatMap { Int($0) } ?? 64) << 20

  /// Bytes of ordinary memory in use now, from /proc; nil elsewhere.
  static func residentBytes() -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 }
  }

  /// In a process of its own: what other tests hold at the same time must not count.
  @Test func aLargeDocumentIsFiledOpenedAndReleasedInConstantMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = try ScratchDirectory("large")
      let storage = try VaultDirectory.create(at: folder.path("vault")).objects
      var bench = try PackageBench(storage: storage)
      let before = try #require(LargeDocumentTests.residentBytes())
      try await bench.file([ZerosInput(sizeBytes: LargeDocumentTests.sizeBytes)])
      let opened = CountingOutput()
      _ = try await DocumentOpener.open(
        bench.filed[0].object, expecting: bench.filed[0].expectation, with: bench.shelf.identity,
        from: storage, into: opened)
      #expect(opened.count == LargeDocumentTests.sizeBytes)
      let plan = try bench.plan()
      let receipt = try bench.receipt(decision: PackageBench.decision(manifest: plan.manifestDigest))
      let released = CountingOutput()
      let written = try await DisclosurePackage.write(
        plan, receipt: receipt, to: [bench.recipient.recipient], from: storage, into: released)
      #expect(written.length == released.count && written.length > LargeDocumentTests.sizeBytes)
      let grown = try #require(LargeDocumentTests.residentBytes()) - before
      #expect(grown < 32 << 20, "grew by \(grown >> 20) MiB")
    }
  }
}
