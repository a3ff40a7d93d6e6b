// swift-tools-version: 6.2
import PackageDescription

// Fuzz targets over the very sources of the product (Sources/ holds links to them), instrumented for libFuzzer. A package of its own, so
// that the product's build knows nothing of it. See docs/TESTING.md; `make fuzz` runs every target for a set time.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  // Coverage of every edge for libFuzzer; parsers are reached from inside with @testable.
  .unsafeFlags(["-sanitize=fuzzer", "-enable-testing"]),
]

let package = Package(
  name: "strongroom-fuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
  targets: [
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev", "pkg-config"])]),
    .target(name: "CStrongroom", dependencies: ["COpenSSL"]),
    .target(name: "StrongroomCrypto", dependencies: ["COpenSSL", "CStrongroom"], swiftSettings: strict),
    .target(name: "AgeFormat", dependencies: ["StrongroomCrypto"], swiftSettings: strict),
    .target(name: "TransparencyLog", dependencies: ["StrongroomCrypto"], swiftSettings: strict),
    .target(
      name: "DisclosureRules", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: strict,
      plugins: ["EmbedPolicies"]),
    .executableTarget(name: "embed-policies", path: "Sources/EmbedPoliciesTool"),
    .plugin(name: "EmbedPolicies", capability: .buildTool(), dependencies: ["embed-policies"]),
    .target(
      name: "VaultStore", dependencies: ["AgeFormat", "TransparencyLog", "StrongroomCrypto", "CStrongroom"],
      swiftSettings: strict),
    .target(
      name: "Gatekeeper",
      dependencies: [
        "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog", "StrongroomCrypto", "CStrongroom",
      ],
      swiftSettings: strict),
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CFuzzer", "Gatekeeper", "DisclosureRules", "VaultStore", "AgeFormat", "TransparencyLog",
        "StrongroomCrypto",
      ],
      swiftSettings: strict, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
)
