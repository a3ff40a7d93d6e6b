import StrongroomCrypto
package import TransparencyLog

/// Which of the cosigned checkpoints a vault keeps.
package enum CosignedCheckpoints {
  /// Who cosigned a note, as its lines claim.
  package typealias Signers = Set<Signer>

  package struct Signer: Hashable, Sendable {
    package let name: String
    package let keyID: UInt32
  }

  /// Largest number of files looked at, the newest first.
  static let limit = 1000

  /// - Parameter origin: the log's name; its own lines are no cosignatures.
  package static func signers(of note: UnverifiedNote, origin: String) -> Signers {
    Set(note.signatures.filter { $0.name != origin }.map { Signer(name: $0.name, keyID: $0.keyID) })
  }

  /// Sizes that may go: whoever signed there has signed at a later size together with all the others who signed there. So
  /// whatever quorum a policy asks for, the latest checkpoint that has it stays.
  package static func superfluous(_ files: [UInt64: Signers]) -> [UInt64] {
    files.keys.sorted().filter { size in
      guard let signers = files[size] else { return false }
      return files.contains { $0.key > size && $0.value.isSuperset(of: signers) }
    }
  }
}
