import AgeFormat
import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing
import VaultStore

/// Documents into objects and back: sizes, names, damage, swaps.
struct SealedDocumentTests {
  static let boundarySizes = [
    0, 1, 2, 511, 512, 513, 1023, 1024, 1025, 65_023, 65_024, 65_025, 65_535, 65_536, 65_537, 131_071,
    131_072,
    131_073, 262_144, 1_000_003, 1_048_576, 4_194_303, 7_000_001,
  ]

  @Test(arguments: boundarySizes)
  func aDocumentOfAnySizeComesBackAsItWas(size: Int) async throws {
    var random = SeededGenerator(seed: UInt64(size))
    let shelf = try SealedShelf()
    let bytes = random.bytes(size)
    let filed = try await shelf.file(BytesInput(name: "plan.pdf", bytes: bytes))
    #expect(try await shelf.open(filed) == bytes)
    #expect(filed.object.length == filed.object.length)
    let archive = DocumentSealer.archiveByteCount(filed.meta, sealedAt: SealedShelf.sealedAt)
    #expect(Padme.paddedSize(of: archive) == archive, "the stored size is a Padmé size")
    #expect(filed.object.length == AgeEncryptor.sealedSize(plaintextSize: archive, recipients: 1))
  }

  @Test func aDocumentThatFillsItsPadmeSizeNeedsNoPadding() async throws {
    let shelf = try SealedShelf()
    // Archive: two headers, META.json in one block, the document, two end blocks: grow it to a Padmé size
    // exactly.
    let target = 1 << 17
    let meta = 512 + 512
    let size = target - meta - 512 - 1024
    let filed = try await shelf.file(BytesInput(name: "a", bytes: [UInt8](repeating: 7, count: size)))
    #expect(DocumentSealer.archiveByteCount(filed.meta, sealedAt: SealedShelf.sealedAt) == target)
    #expect(try await shelf.open(filed).count == size)
  }

  @Test func aDocumentThatChangesWhileItIsFiledIsNotStored() async throws {
    let shelf = try SealedShelf()
    let input = ChangingInput(sizeBytes: 5, bytes: Array("first".utf8))
    let error = await packageError { try await shelf.file(input) }
    guard case .inputChanged = error else {
      Issue.record("expected inputChanged, got \(String(describing: error))")
      return
    }
    #expect(try await shelf.storage.list().isEmpty, "nothing is left behind")
  }

  @Test(arguments: [[UInt8]](arrayLiteral: Array("four".utf8), Array("sixsix".utf8)))
  func aDocumentOfAnotherLengthThanItSaidIsNotStored(bytes: [UInt8]) async throws {
    let shelf = try SealedShelf()
    let error = await packageError {
      try await shelf.file(ChangingInput(sizeBytes: 5, bytes: bytes))
    }
    guard case .inputChanged = error else {
      Issue.record("expected inputChanged, got \(String(describing: error))")
      return
    }
    #expect(try await shelf.storage.list().isEmpty)
  }

  @Test func anotherChildsKeyOpensNothing() async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(BytesInput(name: "plan.pdf", bytes: [1, 2, 3]))
    let stranger = try X25519Identity.generate()
    let output = BytesOutput()
    let error = await packageError {
      _ = try await DocumentOpener.open(
        filed.object, expecting: filed.expectation, with: stranger, from: shelf.storage, into: output)
    }
    guard case .age(.noIdentityMatched) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(error?.isDamage == true)
    #expect(output.bytes.isEmpty)
  }

  /// Each row asks for something else than what lies there, as after a swap of two files of the same child.
  @Test(arguments: DocumentMeta.Field.allCases)
  func aDocumentThatIsNotTheOneAskedForIsRefused(field: DocumentMeta.Field) async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(BytesInput(name: "plan.pdf", bytes: [1, 2, 3]))
    let named = filed.expectation
    let other = DocumentExpectation(
      vault: field == .vault ? "00000000000000000000000000000000" : named.vault,
      child: field == .child ? "CH-0002" : named.child,
      record: field == .record ? "DOC-00000-00000" : named.record,
      version: field == .version ? 2 : named.version,
      sha256: field == .sha256 ? SHA256.digest(of: [UInt8]()) : named.sha256,
      length: field == .length ? 4 : named.length)
    let output = BytesOutput()
    let error = await packageError {
      _ = try await DocumentOpener.open(
        filed.object, expecting: other, with: shelf.identity, from: shelf.storage, into: output)
    }
    guard case .documentRejected(.mismatch(field)) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(output.bytes.isEmpty, "not a byte of the wrong document comes out")
  }

  @Test func aMissingObjectAndOneOfAnotherLengthAreNamed() async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(BytesInput(name: "plan.pdf", bytes: [1, 2, 3]))
    let object = filed.object
    let longer = StoredObject(id: object.id, length: object.length + 1, sha256: object.sha256)
    let absent = StoredObject(id: try ObjectID.random(), length: object.length, sha256: object.sha256)
    for (asked, isMissing) in [(longer, false), (absent, true)] {
      let error = await packageError {
        _ = try await DocumentOpener.open(
          asked, expecting: filed.expectation, with: shelf.identity, from: shelf.storage, into: BytesOutput())
      }
      switch error {
      case .objectLength(object.id, expected: object.length + 1, actual: object.length): #expect(!isMissing)
      case .objectMissing(absent.id): #expect(isMissing)
      default: Issue.record("got \(String(describing: error))")
      }
    }
  }

  /// Cut at each chunk edge and beside it, in the header, and in the padding.
  @Test func aCutDocumentIsRefusedWhereverItIsCut() async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(
      BytesInput(name: "plan.pdf", bytes: [UInt8](repeating: 65, count: 200_000)))
    let sealed = try await shelf.sealedBytes(filed)
    let head = AgeEncryptor.sealedSize(plaintextSize: 0, recipients: 1) - 16
    var cuts = [0, 1, 100, head - 1, head, head + 1, sealed.count - 1, sealed.count - 17]
    for chunk in 1...3 {
      let edge = head + chunk * 65_552
      cuts += [edge - 1, edge, edge + 1]
    }
    for cut in cuts where cut < sealed.count {
      let planted = try await shelf.plant(Array(sealed[..<cut]))
      let error = await packageError {
        _ = try await DocumentOpener.open(
          planted, expecting: filed.expectation, with: shelf.identity, from: shelf.storage,
          into: BytesOutput())
      }
      #expect(error?.isDamage == true, "cut at \(cut)")
    }
  }

  @Test func aFlippedByteIsRefusedWhereverItIs() async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(
      BytesInput(name: "plan.pdf", bytes: [UInt8](repeating: 65, count: 70_000)))
    let sealed = try await shelf.sealedBytes(filed)
    for position in stride(from: 0, to: sealed.count, by: 997) {
      var changed = sealed
      changed[position] ^= 1
      let planted = try await shelf.plant(changed)
      let error = await packageError {
        _ = try await DocumentOpener.open(
          planted, expecting: filed.expectation, with: shelf.identity, from: shelf.storage,
          into: BytesOutput())
      }
      #expect(error?.isDamage == true, "flipped at \(position)")
    }
  }

  @Test func aFullOutputStopsTheOpening() async throws {
    let shelf = try SealedShelf()
    let filed = try await shelf.file(
      BytesInput(name: "plan.pdf", bytes: [UInt8](repeating: 65, count: 200_000)))
    let error = await packageError {
      _ = try await DocumentOpener.open(
        filed.object, expecting: filed.expectation, with: shelf.identity, from: shelf.storage,
        into: FullOutput(room: 70_000))
    }
    guard case .outside(let cause) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(cause is FullOutput.DiskFull)
    #expect(error?.isDamage == false)
  }

  @Test(arguments: [
    "..", "../../etc/passwd", "/etc/shadow", "a\u{0}b", "\u{202E}fdp.exe", "META.json", "meta.JSON", "",
    "plan\nsecond line.pdf", "CON.txt", "-rf", String(repeating: "ä", count: 5000) + ".pdf",
  ])
  func aHostileNameIsKeptInsideAndHarmlessOutside(name: String) async throws {
    let shelf = try SealedShelf()
    let title = String(repeating: "\"\u{1}long title ", count: 1000)
    let filed = try await shelf.file(BytesInput(name: name, bytes: [1, 2, 3]), title: title)
    let output = BytesOutput()
    let meta = try await DocumentOpener.open(
      filed.object, expecting: filed.expectation, with: shelf.identity, from: shelf.storage, into: output)
    #expect(meta.originalName == name)
    #expect(meta.title == title)
    #expect(output.bytes == [1, 2, 3])
    let safe = meta.safeName.text
    #expect(TarEntry.isSafePath(safe) && !safe.contains("/") && safe.lowercased() != "meta.json")
  }

  @Test func metaTooLargeIsRefusedBeforeAnythingIsWritten() async throws {
    let shelf = try SealedShelf()
    let error = await packageError {
      try await shelf.file(
        BytesInput(name: "a", bytes: []), title: String(repeating: "x", count: DocumentMeta.maximumByteCount))
    }
    guard case .limitExceeded(.metaSize) = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(try await shelf.storage.list().isEmpty)
  }

  @Test func metaSaysNothingWhenPrinted() async throws {
    let shelf = try SealedShelf()
    let meta = try await shelf.file(BytesInput(name: "MARKER.pdf", bytes: []), title: "MARKER").meta
    let label = shelf.label(name: "MARKER.pdf", record: "DOC-7Q4M1-T9KXB", title: "MARKER")
    for text in [
      "\(meta)", String(reflecting: meta), String(describing: Optional(meta)), "\(label)",
      String(reflecting: label),
    ] {
      #expect(!text.contains("MARKER"))
    }
  }
}
