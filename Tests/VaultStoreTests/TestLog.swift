import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog
import VaultStore

/// A log key for tests, and vaults in every kind of storage.
enum TestLog {
  static let origin = "example.school/strongroom/test"

  static let signer: NoteSigner = {
    do {
      let seed = [UInt8](repeating: 7, count: 32)
      return try NoteSigner(
        name: origin, key: Ed25519SigningKey(seed: SecretBytes.copying(seed.span.bytes)))
    } catch {
      fatalError("the test signer cannot be made: \(error)")
    }
  }()

  /// Signs as the gatekeeper does.
  @Sendable static func sign(_ range: CompactRange) throws -> [UInt8] {
    try signer.sign(Checkpoint(origin: origin, range: range)).bytes
  }

  struct Refusal: Error {}
  @Sendable static func refuse(_: CompactRange) throws -> [UInt8] { throw Refusal() }

  static let description = VaultDescription(
    vault: VaultID(checkedBytes: [UInt8](repeating: 1, count: 16)), origin: origin,
    verifierKeys: [signer.verifierKey.text], isExample: true)

  /// Segments so small that tests cross them often.
  static let geometry = JournalGeometry(segmentSize: 12 << 10, headReserve: 2 << 10)

  /// A sealed entry's bytes do not matter to storage; these have its sizes.
  static func entry(_ number: Int, size: Int = 200) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(number) &+ 1)
    return generator.bytes(size)
  }
}

/// Every implementation of the storage protocols: one suite holds for all of them.
enum StorageKind: String, CaseIterable, CustomTestStringConvertible {
  case memory, directory

  var testDescription: String { rawValue }

  /// A finished, empty vault; the scratch folder must be kept as long as it is used.
  func makeVault() async throws -> (VaultStorage, ScratchDirectory?) {
    switch self {
    case .memory:
      let vault = VaultStorage.inMemory()
      try await vault.files.create(.description, Array(TestLog.description.text().utf8))
      return (vault, nil)
    case .directory:
      let scratch = try ScratchDirectory("store")
      return (try await makeDirectoryVault(scratch), scratch)
    }
  }
}

func makeDirectoryVault(_ scratch: ScratchDirectory, name: String = "vault") async throws -> VaultStorage {
  let vault = try VaultDirectory.create(at: scratch.path(name), geometry: TestLog.geometry)
  try await vault.files.create(.description, Array(TestLog.description.text().utf8))
  return vault
}
