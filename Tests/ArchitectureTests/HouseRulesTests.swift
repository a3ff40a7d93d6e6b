import Testing

/// The rules can fail: each is fed a source that breaks it.
@Suite struct HouseRulesTests {
  private static let manifest = """
    let argumentParser = Target.Dependency.product(
      name: "ArgumentParser", package: "swift-argument-parser")
    let package = Package(
      products: [.executable(name: "strongroom", targets: ["strongroom"])],
      targets: [
        // .target(name: "Ghost"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CStrongroom", dependencies: ["COpenSSL"], cSettings: [.treatAllWarnings(as: .error)]),
        .target(name: "StrongroomCrypto", dependencies: ["COpenSSL", "CStrongroom"]),
        .target(name: "TransparencyLog", dependencies: ["StrongroomCrypto"]),
        .target(name: "DisclosureRules", dependencies: [.product(name: "Yams", package: "Yams")], plugins: ["P"]),
        .target(name: "VaultStore", dependencies: ["TransparencyLog", .target(name: "StrongroomCrypto")]),
        .target(name: "Gatekeeper", dependencies: ["VaultStore", "DisclosureRules", "StrongroomCrypto"]),
        .executableTarget(name: "strongroom", dependencies: ["Gatekeeper", argumentParser]),
        .executableTarget(name: "embed-policies", path: "Sources/EmbedPoliciesTool"),
        .testTarget(name: "CommandTests", dependencies: ["strongroom"]),
      ]
    )
    """

  /// Findings for one file beside a sound one where the exception for pointers is needed.
  private func rules(_ path: String, _ text: String, beside others: [SourceFile] = []) -> [HouseRules.Finding]
  {
    let descriptor = SourceFile(
      path: "Sources/VaultStore/FileSystem/Descriptor.swift", text: "bytes.withUnsafeBytes { _ in }")
    return HouseRules(
      files: [SourceFile(path: path, text: text), descriptor] + others,
      targets: PackageManifest.targets(Self.manifest)
    ).findings()
  }

  @Test(arguments: [
    ("TransparencyLog", "import Foundation", "Foundation", 1),
    ("TransparencyLog", "\n\npackage import COpenSSL", "COpenSSL", 3),
    ("TransparencyLog", "@testable import Gatekeeper", "Gatekeeper", 1),
    ("TransparencyLog", "@_implementationOnly import COpenSSL", "COpenSSL", 1),
    ("TransparencyLog", "@_spi(Secret) @preconcurrency public import VaultStore", "VaultStore", 1),
    ("TransparencyLog", "import struct Foundation.Date", "Foundation", 1),
    ("TransparencyLog", "import class Foundation.FileManager", "Foundation", 1),
    ("TransparencyLog", "import Foundation.NSObject", "Foundation", 1),
    ("TransparencyLog", "import StrongroomCrypto; import Glibc", "Glibc", 1),
    ("TransparencyLog", "@_exported\nimport Foundation", "Foundation", 2),
    ("TransparencyLog", "#if canImport(Foundation)\n  import Foundation\n#endif", "Foundation", 2),
    ("TransparencyLog", "/* a /* nested */ comment */ import Foundation", "Foundation", 1),
    ("TransparencyLog", "let a = \"//\"\nimport Foundation", "Foundation", 2),
    ("DisclosureRules", "import StrongroomCrypto", "StrongroomCrypto", 1),
    ("DisclosureRules", "import Glibc", "Glibc", 1),
    ("VaultStore", "import FoundationEssentials", "FoundationEssentials", 1),
    ("VaultStore", "import COpenSSL", "COpenSSL", 1),
    ("Gatekeeper", "import COpenSSL", "COpenSSL", 1),
    ("Gatekeeper", "import ArgumentParser", "ArgumentParser", 1),
    ("strongroom", "import COpenSSL", "COpenSSL", 1),
    ("strongroom", "import VaultStore", "VaultStore", 1),
  ])
  func anImportUpwardsIsFound(module: String, text: String, imported: String, line: Int) {
    let path = "Sources/\(module)/Bad.swift"
    let found = rules(path, text).filter { $0.rule == .forbiddenImport }
    #expect(
      found == [
        HouseRules.Finding(
          rule: .forbiddenImport, path: path, line: line, detail: "\(module) must not import \(imported)")
      ])
  }

  @Test(arguments: [
    "// import Foundation", "/* import Foundation */", "let a = \"import Foundation\"",
    "let a = \"\"\"\n  import Foundation\n  \"\"\"", "let a = #\"\" import Foundation\"#", "f(import: 1)",
    "package import StrongroomCrypto", "import Swift", "/// import Foundation\nstruct A {}",
  ])
  func whatOnlyLooksLikeAnImportIsNotFound(text: String) {
    #expect(rules("Sources/TransparencyLog/Good.swift", text).isEmpty)
  }

  /// The command line may use a module once Gatekeeper shows it in its own API, and not before.
  @Test func theCommandLineSeesWhatGatekeeperShows() {
    let quiet = SourceFile(path: "Sources/Gatekeeper/A.swift", text: "internal import VaultStore")
    let shows = SourceFile(path: "Sources/Gatekeeper/A.swift", text: "package import VaultStore")
    let before = rules("Sources/strongroom/A.swift", "import VaultStore", beside: [quiet])
    let after = rules("Sources/strongroom/A.swift", "import VaultStore", beside: [shows])
    #expect(before.map(\.rule) == [.forbiddenImport, .undeclaredDependency])
    #expect(after.map(\.rule) == [.undeclaredDependency])
  }

  @Test func anUndeclaredDependencyIsFound() {
    let found = rules("Sources/Gatekeeper/A.swift", "import TransparencyLog")
    #expect(found.map(\.rule) == [.undeclaredDependency])
    #expect(rules("Tests/CommandTests/A.swift", "import VaultStore").map(\.rule) == [.undeclaredDependency])
    #expect(rules("Tests/CommandTests/A.swift", "@testable import strongroom\nimport Foundation").isEmpty)
    #expect(rules("Tests/LostTests/A.swift", "import Foundation").map(\.rule) == [.undeclaredDependency])
  }

  @Test func aDependencyTheTableForbidsIsFoundThoughNothingImportsIt() {
    let manifest = Self.manifest.replacing(
      "name: \"TransparencyLog\", dependencies: [",
      with: "name: \"TransparencyLog\", dependencies: [\"Gatekeeper\", ")
    let found = HouseRules(files: [], targets: PackageManifest.targets(manifest)).findings()
    #expect(
      found.contains {
        $0.rule == .forbiddenDependency && $0.detail == "TransparencyLog must not depend on Gatekeeper"
      })
  }

  @Test func aModuleThatNobodyDesignedIsFound() {
    #expect(rules("Sources/Utils/A.swift", "").map(\.rule).contains(.unknownModule))
  }

  @Test func openSSLIsIncludedByTheTwoCModulesOnly() {
    for text in [
      "#include <openssl/evp.h>", "#  include <openssl/evp.h>", "#import \"openssl/evp.h\"",
      "@import openssl;",
    ] {
      #expect(rules("Sources/VaultStore/shim.h", text).map(\.rule) == [.forbiddenInclude], "\(text)")
      #expect(rules("Sources/CStrongroom/shim.h", text).isEmpty)
    }
    #expect(rules("Sources/VaultStore/shim.h", "#include <stdint.h>").isEmpty)
  }

  @Test(arguments: [
    ("let a = try! b()", HouseRules.Finding.Rule.forceTry), ("let a = b as! C", .forceCast),
    ("let a = \"\\(try! b())\"", .forceTry), ("// TODO: later", .unfinished), ("/* FIXME */", .unfinished),
    ("fatalError(\"unimplemented\")", .unfinished), ("fatalError(\"not implemented\")", .unfinished),
  ])
  func shortcutsAreFound(text: String, rule: HouseRules.Finding.Rule) {
    #expect(rules("Sources/TransparencyLog/A.swift", text).map(\.rule) == [rule])
  }

  @Test(arguments: [
    "let a = try? b()", "let a = b as? C", "let a = try !b()", "// try! to be brief", "let a = \"as!\"",
    "let a = b != c",
  ])
  func whatOnlyLooksLikeAShortcutIsNotFound(text: String) {
    #expect(rules("Sources/TransparencyLog/A.swift", text).isEmpty)
  }

  @Test(arguments: [
    "let p: UnsafePointer<UInt8>", "let p: UnsafeRawBufferPointer", "a.withUnsafeBytes { _ in }",
    "withUnsafeMutablePointer(to: &a) { _ in }", "let p: OpaquePointer", "unsafeBitCast(a, to: B.self)",
    "span.unsafeLoad(as: UInt8.self)", "let x = unsafe f()", "nonisolated(unsafe) var a = 1",
    "[UInt8](unsafeUninitializedCapacity: 1) { _, _ in }", "Unmanaged.passRetained(a)",
    "Span(_unsafeElements: a)",
  ])
  func pointersOutsideTheOneModuleAreFound(text: String) {
    #expect(rules("Sources/TransparencyLog/A.swift", text).map(\.rule) == [.unsafeMemory], "\(text)")
    #expect(rules("Sources/StrongroomCrypto/A.swift", text).isEmpty)
  }

  @Test func aNameThatOnlySoundsUnsafeIsNot() {
    #expect(rules("Sources/TransparencyLog/A.swift", "case unsafeName // withUnsafeBytes").isEmpty)
  }

  @Test func anExceptionWithoutNeedIsFound() {
    let clean = SourceFile(path: "Sources/VaultStore/FileSystem/Descriptor.swift", text: "let a = 1")
    let found = HouseRules(files: [clean], targets: PackageManifest.targets(Self.manifest)).findings()
    #expect(found.map(\.rule) == [.staleException])
  }

  @Test func uncheckedSendableNeedsItsReason() {
    let bare = "final class A: @unchecked Sendable {}"
    #expect(rules("Sources/TransparencyLog/A.swift", bare).map(\.rule) == [.uncheckedWithoutReason])
    #expect(
      rules("Sources/TransparencyLog/A.swift", "/// Safe because nothing in it changes.\n" + bare).isEmpty)
  }

  @Test func theManifestIsRead() throws {
    let targets = PackageManifest.targets(Self.manifest)
    #expect(targets.count == 10)
    #expect(targets.first { $0.name == "strongroom" }?.dependencies == ["Gatekeeper", "ArgumentParser"])
    #expect(
      targets.first { $0.name == "VaultStore" }?.dependencies == ["TransparencyLog", "StrongroomCrypto"])
    #expect(targets.first { $0.name == "embed-policies" }?.folder == "Sources/EmbedPoliciesTool")
    #expect(targets.first { $0.name == "CommandTests" }?.folder == "Tests/CommandTests")
  }
}
