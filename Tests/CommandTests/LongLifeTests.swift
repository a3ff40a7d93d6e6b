import Foundation
import StrongroomTestSupport
import Testing

/// F13: vaults that earlier builds made, kept in Tests/Fixtures, are opened by this one, by stock tools, and by the independent reader.
@Suite struct LongLifeTests {
  static let folder = VectorFolder.packageRoot.appendingPathComponent("Tests/Fixtures")
  static let vaults =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".tar.gz") }.sorted() ?? []

  private struct Contents: Decodable {
    let documents: [String: String]
    let child: String
    let entries: Int
  }

  private func unpack(_ name: String) throws -> (CommandLineRunner, Contents) {
    var runner = try CommandLineRunner("long-life")
    expect(try runner.shell("tar -xzf '\(Self.folder.path)/\(name)'"), 0)
    runner.environment["STRONGROOM_VAULT"] = runner.folder.path("v")
    let json = try Data(contentsOf: runner.folder.url.appendingPathComponent("vault.json"))
    return (runner, try JSONDecoder().decode(Contents.self, from: json))
  }

  @Test func thereIsOneOfEachFormat() { #expect(Self.vaults.contains("vault-format-1.tar.gz")) }

  @Test(arguments: vaults)
  func vaultOfAnEarlierBuildIsWhole(name: String) throws {
    let (runner, contents) = try unpack(name)
    let check = try runner.strongroom(["check", "--json"], as: "senco")
    #expect(try check.object()["whole"] as? Bool == true, "\(check.everything)")
    expect(try runner.strongroom(["audit", "verify"], as: "compliance-officer"), 0)
    expect(try runner.strongroom(["child", "list"], as: "senco"), 0, contents.child)
    for (record, file) in contents.documents {
      let words = ["open", record, "--reason", "Still there", "--out", "opened"]
      expect(try runner.strongroom(words, as: "senco"), 0)
      expect(try runner.shell("cmp '\(file)' opened && rm opened"), 0)
    }
    // And it is written to.
    expect(try runner.strongroom(["child", "add", "--name", "Kim", "--born", "2016-01-01"], as: "senco"), 0)
    expect(try runner.strongroom(["audit", "verify"], as: "senco"), 0)
  }

  @Test(.enabled(if: IndependentReaderTests.python != nil, IndependentReaderTests.why), arguments: vaults)
  func vaultOfAnEarlierBuildIsReadByAnotherProgram(name: String) throws {
    let (runner, contents) = try unpack(name)
    let python = try #require(IndependentReaderTests.python)
    let result = try runner.shell(
      "PYTHONDONTWRITEBYTECODE=1 '\(python)' '\(IndependentReaderTests.reader)/read_vault.py' v \"$KEYS/senco.key\""
    )
    expect(result, 0)
    #expect(try result.object()["entries"] as? Int == contents.entries, "\(result.everything)")
  }

  @Test(arguments: vaults)
  func vaultOfAnEarlierBuildOpensByHand(name: String) throws {
    let (runner, contents) = try unpack(name)
    guard try runner.shell("age --version").code == 0 else {
      print("not opened by hand: age is not installed")
      return
    }
    let script = """
      set -euo pipefail
      for epoch in v/epoch/*.age; do age -d -i "$KEYS/senco.key" $epoch > epoch.key; done
      for key in v/keys/*/*.age; do age -d -i epoch.key $key; done > children.key
      for record in v/records/*/*/*.age; do
        mkdir out; age -d -i children.key $record | tar -x -i -C out; rm out/META.json; mv out/* documents-$(basename $record); rmdir out
      done
      sha256sum documents-* | cut -d' ' -f1 | sort
      """
    let result = try runner.shell(script)
    expect(result, 0)
    let wanted = try runner.shell(
      "sha256sum \(Set(contents.documents.values).joined(separator: " ")) | cut -d' ' -f1 | sort")
    #expect(result.output == wanted.output, "\(result.everything)")
  }
}
