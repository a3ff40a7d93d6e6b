package import StrongroomCrypto

/// One entry's proof as a text that a court or a parent can keep: place, path and signed checkpoint, checkable offline.
///
/// Format: C2SP tlog-proof@v1 (`c2sp.org/tlog-proof@v1`, an optional `extra` line that nothing authenticates, `index`, the
/// hashes, a blank line, the checkpoint's note as it was signed). Parsing checks the form only.
package struct TlogProof: Hashable, Sendable {
  /// Longest text read, in bytes: the largest note and room for the rest.
  package static let maximumBytes = UnverifiedNote.maximumBytes + 128 * 1024
  /// More hashes than a tree of 2^63 - 1 leaves can ask for are refused while reading.
  package static let maximumHashes = 63

  package let index: UInt64
  package let hashes: [SHA256Digest]
  package let checkpoint: UnverifiedCheckpoint
  /// Bytes that travel along, for instance the salt of the entry. Nothing vouches for them.
  package let extra: [UInt8]?

  private static let header = "c2sp.org/tlog-proof@v1"

  /// Puts a proof together from its parts and checks that they fit one another.
  ///
  /// - Throws: `.indexOutsideTree`; `.inclusionRejected` if the proof is not one for the checkpoint's tree.
  package init(
    inclusion: InclusionProof, leafHash: SHA256Digest, checkpoint: VerifiedCheckpoint,
    extra: [UInt8]? = nil
  ) throws(TransparencyLogError) {
    guard inclusion.treeSize == checkpoint.checkpoint.size else {
      throw .inclusionRejected(index: inclusion.index, size: checkpoint.checkpoint.size)
    }
    // Storage may be damaged: a proof that does not verify here must not reach somebody who needs it later.
    try inclusion.verify(leafHash: leafHash, root: checkpoint.checkpoint.root)
    index = inclusion.index
    hashes = inclusion.hashes
    self.checkpoint = try UnverifiedCheckpoint(parsing: checkpoint.signedNote)
    self.extra = extra
  }

  /// - Throws: `.proofTextTooLarge`, `.proofTextMalformed` with the number of the offending line, and what
  ///   `UnverifiedCheckpoint(parsing:)` throws.
  package init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count <= Self.maximumBytes else { throw .proofTextTooLarge(limitBytes: Self.maximumBytes) }
    var reader = LineReader(rest: bytes[...])
    guard reader.next()?.elementsEqual(Self.header.utf8) == true else {
      throw .proofTextMalformed(line: 1)
    }
    var line = reader.next()
    var extra: [UInt8]?
    if let text = line, let value = Self.value(of: text, key: "extra") {
      guard let decoded = Base64.decode(value, padded: true) else {
        throw .proofTextMalformed(line: reader.lineNumber)
      }
      extra = decoded
      line = reader.next()
    }
    guard let text = line, let value = Self.value(of: text, key: "index"),
      let index = LogText.parseDecimal(value)
    else { throw .proofTextMalformed(line: reader.lineNumber) }

    var hashes = [SHA256Digest]()
    while true {
      guard let text = reader.next() else { throw .proofTextMalformed(line: reader.lineNumber + 1) }
      if text.isEmpty { break }
      guard hashes.count < Self.maximumHashes, let hash = LogText.parseHash(text) else {
        throw .proofTextMalformed(line: reader.lineNumber)
      }
      hashes.append(hash)
    }
    self.index = index
    self.hashes = hashes
    self.extra = extra
    checkpoint = try UnverifiedCheckpoint(parsing: Array(reader.rest))
  }

  /// The text, final newline included.
  package var text: [UInt8] {
    var head = Self.header + "\n"
    if let extra { head += "extra \(Base64.encode(extra, padded: true))\n" }
    head += "index \(index)\n"
    for hash in hashes { head += LogText.hash(hash) + "\n" }
    return Array((head + "\n").utf8) + checkpoint.signedNote
  }

  /// Checks signature, origin, quorum and path for the given leaf. There is no way to check the path alone: an inclusion proof
  /// for a tree that nobody signed shows nothing.
  ///
  /// - Throws: what `UnverifiedCheckpoint.verified` and `InclusionProof.verify` throw.
  package func verified(
    leafHash: SHA256Digest, by logKey: VerifierKey, origin: String, cosigners: [VerifierKey] = [],
    quorum: Int = 0
  ) throws(TransparencyLogError) -> VerifiedInclusion {
    let checkpoint = try checkpoint.verified(by: logKey, origin: origin, cosigners: cosigners, quorum: quorum)
    let inclusion = InclusionProof(index: index, treeSize: checkpoint.checkpoint.size, hashes: hashes)
    try inclusion.verify(leafHash: leafHash, root: checkpoint.checkpoint.root)
    return VerifiedInclusion(index: index, leafHash: leafHash, checkpoint: checkpoint)
  }

  /// The same for the entry's own bytes, hashed here.
  package func verified(
    entry: [UInt8], by logKey: VerifierKey, origin: String, cosigners: [VerifierKey] = [], quorum: Int = 0
  ) throws(TransparencyLogError) -> VerifiedInclusion {
    try verified(
      leafHash: MerkleTree.leafHash(entry), by: logKey, origin: origin, cosigners: cosigners, quorum: quorum)
  }

  private static func value(of line: ArraySlice<UInt8>, key: String) -> ArraySlice<UInt8>? {
    guard let (before, after) = LogText.cut(line), before.elementsEqual(key.utf8) else { return nil }
    return after
  }

  /// Takes one line after another off the front; nil when no whole line is left.
  private struct LineReader {
    var rest: ArraySlice<UInt8>
    private(set) var lineNumber = 0

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func next() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: LogText.newline) else { return nil }
      defer { rest = rest[(end + 1)...] }
      lineNumber += 1
      return rest[..<end]
    }
  }
}

/// An entry that stands in a tree its log has signed. Only `TlogProof.verified` makes one.
package struct VerifiedInclusion: Hashable, Sendable {
  package let index: UInt64
  package let leafHash: SHA256Digest
  package let checkpoint: VerifiedCheckpoint
}
