import Foundation
import StrongroomTestSupport
import Testing

/// The package as it stands, held to DESIGN.md section 3.
@Suite struct ArchitectureTests {
  private let files: [SourceFile]
  private let targets: [PackageManifest.Target]

  init() throws {
    let root = VectorFolder.packageRoot
    files = try ["Sources", "Tests"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        .map { "\(folder)/\($0)" }.sorted()
        .filter { path in [".swift", ".c", ".h"].contains { path.hasSuffix($0) } }
        .map {
          try SourceFile(path: $0, text: String(contentsOf: root.appendingPathComponent($0), encoding: .utf8))
        }
    }
    targets = try PackageManifest.targets(
      String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8))
  }

  @Test func theHouseStandsAsDesigned() {
    let findings = HouseRules(files: files, targets: targets).findings()
    for finding in findings { Issue.record("\(finding)") }
  }

  /// Guards the guard: it has read what there is to read.
  @Test func everythingWasRead() {
    let modules = Set(files.compactMap { $0.path.hasPrefix("Sources/") ? $0.module : nil })
    #expect(modules == Set(HouseTable.modules.keys))
    #expect(files.filter { $0.path.hasPrefix("Sources/") }.count > 50)
    #expect(files.flatMap(\.imports).count > 100)
    let names = Set(targets.map(\.name))
    #expect(names.isSuperset(of: HouseTable.modules.keys.filter { $0 != "EmbedPoliciesTool" }))
    #expect(targets.first { $0.name == "TransparencyLog" }?.dependencies == ["StrongroomCrypto"])
    #expect(
      targets.first { $0.name == "strongroom" }?.dependencies.isSuperset(of: ["Gatekeeper", "ArgumentParser"])
        == true)
    #expect(targets.first { $0.name == "DisclosureRules" }?.dependencies == ["Yams"])
  }
}
