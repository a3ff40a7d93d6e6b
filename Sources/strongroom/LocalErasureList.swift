import Gatekeeper
import VaultStore

/// The lists of erasures in the state folder: `erasures/<vault id>`.
struct LocalErasureList: ErasureListStorage {
  private let existing: StateFolder?

  /// - Throws: for a state folder that others may write to. One that is not there yet holds no list.
  init() throws(CommandFailure) { existing = try StateFolder.openIfThere() }

  func read(for vault: VaultID) throws -> [UInt8]? { try existing?.read(Self.name(of: vault)) }

  func replace(_ bytes: [UInt8], for vault: VaultID) throws {
    try StateFolder.open().replace(Self.name(of: vault), bytes)
  }

  private static func name(of vault: VaultID) -> String { "erasures/\(vault.hex)" }
}
