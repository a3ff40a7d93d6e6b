package import StrongroomCrypto
package import TransparencyLog
import VaultStore

/// What a vault shows its witnesses: its newest signed checkpoint and that it extends an older one. Both are public, size and root
/// and nothing else, so asking a witness is no look into the record and no entry.
extension Gatekeeper {
  /// The newest checkpoint, checked against the log's key.
  package func auditCheckpoint() async throws(GateError) -> VerifiedCheckpoint {
    _ = try await current()
    guard let head = verifiedHead else { throw .integrity(.ledgerHead(.missing)) }
    return head
  }

  /// Shows that the tree of `checkpoint` begins with that of its first `old` entries.
  ///
  /// - Parameter old: 1... below the checkpoint's size.
  /// - Throws: `.integrity` if the entries do not give the checkpoint's root.
  package func auditConsistency(
    from old: UInt64, to checkpoint: VerifiedCheckpoint
  ) async throws(GateError) -> [SHA256Digest] {
    let new = checkpoint.checkpoint
    do {
      let tree = try await leafHashes(upTo: new.size)
      guard try tree.root(size: new.size) == new.root else { throw GateError.integrity(.ledgerHead(.root)) }
      return try ConsistencyProof.make(oldSize: old, newSize: new.size, reader: tree).hashes
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.root))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// The sizes that others have cosigned, smallest first. What the files hold is for their reader to check.
  package func cosignedSizes() async throws(GateError) -> [UInt64] {
    do {
      return try await storage.files.list(.cosigned).compactMap {
        if case .cosigned(let size) = $0 { size } else { nil }
      }.sorted()
    } catch {
      throw GateError(error)
    }
  }

  /// Keeps a checkpoint with its cosignatures in the vault, beside those that are there for the same size.
  ///
  /// - Parameter cosigned: has one cosignature at least, verified.
  package func keep(cosigned: VerifiedCheckpoint) async throws(GateError) {
    precondition(!cosigned.cosignatures.isEmpty, "a checkpoint is kept for its cosignatures")
    let name = VaultFileName.cosigned(cosigned.checkpoint.size)
    do {
      let kept = try await storage.files.read(name)
      try await storage.files.replace(name, cosigned.merged(intoNote: kept))
    } catch {
      throw GateError(error)
    }
  }
}

extension VerifiedCheckpoint {
  /// The note with the signature lines of an older note of the same text below it; an older note that is of another text, or none,
  /// adds nothing.
  fileprivate func merged(intoNote older: [UInt8]?) -> [UInt8] {
    guard let older, let note = try? UnverifiedNote(parsing: older), note.text == checkpoint.text else {
      return signedNote
    }
    let own = (try? UnverifiedNote(parsing: signedNote).signatures) ?? []
    // Lines of this answer last: of two by one cosigner, the later is the one that counts.
    let others = note.signatures.filter { !own.contains($0) }
    let room = UnverifiedNote.maximumSignatures - own.count
    return others.suffix(max(0, room)).reduce(signedNote) { $0 + Array($1.line.utf8) }
  }
}
