import DisclosureRules
import Foundation
import StrongroomTestSupport

/// Reads a shipped policy folder from the repository.
enum PolicyFolder {
  static func read(_ name: String) throws -> PolicySource {
    let folder = VectorFolder.packageRoot.appending(path: "policies/\(name)")
    var files: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".yaml")
    {
      files[path] = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }
    return PolicySource(files: files)
  }
}
