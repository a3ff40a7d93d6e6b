extension PolicySet {
  /// Reads and checks a policy folder.
  ///
  /// Strict: an unknown key, a doubled key, a value of the wrong type or a word outside the vocabulary is a problem with
  /// its place, and one problem is enough for no set to come back. All problems of all files are gathered first.
  ///
  /// Limits, checked before anything is parsed: 200 files, 256 KiB a file, nesting 32; no anchors, aliases or tags.
  package static func load(_ source: PolicySource) throws(PolicyLoadError) -> PolicySet {
    try load(source, readingCases: true)
  }

  /// As `load`; false leaves `cases` empty and takes about half the time: for opening a vault, whose set was read whole
  /// when it was adopted.
  package static func load(
    _ source: PolicySource, readingCases: Bool
  ) throws(PolicyLoadError) -> PolicySet {
    var loader = PolicyLoader(source, readingCases: readingCases)
    guard let core = loader.load() else { throw PolicyLoadError(problems: loader.sortedProblems) }
    return PolicySet(core: core)
  }
}

/// Reads one policy folder, gathering problems as it goes.
struct PolicyLoader {
  /// Files in one policy folder.
  static let fileLimit = 200

  private let source: PolicySource
  private let readingCases: Bool
  private var problems: [PolicyProblem] = []
  private var files: [PolicyFile] = []

  init(_ source: PolicySource, readingCases: Bool) {
    self.source = source
    self.readingCases = readingCases
  }

  var sortedProblems: [PolicyProblem] {
    let all = problems + files.flatMap(\.problems)
    return all.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
  }

  private var hasProblems: Bool { !problems.isEmpty || files.contains { !$0.problems.isEmpty } }

  private mutating func report(_ kind: PolicyProblem.Kind, file: String = "") {
    problems.append(PolicyProblem(file: file, line: 0, column: 0, kind: kind, sourceLine: nil))
  }

  mutating func load() -> PolicySet.Core? {
    guard source.files.count <= PolicyLoader.fileLimit else {
      report(.tooManyFiles(count: source.files.count, limit: PolicyLoader.fileLimit))
      return nil
    }
    let paths = source.files.keys.sorted()
    for path in paths where !PolicyLoader.isKnownPath(path) {
      report(PolicyLoader.isSafePath(path) ? .unexpectedFile : .forbiddenPath, file: printable(path))
    }
    for path in ["policy.yaml", "access.yaml", "restrictions.yaml"] where source.files[path] == nil {
      report(.missingFile(path))
    }
    let gatewayPaths = paths.filter { $0.hasPrefix("gateways/") && PolicyLoader.isKnownPath($0) }
    if gatewayPaths.isEmpty { report(.missingFile("gateways/*.yaml")) }
    // Vocabulary first: every other file is checked against it. Without it their errors would only be noise.
    guard let header = readHeader() else { return nil }
    let gatewayIDs = gatewayPaths.map(PolicyLoader.id(ofGatewayPath:))
    let gateways = gatewayPaths.compactMap { path in
      open(path).flatMap { GatewayReader(header: header, gatewayIDs: gatewayIDs).read($0) }
    }
    checkReferences(header, gatewayIDs)
    let restrictions = open("restrictions.yaml").map {
      RestrictionReader(vocabulary: header.vocabulary, gatewayIDs: gatewayIDs).read($0)
    }
    let access = open("access.yaml").map { AccessReader(vocabulary: header.vocabulary).read($0) }
    // Cases name evidence of gateways, so they are read only if those are sound.
    guard !hasProblems, let restrictions, let access else { return nil }
    let ordered = gateways.sorted { ($0.code, $0.id) < ($1.code, $1.id) }
    let reader = CaseReader(header: header, gateways: ordered)
    let casePaths = readingCases ? paths.filter { $0.hasPrefix("cases/") } : []
    let cases = casePaths.flatMap { path in open(path).map(reader.read) ?? [] }
    guard !hasProblems else { return nil }
    return PolicySet.Core(
      header: header, gateways: ordered, restrictions: restrictions, access: access, cases: cases)
  }

  private mutating func open(_ path: String) -> PolicyValue? {
    guard let text = source.files[path] else { return nil }
    let file = PolicyFile(path: path, text: text)
    files.append(file)
    return file.root
  }

  private mutating func readHeader() -> PolicySet.Header? {
    guard let root = open("policy.yaml") else { return nil }
    return HeaderReader().read(root)
  }

  /// Gateways that the differences speak of must be there; the header was read before they were known.
  private func checkReferences(_ header: PolicySet.Header, _ gatewayIDs: [String]) {
    for difference in header.differences {
      for id in difference.gateways where !gatewayIDs.contains(id) {
        files.first { $0.path == "policy.yaml" }?
          .report(
            .unknownWord(noun: "gateway", word: id, near: gatewayIDs), line: difference.location.line,
            column: 1)
      }
    }
  }

  // MARK: Paths

  static func id(ofGatewayPath path: String) -> String {
    String(path.dropFirst("gateways/".count).dropLast(".yaml".count))
  }

  /// `gateways/ID.yaml`, `cases/NAME.yaml` and the three files at the top; nothing else is read.
  private static func isKnownPath(_ path: String) -> Bool {
    if ["policy.yaml", "access.yaml", "restrictions.yaml"].contains(path) { return true }
    for folder in ["gateways/", "cases/"] where path.hasPrefix(folder) && path.hasSuffix(".yaml") {
      let name = path.dropFirst(folder.count).dropLast(".yaml".count)
      return isKebab(String(name))
    }
    return false
  }

  private static func isSafePath(_ path: String) -> Bool {
    !path.hasPrefix("/")
      && !path.split(separator: "/", omittingEmptySubsequences: false).contains { $0 == ".." || $0.isEmpty }
      && !path.unicodeScalars.contains("\0")
  }

  /// Small letters, digits and single hyphens, beginning with a letter: safe in paths, logs and on a command line.
  static func isKebab(_ word: String) -> Bool {
    let bytes = Array(word.utf8)
    guard let first = bytes.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), bytes.count <= 64,
      bytes.last != UInt8(ascii: "-")
    else { return false }
    return bytes.indices.allSatisfy { index in
      let byte = bytes[index]
      return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (byte == UInt8(ascii: "-") && bytes[index - 1] != UInt8(ascii: "-"))
    }
  }
}

extension PolicyValue {
  /// A new word that this policy brings in: kebab-case.
  func newWord(_ noun: String) -> String? {
    guard let text = string() else { return nil }
    guard PolicyLoader.isKebab(text) else {
      report(
        .wrongType(
          expected: "a \(noun) in small letters with hyphens", found: "\"\(printable(text))\"", advice: nil))
      return nil
    }
    return text
  }
}
