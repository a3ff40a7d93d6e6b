import DisclosureRules
import Foundation

/// A folder of rules on disk.
enum PolicyFolder {
  /// What is read of a folder at most; the rules themselves are far smaller.
  private static let maximumFileCount = 200

  /// Reads every `.yaml` file below the folder; nothing is believed about them yet.
  static func read(_ path: String) throws -> PolicySource {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure.cannotRead(path: path, errno: ENOENT)
    }
    guard isFolder.boolValue, let found = FileManager.default.enumerator(atPath: path) else {
      throw CommandFailure.cannotRead(path: path, errno: ENOTDIR)
    }
    var files: [String: String] = [:]
    for case let name as String in found where name.hasSuffix(".yaml") {
      guard files.count < maximumFileCount else {
        throw CommandFailure.badValue(
          option: "the folder", value: path, hint: "a set of rules has at most \(maximumFileCount) files")
      }
      files[name] = try SmallFile.readText(folder.appendingPathComponent(name).path)
    }
    guard !files.isEmpty else {
      throw CommandFailure.badValue(
        option: "the folder", value: path, hint: "it holds no .yaml files; see policies/README.md")
    }
    return PolicySource(files: files)
  }
}
