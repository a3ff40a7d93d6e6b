/// One thing wrong with a policy file, and where.
package struct PolicyProblem: Error, Hashable, Sendable {
  /// Path inside the policy folder; empty if the folder itself is at fault.
  package let file: String
  /// From 1; 0 if the problem is not at a line.
  package let line: Int
  /// From 1, in Unicode scalars; 0 as for `line`.
  package let column: Int
  package let kind: Kind
  /// The line of the file, without its end, control characters replaced; nil if there is none to show.
  package let sourceLine: String?

  package enum Kind: Hashable, Sendable {
    case syntax(String)
    case tooLarge(bytes: Int, limit: Int)
    case tooManyFiles(count: Int, limit: Int)
    case tooDeep(limit: Int)
    case anchorsRefused
    case tagsRefused
    case directiveRefused
    case forbiddenPath
    case missingFile(String)
    case unexpectedFile
    case unknownKey(String, near: [String])
    case duplicateKey(String, firstLine: Int)
    case missingKey(String)
    case wrongType(expected: String, found: String, advice: String?)
    /// `noun` as people say it: "recipient kind".
    case unknownWord(noun: String, word: String, near: [String])
    case duplicateWord(noun: String, word: String)
    case emptyList(String)
    case outOfRange(what: String, limits: String)
    case contradiction(String)
  }

  /// One sentence, lower case, no full stop.
  package var message: String {
    switch kind {
    case .syntax(let problem): "this is not YAML: \(problem)"
    case .tooLarge(let bytes, let limit): "the file has \(bytes) bytes; at most \(limit) are read"
    case .tooManyFiles(let count, let limit): "the folder has \(count) files; at most \(limit) are read"
    case .tooDeep(let limit): "nested more than \(limit) deep"
    case .anchorsRefused: "anchors and aliases (& and *) are not used in policies"
    case .tagsRefused: "tags (!) are not used in policies"
    case .directiveRefused: "YAML directives (%) are not used in policies"
    case .forbiddenPath: "this path is not one a policy folder may hold"
    case .missingFile(let path): "the policy has no file \"\(path)\""
    case .unexpectedFile: "no part of a policy is read from here"
    case .unknownKey(let key, _): "unknown key \"\(key)\""
    case .duplicateKey(let key, let line): "key \"\(key)\" is given twice (first in line \(line))"
    case .missingKey(let key): "\"\(key)\" is missing"
    case .wrongType(let expected, let found, _): "expected \(expected), found \(found)"
    case .unknownWord(let noun, let word, _): "unknown \(noun) \"\(word)\""
    case .duplicateWord(let noun, let word): "\(noun) \"\(word)\" is given twice"
    case .emptyList(let what): "\(what) is empty"
    case .outOfRange(let what, let limits): "\(what) must be \(limits)"
    case .contradiction(let text): text
    }
  }

  /// What to do about it, if that is known.
  package var hint: String? {
    switch kind {
    case .unknownKey(let key, let known): Suggestion.text(for: key, among: known, noun: "keys here")
    case .unknownWord(_, let word, let known): Suggestion.text(for: word, among: known, noun: "known words")
    case .wrongType(_, _, let advice): advice
    case .anchorsRefused, .tagsRefused: "put the words in quotes if they are text"
    case .unexpectedFile:
      "a policy holds policy.yaml, access.yaml, restrictions.yaml, gateways/*.yaml and cases/*.yaml"
    default: nil
    }
  }

  /// Message, source line with a caret, and hint, as they are printed; ends without a newline.
  package var rendered: String {
    var lines: [String] = []
    let place = line > 0 ? "\(file):\(line):\(column): " : file.isEmpty ? "" : "\(file): "
    lines.append("\(place)error: \(message)")
    if let sourceLine, line > 0 {
      lines.append(sourceLine)
      // Tabs stay tabs, so that the caret stands under its column however wide a tab is drawn.
      let before = sourceLine.unicodeScalars.prefix(max(0, column - 1))
      var padding = String(String.UnicodeScalarView(before.map { $0 == "\t" ? "\t" : " " }))
      let missing = column - 1 - before.count
      if missing > 0 { padding += String(repeating: " ", count: missing) }
      lines.append("\(padding)^")
    }
    if let hint { lines.append("hint: \(hint)") }
    return lines.joined(separator: "\n")
  }
}

/// Why a policy folder was not loaded: every problem found, in order of file and line.
package struct PolicyLoadError: Error, Hashable, Sendable {
  package let problems: [PolicyProblem]

  package init(problems: [PolicyProblem]) { self.problems = problems }

  /// All problems as they are printed, one after another.
  package var rendered: String { problems.map(\.rendered).joined(separator: "\n") }
}

extension PolicyLoadError: CustomStringConvertible {
  package var description: String { rendered }
}
