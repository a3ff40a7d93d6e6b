import AgeFormat
package import StrongroomCrypto
package import TransparencyLog
import VaultStore

/// What shows a recipient that the release was decided and recorded: the ledger entry of the decision, the
/// key to this one entry, and its place in the signed log.
package final class PackageReceipt: Sendable {
  /// The event's canonical JSON, exactly the plaintext of `entry`.
  package let decision: [UInt8]
  /// The sealed entry, the leaf's bytes.
  package let entry: [UInt8]
  package let proof: TlogProof
  package let logKey: VerifierKey
  /// K of `SealedEntry`: opens this entry and no other.
  private let entryKey: SecretBytes

  package init(
    decision: [UInt8], entry: [UInt8], entryKey: consuming SecretBytes, proof: TlogProof, logKey: VerifierKey
  ) {
    self.decision = decision
    self.entry = entry
    self.proof = proof
    self.logKey = logKey
    self.entryKey = entryKey
  }

  /// Checks the whole chain: log key -> checkpoint -> tree -> entry -> decision.
  ///
  /// The log's origin is its key's name, as C2SP tlog-checkpoint recommends.
  /// - Throws: `.packageRejected` with `.proof`, `.entry` or `.decisionDiffers`.
  @discardableResult
  package func check() throws(PackageError) -> VerifiedInclusion {
    let inclusion: VerifiedInclusion
    do throws(TransparencyLogError) {
      inclusion = try proof.verified(entry: entry, by: logKey, origin: logKey.name)
    } catch {
      throw .packageRejected(.proof(error))
    }
    let opened: [UInt8]
    do throws(VaultStoreError) {
      opened = try Self.open(entry, proof.index, logKey.name, entryKey)
    } catch {
      throw error == .cryptography ? .storage(error) : .packageRejected(.entry)
    }
    guard opened == decision else { throw .packageRejected(.decisionDiffers) }
    return inclusion
  }

  /// The receipt's files, in the order of `BagLayout`.
  func files() throws(PackageError) -> [BagFile] {
    [
      try BagFile(path: BagLayout.howToCheckPath, HowToCheck.text(index: proof.index, origin: logKey.name)),
      try BagFile(path: BagLayout.decisionPath, decision),
      try BagFile(path: BagLayout.entryPath, entry),
      try BagFile(path: BagLayout.entryKeyPath, Self.hexLine(entryKey)),
      try BagFile(path: BagLayout.proofPath, proof.text),
      try BagFile(path: BagLayout.verifierKeyPath, logKey.text + "\n"),
    ]
  }

  // A span of a class property cannot outlive the access to it, so the borrowed secret goes to static
  // functions.

  private static func open(
    _ bytes: [UInt8], _ index: UInt64, _ origin: String, _ entryKey: borrowing SecretBytes
  ) throws(VaultStoreError) -> [UInt8] {
    try SealedEntry(parsing: bytes, index: index).open(index: index, origin: origin, entryKey: entryKey)
  }

  /// 64 lower-case hexadecimal digits and a line end.
  private static func hexLine(_ key: borrowing SecretBytes) -> SecretBytes {
    let bytes = key.bytes
    return SecretBytes.filling(count: bytes.byteCount * 2 + 1) { text in
      for offset in 0..<bytes.byteCount {
        let byte = bytes.byte(at: offset)
        text.setByte(digit(byte >> 4), at: 2 * offset)
        text.setByte(digit(byte & 15), at: 2 * offset + 1)
      }
      text.setByte(UInt8(ascii: "\n"), at: bytes.byteCount * 2)
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
