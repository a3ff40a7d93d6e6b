// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6 mode, warnings are errors, imports say what they are for.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

/// The one module that touches C memory: there every unsafe expression must be marked and explained.
let strictMemory: [SwiftSetting] =
  strict + [
    .enableExperimentalFeature("Lifetimes"),  // RawSpan borrowed from a secret that owns its memory
    .strictMemorySafety(),
  ]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// Only what an HTTP/1 server and client on a socket need; nothing of NIO's file, TLS or Foundation modules.
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
  name: "strongroom",
  products: [
    .executable(name: "strongroom", targets: ["strongroom"])
  ],
  dependencies: [
    // The command line: parsing, help screens and shell completions as users of Swift tools know them.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // Policies are YAML that a records manager edits; errors must name file, line and column (marks come with each node).
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    // `witness serve` reads HTTP from strangers: a parser that much of the server-side Swift world runs and fuzzes, with limits we
    // set, instead of one of our own. It adds a minute or two to a first debug build; what it adds to the start of a command,
    // `make benchmark` prints (at most 20 ms in all).
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // OpenSSL 3 from the operating system, so that its security fixes reach every vault without a new release of ours.
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev", "pkg-config"])]),
    .target(
      name: "CStrongroom", dependencies: ["COpenSSL"],
      cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "StrongroomCrypto", dependencies: ["COpenSSL", "CStrongroom"],
      swiftSettings: strictMemory),
    .target(name: "AgeFormat", dependencies: ["StrongroomCrypto"], swiftSettings: strict),
    .target(name: "TransparencyLog", dependencies: ["StrongroomCrypto"], swiftSettings: strict),
    .target(
      name: "DisclosureRules", dependencies: [.product(name: "Yams", package: "Yams")],
      swiftSettings: strict, plugins: ["EmbedPolicies"]),
    // The shipped policies are compiled in from policies/*.yaml at build time: one copy in the repository, no folder
    // needed by `init`. The tool runs in the build only and is no part of the product.
    .executableTarget(
      name: "embed-policies", path: "Sources/EmbedPoliciesTool", swiftSettings: strict),
    .plugin(
      name: "EmbedPolicies", capability: .buildTool(), dependencies: ["embed-policies"]),
    .target(
      name: "VaultStore",
      dependencies: ["AgeFormat", "TransparencyLog", "StrongroomCrypto", "CStrongroom"],
      swiftSettings: strict),
    .target(
      name: "Gatekeeper",
      dependencies: [
        "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto",
        "CStrongroom",
      ],
      swiftSettings: strict),
    // Cosigns the logs of other vaults over HTTP, and asks others to cosign ours. Knows nothing of vaults' contents.
    .target(
      name: "WitnessService",
      dependencies: [
        "TransparencyLog", "VaultStore", "StrongroomCrypto", nioCore, nioPosix, nioHTTP,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "strongroom",
      dependencies: [
        "Gatekeeper", "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto",
        "WitnessService", argumentParser,
      ],
      swiftSettings: strict),

    // Figures beside age and SQLite; run by hand (Benchmarks/run), never by the tests.
    .executableTarget(
      name: "strongroom-benchmark",
      dependencies: [
        "Gatekeeper", "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto",
      ],
      path: "Benchmarks", exclude: ["run"], swiftSettings: strict),

    // Shared by the tests only: fake clock, scratch folders, vectors, transcripts.
    .target(
      name: "StrongroomTestSupport", path: "Tests/StrongroomTestSupport", swiftSettings: strict),
    // A file system that loses, cuts and zeroes what was not flushed, and every state a power cut can leave of a recorded run.
    .target(
      name: "CrashLab", dependencies: ["VaultStore", "StrongroomTestSupport"], path: "Tests/CrashLab",
      swiftSettings: strict),
    .testTarget(
      name: "StrongroomCryptoTests",
      dependencies: ["StrongroomCrypto", "CStrongroom", "COpenSSL", "StrongroomTestSupport"],
      exclude: ["Vectors"],  // read from the source tree, not copied into the build
      swiftSettings: strict),
    .testTarget(
      name: "AgeFormatTests",
      dependencies: ["AgeFormat", "StrongroomCrypto", "StrongroomTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "TransparencyLogTests",
      dependencies: ["TransparencyLog", "StrongroomCrypto", "StrongroomTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DisclosureRulesTests",
      dependencies: ["DisclosureRules", "StrongroomTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "VaultStoreTests",
      dependencies: [
        "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto", "StrongroomTestSupport", "CrashLab",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "GatekeeperTests",
      dependencies: [
        "Gatekeeper", "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog",
        "StrongroomCrypto", "StrongroomTestSupport", "CrashLab",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WitnessServiceTests",
      dependencies: [
        "WitnessService", "VaultStore", "TransparencyLog", "StrongroomCrypto", "StrongroomTestSupport",
        nioCore, nioPosix,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "strongroom", "WitnessService", "TransparencyLog", "StrongroomCrypto", "StrongroomTestSupport",
      ],
      exclude: ["Transcripts"], swiftSettings: strict),
    .testTarget(
      name: "ArchitectureTests", dependencies: ["StrongroomTestSupport"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
