import DisclosureRules
import VaultStore

// What follows an erasure: files go, memory forgets, lists outside the vault are kept up.

extension Gatekeeper {
  /// Takes away the files that the newest entries say are gone, before anything else is done or written. Done by whoever
  /// wrote those entries, and after a crash by whoever opens next or catches up: so no entry of another kind ever follows
  /// before they are gone.
  func settleRemovals() async throws(GateError) {
    let pending = state.removals
    guard !pending.isEmpty, pending != settledRemovals else { return }
    await rememberErasures()
    do {
      // The key first: without it the documents are closed, even if power fails between the two.
      for key in pending.keys { try await storage.files.remove(.childIdentity(key)) }
      for object in pending.objects { try await storage.objects.delete(object) }
    } catch VaultStoreError.readOnly {
      // Looking only. Keys of erased children are not used, and whoever writes removes them.
      return
    } catch {
      throw GateError(error)
    }
    settledRemovals = pending
  }

  /// Drops all that was opened, when a file was erased since the last look: keys, boxes, and the register of names.
  func forgetErased() async {
    guard state.erasedCount != knownErasures else { return }
    knownErasures = state.erasedCount
    childKeys = [:]
    openedBoxes = [:]
    listedBoxes = [:]
    isRegisterLoaded = false
    unsavedListed = 0
    await removeStaleRegisters()
  }

  /// Registers of names from before the newest erasure. Each names in its file name how many files were erased when it was
  /// made, so one that a slower process writes afterwards is seen to be old.
  func removeStaleRegisters() async {
    let current = registerName
    for name in (try? await storage.files.list(.caches)) ?? [] {
      if case .cache(let text) = name, text.hasPrefix("register"), name != current {
        try? await storage.files.remove(name)
      }
    }
  }

  // MARK: The list outside

  /// Every erasure this ledger knows of.
  private var erasureLines: [ErasureList.Line] {
    state.erasedChildren.compactMap { child in
      child.erased.map { ErasureList.Line(child: child.reference, key: child.key, entry: $0.entry) }
    }
  }

  /// The list to keep beside backups, so that a restore can apply it before anything opens.
  package func erasureList() async throws(GateError) -> ErasureList {
    _ = try await current()
    var list = knownErasureList ?? ErasureList(vault: description.vault)
    list.merge(erasureLines)
    return list
  }

  /// Brings the list outside the vault up to the ledger. What keeps it from that is no reason to stop an erasure; the
  /// answer says so, and the next opening tries again.
  func rememberErasures() async {
    guard let erasureListStorage else { return }
    var list = knownErasureList ?? ErasureList(vault: description.vault)
    let before = list.lines.count
    list.merge(erasureLines)
    if list.lines.count == before {
      isErasureListCurrent = true
      return
    }
    do {
      try erasureListStorage.replace(Array(list.text.utf8), for: description.vault)
      knownErasureList = list
      isErasureListCurrent = true
    } catch {
      isErasureListCurrent = false
    }
  }

  /// Applies erasures again that an older copy of the vault, or of its keys, has undone: the key files go unread, and an
  /// entry says so. Comes before any box is opened.
  ///
  /// - Throws: `.storage(.malformed)` for a list that cannot be read: then it is not known what must not be opened.
  func reapplyErasures() async throws(GateError) {
    do {
      if let bytes = try erasureListStorage?.read(for: description.vault) {
        let list = try ErasureList.parse(bytes, name: "erasures")
        guard list.vault == description.vault else {
          throw VaultStoreError.malformed(name: "erasures", line: 2)
        }
        knownErasureList = list
      }
      try await removeKeysOfErased()
    } catch let error as VaultStoreError {
      throw GateError(error)
    } catch let error as GateError {
      throw error
    } catch {
      throw .storage(.malformed(name: "erasures", line: 1))
    }
    await rememberErasures()
    try await recordRepeatedErasures()
  }

  private func removeKeysOfErased() async throws {
    var found: [RepeatedErasure] = []
    for child in state.erasedChildren {
      let name = VaultFileName.childIdentity(child.key)
      guard try await storage.files.read(name) != nil else { continue }
      found.append(
        RepeatedErasure(child: child.reference, file: name.displayName, wasInLedger: true, isRecorded: false))
    }
    let undone = (knownErasureList?.lines ?? []).filter { line in
      state.child(line.child).map { $0.key == line.key && $0.erased == nil } ?? false
    }
    if !undone.isEmpty {
      // On the word of a list alone nothing goes but by somebody who may erase; nobody opens it meanwhile.
      unopenable = Set(undone.map(\.child))
      let mayErase = isCustodian ? try await mayAct(.erase, in: state) : false
      for line in undone where mayErase {
        found.append(
          RepeatedErasure(
            child: line.child, file: VaultFileName.childIdentity(line.key).displayName, wasInLedger: false,
            isRecorded: false))
      }
    }
    repeatedErasures = found
    do {
      for erasure in found {
        guard let key = state.child(erasure.child)?.key else { continue }
        try await storage.files.remove(.childIdentity(key))
      }
    } catch {
      // Looking only: what is erased is not used.
      guard error == .readOnly else { throw error }
    }
  }

  /// Says in the ledger what was found, ten to a commit.
  private func recordRepeatedErasures() async throws(GateError) {
    let due = repeatedErasures
    let entries = Dictionary(
      (knownErasureList?.lines ?? []).map { ($0.key, $0.entry) }, uniquingKeysWith: { first, _ in first })
    for start in stride(from: 0, to: due.count, by: 10) {
      let some = Array(due[start..<min(start + 10, due.count)])
      do {
        try await commit { _, draft in
          var events: [Event] = []
          for erasure in some {
            guard let child = draft.state.child(erasure.child) else { continue }
            var event = try draft.event(.childErased)
            event.child = erasure.child
            let entry = child.erased?.entry ?? entries[child.key] ?? 0
            event.fields = [
              "again": true, "key": .string(child.key.hex), "entry": .integer(Int64(clamping: entry)),
            ]
            events.append(event)
          }
          return Plan(events: events) { _ in }
        }
      } catch .storage(.readOnly) {
        return
      }
      for index in repeatedErasures.indices where some.contains(repeatedErasures[index]) {
        repeatedErasures[index].isRecorded = true
      }
    }
  }
}
