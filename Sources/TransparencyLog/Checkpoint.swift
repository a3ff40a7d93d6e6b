package import StrongroomCrypto

/// What a log signs: who it is, how many entries it has and the root over them.
///
/// Spec: C2SP tlog-checkpoint. Extension lines are neither written nor accepted.
package struct Checkpoint: Hashable, Sendable {
  /// Names the log for good, in the manner of a URL without scheme.
  package let origin: String
  package let size: UInt64
  package let root: SHA256Digest

  /// - Throws: `.checkpointMalformed`: an origin that is empty or holds a control character, a size above 2^63 - 1, or a root other
  ///   than that of no entries for size 0.
  package init(origin: String, size: UInt64, root: SHA256Digest) throws(TransparencyLogError) {
    guard !origin.isEmpty, origin.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { throw .checkpointMalformed(.origin) }
    guard size <= MerkleTree.maximumSize else { throw .checkpointMalformed(.size) }
    guard size > 0 || root == MerkleTree.emptyRoot else { throw .checkpointMalformed(.emptyTreeRoot) }
    self.origin = origin
    self.size = size
    self.root = root
  }

  package init(origin: String, range: CompactRange) throws(TransparencyLogError) {
    try self.init(origin: origin, size: range.size, root: range.root)
  }

  /// Reads the text of a note: exactly three lines.
  package init(parsing text: String) throws(TransparencyLogError) {
    guard text.utf8.last == LogText.newline else { throw .checkpointMalformed(.lineCount) }
    let lines = LogText.lines(Array(text.utf8)[...])
    guard lines.count >= 3 else { throw .checkpointMalformed(.lineCount) }
    guard lines.count == 3 else { throw .checkpointMalformed(.extensionLines) }
    guard let origin = String(validating: lines[0], as: UTF8.self) else {
      throw .checkpointMalformed(.origin)
    }
    guard let size = LogText.parseDecimal(lines[1]) else { throw .checkpointMalformed(.size) }
    guard let root = LogText.parseHash(lines[2]) else { throw .checkpointMalformed(.root) }
    try self.init(origin: origin, size: size, root: root)
  }

  /// The signed text, three lines, final newline included.
  package var text: String { "\(origin)\n\(size)\n\(LogText.hash(root))\n" }
}
