/// Where a published log goes: a folder, a bucket, a dictionary in a test.
package protocol TileWriter {
  /// Stores a file. All but the checkpoint are written once for good: writing the same bytes again must be harmless.
  ///
  /// - Parameter path: relative, `/` between its parts, as `TilePath.text` or `TilePath.checkpoint` gives it.
  mutating func write(path: String, bytes: [UInt8]) throws
}

/// Where a published log is read from. Nothing it returns is trusted.
package protocol TileReader {
  /// - Returns: the file's bytes; nil if there is none.
  /// - Throws: whatever the storage throws, and its own error for a file above `limitBytes`, before memory is taken for it.
  func read(path: String, limitBytes: Int) throws -> [UInt8]?
}
