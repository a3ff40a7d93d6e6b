package import StrongroomCrypto
package import TransparencyLog

extension WitnessClient {
  /// Has a checkpoint cosigned: asks from where the witness probably stands, and once more from where it says that it stands.
  ///
  /// - Parameters:
  ///   - keys: the witness's cosignature vkeys that are trusted; one of them has to have signed.
  ///   - guess: size that the witness cosigned last, as far as is known; 0 for never.
  ///   - proof: gives the consistency proof from a size of 1... up to the checkpoint's to the checkpoint.
  /// - Returns: the checkpoint with the trusted cosignatures added to its note.
  /// - Throws: `.declined`; `.log(.witnessAnswerMalformed)` and the like for an answer without a cosignature of `keys`; what `post` throws.
  package func cosign(
    _ checkpoint: VerifiedCheckpoint, by keys: [VerifierKey], startingAt guess: UInt64,
    proof: (UInt64) async throws(WitnessError) -> [SHA256Digest]
  ) async throws(WitnessError) -> VerifiedCheckpoint {
    let size = checkpoint.checkpoint.size
    let offered: UnverifiedCheckpoint
    do { offered = try UnverifiedCheckpoint(parsing: checkpoint.signedNote) } catch { throw .log(error) }
    var old = min(guess, size)
    for _ in 0..<Self.attempts {
      let request = AddCheckpointRequest(
        oldSize: old, proof: old == 0 || old == size ? [] : try await proof(old),
        checkpoint: offered)
      let answer = try await post(request.bytes)
      switch answer.status {
      case 200:
        do { return try checkpoint.adding(cosignatures: answer.body, by: keys) } catch { throw .log(error) }
      case 409:
        guard let seen = Self.size(in: answer) else { throw .answerMalformed }
        if seen > size { throw .declined(.seenMore(size: seen)) }
        // It stands where the request started, so it is the root that differs.
        if seen == old { throw .declined(.otherHistory(size: seen)) }
        old = seen
      // The proof is made from the vault's own tree, so the tree that the witness has seen must be another.
      case 422: throw .declined(.otherHistory(size: old))
      case 404: throw .declined(.unknownLog)
      case 403: throw .declined(.untrustedKey)
      default: throw .declined(.status(answer.status))
      }
    }
    throw .declined(.status(409))
  }

  /// The witness may be asked by others at the same time, so its size may move on more than once.
  private static let attempts = 5

  private static func size(in answer: Answer) -> UInt64? {
    guard answer.contentType?.hasPrefix(WitnessAnswer.sizeType) == true,
      answer.body.last == UInt8(ascii: "\n"),
      let text = String(validating: answer.body.dropLast(), as: UTF8.self), let size = UInt64(text),
      String(size) == text
    else { return nil }
    return size
  }
}
