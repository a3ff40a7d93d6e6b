package import StrongroomCrypto

/// Signs checkpoints of other logs: "at this time, the largest consistent tree I have seen for this origin has this root".
///
/// Spec: C2SP tlog-cosignature, cosignature/v1. Whoever cosigns first makes sure that the tree extends all it cosigned before
/// (`FollowedLog`). A cosigner's key is its own, never a log's.
package final class Cosigner: Sendable {
  package let verifierKey: VerifierKey
  private let key: Ed25519SigningKey

  /// - Throws: `.keyNameInvalid`.
  package init(name: String, key: Ed25519SigningKey) throws(TransparencyLogError) {
    verifierKey = try VerifierKey(name: name, publicKey: key.publicKey, algorithm: .cosignature)
    self.key = key
  }

  /// - Parameter time: POSIX seconds.
  /// - Returns: the signature line to add to the checkpoint's note (`VerifiedCheckpoint.adding`).
  package func cosign(
    _ checkpoint: VerifiedCheckpoint, time: UInt64
  ) throws(TransparencyLogError) -> NoteSignature {
    let message = Cosignature.message(text: checkpoint.checkpoint.text, time: time)
    do {
      let signature = try key.signature(for: message)
      return NoteSignature(
        name: verifierKey.name, keyID: verifierKey.keyID, signature: LogText.bigEndian(time) + signature)
    } catch {
      throw .signingFailed(error)
    }
  }
}

/// The 72 bytes of a cosignature/v1 line: time as 8 bytes big-endian, then 64 bytes of Ed25519.
struct Cosignature {
  let time: UInt64
  let signature: [UInt8]

  init?(decoding bytes: [UInt8]) {
    guard bytes.count == 72 else { return nil }
    time = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    signature = Array(bytes[8...])
  }

  /// What is signed: two lines of its own, then the whole checkpoint text without signature lines.
  static func message(text: String, time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + Array(text.utf8)
  }
}
