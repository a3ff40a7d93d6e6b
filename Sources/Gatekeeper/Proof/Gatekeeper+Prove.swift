import DisclosureRules
import StrongroomCrypto
import TransparencyLog
import VaultStore

extension Gatekeeper {
  /// Takes one entry out of the vault for a court or a parent: sealed, with the key that opens it alone, its place in the log and
  /// the log's signature. `CheckedProof.check` needs nothing else.
  ///
  /// - Returns: the text of the proof, once the entry that says so is durable.
  /// - Throws: `.notFoundOrNotVisible` if there is no such entry.
  package func auditProve(_ index: UInt64) async throws(GateError) -> Answer<[UInt8]> {
    let answer: Answer<UInt64> = try await act(.proveEntry) { _, draft in
      guard index < draft.state.size else { throw GateError.notFoundOrNotVisible }
      var event = try draft.event(.auditProved)
      event.fields = ["entry": .integer(Int64(index))]
      return ([event], draft.state.size)
    }
    switch answer {
    case .refused(let report): return .refused(report)
    case .done(_, let entry): return .done(try await proof(of: index), entry: entry)
    }
  }

  private func proof(of index: UInt64) async throws(GateError) -> [UInt8] {
    do {
      guard let head = try await storage.ledger.head(),
        let bytes = try await storage.ledger.entries(from: index, to: index + 1).first
      else { throw GateError.integrity(.ledgerHead(.missing)) }
      let checkpoint = try codec.verify(head)
      let key = try codec.entryKey(bytes, at: index)
      let tree = try await leafHashes(upTo: head.size)
      let chain = try await keyChain
      var closed: [EntryProof.Closed] = []
      var closing: UInt64 = 0
      for epoch in chain.closedEpochs {
        let size = epoch.closing.checkpoint.size
        closed.append(
          EntryProof.Closed(
            note: epoch.closing.signedNote, next: epoch.nextKey,
            proof: try extending(closedAt: closing, to: size, tree)))
        closing = size
      }
      let parts = EntryProof(
        firstKey: chain.firstKey, closed: closed,
        consistency: try extending(closedAt: closing, to: head.size, tree), entry: bytes,
        key: [UInt8](copying: key.bytes))
      let inclusion = try InclusionProof.make(index: index, treeSize: head.size, reader: tree)
      let text = try TlogProof(
        inclusion: inclusion, leafHash: MerkleTree.leafHash(bytes), checkpoint: checkpoint,
        extra: parts.extra
      ).text
      // What is handed out has passed the check that it is going to be put to.
      guard (try? CheckedProof.check(text, expecting: parts.firstKey)) != nil else {
        throw GateError.integrity(.entry(index, .malformed))
      }
      return text
    } catch is TransparencyLogError {
      throw .integrity(.ledgerHead(.root))
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// That a tree goes on from a closing checkpoint; nothing to show before the first.
  private func extending(
    closedAt old: UInt64, to new: UInt64, _ tree: some LeafHashReader
  ) throws -> [SHA256Digest] {
    old == 0 ? [] : try ConsistencyProof.make(oldSize: old, newSize: new, reader: tree).hashes
  }
}
