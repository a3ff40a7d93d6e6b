/// Who may import whom. DESIGN.md, section 3; the keys are folders below `Sources`.
enum HouseTable {
  struct Module {
    /// Modules of ours.
    var ours: Set<String> = []
    /// Modules of the system and of dependencies.
    var others: Set<String> = []
    /// Whether it may also import every module that Gatekeeper shows in its own API (`package import`).
    var seesWhatGatekeeperShows = false
    /// Whether C files in it may include OpenSSL.
    var includesOpenSSL = false
  }

  static let modules: [String: Module] = [
    "COpenSSL": Module(includesOpenSSL: true),
    "CStrongroom": Module(ours: ["COpenSSL"], includesOpenSSL: true),
    // Dispatch: work on all cores, from the library that Swift's own concurrency brings along.
    "StrongroomCrypto": Module(
      ours: ["COpenSSL", "CStrongroom"], others: ["Dispatch", "Glibc", "Synchronization"]),
    "AgeFormat": Module(ours: ["StrongroomCrypto"], others: ["Synchronization"]),
    "TransparencyLog": Module(ours: ["StrongroomCrypto"]),
    // No files, no clock, no keys: YAML and the standard library.
    "DisclosureRules": Module(others: ["Yams"]),
    "VaultStore": Module(
      ours: ["AgeFormat", "TransparencyLog", "StrongroomCrypto", "CStrongroom"],
      others: ["Glibc", "Synchronization"]),
    // No terminal, path or exit here: they would come with Glibc.
    "Gatekeeper": Module(
      ours: [
        "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto", "CStrongroom",
      ],
      others: ["Foundation", "FoundationEssentials", "Synchronization"]),
    // Sockets, and what is public of logs. No vault, no key but its own.
    "WitnessService": Module(
      ours: ["TransparencyLog", "VaultStore", "StrongroomCrypto"],
      others: ["NIOCore", "NIOPosix", "NIOHTTP1", "Synchronization"]),
    "strongroom": Module(
      ours: ["Gatekeeper", "DisclosureRules", "WitnessService"],
      others: [
        "ArgumentParser", "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization",
      ],
      seesWhatGatekeeperShows: true),
    // Runs while building and is in no product.
    "EmbedPoliciesTool": Module(others: ["Foundation"]),
  ]

  /// Modules that are ours but that Gatekeeper cannot pass on, whatever it shows.
  static let neverShown: Set = ["COpenSSL", "CStrongroom"]

  /// Where C memory may be touched, beside all of StrongroomCrypto, and why there.
  static let unsafeFiles: [String: String] = [
    "Sources/VaultStore/FileSystem/Descriptor.swift":
      "reads and writes of the system take pointers; one function per call, in this file alone"
  ]

  static let unsafeModule = "StrongroomCrypto"
}
