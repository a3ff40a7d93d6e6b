internal import Yams

/// One policy file while it is read: its tree, its lines, and the problems found in it so far.
///
/// Used by one loader on one thread; not Sendable.
final class PolicyFile {
  /// Bytes of UTF-8 in one file.
  static let byteLimit = 256 * 1024

  let path: String
  private let sourceLines: [Substring.UnicodeScalarView]
  private(set) var problems: [PolicyProblem] = []
  /// nil if the text could not be read as YAML; then `problems` says why.
  private(set) var root: PolicyValue?

  init(path: String, text: String) {
    self.path = path
    guard text.utf8.count <= PolicyFile.byteLimit else {
      sourceLines = []
      problems = [
        PolicyProblem(
          file: path, line: 0, column: 0,
          kind: .tooLarge(bytes: text.utf8.count, limit: PolicyFile.byteLimit), sourceLine: nil)
      ]
      return
    }
    sourceLines = PolicyFile.lines(of: text)
    var guardian = YAMLGuard(text)
    if let refusal = guardian.firstRefusal() {
      report(refusal.kind, line: refusal.line, column: refusal.column)
      return
    }
    compose(text)
  }

  private static func lines(of text: String) -> [Substring.UnicodeScalarView] {
    var lines: [Substring.UnicodeScalarView] = []
    let scalars = text[...].unicodeScalars
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let next = scalars.index(after: index)
      switch scalars[index] {
      case "\n", "\u{85}", "\u{2028}", "\u{2029}":
        lines.append(scalars[start..<index])
        start = next
      case "\r":
        if next < scalars.endIndex, scalars[next] == "\n" { break }
        lines.append(scalars[start..<index])
        start = next
      default: break
      }
      index = next
    }
    lines.append(scalars[start...])
    return lines
  }

  private func compose(_ text: String) {
    do {
      // No resolver rules: types are decided here, from the words themselves, and no regular expression runs. The
      // encoding is given because the default reads the environment.
      let parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      guard let node = try parser.singleRoot() else {
        report(.syntax("the file is empty"), line: 1, column: 1)
        return
      }
      // The parser is still alive here on purpose: nodes hold their anchors weakly.
      guard checkShape(node, depth: 1) else { return }
      root = PolicyValue(node: node, file: self)
    } catch let error as YamlError {
      report(error, in: text)
    } catch {
      report(.syntax("it could not be read"), line: 1, column: 1)
    }
  }

  private func report(_ error: YamlError, in text: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      report(.syntax(problem), line: mark.line, column: mark.column)
    case .duplicatedKeysInMapping(let names, let context):
      reportDuplicate(names.first ?? "", first: context.mark)
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.reduce(1) { $0 + ($1.isNewline ? 1 : 0) }
      report(.syntax(problem), line: line, column: 1)
    default: report(.syntax("it could not be read"), line: 1, column: 1)
    }
  }

  /// The parser names a doubled key and where it first stands; the place to look at is the second.
  private func reportDuplicate(_ name: String, first: Mark) {
    let key = Array(name.unicodeScalars)
    // In block style the second stands at the same column of a later line; else (flow style) further along the line.
    for line in first.line..<max(first.line, sourceLines.count) {
      let scalars = Array(sourceLines[line])
      let start = first.column - 1
      guard start < scalars.count, scalars[..<start].allSatisfy({ $0 == " " || $0 == "-" }) else { continue }
      let quoted = ["\"", "'"].contains(scalars[start]) ? 1 : 0
      if scalars[(start + quoted)...].starts(with: key),
        scalars[(start + quoted + key.count)...].first(where: { $0 != "\"" && $0 != "'" && $0 != " " }) == ":"
      {
        report(.duplicateKey(name, firstLine: first.line), line: line + 1, column: first.column)
        return
      }
    }
    let scalars = first.line >= 1 && first.line <= sourceLines.count ? Array(sourceLines[first.line - 1]) : []
    var start = min(first.column, scalars.count)
    while start + key.count <= scalars.count {
      if scalars[start...].starts(with: key) { break }
      start += 1
    }
    let column = start + key.count <= scalars.count ? start + 1 : first.column
    report(.duplicateKey(name, firstLine: first.line), line: first.line, column: column)
  }

  /// Second look at what the guard refuses, on the tree itself.
  private func checkShape(_ node: Node, depth: Int) -> Bool {
    func refuse(_ kind: PolicyProblem.Kind) -> Bool {
      report(kind, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
      return false
    }
    guard depth <= YAMLGuard.nestingLimit else { return refuse(.tooDeep(limit: YAMLGuard.nestingLimit)) }
    guard node.anchor == nil, node.alias == nil else { return refuse(.anchorsRefused) }
    switch node {
    case .scalar(let scalar):
      // An untagged scalar carries no tag, or the one of text once the parser has compared it with another key.
      return ["", Tag.Name.str.rawValue].contains(scalar.tag.rawValue) ? true : refuse(.tagsRefused)
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard checkShape(key, depth: depth + 1), checkShape(value, depth: depth + 1) else { return false }
      }
      return true
    case .sequence(let sequence):
      for item in sequence {
        guard checkShape(item, depth: depth + 1) else { return false }
      }
      return true
    case .alias: return false  // unreachable: refused above
    }
  }

  func report(_ kind: PolicyProblem.Kind, line: Int, column: Int) {
    problems.append(
      PolicyProblem(file: path, line: line, column: column, kind: kind, sourceLine: shownLine(line)))
  }

  /// A line as it is shown under an error: at most 200 characters, nothing that steers a terminal.
  private func shownLine(_ line: Int) -> String? {
    guard line >= 1, line <= sourceLines.count else { return nil }
    var shown = String.UnicodeScalarView()
    for scalar in sourceLines[line - 1].prefix(200) {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\t", .format, .surrogate, .lineSeparator, .paragraphSeparator:
        shown.append("\u{FFFD}")
      default: shown.append(scalar)
      }
    }
    return String(shown)
  }
}
