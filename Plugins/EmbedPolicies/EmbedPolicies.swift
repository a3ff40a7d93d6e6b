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
      inputs += foldersAndYAML(under: policies.appending(path: set))
    }
    return [
      .buildCommand(
        displayName: "Embedding policies",
        executable: try context.tool(named: "embed-policies").url,
        arguments: [output.path, policies.path] + sets,
        inputFiles: inputs,
        outputFiles: [output])
    ]
  }

  /// A folder, the folders in it and every `.yaml` file below, in a fixed order; nothing if the folder is not there.
  ///
  /// Folders are inputs too: a file that comes or goes changes its folder, and the tool looks at them itself. A file that
  /// came after the package was last planned is not watched for edits until it is planned again (any change to
  /// Package.swift or to the list of sources does that); a test compares the embedded copy with the repository's.
  private func foldersAndYAML(under folder: URL) -> [URL] {
    let keys: [URLResourceKey] = [.isDirectoryKey]
    guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: keys) else {
      return []
    }
    var found: [URL] = [folder]
    for case let file as URL in walk {
      let isFolder = (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
      if isFolder || file.pathExtension == "yaml" { found.append(file) }
    }
    return found.sorted { $0.path < $1.path }
  }
}
