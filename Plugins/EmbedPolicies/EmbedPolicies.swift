import Foundation
import PackagePlugin

/// Compiles the shipped policy folders into DisclosureRules, so that `init` needs no folder and nothing is kept twice.
///
/// The YAML files under `policies/england` and `policies/school` are declared as inputs: changing one makes the next
/// `swift build` write the Swift file again. Only paths inside the policy folder reach that file.
@main
struct EmbedPolicies: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let policies = context.package.directoryURL.appending(path: "policies")
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedPolicies.swift")
    let sets = ["england", "school"]
    var inputs: [URL] = []
    for set in sets {
      inputs += yamlFiles(under: policies.appending(path: set))
    }
    return [
      .buildCommand(
        displayName: "Embedding \(inputs.count) policy files",
        executable: try context.tool(named: "embed-policies").url,
        arguments: [output.path, policies.path] + sets,
        inputFiles: inputs,
        outputFiles: [output])
    ]
  }

  /// Every `.yaml` file below a folder, in a fixed order; none if the folder is not there.
  private func yamlFiles(under folder: URL) -> [URL] {
    guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else {
      return []
    }
    var found: [URL] = []
    for case let file as URL in walk where file.pathExtension == "yaml" { found.append(file) }
    return found.sorted { $0.path < $1.path }
  }
}
