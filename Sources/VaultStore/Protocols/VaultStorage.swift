/// A vault as the gatekeeper gets it: three storages that know nothing of keys, rules or people, and no path.
package struct VaultStorage: Sendable {
  package let ledger: any LedgerStorage
  package let objects: any ObjectStorage
  package let files: any NamedFileStorage
  package let inventory: any VaultInventory

  package init(
    ledger: any LedgerStorage, objects: any ObjectStorage, files: any NamedFileStorage,
    inventory: any VaultInventory
  ) {
    self.ledger = ledger
    self.objects = objects
    self.files = files
    self.inventory = inventory
  }
}

/// Everything that lies in a vault, whether or not it belongs there; for `VaultCheck`.
package protocol VaultInventory: Sendable {
  func items() async throws(VaultStoreError) -> [VaultItem]
}

/// One file found in a vault.
package struct VaultItem: Hashable, Sendable {
  /// Vault-relative.
  package let path: String
  package let kind: Kind
  /// Bytes; 0 for anything that is not an ordinary file.
  package let length: Int

  package enum Kind: Hashable, Sendable {
    case object(ObjectID)
    case named(VaultFileName)
    /// Journal segments, the reserve and the lock: the ledger's own business.
    case ledger
    /// An unfinished write in `tmp/`.
    case temporary
    /// An ordinary file no vault has.
    case unknown
    /// A link, device, pipe or folder where none belongs.
    case notAnOrdinaryFile
  }

  package init(path: String, kind: Kind, length: Int) {
    self.path = path
    self.kind = kind
    self.length = length
  }
}
