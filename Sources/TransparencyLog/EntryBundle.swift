/// Up to 256 entries in one file: for each, its length as two bytes big-endian and its bytes.
///
/// Spec: C2SP tlog-tiles, "Log entries". The two bytes are not part of what the leaf hash covers.
package enum EntryBundle {
  /// Largest entry that the length prefix can say.
  package static let maximumEntryBytes = 65_535
  /// A full bundle of largest entries, about 16 MiB.
  package static let maximumBytes = TilePath.fullWidth * (2 + maximumEntryBytes)

  static func append(_ entry: [UInt8], to bundle: inout [UInt8]) {
    precondition(entry.count <= maximumEntryBytes)
    bundle.append(UInt8(entry.count >> 8))
    bundle.append(UInt8(entry.count & 0xFF))
    bundle.append(contentsOf: entry)
  }

  /// Takes the first `count` entries out of a bundle.
  ///
  /// - Parameter exactly: whether bytes after them are an error; not so when a wider bundle stands in for a partial one, whose
  ///   bytes are its beginning.
  /// - Returns: nil if the bytes are not `count` entries.
  package static func parse(_ bytes: [UInt8], count: Int, exactly: Bool = true) -> [[UInt8]]? {
    var entries = [[UInt8]]()
    var start = 0
    for _ in 0..<count {
      guard bytes.count - start >= 2 else { return nil }
      let length = Int(bytes[start]) << 8 | Int(bytes[start + 1])
      start += 2
      guard bytes.count - start >= length else { return nil }
      entries.append(Array(bytes[start..<start + length]))
      start += length
    }
    return exactly && start != bytes.count ? nil : entries
  }
}
