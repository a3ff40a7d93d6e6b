import AgeFormat
import VaultStore

// The children's keys and what is sealed under them. Custodians only.

extension Gatekeeper {
  /// The identity of one child.
  ///
  /// - Throws: `.keyNotAvailable(.holdsNoChildKeys)`, `.integrity` naming the key file.
  func key(of child: ChildReference, in state: VaultState) async throws(GateError) -> X25519Identity {
    guard let entry = state.child(child) else { throw .notFoundOrNotVisible }
    // Asked of the newest state too: what was decided on may be older than an erasure.
    guard entry.erased == nil, self.state.child(child)?.erased == nil, !unopenable.contains(child) else {
      throw .wrongState(.childErased)
    }
    if let known = childKeys[child] { return known }
    let identity = try await keyFile(entry.key, in: state)
    // The child's own box says whether the file holds the child's key, before anything is sealed under it.
    do {
      openedBoxes[entry.details.event] = try entry.details.box.open(
        identity: identity, vault: state.vault, event: entry.details.event, kind: entry.details.kind)
    } catch {
      throw .integrity(.file(VaultFileName.childIdentity(entry.key).displayName, .swapped))
    }
    childKeys[child] = identity
    return identity
  }

  func registerIdentity(in state: VaultState) async throws(GateError) -> X25519Identity {
    if let registerKey { return registerKey }
    _ = try await epochKey(in: state)
    guard let registerKey else { throw .integrity(.entry(0, .malformed)) }
    return registerKey
  }

  /// The epoch identity, once it was found to be the one the ledger names.
  func epochKey(in state: VaultState) async throws(GateError) -> X25519Identity {
    guard let epoch = keys.epoch, isCustodian else { throw .keyNotAvailable(.holdsNoChildKeys) }
    // Kept only together with the proof.
    if registerKey != nil, let proven = provenIdentities[keys.epochNumber] { return proven }
    guard let id = state.registerKey, let first = state.epochs.first?.details else {
      throw .integrity(.entry(0, .malformed))
    }
    let name = VaultFileName.childIdentity(id)
    guard let register = try await keyFiles.identity(in: name, with: Array(keys.identities.values)),
      (try? first.open(with: register, in: state)) != nil
    else { throw .integrity(.file(name.displayName, .swapped)) }
    provenIdentities = [:]
    // An earlier state, as verification replays it, does not know the newest epoch yet.
    let newest = state.epochs.count < self.state.epochs.count ? self.state : state
    for ended in newest.epochs {
      guard let identity = keys.identities[ended.number], let details = ended.details,
        let content = try? details.open(with: register, in: state)
      else { continue }
      if content["epoch"]?.string == identity.recipient.text { provenIdentities[ended.number] = identity }
    }
    guard provenIdentities[keys.epochNumber] != nil else {
      throw .integrity(.file(VaultFileName.epochIdentity(keys.epochNumber).displayName, .swapped))
    }
    registerKey = register
    return epoch
  }

  /// Opens a key file with the epoch's identity, or, while a change of keys is unfinished, with that of the epoch before.
  private func keyFile(_ id: KeyID, in state: VaultState) async throws(GateError) -> X25519Identity {
    _ = try await epochKey(in: state)
    let name = VaultFileName.childIdentity(id)
    guard let identity = try await keyFiles.identity(in: name, with: Array(provenIdentities.values)) else {
      throw .integrity(.file(name.displayName, .swapped))
    }
    return identity
  }

  /// Seals the identifying part of an event under a child's key.
  func seal(
    _ content: JSONValue, into event: inout Event, for child: ChildReference, in state: VaultState
  ) async throws(GateError) {
    let identity = try await key(of: child, in: state)
    event.box = try SealedBox(
      sealing: content, scope: .child, identity: identity, vault: event.vault, event: event.id,
      kind: event.kind)
  }

  /// What a child's box says.
  func details(
    _ boxed: BoxedDetails, of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> JSONValue {
    if let known = openedBoxes[boxed.event] { return known }
    let identity = try await key(of: child, in: state)
    do {
      return try remember(boxed, identity, state)
    } catch {
      // When not even what the child's file began with opens, it is the key that is not the child's.
      guard let entry = state.child(child), !opens(entry.details, identity, state) else { throw error }
      childKeys[child] = nil
      throw .integrity(.file(VaultFileName.childIdentity(entry.key).displayName, .swapped))
    }
  }

  /// The same for lists, where a cached copy will do: opening a register of many children reads one file then, not one
  /// for each child. Decisions never rest on it.
  func listed(
    _ boxed: BoxedDetails, of child: ChildReference, in state: VaultState
  ) async throws(GateError) -> JSONValue {
    guard !unopenable.contains(child) else { throw .wrongState(.childErased) }
    await loadRegister(in: state)
    if let known = listedBoxes[boxed.event] ?? openedBoxes[boxed.event] { return known }
    let content = try await details(boxed, of: child, in: state)
    listedBoxes[boxed.event] = content
    unsavedListed += 1
    return content
  }

  /// What a box under the register key says.
  func registerDetails(
    _ boxed: BoxedDetails, in state: VaultState
  ) async throws(GateError) -> JSONValue {
    if let known = openedBoxes[boxed.event] { return known }
    return try remember(boxed, try await registerIdentity(in: state), state)
  }

  private func opens(_ boxed: BoxedDetails, _ identity: X25519Identity, _ state: VaultState) -> Bool {
    (try? boxed.box.open(identity: identity, vault: state.vault, event: boxed.event, kind: boxed.kind)) != nil
  }

  private func remember(
    _ boxed: BoxedDetails, _ identity: X25519Identity, _ state: VaultState
  ) throws(GateError) -> JSONValue {
    let content: JSONValue
    do {
      content = try boxed.box.open(
        identity: identity, vault: state.vault, event: boxed.event, kind: boxed.kind)
    } catch {
      throw .integrity(.entry(boxed.entry, error))
    }
    openedBoxes[boxed.event] = content
    return content
  }
}
