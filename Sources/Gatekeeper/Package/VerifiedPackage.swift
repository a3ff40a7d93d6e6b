package import StrongroomCrypto
package import TransparencyLog

/// What a checked package has shown. Only `PackageReader` makes one.
package struct VerifiedPackage: Hashable, Sendable {
  /// One file of the payload.
  package struct PayloadFile: Hashable, Sendable {
    /// Below the bag's folder, `data/...`.
    package let path: String
    /// Bytes.
    package let length: Int
    package let sha256: SHA256Digest
  }

  package let request: RequestReference
  /// The event's canonical JSON: its signature is the deciding member's and is for the vault's own audit to
  /// check.
  package let decision: [UInt8]
  /// The decision's place in the log, from 0.
  package let entryIndex: UInt64
  /// The signed state of the log that holds it.
  package let checkpoint: Checkpoint
  package let logKey: VerifierKey
  /// False if the key came with the package: then the receipt shows only that the package agrees with itself.
  package let isLogKeyTrusted: Bool
  /// True if the decision names exactly these payload files by the hash of their manifest.
  package let bindsPayload: Bool
  /// The cover note first, then the documents.
  package let payload: [PayloadFile]
}
