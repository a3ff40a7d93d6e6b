package import StrongroomCrypto

/// What a vault's ledger says must lie in it.
package struct VaultExpectation: Sendable {
  /// A small file that must be there.
  package struct File: Hashable, Sendable {
    package let name: VaultFileName
    /// nil if the ledger does not record it: then only its presence is checked.
    package let length: Int?
    package let sha256: SHA256Digest?

    package init(name: VaultFileName, length: Int? = nil, sha256: SHA256Digest? = nil) {
      self.name = name
      self.length = length
      self.sha256 = sha256
    }
  }

  package let objects: [StoredObject]
  /// nil to leave small files alone; otherwise any other than these is reported as planted. `STRONGROOM`, cosigned checkpoints
  /// and caches are always allowed.
  package let files: [File]?
  /// What an interrupted act may have left, and the next one takes away.
  let leftovers: Set<VaultFileName>
  let objectIDs: Set<ObjectID>
  private let names: Set<VaultFileName>

  package init(objects: [StoredObject], files: [File]? = nil, leftovers: Set<VaultFileName> = []) {
    self.objects = objects
    self.files = files
    self.leftovers = leftovers
    objectIDs = Set(objects.map(\.id))
    names = Set((files ?? []).map(\.name))
  }

  func allows(_ name: VaultFileName) -> Bool {
    switch name {
    // Public notes that carry their own signatures; whoever relies on one checks them.
    case .description, .cache, .cosigned: true
    default: files == nil || names.contains(name)
    }
  }
}
