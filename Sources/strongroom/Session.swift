import AgeFormat
import Gatekeeper
import StrongroomCrypto
import VaultStore

/// One command's visit to a vault: whose key, which folder.
struct Session {
  let gatekeeper: Gatekeeper
  /// For a second visit of the same person, to a copy of the vault.
  let identity: MemberIdentity

  /// Whose key and which folder, before the vault is opened with it.
  struct Visit {
    let identity: MemberIdentity
    let storage: VaultStorage
  }

  static func visit(_ options: VaultOptions) throws -> Visit {
    let vaultPath = try options.vaultPath()
    let identity = try loadIdentity(at: options.identityPath(), passphrase: options.passphrase)
    return Visit(identity: identity, storage: try VaultDirectory.open(at: vaultPath))
  }

  static func open(_ options: VaultOptions) async throws -> Session {
    try await open(visit(options), options)
  }

  static func open(_ visit: Visit, _ options: VaultOptions) async throws -> Session {
    let gatekeeper = try await Gatekeeper(
      opening: visit.storage, as: visit.identity, effects: .system, erasures: try LocalErasureList())
    warnAboutRepeatedErasures(await gatekeeper.repeatedErasures)
    if await gatekeeper.isExampleVault, !options.output.json { warnAboutExampleVault() }
    return Session(gatekeeper: gatekeeper, identity: visit.identity)
  }

  /// An older copy of the vault, or of its keys, was put back; what was erased is erased again.
  private static func warnAboutRepeatedErasures(_ erasures: [RepeatedErasure]) {
    for erasure in erasures {
      Output.note(
        "strongroom: warning: \(erasure.child) was erased, and its key was here again: it was removed, and nothing was opened with it"
      )
    }
  }

  static func warnAboutExampleVault() {
    Output.note(
      "strongroom: warning: an example vault: its keys are published, so never file a real child's papers here"
    )
  }

  /// Reads an identity file and, when it is protected, asks for its passphrase.
  static func loadIdentity(at path: String, passphrase: Passphrase.Sources) throws -> MemberIdentity {
    let file = try SmallFile.readSecret(path)
    return try MemberIdentity(identityFile: file) {
      try Passphrase.read(from: passphrase, prompt: "Passphrase for \(TerminalText.safe(path)): ")
    }
  }
}
