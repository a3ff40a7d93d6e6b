import Foundation
import Gatekeeper
import StrongroomCrypto
import StrongroomTestSupport
import Testing

/// The archive by itself: what is written, what GNU tar makes of it, and what is refused.
struct TarTests {
  static let date = 1_763_734_985

  struct File: Hashable {
    var path: String
    var bytes: [UInt8]
  }

  static func archive(_ files: [File], totalByteCount: Int? = nil) throws -> [UInt8] {
    var result: [UInt8] = []
    var tar = TarWriter()
    let sink: TarWriter.Sink = { (bytes) throws(PackageError) in result += [UInt8](copying: bytes) }
    let entries = files.map { TarEntry(path: $0.path, size: $0.bytes.count, modifiedSeconds: date) }
    for (entry, file) in zip(entries, files) {
      try tar.begin(entry, sink)
      try tar.write(file.bytes.span.bytes, sink)
      try tar.end(sink)
    }
    try tar.finish(totalByteCount: totalByteCount ?? TarWriter.archiveByteCount(entries), sink)
    return result
  }

  static func read(
    _ bytes: [UInt8], step: Int = 65_536, limits: TarReader.Limits = .init(entryCount: 10, entrySize: 1 << 20)
  ) throws -> [File] {
    var files: [File] = []
    var reader = TarReader(limits: limits)
    var offset = 0
    while offset < bytes.count {
      let end = min(offset + step, bytes.count)
      try reader.update(bytes.span.bytes.extracting(offset..<end)) { (step, content) throws(PackageError) in
        switch step {
        case .begin(let entry): files.append(File(path: entry.path, bytes: []))
        case .data: files[files.count - 1].bytes += [UInt8](copying: content)
        case .end: break
        }
      }
      offset = end
    }
    try reader.finish()
    return files
  }

  /// The fault of an archive that must be refused; the reader must refuse it in pieces of any size alike.
  static func fault(
    _ bytes: [UInt8], limits: TarReader.Limits = .init(entryCount: 10, entrySize: 1 << 20)
  ) -> TarFault? {
    var faults: Set<TarFault?> = []
    for step in [1, 511, 512, 100_000] {
      do {
        _ = try read(bytes, step: step, limits: limits)
        faults.insert(nil)
      } catch PackageError.malformedTar(let fault) {
        faults.insert(fault)
      } catch {
        Issue.record("got \(error)")
      }
    }
    #expect(faults.count == 1, "the same answer however the pieces fall")
    return faults.first ?? nil
  }

  @Test(arguments: [0, 1, 511, 512, 513, 1024, 65_535, 65_536, 65_537])
  func filesOfAnySizeComeBack(size: Int) throws {
    var random = SeededGenerator(seed: UInt64(size))
    let files = [
      File(path: "META.json", bytes: Array("{}".utf8)),
      File(path: "folder/plan.pdf", bytes: random.bytes(size)),
    ]
    let archive = try Self.archive(files)
    #expect(archive.count % 512 == 0)
    for step in [1, 7, 512, 4096, 1 << 20] where step > 1 || size < 2000 {
      #expect(try Self.read(archive, step: step) == files)
    }
  }

  @Test(arguments: [
    "a", "Förderplan für Zoë.pdf", String(repeating: "a", count: 100), String(repeating: "a", count: 101),
    String(repeating: "ü", count: 90) + ".pdf", "x/y/z", String(repeating: "d/", count: 300) + "f",
  ])
  func namesComeBackAndGnuTarReadsThem(path: String) throws {
    let files = [File(path: path, bytes: [1, 2, 3])]
    let archive = try Self.archive(files)
    #expect(try Self.read(archive) == files)
    guard StockTools.path(of: "tar") != nil else {
      print("not checked with tar: it is absent")
      return
    }
    let folder = try ScratchDirectory("tar")
    try folder.write(archive, to: "in.tar")
    let listing = try StockTools.bash("tar --quoting-style=literal -tf in.tar", in: folder)
    #expect(listing.output == path + "\n" && listing.status == 0)
  }

  /// Sizes from 8 GiB up go into a pax record; the header is all there is to look at, the content is only
  /// promised.
  @Test func aSizeBeyondEightGibibytesIsSaidInThePaxHeader() throws {
    for size in [1 << 33 - 1, 1 << 33, 1 << 40] {
      var header: [UInt8] = []
      var tar = TarWriter()
      let entry = TarEntry(path: "film.mp4", size: size, modifiedSeconds: Self.date)
      try tar.begin(entry) { (bytes) throws(PackageError) in header += [UInt8](copying: bytes) }
      #expect(TarWriter.byteCount(of: entry) == header.count + (size + 511) & ~511)
      var seen: [TarEntry] = []
      var reader = TarReader(limits: .init(entryCount: 1, entrySize: 1 << 40))
      try reader.update(header.span.bytes) { (step, _) throws(PackageError) in
        if case .begin(let entry) = step { seen.append(entry) }
      }
      #expect(seen == [entry])
    }
  }

  @Test(arguments: [
    "", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a\\b", "a\u{0}b", "a\nb", "a\u{202E}b",
    "a\u{200B}b",
    String(repeating: "a", count: 1025),
  ])
  func unsafeNamesAreNeitherWrittenNorRead(path: String) throws {
    #expect(!TarEntry.isSafePath(path))
    #expect(throws: PackageError.self) { try Self.archive([File(path: path, bytes: [])]) }
    // The same name planted by somebody who writes headers of their own.
    #expect(Self.fault(HostileTar.file(path: path) + HostileTar.end) != nil)
  }

  @Test func contentMustBeAsLongAsAnnounced() throws {
    let entry = TarEntry(path: "a", size: 3, modifiedSeconds: Self.date)
    let drop: TarWriter.Sink = { (_) throws(PackageError) in }
    var tar = TarWriter()
    try tar.begin(entry, drop)
    #expect(throws: PackageError.self) { try tar.write([UInt8](repeating: 1, count: 4).span.bytes, drop) }
    try tar.write([UInt8](repeating: 1, count: 2).span.bytes, drop)
    #expect(throws: PackageError.self) { try tar.end(drop) }
  }

  @Test func damageInEveryHeaderByteIsSeen() throws {
    let archive = try Self.archive([File(path: "plan.pdf", bytes: [1, 2, 3])])
    for position in 0..<512 {
      var changed = archive
      changed[position] ^= 1
      #expect(throws: PackageError.self, "byte \(position)") { try Self.read(changed) }
    }
  }

  @Test(arguments: HostileTar.cases)
  func hostileArchivesAreRefused(example: HostileTar.Case) throws {
    #expect(Self.fault(example.bytes) == example.fault)
  }

  @Test func everyCutIsSeen() throws {
    let archive = try Self.archive([File(path: "plan.pdf", bytes: [UInt8](repeating: 1, count: 600))])
    for cut in [0, 1, 511, 512, 513, 1111, 1112, 1535, 1536, 2047, 2048, archive.count - 1] {
      #expect(Self.fault(Array(archive[..<cut])) != nil, "cut at \(cut)")
    }
    #expect(Self.fault(archive + [UInt8](repeating: 0, count: 512)) == nil, "more zeros are padding")
    #expect(Self.fault(archive + [0]) == .truncated, "but whole blocks of them")
  }

  /// Whatever is changed, the reader answers: with an error, or with files that its own writer would accept.
  @Test(arguments: UInt64(1)...UInt64(8))
  func randomDamageIsAnsweredNeverTrapped(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let name = String(repeating: "ü", count: 60) + ".pdf"
    let archive = try Self.archive([File(path: name, bytes: [1, 2, 3]), File(path: "b", bytes: [])])
    for _ in 0..<300 {
      var changed = archive
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      // Half of them with checksums that fit, or nothing behind the checksum would be reached.
      if Bool.random(using: &random) {
        for start in stride(from: 0, to: changed.count, by: 512) {
          HostileTar.fitChecksum(&changed, at: start)
        }
      }
      guard let files = try? Self.read(changed) else { continue }
      #expect(files.allSatisfy { TarEntry.isSafePath($0.path) }, "seed \(seed)")
    }
  }

  @Test func limitsHold() throws {
    let files = (0..<3).map { File(path: "\($0)", bytes: [1, 2, 3]) }
    let archive = try Self.archive(files)
    #expect(Self.fault(archive, limits: .init(entryCount: 2, entrySize: 3)) == .tooManyEntries)
    #expect(Self.fault(archive, limits: .init(entryCount: 3, entrySize: 2)) == .entryTooLarge)
  }

  @Test func aReaderStaysFailed() throws {
    var reader = TarReader(limits: .init(entryCount: 1, entrySize: 1))
    let noise = [UInt8](repeating: 9, count: 512)
    for _ in 0..<2 {
      #expect(throws: PackageError.self) {
        try reader.update(noise.span.bytes) { (_, _) throws(PackageError) in }
      }
    }
    #expect(throws: PackageError.self) { try reader.finish() }
  }
}

/// Archives as an attacker would write them.
enum HostileTar {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let fault: TarFault
    var testDescription: String { name }
  }

  static let end = [UInt8](repeating: 0, count: 1024)

  static func block(
    name: [UInt8], size: String = "00000000000", type: Character = "0", magic: String = "ustar\u{0}00",
    prefix: String = "", badChecksum: Bool = false
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    block.replaceSubrange(0..<min(100, name.count), with: name.prefix(100))
    block.replaceSubrange(100..<107, with: Array("0000644".utf8))
    block.replaceSubrange(124..<(124 + size.utf8.count), with: Array(size.utf8))
    block.replaceSubrange(136..<147, with: Array("00000000001".utf8))
    block[156] = type.asciiValue!
    block.replaceSubrange(257..<265, with: Array(magic.utf8))
    block.replaceSubrange(345..<(345 + prefix.utf8.count), with: Array(prefix.utf8))
    for index in 148..<156 { block[index] = 32 }
    let sum = block.reduce(badChecksum ? 1 : 0) { $0 + Int($1) }
    let octal = String(sum, radix: 8)
    block.replaceSubrange(
      148..<154, with: Array((String(repeating: "0", count: 6 - octal.count) + octal).utf8))
    block[154] = 0
    return block
  }

  static func fitChecksum(_ bytes: inout [UInt8], at start: Int) {
    guard bytes[start + 257] == UInt8(ascii: "u") else { return }
    for index in 148..<156 { bytes[start + index] = 32 }
    let octal = String(bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }, radix: 8)
    let digits = String(repeating: "0", count: 6 - octal.count) + octal
    bytes.replaceSubrange((start + 148)..<(start + 154), with: Array(digits.utf8))
    bytes[start + 154] = 0
  }

  static func pax(_ records: [UInt8]) -> [UInt8] {
    let octal = String(records.count, radix: 8)
    let size = String(repeating: "0", count: 11 - octal.count) + octal
    return block(name: Array("pax".utf8), size: size, type: "x") + records
      + [UInt8](repeating: 0, count: (512 - records.count % 512) % 512)
  }

  static func pax(_ records: String) -> [UInt8] { pax(Array(records.utf8)) }

  /// An empty file of any name, by pax header so that nothing is cut.
  static func file(path: String) -> [UInt8] {
    var length = path.utf8.count + 7
    while "\(length) path=\(path)\n".utf8.count != length { length += 1 }
    return pax("\(length) path=\(path)\n") + block(name: Array("x".utf8))
  }

  static let cases: [Case] = [
    .init(name: "link", bytes: block(name: [97], type: "2") + end, fault: .unknownType(0x32)),
    .init(name: "hard link", bytes: block(name: [97], type: "1") + end, fault: .unknownType(0x31)),
    .init(name: "device", bytes: block(name: [97], type: "3") + end, fault: .unknownType(0x33)),
    .init(name: "folder", bytes: block(name: [97], type: "5") + end, fault: .unknownType(0x35)),
    .init(name: "global pax header", bytes: block(name: [97], type: "g") + end, fault: .unknownType(0x67)),
    .init(name: "GNU long name", bytes: block(name: [97], type: "L") + end, fault: .unknownType(0x4C)),
    .init(name: "GNU sparse", bytes: block(name: [97], type: "S") + end, fault: .unknownType(0x53)),
    .init(name: "old magic", bytes: block(name: [97], magic: "ustar  \u{0}") + end, fault: .notUstar),
    .init(name: "wrong checksum", bytes: block(name: [97], badChecksum: true) + end, fault: .checksum),
    .init(name: "prefix", bytes: block(name: [97], prefix: "/etc") + end, fault: .unsafeName),
    .init(name: "name that is not UTF-8", bytes: block(name: [0xFF, 0xFE]) + end, fault: .unsafeName),
    .init(name: "no name", bytes: block(name: []) + end, fault: .unsafeName),
    .init(name: "size with a sign", bytes: block(name: [97], size: "-0000000001") + end, fault: .number),
    .init(name: "size in base 256", bytes: block(name: [97], size: "0000000000Z") + end, fault: .number),
    .init(name: "twelve digits", bytes: block(name: [97], size: "000000000000") + end, fault: .number),
    .init(
      name: "padding that is not zero",
      bytes: block(name: [97], size: "00000000001") + [1] + [UInt8](repeating: 1, count: 511) + end,
      fault: .padding),
    .init(name: "something after the end", bytes: end + block(name: [97]), fault: .padding),
    .init(name: "one end block only", bytes: [UInt8](repeating: 0, count: 512), fault: .truncated),
    .init(name: "empty", bytes: [], fault: .truncated),
    .init(name: "pax header without a file", bytes: pax("9 path=a\n") + end, fault: .truncated),
    .init(
      name: "two pax headers", bytes: pax("9 path=a\n") + pax("9 path=b\n") + block(name: [97]) + end,
      fault: .paxRecord),
    .init(
      name: "path twice", bytes: pax("9 path=a\n9 path=b\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "unknown record", bytes: pax("13 comment=a\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "record length beyond the header", bytes: pax("99 path=a\n") + block(name: [97]) + end,
      fault: .paxRecord),
    .init(name: "record of length 0", bytes: pax("0 path=a\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "record without a length", bytes: pax("path=a\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "small size in pax", bytes: pax("10 size=1\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "negative size in pax", bytes: pax("11 size=-1\n") + block(name: [97]) + end, fault: .paxRecord),
    .init(
      name: "huge size in pax", bytes: pax("29 size=99999999999999999999\n") + block(name: [97]) + end,
      fault: .paxRecord),
    .init(
      name: "size beyond the limit", bytes: pax("22 size=1000000000000\n") + block(name: [97]) + end,
      fault: .entryTooLarge),
    .init(
      name: "pax header too large",
      bytes: block(name: [97], size: "00000100000", type: "x") + [UInt8](repeating: 0, count: 40_960),
      fault: .paxRecord),
    .init(name: "climbing path in pax", bytes: file(path: "../../x") + end, fault: .unsafeName),
  ]
}
