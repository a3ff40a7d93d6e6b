import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// The keys one member's identity opens: for custodians all of them, for everybody else the ledger's only.
///
/// A value for one state of the vault: when an epoch ends, the gatekeeper puts the next one's in its place.
final class VaultKeys: Sendable {
  let origin: String
  /// In order from the first; the last one lasts.
  let epochs: [EpochKeys]
  /// Epoch identities by number; those of epochs that have ended only while their file is still there. None for members who
  /// are no custodians. Whether one is the vault's is said by the entry that began its epoch.
  let identities: [Int: X25519Identity]

  /// An identity file or a ledger key file is a few hundred bytes.
  static let limitBytes = 16_384

  /// - Precondition: at least one epoch.
  init(origin: String, epochs: [EpochKeys], identities: [Int: X25519Identity]) {
    precondition(!epochs.isEmpty, "a vault has an epoch")
    self.origin = origin
    self.epochs = epochs
    self.identities = identities
  }

  private var current: EpochKeys { epochs[epochs.count - 1] }

  /// Number of the newest epoch whose keys are here.
  var epochNumber: Int { epochs.count }

  /// The log's key that signs now.
  var logKey: VerifierKey { current.logKey }

  /// Opens the children's key files; nil for members who are no custodians.
  var epoch: X25519Identity? { identities[epochNumber] }

  /// The epoch whose ledger key seals the entry at `index`.
  func epoch(ofEntry index: UInt64) -> EpochKeys { epochs.last { $0.firstEntry <= index } ?? epochs[0] }

  /// The epochs whose log keys sign a tree of `size`: one, or at the end of an epoch that and the next.
  func epochs(signing size: UInt64) -> [EpochKeys] {
    epochs.indices.filter { number in
      let opening = number == 0 ? 0 : epochs[number].firstEntry
      let closing = number + 1 < epochs.count ? epochs[number + 1].firstEntry : UInt64.max
      return opening <= size && size <= closing
    }.map { epochs[$0] }
  }

  func adding(_ new: EpochKeys, _ identities: [Int: X25519Identity]) -> VaultKeys {
    VaultKeys(
      origin: origin, epochs: epochs + [new], identities: self.identities.merging(identities) { $1 })
  }

  func replacing(identities: [Int: X25519Identity]) -> VaultKeys {
    VaultKeys(origin: origin, epochs: epochs, identities: identities)
  }
}

/// Finds, opens and seals key files.
struct KeyFiles: Sendable {
  let files: any NamedFileStorage
  /// The member's own.
  let identity: X25519Identity

  /// The epoch identities that the member's opens, by number. A file that is damaged or not for them is passed over: whether
  /// it had to open is for `check` and for whoever needs it.
  func epochIdentities() async throws(GateError) -> [Int: X25519Identity] {
    let names: [VaultFileName]
    do { names = try await files.list(.epochIdentities) } catch { throw GateError(error) }
    var found: [Int: X25519Identity] = [:]
    for case .epochIdentity(let number) in names {
      if let opened = try? await identity(in: .epochIdentity(number), with: [identity]) {
        found[number] = opened
      }
    }
    return found
  }

  /// Reads key files, and reads them again if a change of keys by another process came in between: then files are gone that
  /// were listed, or sealed anew to an identity that was not there yet.
  func whileTheyStand<Value>(
    _ read: () async throws(GateError) -> Value
  ) async throws(GateError) -> Value {
    for _ in 0..<Gatekeeper.attempts {
      let before = try await epochFiles()
      do { return try await read() } catch {
        guard try await epochFiles() != before else { throw error }
      }
    }
    throw .busy
  }

  private func opensNewestEpoch(_ identities: [Int: X25519Identity]) async throws(GateError) -> Bool {
    let numbers = try await epochFiles().compactMap { name -> Int? in
      if case .epochIdentity(let number) = name { number } else { nil }
    }
    return numbers.max().map { identities[$0] != nil } ?? false
  }

  private func epochFiles() async throws(GateError) -> [VaultFileName] {
    do { return try await files.list(.epochIdentities) } catch { throw GateError(error) }
  }

  /// The keys of the first epoch, with what the vault says of itself as the only witness; the first entry is the next.
  func openFirst(_ description: VaultDescription) async throws(GateError) -> VaultKeys {
    let identities = try await epochIdentities()
    let first: EpochKeys
    do {
      first = try await keys(
        of: nil, origin: description.origin,
        logKey: description.verifierKeys.first.flatMap { try? VerifierKey(parsing: $0) },
        identities: identities)
    } catch .keyNotAvailable {
      // Not theirs, or theirs and damaged?
      try await checkEpochFiles()
      throw .keyNotAvailable(.opensNothingHere)
    }
    return VaultKeys(origin: description.origin, epochs: [first], identities: identities)
  }

  /// - Throws: `.integrity` naming the file that is missing or damaged.
  private func checkEpochFiles() async throws(GateError) {
    var names: [VaultFileName]
    do { names = try await files.list(.epochIdentities) } catch { throw GateError(error) }
    if names.isEmpty { names = [.epochIdentity(1)] }
    for name in names { _ = try await open(name, with: [identity]) }
  }

  /// The keys of one epoch.
  ///
  /// - Parameters:
  ///   - epoch: as the ledger has it; nil for the first, before an entry was read.
  ///   - identities: the epoch identities at hand; any of them may be the one this file is sealed to.
  ///   - logKey: the log's key, where the ledger has not told it yet.
  /// - Throws: `.keyNotAvailable(.opensNothingHere)`; `.integrity` naming the file that is missing, damaged or foreign.
  func keys(
    of epoch: EpochState?, origin: String, logKey: VerifierKey?, identities: [Int: X25519Identity]
  ) async throws(GateError) -> EpochKeys {
    let number = epoch?.number ?? 1
    let name = VaultFileName.ledgerKey(number)
    guard let text = try await open(name, with: Array(identities.values) + [identity]) else {
      // Every ledger key file is sealed to the newest epoch identity: one that its holder cannot open was put there.
      if try await opensNewestEpoch(identities) { throw .integrity(.file(name.displayName, .swapped)) }
      throw .keyNotAvailable(.opensNothingHere)
    }
    let key: LedgerKey
    var signer: NoteSigner?
    do {
      let file = try LedgerKeyFile.parse(text.bytes)
      guard file.origin == origin, file.key.epoch == UInt32(number) else {
        // Before an entry was read, it is the description that has no witness.
        let doubtful = epoch == nil ? VaultFileName.description : name
        throw GateError.integrity(.file(doubtful.displayName, .swapped))
      }
      key = file.key
      if let seed = file.copyOfSigningSeed() {
        signer = try NoteSigner(name: origin, key: Ed25519SigningKey(seed: seed))
      }
    } catch let error as GateError {
      throw error
    } catch {
      throw .integrity(.file(name.displayName, .malformed))
    }
    guard let logKey = epoch?.logKey ?? signer?.verifierKey ?? logKey,
      signer.map({ $0.verifierKey == logKey }) ?? true
    else { throw .integrity(.file(name.displayName, .swapped)) }
    return EpochKeys(
      number: number, firstEntry: epoch?.firstEntry ?? 0, ledger: key, logKey: logKey, signer: signer)
  }

  /// An identity kept in a key file; nil if none of `identities` opens it.
  func identity(
    in name: VaultFileName, with identities: [X25519Identity]
  ) async throws(GateError) -> X25519Identity? {
    guard let text = try await open(name, with: identities) else { return nil }
    guard let found = try? IdentityFile.parse(text.bytes), found.count == 1 else {
      throw .integrity(.file(name.displayName, .malformed))
    }
    return found[0]
  }

  /// What a key file holds; nil if none of `identities` opens it.
  ///
  /// - Throws: `.integrity` naming the file if it is missing or damaged.
  func open(
    _ name: VaultFileName, with identities: [X25519Identity]
  ) async throws(GateError) -> SecretBytes? {
    let sealed: [UInt8]?
    do { sealed = try await files.read(name) } catch { throw GateError(error) }
    guard let sealed else { throw .integrity(.file(name.displayName, .missing)) }
    return try Self.open(sealed, name, with: identities)
  }

  static func open(
    _ sealed: [UInt8], _ name: VaultFileName, with identities: [X25519Identity]
  ) throws(GateError) -> SecretBytes? {
    do {
      return try Age.open(sealed, identities: identities, limit: VaultKeys.limitBytes)
    } catch .noIdentityMatched {
      return nil
    } catch {
      throw .integrity(.file(name.displayName, .damaged))
    }
  }

  /// Seals an identity to recipients, as the content of a key file.
  static func seal(
    _ identity: X25519Identity, to recipients: [X25519Recipient], at: Timestamp
  ) throws(GateError) -> [UInt8] {
    try seal(IdentityFile.write(identity, createdAt: at.text), to: recipients)
  }

  /// A ledger key file's content, sealed.
  static func seal(
    _ file: borrowing LedgerKeyFile, to recipients: [X25519Recipient]
  ) throws(GateError) -> [UInt8] {
    try seal(file.text(), to: recipients)
  }

  /// - Parameter text: lines of an identity file or a ledger key file.
  static func seal(
    _ text: borrowing SecretBytes, to recipients: [X25519Recipient]
  ) throws(GateError) -> [UInt8] {
    do { return try Age.seal(text.bytes, to: recipients) } catch { throw .crypto(.invalidKey) }
  }
}

extension VaultFileName {
  /// Relative to the vault, for messages.
  var displayName: String { (try? relativePath) ?? "?" }
}
