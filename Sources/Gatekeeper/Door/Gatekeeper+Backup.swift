import AgeFormat
import DisclosureRules
package import StrongroomCrypto
import TransparencyLog
package import VaultStore

// Copies of the vault: sealed files only, so nothing is opened for them but to see that a key file is one.

extension Gatekeeper {
  /// Copies the vault as it is at one moment; `VaultBackup` says how. Others may go on writing.
  ///
  /// What the ledger names decides what is copied, kept and removed: a file that merely vanished from the vault stays in the backup
  /// and is a finding. The entry is made when the copy is whole, so it is not in the copy.
  ///
  /// - Throws: `.backup`; the backup then still holds its last finished run.
  package func backUp(
    _ backup: VaultBackup, progress: @Sendable (BackupProgress) -> Void = { _ in }
  ) async throws(GateError) -> Answer<BackupReport> {
    // Asked before the work; asked again when the entry is made.
    let asked: Answer<Void> = try await act(.backUp) { _, _ in ([], ()) }
    if case .refused(let report) = asked { return .refused(report) }
    let report: BackupReport
    do {
      report = try await copy(into: try backup.begin(vault: description.vault), progress)
    } catch {
      throw GateError(wrapping: error)
    }
    return try await act(.backUp) { _, draft in
      var event = try draft.event(.backupCreated)
      event.fields = [
        "size": .integer(Int64(report.run.size)), "root": .string(report.run.root.hex),
        "files": .integer(Int64(report.filesTotal)), "bytes": .integer(Int64(report.bytesTotal)),
        "findings": .integer(Int64(report.findings.count)),
      ]
      return ([event], report)
    }
  }

  private func copy(
    into run: BackupRun, _ progress: @Sendable (BackupProgress) -> Void
  ) async throws -> BackupReport {
    var state = try await current()
    var done = BackupProgress(bytesTotal: documents(in: state).reduce(0) { $0 + $1.length })
    func advance(_ count: Int) {
      done.bytesDone += count
      progress(done)
    }
    // What is missing now may be so because somebody erases it; that is looked at again below.
    _ = try run.copy(documents(in: state), progress: advance)
    for attempt in 1...Self.attempts {
      let files = try run.readNamedFiles()
      state = try await current()
      guard let head = try await storage.ledger.head(), head.range == state.range else { continue }
      guard try run.readNamedFiles() == files else { continue }
      let missing = try run.copy(documents(in: state), progress: advance)
      if !missing.isEmpty {
        // Erased since: the copy is to know of it.
        if try await current().size > state.size, attempt < Self.attempts { continue }
        run.noteMissing(missing)
      }
      try run.copyJournal(through: head)
      try run.copy(files, wanted: namedFiles(in: state), isKey: keyCheck(in: state))
      try await copyRules(of: state, into: run)
      return try run.finish(at: effects.now().text)
    }
    throw BackupError.keysKeepChanging
  }

  private func documents(in state: VaultState) -> [StoredObject] {
    state.keptRecords.sorted { $0.entry < $1.entry }.map(\.stored)
  }

  /// Small files without which this state is not whole.
  private func namedFiles(in state: VaultState) -> [VaultFileName] {
    [.description, .epochIdentity(state.epochs.count)] + state.epochs.map { .ledgerKey($0.number) }
      + state.epochs.dropLast().map { .closedCheckpoint($0.number) }
      + [state.registerKey].compactMap { $0 }.map { .childIdentity($0) }
      + state.livingChildren.map { .childIdentity($0.key) } + recoveryFiles(in: state)
  }

  private func copyRules(of state: VaultState, into run: BackupRun) async throws {
    for hash in state.policies.keys.sorted() {
      for name in try await storage.files.list(.policySet(hash)) {
        let bytes = try await storage.files.read(name)
        try run.copy([name]) { _ in bytes }
      }
    }
  }

  /// Tells key files that may take the place of those in the backup from damaged ones. A custodian opens them, and looks whether a
  /// child's is the child's; others see no more than that it is an age file.
  private func keyCheck(in state: VaultState) -> (VaultFileName, [UInt8]) -> Bool {
    // While a change of keys is unfinished, some files are still sealed to the epoch before.
    let epochs = Array(keys.identities.values)
    let isOpened = isCustodian
    let own = identity.identity
    let children = Dictionary(state.children.map { ($0.key, $0.details) }) { first, _ in first }
    return { name, bytes in
      guard (try? Age.stanzas(ofHeader: bytes.span.bytes)) != nil else { return false }
      guard isOpened else { return true }
      switch name {
      case .childIdentity(let id):
        guard let text = try? Age.open(bytes, identities: epochs, limit: VaultKeys.limitBytes),
          let identity = (try? IdentityFile.parse(text.bytes))?.first
        else { return false }
        guard let box = children[id] else { return true }
        return (try? box.box.open(identity: identity, vault: state.vault, event: box.event, kind: box.kind))
          != nil
      case .epochIdentity:
        return (try? Age.open(bytes, identities: [own], limit: VaultKeys.limitBytes)) != nil
      case .ledgerKey:
        return (try? Age.open(bytes, identities: epochs, limit: VaultKeys.limitBytes)) != nil
      default: return true
      }
    }
  }

  // MARK: Trying a backup out

  /// Whether this vault's ledger begins with exactly these entries.
  package func begins(with size: UInt64, root: SHA256Digest) async throws(GateError) -> Bool {
    guard try await current().size >= size else { return false }
    var range = CompactRange()
    do {
      while range.size < size {
        let end = min(range.size + 512, size)
        for entry in try await storage.ledger.entries(from: range.size, to: end) {
          range.append(MerkleTree.leafHash(entry))
        }
      }
    } catch {
      throw GateError(wrapping: error)
    }
    return range.root == root
  }

  /// Opens documents spread over the vault and throws what comes out away, so that nothing leaves and no entry is needed here.
  ///
  /// - Returns: how many opened, and those that did not; nothing for members who hold no children's keys.
  package func openSamples(_ count: Int) async throws(GateError) -> (opened: Int, failed: [RecordReference]) {
    let state = try await current()
    guard isCustodian, count > 0 else { return (0, []) }
    let records = state.keptRecords.sorted { $0.entry < $1.entry }
    let step = max(1, records.count / count)
    var opened = 0
    var failed: [RecordReference] = []
    // The newest is always among them: it is the one most likely to be missing.
    for record in stride(from: records.count - 1, through: 0, by: -step).prefix(count).map({ records[$0] }) {
      do {
        let identity = try await key(of: record.child, in: state)
        let expected = try await expectation(of: record, in: state)
        _ = try await DocumentOpener.open(
          record.stored, expecting: expected, with: identity, from: storage.objects, into: Nowhere())
        opened += 1
      } catch {
        failed.append(record.reference)
      }
    }
    return (opened, failed)
  }

  /// Records that a backup was tried out.
  package func recordVerification(
    of run: BackupManifest.Run, samples: Int, findings: Int
  ) async throws(GateError) -> Answer<Void> {
    try await act(.backUp) { _, draft in
      var event = try draft.event(.backupVerified)
      event.fields = [
        "size": .integer(Int64(run.size)), "root": .string(run.root.hex),
        "samples": .integer(Int64(samples)), "findings": .integer(Int64(findings)),
      ]
      return ([event], ())
    }
  }
}

/// Where a document goes that is opened only to see that it opens.
private struct Nowhere: DocumentOutput {
  func write(_ bytes: RawSpan) {}
  func commit() {}
  func discard() {}
}
