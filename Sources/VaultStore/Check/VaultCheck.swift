import StrongroomCrypto

/// Compares what lies in a vault with what its ledger says should. Needs no key: lengths and SHA-256 are of the sealed bytes. It
/// names, and never repairs.
package enum VaultCheck {
  package enum Depth: Hashable, Sendable {
    /// Names and lengths, and the journal's records.
    case structure
    /// Every byte as well.
    case everyByte
  }

  /// Looks at everything.
  ///
  /// - Parameters:
  ///   - expecting: folded from the ledger by the caller.
  ///   - progress: called with the number of bytes read since the last call.
  /// - Returns: findings in the order of their names; none for a vault that is as it should be.
  /// - Throws: only what keeps it from looking (a failing disk, a busy ledger).
  package static func run(
    _ storage: VaultStorage, expecting: VaultExpectation, depth: Depth,
    progress: @Sendable (Int) -> Void = { _ in }
  ) async throws(VaultStoreError) -> [VaultFinding] {
    var findings: [VaultFinding] = []
    do throws(VaultStoreError) {
      let journal = try await storage.ledger.inspect()
      findings += journal.damage.map { VaultFinding(name: $0.file, problem: .journal($0)) }
      if journal.unsignedEntries > 0 {
        findings.append(VaultFinding(name: "ledger", problem: .unsignedEntries(journal.unsignedEntries)))
      }
    } catch {
      guard let finding = VaultFinding(error) else { throw error }
      findings.append(finding)
    }
    let items = try await storage.inventory.items()
    findings += items.compactMap { misplaced($0, expecting) }
    let ordinary = items.filter { $0.kind != .notAnOrdinaryFile }
    let lengths = Dictionary(ordinary.map { ($0.path, $0.length) }) { first, _ in first }
    for object in expecting.objects {
      let problem = try await check(object, lengths, storage.objects, depth, progress)
      if let problem { findings.append(VaultFinding(name: object.id.relativePath, problem: problem)) }
    }
    for file in expecting.files ?? [] {
      let path = try file.name.relativePath
      let problem = try await check(file, path, lengths, storage.files, depth, progress)
      if let problem { findings.append(VaultFinding(name: path, problem: problem)) }
    }
    return findings.sorted { $0.name < $1.name }
  }

  private static func misplaced(_ item: VaultItem, _ expecting: VaultExpectation) -> VaultFinding? {
    switch item.kind {
    case .object(let id):
      expecting.objectIDs.contains(id)
        ? nil : VaultFinding(name: item.path, problem: .orphan(length: item.length))
    case .named(let name) where expecting.allows(name): nil
    case .named(let name) where expecting.leftovers.contains(name):
      VaultFinding(name: item.path, problem: .leftover)
    // Durable before the entry that names it, as a document is: a crash may leave one.
    case .named(.childIdentity): VaultFinding(name: item.path, problem: .orphan(length: item.length))
    case .named: VaultFinding(name: item.path, problem: .planted)
    case .ledger: nil
    case .temporary: VaultFinding(name: item.path, problem: .leftover)
    case .unknown: VaultFinding(name: item.path, problem: .planted)
    case .notAnOrdinaryFile: VaultFinding(name: item.path, problem: .notAnOrdinaryFile)
    }
  }

  private static func check(
    _ object: StoredObject, _ lengths: [String: Int], _ objects: any ObjectStorage, _ depth: Depth,
    _ progress: @Sendable (Int) -> Void
  ) async throws(VaultStoreError) -> VaultFinding.Problem? {
    guard let length = lengths[object.id.relativePath] else { return .missing }
    guard length == object.length else { return .length(expected: object.length, actual: length) }
    guard depth == .everyByte else { return nil }
    var hash = SHA256()
    var offset = 0
    while offset < length {
      let count = min(1 << 20, length - offset)
      do throws(VaultStoreError) {
        hash.update(try await objects.read(object.id, range: offset..<offset + count))
      } catch {
        return .unreadable(error)
      }
      offset += count
      progress(count)
    }
    return hash.finish() == object.sha256 ? nil : .content
  }

  private static func check(
    _ file: VaultExpectation.File, _ path: String, _ lengths: [String: Int], _ files: any NamedFileStorage,
    _ depth: Depth, _ progress: @Sendable (Int) -> Void
  ) async throws(VaultStoreError) -> VaultFinding.Problem? {
    guard let length = lengths[path] else { return .missing }
    guard let expected = file.length else { return nil }
    guard length == expected else { return .length(expected: expected, actual: length) }
    guard depth == .everyByte, let digest = file.sha256 else { return nil }
    do throws(VaultStoreError) {
      guard let bytes = try await files.read(file.name) else { return .missing }
      progress(bytes.count)
      return SHA256.digest(of: bytes) == digest ? nil : .content
    } catch {
      return .unreadable(error)
    }
  }
}
