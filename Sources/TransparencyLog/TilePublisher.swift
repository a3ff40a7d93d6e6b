/// Writes a log as checkpoint, tiles and entry bundles that anybody can verify with tools of their own.
///
/// Order on storage: whatever a checkpoint covers is written before the checkpoint, so a reader never meets a signed size whose
/// tiles are missing.
package struct TilePublisher<Writer: TileWriter> {
  package private(set) var writer: Writer
  private var tree = TileTree()

  package init(writer: Writer) { self.writer = writer }

  /// Number of entries taken so far.
  package var size: UInt64 { tree.size }

  /// Takes the next entry; writes the files that it completes.
  ///
  /// - Throws: `TransparencyLogError.entryTooLarge`, and what the writer throws.
  package mutating func append(_ entry: [UInt8]) throws {
    try tree.append(entry) { file in try writer.write(path: file.path.text, bytes: file.bytes) }
  }

  /// Writes the partial tiles of the present size, then the checkpoint.
  ///
  /// Every size for which a checkpoint is published keeps its partial tiles until the full ones exist.
  ///
  /// - Throws: `TransparencyLogError.checkpointDoesNotMatchTiles` if it is not the checkpoint of exactly the entries taken,
  ///   with nothing written; what the writer throws.
  package mutating func publish(_ checkpoint: VerifiedCheckpoint) throws {
    let range = tree.compactRange
    guard checkpoint.checkpoint.size == range.size, checkpoint.checkpoint.root == range.root else {
      throw TransparencyLogError.checkpointDoesNotMatchTiles(
        checkpointSize: checkpoint.checkpoint.size, tilesSize: range.size)
    }
    for file in tree.partials() { try writer.write(path: file.path.text, bytes: file.bytes) }
    try writer.write(path: TilePath.checkpoint, bytes: checkpoint.signedNote)
  }
}
