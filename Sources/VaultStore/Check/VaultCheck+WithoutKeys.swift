import AgeFormat
import StrongroomCrypto
package import TransparencyLog

extension VaultCheck {
  /// What can be told of a vault by somebody who holds no key of it: a night watchman, a backup's keeper.
  package struct Outside: Sendable {
    package let findings: [VaultFinding]
    /// Age files, policy files and notes whose form was looked at.
    package let files: Int
    package let bytes: Int
    /// Entries of the journal; 0 if it cannot be read.
    package let entries: UInt64
    /// The newest head, signed by the vault's key; nil where there is none that is.
    package let head: VerifiedCheckpoint?
  }

  /// Looks at names, form and signatures, and reads every byte, without any key.
  ///
  /// - Parameters:
  ///   - key: the log's key as the caller knows it; nil takes the newest that `STRONGROOM` names, which proves less: whoever can write
  ///     the folder can change that file with the rest.
  ///   - part, width, progress: as for `run`.
  /// - Throws: only what keeps it from looking.
  package static func withoutKeys(
    _ storage: VaultStorage, key: VerifierKey?, part: VaultPart = .all, width: Int = AllCores.count,
    progress: @escaping @Sendable (_ read: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(VaultStoreError) -> Outside {
    let items = try await storage.inventory.items()
    var findings = items.compactMap(\.misplacement)
    findings += try await VaultFinding.ofJournal(storage.ledger)
    let (head, problem) = try await signedHead(storage, key)
    if let problem { findings.append(problem) }
    let read = items.filter { part.contains($0.path) && $0.isForm }
    let total = read.reduce(0) { $0 + $1.length }
    let reader = FormReader(storage: storage) { progress($0, total) }
    findings += try await Parallel.map(read, width: width, reader.findings)
    return Outside(
      findings: findings.sorted { $0.name < $1.name }, files: read.count, bytes: total,
      entries: head?.checkpoint.size ?? 0, head: head)
  }

  /// The newest head, or what is wrong with it.
  private static func signedHead(
    _ storage: VaultStorage, _ key: VerifierKey?
  ) async throws(VaultStoreError) -> (VerifiedCheckpoint?, VaultFinding?) {
    let description: VaultDescription
    let found: LedgerHead?
    do throws(VaultStoreError) {
      guard let text = try await storage.files.read(.description) else { throw .missing("STRONGROOM") }
      description = try VaultDescription.parse(text)
      found = try await storage.ledger.head()
    } catch .malformed(let name, _) {
      return (nil, VaultFinding(name: name, problem: .malformed))
    } catch {
      guard let finding = VaultFinding(error) else { throw error }
      // What the journal's own check has said already needs no second line.
      return (nil, finding.name == "STRONGROOM" ? finding : nil)
    }
    guard let found else { return (nil, VaultFinding(name: "ledger", problem: .unsigned)) }
    guard let key = key ?? description.verifierKeys.last.flatMap({ try? VerifierKey(parsing: $0) }),
      let head = try? UnverifiedCheckpoint(parsing: found.checkpoint).verified(
        by: key, origin: description.origin),
      head.checkpoint.size == found.size, head.checkpoint.root == found.range.root
    else { return (nil, VaultFinding(name: "ledger", problem: .unsigned)) }
    return (head, nil)
  }

  private struct FormReader: Sendable {
    let storage: VaultStorage
    let progress: @Sendable (Int) -> Void

    func findings(_ item: VaultItem) async throws(VaultStoreError) -> [VaultFinding] {
      do throws(VaultStoreError) {
        let isWell =
          switch item.kind {
          case .object(let id): try await isWell(id, item.length)
          case .named(let name): try await isWell(name)
          default: true
          }
        return isWell ? [] : [VaultFinding(name: item.path, problem: .malformed)]
      } catch {
        return [VaultFinding(name: item.path, problem: .unreadable(error))]
      }
    }

    /// One X25519 stanza, a length that an age file can have, and every byte readable.
    private func isWell(_ id: ObjectID, _ length: Int) async throws(VaultStoreError) -> Bool {
      let reader = try await storage.objects.reader(of: id)
      var isFirst = true
      var isWell = false
      try VaultCheck.read(reader, length: length) { piece in
        if isFirst { isWell = Self.isAge(piece, fileSize: length, recipients: 1) }
        isFirst = false
        progress(piece.byteCount)
      }
      return isWell
    }

    private func isWell(_ name: VaultFileName) async throws(VaultStoreError) -> Bool {
      guard let bytes = try await storage.files.read(name) else { throw .missing(try name.relativePath) }
      progress(bytes.count)
      return switch name {
      case .childIdentity: Self.isAge(bytes.span.bytes, fileSize: bytes.count, recipients: 1)
      case .epochIdentity, .ledgerKey: Self.isAge(bytes.span.bytes, fileSize: bytes.count, recipients: nil)
      case .cosigned(let size):
        (try? UnverifiedCheckpoint(parsing: bytes))?.claimed.size == size
      default: true
      }
    }

    private static func isAge(_ start: RawSpan, fileSize: Int, recipients: Int?) -> Bool {
      guard let stanzas = try? Age.stanzas(ofSealedFile: start, fileSize: fileSize) else { return false }
      return stanzas.allSatisfy { $0.type == "X25519" } && (recipients.map { stanzas.count == $0 } ?? true)
    }
  }
}

extension VaultItem {
  /// A file whose form says something about it.
  fileprivate var isForm: Bool {
    switch kind {
    case .object, .named(.epochIdentity), .named(.childIdentity), .named(.ledgerKey), .named(.cosigned),
      .named(.policyFile):
      true
    default: false
    }
  }
}
