/// The targets of `Package.swift`, read from its text: asking the package manager would wait for the build that runs this test.
enum PackageManifest {
  struct Target: Hashable {
    let name: String
    /// Relative to the package.
    let folder: String
    /// Names of targets and products.
    let dependencies: Set<String>
  }

  static func targets(_ text: String) -> [Target] {
    let manifest = SourceFile(path: "Package.swift", text: text).withoutComments[...]
    guard let start = manifest.firstRange(of: "targets: [\n") else { return [] }
    var rest = manifest[start.upperBound...]
    var targets = [Target]()
    let openings = [".target(", ".executableTarget(", ".testTarget(", ".systemLibrary(", ".plugin("]
    while let opening = openings.compactMap({ rest.firstRange(of: $0) }).min(by: {
      $0.lowerBound < $1.lowerBound
    }) {
      let isTest = rest[opening].hasPrefix(".test")
      let isPlugin = rest[opening].hasPrefix(".plugin")
      let body = balanced(rest[opening.upperBound...], open: "(", close: ")")
      rest = rest[body.endIndex...]
      guard let name = string(after: "name: ", in: body) else { continue }
      let folder = isPlugin ? "Plugins" : isTest ? "Tests" : "Sources"
      targets.append(
        Target(
          name: name, folder: string(after: "path: ", in: body) ?? "\(folder)/\(name)",
          dependencies: dependencies(body, constants: constants(manifest))))
    }
    return targets
  }

  private static func dependencies(_ body: Substring, constants: [String: String]) -> Set<String> {
    guard let start = body.firstRange(of: "dependencies: [") else { return [] }
    var list = balanced(body[start.upperBound...], open: "[", close: "]")
    var found = Set<String>()
    // `.product(name: "X", package: "Y")` and `.target(name: "X")` first, so that only bare strings and constants remain.
    while let call = [".product(", ".target("].compactMap({ list.firstRange(of: $0) }).first {
      let arguments = balanced(list[call.upperBound...], open: "(", close: ")")
      if let name = string(after: "name: ", in: arguments) { found.insert(name) }
      list = list[..<call.lowerBound] + list[arguments.endIndex...]
    }
    for item in list.split(separator: ",") {
      let word = item.filter { !$0.isWhitespace && $0 != ")" }
      if word.hasPrefix("\"") { found.insert(word.filter { $0 != "\"" }) }
      if let product = constants[word] { found.insert(product) }
    }
    return found
  }

  /// `let argumentParser = Target.Dependency.product(name: "ArgumentParser", …)`.
  private static func constants(_ manifest: Substring) -> [String: String] {
    var constants = [String: String]()
    for piece in manifest.split(separator: "let ") {
      guard let sign = piece.firstRange(of: " = Target.Dependency.product("),
        let product = string(after: "name: ", in: piece[sign.upperBound...])
      else { continue }
      constants[String(piece[..<sign.lowerBound])] = product
    }
    return constants
  }

  private static func string(after label: String, in text: Substring) -> String? {
    guard let start = text.firstRange(of: label + "\"") else { return nil }
    return String(text[start.upperBound...].prefix { $0 != "\"" })
  }

  /// The text up to the sign that closes what was opened just before it.
  private static func balanced(_ text: Substring, open: Character, close: Character) -> Substring {
    var depth = 1
    for index in text.indices {
      if text[index] == open { depth += 1 }
      if text[index] == close { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}
