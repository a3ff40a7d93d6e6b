import StrongroomCrypto
package import VaultStore

extension Gatekeeper {
  /// Removes a member's snapshot, if it can be removed: it is a cache, and the next visit folds everything.
  package static func forgetSnapshot(of identity: MemberIdentity, in storage: VaultStorage) async {
    try? await storage.files.remove(Snapshot.name(for: identity))
  }

  func loadSnapshot() async {
    guard let bytes = try? await storage.files.read(Snapshot.name(for: identity)),
      let loaded = Snapshot.open(bytes, vault: description.vault, for: identity)
    else { return }
    state = loaded.state
    frozen = loaded.source
    snapshotSize = loaded.state.size
  }

  /// A cache that cannot be written is no reason to fail: the next visit folds a little more.
  func saveSnapshotIfDue() async {
    // What was not held to the rules is not kept as if it had been.
    guard doubt == nil, state.size >= snapshotSize + Snapshot.interval(frozen?.bytes.count ?? 0),
      let salt = try? effects.randomBytes(16),
      let plaintext = try? Snapshot.plaintext(of: state, over: frozen),
      let bytes = try? Snapshot.seal(plaintext, vault: state.vault, for: identity, salt: salt)
    else { return }
    try? await storage.files.replace(Snapshot.name(for: identity), bytes)
    snapshotSize = state.size
  }

  /// Whether something in the snapshot turned out not to be what it should be. A value that cannot be read is missing from
  /// its table; so whoever decides or shows something looks here afterwards, and does it again on a new fold.
  var isSnapshotBroken: Bool { frozen?.isBroken ?? false }

  /// The ledger is folded from its first entry after this.
  func forgetSnapshot() async {
    try? await storage.files.remove(Snapshot.name(for: identity))
    frozen = nil
    snapshotSize = 0
    state = VaultState(vault: description.vault)
  }
}
