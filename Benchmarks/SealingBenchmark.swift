import AgeFormat
import Foundation
import StrongroomCrypto
import VaultStore

/// Sealing and opening beside the `age` command in turn: first the work itself (a file read, the result thrown away), then file
/// to file, both flushed to the disk (ours as it always is, age's by `sync` after it).
struct SealingBenchmark {
  let folder: URL
  let megabytes: Int
  let rounds: Int

  func run() throws {
    let plain = folder.appendingPathComponent("plain")
    let sealed = folder.appendingPathComponent("sealed.age")
    let opened = folder.appendingPathComponent("opened")
    let keyFile = folder.appendingPathComponent("key.txt")
    let ourFile = folder.appendingPathComponent("ours.age")
    let ourPlain = folder.appendingPathComponent("ours")
    try writePlain(plain)
    let identity = try X25519Identity.generate()
    let text = IdentityFile.write(identity, createdAt: "2026-11-21T00:00:00Z")
    try Data([UInt8](copying: text.bytes)).write(to: keyFile)
    let age = Measure.program("age")
    try seal(plain, to: identity.recipient, sealed)

    var lines = [
      Line(name: "sealing, result thrown away"), Line(name: "opening, result thrown away"),
      Line(name: "sealing, file to file, flushed"), Line(name: "opening, file to file, flushed"),
    ]
    let theirs = folder.appendingPathComponent("theirs.age").path
    let scripts = [
      "age -r \(identity.recipient.text) '\(plain.path)'", "age -d -i '\(keyFile.path)' '\(sealed.path)'",
      "age -r \(identity.recipient.text) -o '\(theirs)' '\(plain.path)' && sync '\(theirs)'",
      "age -d -i '\(keyFile.path)' -o '\(opened.path)' '\(sealed.path)' && sync '\(opened.path)'",
    ]
    let shell = URL(fileURLWithPath: "/bin/sh")
    let outputs = [ourFile, ourPlain, URL(fileURLWithPath: theirs), opened]
    // Nobody writes over a file, so that everybody takes fresh pages and blocks.
    func timed(_ body: () throws -> Void) throws -> Double {
      for output in outputs { try? FileManager.default.removeItem(at: output) }
      return try Measure.seconds(body)
    }
    for _ in 0..<rounds {
      lines[0].ours.append(try timed { try seal(plain, to: identity.recipient, nil) })
      lines[1].ours.append(try timed { try open(sealed, with: identity, nil) })
      lines[2].ours.append(try timed { try seal(plain, to: identity.recipient, ourFile) })
      lines[3].ours.append(try timed { try open(sealed, with: identity, ourPlain) })
      guard age != nil else { continue }
      for index in lines.indices {
        lines[index].theirs.append(try timed { try Measure.runSilently(shell, ["-c", scripts[index]]) })
      }
    }
    print("\(megabytes) MiB on \(AllCores.count) cores, median of \(rounds), in turn")
    for line in lines { print(line.text(megabytes: megabytes)) }
    print("  peak memory of this process: \(Measure.text(Measure.peakMemoryMiB(), digits: 0)) MiB")
    if age == nil { print("  (age is not installed: no ratio)") }
  }

  private struct Line {
    let name: String
    var ours: [Double] = []
    var theirs: [Double] = []

    init(name: String) { self.name = name }

    func text(megabytes: Int) -> String {
      let speed = Double(megabytes) / Measure.median(ours)
      guard !theirs.isEmpty else { return "  \(name): \(Measure.text(speed, digits: 0)) MiB/s" }
      let theirSpeed = Double(megabytes) / Measure.median(theirs)
      return
        "  \(name): \(Measure.text(speed, digits: 0)) MiB/s, age \(Measure.text(theirSpeed, digits: 0)) MiB/s, ratio \(Measure.text(speed / theirSpeed))"
    }
  }

  private func writePlain(_ url: URL) throws {
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    let handle = try FileHandle(forWritingTo: url)
    let block = Data(try SecureRandom.bytes(count: 1 << 20))
    for _ in 0..<megabytes { try handle.write(contentsOf: block) }
    try handle.close()
  }

  private func seal(_ input: URL, to recipient: X25519Recipient, _ output: URL?) throws {
    let file = try InputFile.open(at: input.path)
    var sealer = try AgeFileSealer(to: [recipient], plaintextSize: file.byteCount)
    var sealed = try output.map { try OutputFile.create(at: $0.path) }
    let header = sealer.header
    try sealed?.write(header.span.bytes)
    try sealer.seal(
      chunks: 0..<sealer.chunkCount, fill: { offset, room in _ = try file.read(at: offset, into: &room) },
      drain: { _, bytes in try sealed?.write(bytes) })
    try sealed?.commit()
  }

  private func open(_ input: URL, with identity: X25519Identity, _ output: URL?) throws {
    let file = try InputFile.open(at: input.path)
    var start = PlaintextBuffer(capacity: AgeFileOpener.longestStart)
    try start.append(count: min(file.byteCount, start.capacity)) { _ = try file.read(at: 0, into: &$0) }
    let opener = try AgeFileOpener(start: start.bytes, fileSize: file.byteCount, identities: [identity])
    var opened = try output.map { try OutputFile.create(at: $0.path) }
    try opener.open(
      fill: { offset, room in _ = try file.read(at: offset, into: &room) },
      drain: { bytes in try opened?.write(bytes) })
    try opened?.commit()
  }
}
