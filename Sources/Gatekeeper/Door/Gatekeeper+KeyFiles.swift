import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

// The key files follow the ledger: sealed to whoever is a member now, and to the epoch that lasts.

extension Gatekeeper {
  /// Seals the key files again if a crash came between an entry and its key files. That matters most for somebody who was
  /// removed.
  func mendKeyFiles() async throws(GateError) {
    do {
      if try await keyFilesAreDue() { try await sealKeyFiles() }
    } catch GateError.storage(.readOnly) {
      // Looking only: somebody who writes will mend them.
    } catch GateError.storage(.diskFull) {
      // A full disk must not keep anybody from looking; the next visit that finds room mends them.
    } catch {
      throw GateError(wrapping: error)
    }
  }

  /// Whether something is left to do of a change of members or of keys.
  private func keyFilesAreDue() async throws -> Bool {
    let holders = try KeyHolders(state)
    let number = state.epochs.count
    var wanted = [(VaultFileName.epochIdentity(number), holders.ofTheEpoch.count)]
    for epoch in state.epochs {
      wanted.append((.ledgerKey(epoch.number), holders.countOfTheLedger))
    }
    for (name, count) in wanted {
      guard let file = try await storage.files.read(name) else { continue }
      if try Age.stanzas(ofHeader: file.span.bytes).count != count { return true }
    }
    return try await !unfinishedSteps(in: state).isEmpty
  }

  /// What a crash left of a change of keys.
  func unfinishedSteps(in state: VaultState) async throws -> [UnfinishedStep] {
    guard state.epochs.count > 1 else { return [] }
    var steps: [UnfinishedStep] = []
    if state.isAtClosing, try await storage.files.read(.closedCheckpoint(state.epochs.count - 1)) == nil {
      steps.append(.closingCheckpoint)
    }
    if keys.epochs.dropLast().contains(where: { $0.signer != nil }) { steps.append(.signingKey) }
    let ended = try await storage.files.list(.epochIdentities).contains { name in
      if case .epochIdentity(let number) = name { number < state.epochs.count } else { false }
    }
    if ended { steps.append(.epochIdentity) }
    let text = try await storage.files.read(.description) ?? []
    if try VaultDescription.parse(text).verifierKeys != state.epochs.map(\.logKey.text) {
      steps.append(.description)
    }
    return steps
  }

  /// Makes the key files those of the newest state.
  ///
  /// Another process may do the same for another change of members or keys. Whoever writes looks again afterwards and writes
  /// anew if something changed, so the files that stay are those of the last change, and nobody removed gets them back.
  func sealKeyFiles() async throws(GateError) {
    await enterGate()
    defer { leaveGate() }
    do {
      var sealed: (members: [MemberState], recovery: [String], epochs: Int)?
      for _ in 0..<Self.attempts {
        try await refresh()
        let wanted = (state.activeMembers(), state.recovery, state.epochs.count)
        if let sealed, sealed == wanted { return }
        if state.isAtClosing { try await keepClosing() }
        guard try await sealEpochAndLedgerKeys() else {
          // Another process has changed the keys since, or somebody has put another file there.
          try await refresh()
          if (state.activeMembers(), state.recovery, state.epochs.count) != wanted { continue }
          throw GateError.integrity(
            .file(VaultFileName.ledgerKey(state.epochs.count).displayName, .swapped))
        }
        try await endClosedEpochs()
        sealed = wanted
      }
    } catch {
      throw GateError(wrapping: error)
    }
    throw .busy
  }

  /// - Returns: false if the ledger key file is not the one of the epoch that lasts.
  private func sealEpochAndLedgerKeys() async throws -> Bool {
    let epoch = try await epochKey(in: state)
    let holders = try KeyHolders(state)
    try await storage.files.replace(
      .epochIdentity(state.epochs.count),
      try KeyFiles.seal(epoch, to: holders.ofTheEpoch, at: effects.now()))
    let readers = holders.ofTheLedger(epoch.recipient)
    for closed in keys.epochs.dropLast() {
      // Without the signing key. That of the epoch before is destroyed once this has replaced it.
      let file = LedgerKeyFile(closed: closed.ledger, origin: keys.origin)
      try await storage.files.replace(.ledgerKey(closed.number), try KeyFiles.seal(file, to: readers))
    }
    forgetClosedSigners()
    let name = VaultFileName.ledgerKey(state.epochs.count)
    guard let text = try await keyFiles.open(name, with: [epoch]) else { return false }
    try await storage.files.replace(name, try KeyFiles.seal(text, to: readers))
    return true
  }

  /// Seals the other key files to the epoch that lasts, and removes the identities of those that have ended.
  private func endClosedEpochs() async throws {
    let current = state.epochs.count
    guard current > 1 else { return }
    let ended = try await storage.files.list(.epochIdentities).filter { name in
      if case .epochIdentity(let number) = name { number < current } else { false }
    }
    let isWhole = ended.isEmpty ? true : try await rewrap()
    for name in ended {
      if !isWhole, try await keepForRepair(name) { continue }
      try await storage.files.remove(name)
    }
    var description = self.description
    description.verifierKeys = state.epochs.map(\.logKey.text)
    let text = Array(description.text().utf8)
    if try await storage.files.read(.description) != text {
      try await storage.files.replace(.description, text)
    }
  }

  /// Files sealed in one batch.
  private static let rewrapBatch = 512

  /// Seals every key file that is not under the epoch that lasts to it.
  ///
  /// - Returns: false if a file is damaged or is not the vault's. What can be is sealed all the same.
  private func rewrap() async throws -> Bool {
    let epoch = try await epochKey(in: state)
    let ended = provenIdentities.filter { $0.key != keys.epochNumber }.map(\.value)
    var isWhole = true
    var batch: [NamedFile] = []
    for id in [state.registerKey].compactMap({ $0 }) + state.livingChildren.map(\.key) {
      let name = VaultFileName.childIdentity(id)
      // Gone for good, or missing until it is put back: nothing to seal, and `check` says so.
      guard let sealed = try await storage.files.read(name) else { continue }
      if let text = try? KeyFiles.open(sealed, name, with: ended) {
        batch.append(NamedFile(name, try KeyFiles.seal(text, to: [epoch.recipient])))
      } else if (try? KeyFiles.open(sealed, name, with: [epoch])) == nil {
        isWhole = false
      }
      if batch.count == Self.rewrapBatch {
        try await storage.files.replaceAll(batch)
        batch = []
      }
    }
    if !batch.isEmpty { try await storage.files.replaceAll(batch) }
    return isWhole
  }

  /// While a key file is damaged, the identity that opens its undamaged copy stays, for those who hold the new one.
  ///
  /// - Returns: false if the vault never had this identity.
  private func keepForRepair(_ name: VaultFileName) async throws -> Bool {
    guard case .epochIdentity(let number) = name, let identity = provenIdentities[number] else {
      return false
    }
    let holders = try KeyHolders(state)
    try await storage.files.replace(
      name, try KeyFiles.seal(identity, to: holders.ofTheEpoch, at: effects.now()))
    return true
  }
}

/// A step that a change of keys still lacks.
package enum UnfinishedStep: Hashable, Sendable {
  /// The checkpoint that ended the last epoch is not kept yet.
  case closingCheckpoint
  /// The signing key of an epoch that has ended is still there.
  case signingKey
  /// The identity of an epoch that has ended is still there: some key file may be sealed to it alone.
  case epochIdentity
  /// The STRONGROOM file lacks the newest key of the log.
  case description
}
