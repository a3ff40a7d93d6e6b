import Foundation

/// Writes the Swift file that holds the shipped policies. Runs at build time only, never in the product.
///
/// Arguments: the file to write, the `policies` folder, then the names of the sets.
@main
enum EmbedPoliciesTool {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 4 else {
      FileHandle.standardError.write(Data("usage: embed-policies OUTPUT POLICIES SET...\n".utf8))
      exit(64)
    }
    let policies = URL(fileURLWithPath: arguments[2], isDirectory: true)
    var text = "// Written by embed-policies from the YAML under policies/. Not kept in the repository.\n\n"
    text += "extension PolicySource {\n"
    for set in arguments.dropFirst(3) {
      let files = try contents(of: policies.appendingPathComponent(set, isDirectory: true))
      text += "  /// The shipped set `\(set)`, as it was when this was built.\n"
      text += "  package static let \(set) = PolicySource(files: ["
      text += files.isEmpty ? ":])\n" : "\n"
      for (path, yaml) in files { text += "    \(literal(path)): \(literal(yaml)),\n" }
      if !files.isEmpty { text += "  ])\n" }
    }
    text += "}\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: arguments[1]))
  }

  /// Path inside the set and text of every `.yaml` file, in order of path.
  private static func contents(of folder: URL) throws -> [(path: String, text: String)] {
    guard let walk = FileManager.default.enumerator(atPath: folder.path) else { return [] }
    var found: [(path: String, text: String)] = []
    for case let path as String in walk where path.hasSuffix(".yaml") {
      let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
      found.append((path, text))
    }
    return found.sorted { $0.path < $1.path }
  }

  /// A one-line string literal: YAML text may hold quotes, backslashes and `#` runs, so everything but plain ASCII and
  /// letters is escaped rather than trusted to a raw literal.
  private static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case " "..."~": result.unicodeScalars.append(scalar)
      default: result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result + "\""
  }
}
