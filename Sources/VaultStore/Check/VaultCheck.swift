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
  ///   - part: look at these of the documents and small files only; the journal and the names are always looked at.
  ///   - width: files read at once, at least 1.
  ///   - progress: called with the number of bytes read since the last call, and all that there are to read; from several threads.
  /// - Returns: findings in the order of their names; none for a vault that is as it should be.
  /// - Throws: only what keeps it from looking (a failing disk, a busy ledger).
  package static func run(
    _ storage: VaultStorage, expecting: VaultExpectation, depth: Depth, part: VaultPart = .all,
    width: Int = AllCores.count,
    progress: @escaping @Sendable (_ read: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(VaultStoreError) -> [VaultFinding] {
    let items = try await storage.inventory.items()
    let ordinary = items.filter { $0.kind != .notAnOrdinaryFile }
    let lengths = Dictionary(ordinary.map { ($0.path, $0.length) }) { first, _ in first }
    var tasks: [Task] = []
    for object in expecting.objects where part.contains(object.id) { tasks.append(.object(object)) }
    for file in expecting.files ?? [] where part.contains(try file.name.relativePath) {
      tasks.append(.file(file))
    }
    let total = depth == .everyByte ? tasks.reduce(0) { $0 + $1.byteCount } : 0
    let reader = Reader(storage: storage, lengths: lengths, depth: depth) { progress($0, total) }
    var findings = items.compactMap { misplaced($0, expecting) }
    findings += try await Parallel.map([.journal] + tasks, width: width, reader.findings)
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
    case .named(let name):
      VaultFinding(
        name: item.path, problem: name.comesBeforeItsEntry ? .orphan(length: item.length) : .planted)
    default: item.misplacement
    }
  }

  private enum Task: Sendable {
    case journal
    case object(StoredObject)
    case file(VaultExpectation.File)

    /// As the ledger says; what is there may be of another length, and is then not read.
    var byteCount: Int {
      switch self {
      case .journal: 0
      case .object(let object): object.length
      case .file(let file): file.sha256 == nil ? 0 : file.length ?? 0
      }
    }
  }

  /// Looks at one thing at a time; many at once.
  private struct Reader: Sendable {
    let storage: VaultStorage
    let lengths: [String: Int]
    let depth: Depth
    let progress: @Sendable (Int) -> Void

    func findings(_ task: Task) async throws(VaultStoreError) -> [VaultFinding] {
      switch task {
      case .journal: return try await VaultFinding.ofJournal(storage.ledger)
      case .object(let object):
        guard let problem = try await problem(object) else { return [] }
        return [VaultFinding(name: object.id.relativePath, problem: problem)]
      case .file(let file):
        let path = try file.name.relativePath
        guard let problem = try await problem(file, path) else { return [] }
        return [VaultFinding(name: path, problem: problem)]
      }
    }

    private func problem(_ object: StoredObject) async throws(VaultStoreError) -> VaultFinding.Problem? {
      guard let length = lengths[object.id.relativePath] else { return .missing }
      guard length == object.length else { return .length(expected: object.length, actual: length) }
      guard depth == .everyByte else { return nil }
      do throws(VaultStoreError) {
        let reader = try await storage.objects.reader(of: object.id)
        var hash = SHA256()
        try VaultCheck.read(reader, length: length) { piece in
          hash.update(piece)
          progress(piece.byteCount)
        }
        return hash.finish() == object.sha256 ? nil : .content
      } catch {
        return .unreadable(error)
      }
    }

    private func problem(
      _ file: VaultExpectation.File, _ path: String
    ) async throws(VaultStoreError) -> VaultFinding.Problem? {
      guard let length = lengths[path] else { return .missing }
      guard let expected = file.length else { return nil }
      guard length == expected else { return .length(expected: expected, actual: length) }
      guard depth == .everyByte, let digest = file.sha256 else { return nil }
      do throws(VaultStoreError) {
        guard let bytes = try await storage.files.read(file.name) else { return .missing }
        progress(bytes.count)
        return SHA256.digest(of: bytes) == digest ? nil : .content
      } catch {
        return .unreadable(error)
      }
    }
  }

  /// Bytes of a document in memory at once, for each file that is being read.
  static let pieceBytes = 1 << 20

  /// Hands over a document's bytes piece by piece, from the first to the last.
  static func read(
    _ reader: any ObjectReader, length: Int, _ body: (RawSpan) -> Void
  ) throws(VaultStoreError) {
    var piece = [UInt8](repeating: 0, count: min(pieceBytes, length))
    var offset = 0
    while offset < length {
      let count = min(pieceBytes, length - offset)
      if count < piece.count { piece.removeLast(piece.count - count) }
      try fill(&piece, from: reader, at: offset)
      body(piece.span.bytes)
      offset += count
    }
  }

  private static func fill(
    _ piece: inout [UInt8], from reader: any ObjectReader, at offset: Int
  ) throws(VaultStoreError) {
    var span = piece.mutableSpan
    var room = span.mutableBytes
    try reader.read(at: offset, into: &room)
  }
}

extension VaultItem {
  /// What is wrong with it wherever it lies; nil for files that some ledger may want.
  var misplacement: VaultFinding? {
    switch kind {
    case .object, .named, .ledger: nil
    case .temporary: VaultFinding(name: path, problem: .leftover)
    case .unknown: VaultFinding(name: path, problem: .planted)
    case .notAnOrdinaryFile: VaultFinding(name: path, problem: .notAnOrdinaryFile)
    }
  }
}

extension VaultFinding {
  /// What the journal's own records say; throws only what keeps it from being read.
  static func ofJournal(_ ledger: any LedgerStorage) async throws(VaultStoreError) -> [VaultFinding] {
    do throws(VaultStoreError) {
      let journal = try await ledger.inspect()
      var findings = journal.damage.map { VaultFinding(name: $0.file, problem: .journal($0)) }
      if journal.unsignedEntries > 0 {
        findings.append(VaultFinding(name: "ledger", problem: .unsignedEntries(journal.unsignedEntries)))
      }
      return findings
    } catch {
      guard let finding = VaultFinding(error) else { throw error }
      return [finding]
    }
  }
}
