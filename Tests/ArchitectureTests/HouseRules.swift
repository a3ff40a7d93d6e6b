/// What the house asks of every source file, as pure functions from text to findings.
struct HouseRules {
  struct Finding: Hashable, CustomStringConvertible {
    enum Rule: String {
      case unknownModule, forbiddenImport, undeclaredDependency, forbiddenDependency, forbiddenInclude
      case forceTry, forceCast, unfinished, unsafeMemory, uncheckedWithoutReason, staleException
    }

    let rule: Rule
    let path: String
    let line: Int
    let detail: String

    var description: String { "\(path):\(line): \(rule.rawValue): \(detail)" }
  }

  let files: [SourceFile]
  let targets: [PackageManifest.Target]

  /// Modules that Gatekeeper's API shows, as its own `package import` lines tell.
  private var shownByGatekeeper: Set<String> {
    let shown = files.filter { $0.module == "Gatekeeper" }.flatMap(\.imports).filter(\.isShown)
    return Set(shown.map(\.module)).subtracting(HouseTable.neverShown)
  }

  /// Every rule over every file.
  func findings() -> [Finding] {
    let sources = files.filter { $0.path.hasPrefix("Sources/") }
    return sources.flatMap { tableFindings($0) + wordFindings($0) + memoryFindings($0) }
      + files.flatMap(declarationFindings) + manifestFindings() + staleExceptions()
  }

  private func allowed(_ module: String) -> Set<String>? {
    guard let entry = HouseTable.modules[module] else { return nil }
    return entry.ours.union(entry.others).union(entry.seesWhatGatekeeperShows ? shownByGatekeeper : [])
  }

  // MARK: The table

  private func tableFindings(_ file: SourceFile) -> [Finding] {
    guard let module = file.module, let entry = HouseTable.modules[module], let allowed = allowed(module)
    else {
      return [finding(.unknownModule, file, 1, "not a module of DESIGN.md, section 3")]
    }
    if file.path.hasSuffix(".swift") {
      return file.imports.filter { $0.module != "Swift" && !allowed.contains($0.module) }
        .map { finding(.forbiddenImport, file, $0.line, "\(module) must not import \($0.module)") }
    }
    return file.includes.filter { $0.header.hasPrefix("openssl") && !entry.includesOpenSSL }
      .map { finding(.forbiddenInclude, file, $0.line, "\(module) must not include \($0.header)") }
  }

  /// Swift builds an import that is only there through another target; the manifest must say it all the same.
  private func declarationFindings(_ file: SourceFile) -> [Finding] {
    guard let module = file.module, file.path.hasSuffix(".swift") else { return [] }
    guard
      let target = targets.first(where: {
        $0.folder == file.path.split(separator: "/").prefix(2).joined(separator: "/")
      })
    else { return [finding(.undeclaredDependency, file, 1, "no target of Package.swift holds this file")] }
    // What no target here makes and no product brings comes with the toolchain.
    let mustDeclare = Set(targets.map(\.name)).union(targets.flatMap(\.dependencies))
    return file.imports.filter { mustDeclare.contains($0.module) && !target.dependencies.contains($0.module) }
      .map {
        finding(
          .undeclaredDependency, file, $0.line, "\(module) imports \($0.module) and does not declare it")
      }
  }

  private func manifestFindings() -> [Finding] {
    targets.filter { $0.folder.hasPrefix("Sources/") }.flatMap { target -> [Finding] in
      let module = String(target.folder.dropFirst("Sources/".count))
      guard let allowed = allowed(module) else {
        return [
          Finding(
            rule: .unknownModule, path: "Package.swift", line: 1, detail: "\(module) is not in the table")
        ]
      }
      return target.dependencies.filter { !allowed.contains($0) }.map {
        Finding(
          rule: .forbiddenDependency, path: "Package.swift", line: 1,
          detail: "\(module) must not depend on \($0)")
      }
    }
  }

  // MARK: Words

  private func wordFindings(_ file: SourceFile) -> [Finding] {
    var found = [Finding]()
    for (token, next) in zip(file.tokens, file.tokens.dropFirst())
    where next.text == "!" && next.isAttached {
      if token.text == "try" { found.append(finding(.forceTry, file, token.line, "try!")) }
      if token.text == "as" { found.append(finding(.forceCast, file, token.line, "as!")) }
    }
    for (number, line) in file.lines.enumerated() {
      let isUnfinished =
        line.contains("TODO") || line.contains("FIXME") || line.contains("fatalError(\"unimplemented")
        || line.contains("fatalError(\"not implemented")
      if isUnfinished { found.append(finding(.unfinished, file, number + 1, "left for later")) }
    }
    return found
  }

  // MARK: Memory

  private func memoryFindings(_ file: SourceFile) -> [Finding] {
    guard file.path.hasSuffix(".swift") else { return [] }
    var found = [Finding]()
    if file.module != HouseTable.unsafeModule, HouseTable.unsafeFiles[file.path] == nil {
      found += file.tokens.filter { Self.isUnsafe($0.text) }
        .map { finding(.unsafeMemory, file, $0.line, "\($0.text) belongs in \(HouseTable.unsafeModule)") }
    }
    for (token, next) in zip(file.tokens, file.tokens.dropFirst())
    where token.text == "@unchecked" && next.text == "Sendable" {
      // The reason stands on the line or in the comment right above the declaration.
      let above = file.lines[max(0, token.line - 12)..<token.line]
      if !above.contains(where: { $0.contains("because") }) {
        found.append(
          finding(.uncheckedWithoutReason, file, token.line, "@unchecked Sendable because of what?"))
      }
    }
    return found
  }

  private static func isUnsafe(_ word: String) -> Bool {
    let beginnings = ["_unsafe", "unsafeLoad", "unsafeBitCast", "unsafeDowncast", "unsafeUninitialized"]
    let words: Set = [
      "unsafe", "OpaquePointer", "Unmanaged", "withContiguousStorageIfAvailable", "withMemoryRebound",
    ]
    return words.contains(word) || word.contains("Unsafe") || beginnings.contains { word.hasPrefix($0) }
  }

  /// An exception that nothing needs any more is a hole.
  private func staleExceptions() -> [Finding] {
    HouseTable.unsafeFiles.keys.sorted().filter { path in
      !files.contains { $0.path == path && $0.tokens.contains { Self.isUnsafe($0.text) } }
    }.map { Finding(rule: .staleException, path: $0, line: 1, detail: "exception without need") }
  }

  private func finding(_ rule: Finding.Rule, _ file: SourceFile, _ line: Int, _ detail: String) -> Finding {
    Finding(rule: rule, path: file.path, line: line, detail: detail)
  }
}
