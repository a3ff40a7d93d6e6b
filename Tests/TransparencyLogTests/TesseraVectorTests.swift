import Foundation
import StrongroomTestSupport
import Testing
import TransparencyLog

/// A small log that another implementation wrote: read, verified, and written again to the byte.
@Suite struct TesseraVectorTests {
  /// A folder as the reader sees it.
  private struct Folder: TileReader {
    struct TooLarge: Error {}
    let url: URL

    func read(path: String, limitBytes: Int) throws -> [UInt8]? {
      let file = url.appendingPathComponent(path)
      guard FileManager.default.fileExists(atPath: file.path) else { return nil }
      let bytes = try Data(contentsOf: file)
      guard bytes.count <= limitBytes else { throw TooLarge() }
      return Array(bytes)
    }
  }

  private func load() throws -> (Folder, VerifierKey) {
    let vkey = try String(contentsOf: Vectors.folder("tessera/log.vkey"), encoding: .utf8)
    let key = try VerifierKey(parsing: vkey.trimmingCharacters(in: .newlines))
    return (Folder(url: try Vectors.folder("tessera/testdata/log")), key)
  }

  private func checkpoint(_ name: String, _ folder: Folder, _ key: VerifierKey) throws -> VerifiedCheckpoint {
    let note = try #require(try folder.read(path: name, limitBytes: 10_000))
    return try UnverifiedCheckpoint(parsing: note).verified(by: key, origin: key.name)
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/tessera"), Vectors.why))
  func everyCheckpointVerifiesWithItsTilesAndBundles() throws {
    let (folder, key) = try load()
    var sizes = [UInt64]()
    for size in 0...15 {
      let verified = try checkpoint("checkpoint.\(size)", folder, key)
      try PublishedLog(reader: folder).verify(verified)
      sizes.append(verified.checkpoint.size)
    }
    #expect(sizes == Array(0...15))
    let latest = try PublishedLog(reader: folder).checkpoint().verified(by: key, origin: key.name)
    #expect(latest.checkpoint.size == 15)
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/tessera"), Vectors.why))
  func everyTwoCheckpointsAreConsistent() throws {
    let (folder, key) = try load()
    for new in 1...15 {
      for old in 1...new {
        let proof = try ConsistencyProof.make(
          oldSize: UInt64(old), newSize: UInt64(new),
          reader: PublishedLog(reader: folder).hashes(treeSize: UInt64(new)))
        try proof.verify(
          oldRoot: checkpoint("checkpoint.\(old)", folder, key).checkpoint.root,
          newRoot: checkpoint("checkpoint.\(new)", folder, key).checkpoint.root)
      }
    }
  }

  @Test(.enabled(if: VectorFolder.shouldRun("tlog/tessera"), Vectors.why))
  func ourWriterMakesTheSameFiles() throws {
    let (folder, key) = try load()
    var publisher = TilePublisher(writer: MemoryTiles())
    var entries = [[UInt8]]()
    try PublishedLog(reader: folder).verify(checkpoint("checkpoint.15", folder, key)) { entries.append($1) }
    #expect(entries.count == 15)
    try publisher.publish(checkpoint("checkpoint.0", folder, key))
    for (index, entry) in entries.enumerated() {
      try publisher.append(entry)
      try publisher.publish(checkpoint("checkpoint.\(index + 1)", folder, key))
    }
    let theirs = try Vectors.files(folder.url.appendingPathComponent("tile"), ending: "").filter {
      !$0.hasDirectoryPath
    }
    var compared = 0
    for file in theirs {
      let path = String(file.path.dropFirst(folder.url.path.count + 1))
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue
      else { continue }
      #expect(publisher.writer.files[path] == Array(try Data(contentsOf: file)), "\(path)")
      compared += 1
    }
    #expect(compared == 30)
    #expect(publisher.writer.files.count == compared + 1, "no file that they do not have, but the checkpoint")
    #expect(
      publisher.writer.files[TilePath.checkpoint] == (try folder.read(path: "checkpoint", limitBytes: 10_000))
    )
  }
}
