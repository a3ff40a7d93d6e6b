import AgeFormat
import Foundation
import StrongroomCrypto
import VaultStore

/// Sealing and opening a file, file to file, beside the `age` command in turn.
struct SealingBenchmark {
  let folder: URL
  let megabytes: Int
  let rounds: Int

  func run() throws {
    let plain = folder.appendingPathComponent("plain")
    let sealed = folder.appendingPathComponent("sealed.age")
    let opened = folder.appendingPathComponent("opened")
    let keyFile = folder.appendingPathComponent("key.txt")
    try writePlain(plain)
    let identity = try X25519Identity.generate()
    let text = IdentityFile.write(identity, createdAt: "2026-11-21T00:00:00Z")
    try Data([UInt8](copying: text.bytes)).write(to: keyFile)
    let age = Measure.program("age")

    var ours: (seal: [Double], open: [Double]) = ([], [])
    var theirs: (seal: [Double], open: [Double]) = ([], [])
    for _ in 0..<rounds {
      ours.seal.append(try Measure.seconds { try seal(plain, to: identity.recipient, sealed) })
      ours.open.append(try Measure.seconds { try open(sealed, with: identity, opened) })
      guard let age else { continue }
      theirs.seal.append(
        try Measure.seconds {
          try Measure.run(age, ["-r", identity.recipient.text, "-o", sealed.path, plain.path])
        })
      theirs.open.append(
        try Measure.seconds {
          try Measure.run(age, ["-d", "-i", keyFile.path, "-o", opened.path, sealed.path])
        })
    }
    print("file to file, \(megabytes) MiB, median of \(rounds), in turn")
    line("sealing", ours.seal, theirs.seal)
    line("opening", ours.open, theirs.open)
    print("  peak memory of this process: \(Measure.text(Measure.peakMemoryMiB(), digits: 0)) MiB")
    if age == nil { print("  (age is not installed: no ratio)") }
  }

  private func line(_ name: String, _ ours: [Double], _ theirs: [Double]) {
    let speed = Double(megabytes) / Measure.median(ours)
    var text = "  \(name): \(Measure.text(speed, digits: 0)) MiB/s"
    if !theirs.isEmpty {
      let theirSpeed = Double(megabytes) / Measure.median(theirs)
      text += ", age \(Measure.text(theirSpeed, digits: 0)) MiB/s, ratio \(Measure.text(speed / theirSpeed))"
    }
    print(text)
  }

  private func writePlain(_ url: URL) throws {
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    let handle = try FileHandle(forWritingTo: url)
    let block = Data(try SecureRandom.bytes(count: 1 << 20))
    for _ in 0..<megabytes { try handle.write(contentsOf: block) }
    try handle.close()
  }

  private func seal(_ input: URL, to recipient: X25519Recipient, _ output: URL) throws {
    var encryptor = try AgeEncryptor(to: [recipient])
    var file = try OutputFile.create(at: output.path, replacing: true)
    try file.write(encryptor.header.span.bytes)
    try forEachBlock(of: input) { block in try encryptor.update(block) { try file.write($0) } }
    try encryptor.finish { try file.write($0) }
    try file.commit()
  }

  private func open(_ input: URL, with identity: X25519Identity, _ output: URL) throws {
    let length = try InputFile.open(at: input.path).byteCount
    var decryptor = AgeDecryptor(identities: [identity], knownLength: length)
    var file = try OutputFile.create(at: output.path, replacing: true)
    try forEachBlock(of: input) { block in try decryptor.update(block) { try file.write($0) } }
    try decryptor.finish { try file.write($0) }
    try file.commit()
  }

  private func forEachBlock(of url: URL, _ body: (RawSpan) throws -> Void) throws {
    let file = try InputFile.open(at: url.path)
    var buffer = PlaintextBuffer(capacity: 1 << 20)
    var offset = 0
    while offset < file.byteCount {
      buffer.removeAll()
      let count = min(buffer.capacity, file.byteCount - offset)
      try buffer.append(count: count) { room in _ = try file.read(at: offset, into: &room) }
      try body(buffer.bytes)
      offset += count
    }
  }
}
