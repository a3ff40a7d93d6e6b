package import StrongroomCrypto

/// What a log sends to a witness: the size that the witness last cosigned, a proof from there, and the new checkpoint.
///
///     old <size>
///     <base64 hash>       0...63 of them
///                         an empty line
///     <signed checkpoint>
///
/// Spec: C2SP tlog-witness, "add-checkpoint". That it parses says nothing about its signatures.
package struct AddCheckpointRequest: Hashable, Sendable {
  /// A consistency proof over trees of up to 2^63 - 1 entries never needs more.
  package static let maximumProofLines = 63
  /// Bytes of a whole request: an `old` line, 63 hashes and a checkpoint with the signatures of a hundred witnesses fit well.
  package static let maximumBytes = 64 * 1024

  package let oldSize: UInt64
  package let proof: [SHA256Digest]
  package let checkpoint: UnverifiedCheckpoint

  /// - Precondition: at most `maximumProofLines` hashes.
  package init(oldSize: UInt64, proof: [SHA256Digest], checkpoint: UnverifiedCheckpoint) {
    precondition(proof.count <= Self.maximumProofLines, "a consistency proof has at most 63 hashes")
    self.oldSize = oldSize
    self.proof = proof
    self.checkpoint = checkpoint
  }

  /// Reads a request's body.
  ///
  /// - Throws: `.witnessRequestTooLarge`; `.witnessRequestMalformed` with the line, counted from 1; what
  ///   `UnverifiedCheckpoint.init(parsing:)` throws.
  package init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count <= Self.maximumBytes else {
      throw .witnessRequestTooLarge(limitBytes: Self.maximumBytes)
    }
    var rest = bytes[...]
    var number = 0
    func nextLine() throws(TransparencyLogError) -> ArraySlice<UInt8> {
      number += 1
      guard let end = rest.firstIndex(of: LogText.newline) else {
        throw .witnessRequestMalformed(line: number)
      }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    let first = try nextLine()
    guard first.starts(with: Self.label),
      let oldSize = LogText.parseDecimal(first.dropFirst(Self.label.count))
    else { throw .witnessRequestMalformed(line: number) }
    var proof = [SHA256Digest]()
    while true {
      let line = try nextLine()
      if line.isEmpty { break }
      guard proof.count < Self.maximumProofLines, let hash = LogText.parseHash(line) else {
        throw .witnessRequestMalformed(line: number)
      }
      proof.append(hash)
    }
    self.oldSize = oldSize
    self.proof = proof
    checkpoint = try UnverifiedCheckpoint(parsing: Array(rest))
  }

  private static let label = Array("old ".utf8)

  /// The body, which `init(parsing:)` reads back.
  package var bytes: [UInt8] {
    Array("old \(oldSize)\n".utf8) + proof.flatMap { Array((LogText.hash($0) + "\n").utf8) }
      + [LogText.newline] + checkpoint.signedNote
  }
}
