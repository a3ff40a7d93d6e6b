import DisclosureRules
import StrongroomTestSupport
import Testing

/// What a wrong policy file is answered with, whole: message, line of the file, caret, hint.
struct StrictnessTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let scenario: String
    let source: PolicySource
    let expected: String
    var testDescription: String { scenario }
  }

  static func row(_ scenario: String, _ path: String, _ old: String, _ new: String, _ expected: String) -> Row
  {
    Row(scenario: scenario, source: TinyPolicy.replacing(old, with: new, in: path), expected: expected)
  }

  static let rows: [Row] = [
    row(
      "misspelled key", "gateways/letter.yaml", "recipients:", "recipient:",
      """
      gateways/letter.yaml:1:1: error: "recipients" is missing
      id: letter
      ^
      gateways/letter.yaml:11:1: error: unknown key "recipient"
      recipient: [court]
      ^
      hint: did you mean "recipients"?
      """),
    row(
      "key that is like nothing here", "gateways/letter.yaml", "lasts: {days: 28}",
      "lasts: {weeks: 4, days: 28}",
      """
      gateways/letter.yaml:33:9: error: unknown key "weeks"
      lasts: {weeks: 4, days: 28}
              ^
      hint: keys here: days, until
      """),
    row(
      "doubled key in block style", "gateways/letter.yaml", "evidence_use: repeat",
      "evidence_use: repeat\ntitle: \"Again\"",
      """
      gateways/letter.yaml:35:1: error: key "title" is given twice (first in line 3)
      title: "Again"
      ^
      """),
    row(
      "doubled key in flow style", "gateways/letter.yaml", "{days: 15, calendar: working",
      "{days: 15, days: 16, calendar: working",
      """
      gateways/letter.yaml:36:19: error: key "days" is given twice (first in line 36)
      clock: {days: 15, days: 16, calendar: working, from: "the letter"}
                        ^
      """),
    row(
      "unquoted yes where a word is wanted", "gateways/letter.yaml", "tell_family: \"yes\"",
      "tell_family: yes",
      """
      gateways/letter.yaml:35:14: error: expected text, found yes, which YAML reads as true or false
      tell_family: yes
                   ^
      hint: put it in quotes: "yes"
      """),
    row(
      "yes where true is wanted", "gateways/letter.yaml", "effective_from: 2014-09-01", "enabled: yes",
      """
      gateways/letter.yaml:10:10: error: expected true or false, found yes, which YAML reads as true or false
      enabled: yes
               ^
      hint: write true
      """),
    row(
      "number where text is wanted", "gateways/letter.yaml", "title: \"A letter\"", "title: 12",
      """
      gateways/letter.yaml:3:8: error: expected text, found the number 12
      title: 12
             ^
      hint: put it in quotes: "12"
      """),
    row(
      "text where a number is wanted", "policy.yaml", "version: 3", "version: three",
      """
      policy.yaml:2:10: error: expected a whole number, found the text "three"
      version: three
               ^
      """),
    row(
      "number out of range", "gateways/ordered.yaml", "count: 2", "count: 200",
      """
      gateways/ordered.yaml:19:20: error: count must be from 0 to 8
      approvals: {count: 200, roles: [head, dsl, reader]}
                         ^
      """),
    row(
      "key with nothing behind it", "gateways/letter.yaml",
      "summary: \"The court has written and given a number.\"",
      "summary:",
      """
      gateways/letter.yaml:4:9: error: expected text, found nothing
      summary:
              ^
      """),
    row(
      "date that does not exist", "gateways/letter.yaml", "2014-09-01", "2014-09-31",
      """
      gateways/letter.yaml:10:17: error: expected a date YYYY-MM-DD, found the text "2014-09-31"
      effective_from: 2014-09-31
                      ^
      """),
    row(
      "list where one word is wanted", "gateways/letter.yaml", "kind: permits", "kind: [permits]",
      """
      gateways/letter.yaml:8:7: error: expected text, found a list
      kind: [permits]
            ^
      """),
    row(
      "one word where a list is wanted", "gateways/letter.yaml", "request_by: [senco, dsl]",
      "request_by: senco",
      """
      gateways/letter.yaml:25:13: error: expected a list, found the text "senco"
      request_by: senco
                  ^
      """),
    row(
      "empty list", "gateways/letter.yaml", "request_by: [senco, dsl]", "request_by: []",
      """
      gateways/letter.yaml:25:13: error: the list is empty
      request_by: []
                  ^
      """),
    row(
      "unknown recipient kind", "gateways/letter.yaml", "recipients: [court]", "recipients: [court, colege]",
      """
      gateways/letter.yaml:11:21: error: unknown recipient kind "colege"
      recipients: [court, colege]
                          ^
      hint: did you mean "college"?
      """),
    row(
      "unknown role, nothing near", "gateways/letter.yaml", "[senco, dsl]", "[senco, archbishop]",
      """
      gateways/letter.yaml:25:21: error: unknown role "archbishop"
      request_by: [senco, archbishop]
                          ^
      hint: known words: senco, head, dsl, reader
      """),
    row(
      "unknown word of a closed list", "gateways/letter.yaml", "evidence_use: repeat",
      "evidence_use: repeated",
      """
      gateways/letter.yaml:34:15: error: unknown evidence use "repeated"
      evidence_use: repeated
                    ^
      hint: did you mean "repeat"?
      """),
    row(
      "the same word twice in a list", "gateways/letter.yaml", "documents: [plan, report]",
      "documents: [plan, plan]",
      """
      gateways/letter.yaml:12:19: error: document kind "plan" is given twice
      documents: [plan, plan]
                        ^
      """),
    row(
      "evidence a case misspells", "cases/all.yaml", "{id: number, text: \"AB12/7\"}, {id: letter",
      "{id: nubmer, text: \"AB12/7\"}, {id: letter",
      """
      cases/all.yaml:7:23: error: unknown evidence "nubmer"
            evidence: [{id: nubmer, text: "AB12/7"}, {id: letter, document: true}]
                            ^
      hint: did you mean "number"?
      """),
    row(
      "code a case misspells", "cases/all.yaml", "[evidence-missing]", "[evidence-mising]",
      """
      cases/all.yaml:12:42: error: unknown reason "evidence-mising"
          expect: {outcome: refused, reasons: [evidence-mising], needs: ["evidence:letter"]}
                                               ^
      hint: did you mean "evidence-missing"?
      """),
    row(
      "anchor", "gateways/letter.yaml", "recipients: [court]", "recipients: &who [court]",
      """
      gateways/letter.yaml:11:13: error: anchors and aliases (& and *) are not used in policies
      recipients: &who [court]
                  ^
      hint: put the words in quotes if they are text
      """),
    row(
      "alias", "gateways/letter.yaml", "recipients: [court]", "recipients: [court, *who]",
      """
      gateways/letter.yaml:11:21: error: anchors and aliases (& and *) are not used in policies
      recipients: [court, *who]
                          ^
      hint: put the words in quotes if they are text
      """),
    row(
      "tag", "gateways/letter.yaml", "code: T1", "code: !!str T1",
      """
      gateways/letter.yaml:2:7: error: tags (!) are not used in policies
      code: !!str T1
            ^
      hint: put the words in quotes if they are text
      """),
    row(
      "directive", "policy.yaml", "policy: tiny", "%YAML 1.1\n---\npolicy: tiny",
      """
      policy.yaml:1:1: error: YAML directives (%) are not used in policies
      %YAML 1.1
      ^
      """),
    row(
      "quote that is never closed", "gateways/letter.yaml", "title: \"A letter\"", "title: \"A letter",
      """
      gateways/letter.yaml:4:11: error: this is not YAML: did not find expected key
      summary: "The court has written and given a number."
                ^
      """),
    row(
      "second document in one file", "access.yaml", "roles:", "---\nroles: {}\n---\nroles:",
      """
      access.yaml:3:1: error: this is not YAML: but found another document
      ---
      ^
      """),
    row(
      "file named after something else", "gateways/letter.yaml", "id: letter", "id: epistle",
      """
      gateways/letter.yaml:1:5: error: the file must be named after its id: gateways/epistle.yaml
      id: epistle
          ^
      """),
    row(
      "pattern on a document", "gateways/letter.yaml", "    form: document",
      "    form: document\n    pattern: \"99\"",
      """
      gateways/letter.yaml:25:14: error: a document is not compared with words
          pattern: "99"
                   ^
      """),
    row(
      "terminal tricks in a file are not shown", "gateways/letter.yaml", "kind: permits",
      "kind: \"per\\emits\u{202E}\"",
      """
      gateways/letter.yaml:8:7: error: unknown kind "per\u{FFFD}mits\u{FFFD}"
      kind: "per\\emits\u{FFFD}"
            ^
      hint: did you mean "permits"?
      """),
    row(
      "caret stands under its word behind tabs", "policy.yaml", "version: 3", "version:\t\tthree",
      """
      policy.yaml:2:11: error: expected a whole number, found the text "three"
      version:\t\tthree
              \t\t^
      """),
    Row(
      scenario: "file missing", source: TinyPolicy.with("access.yaml", nil),
      expected: "error: the policy has no file \"access.yaml\""),
    Row(
      scenario: "file that is no part of a policy", source: TinyPolicy.with("gateways/Notes.txt", "x"),
      expected: """
        gateways/Notes.txt: error: no part of a policy is read from here
        hint: a policy holds policy.yaml, access.yaml, restrictions.yaml, gateways/*.yaml and cases/*.yaml
        """),
    Row(
      scenario: "path that climbs", source: TinyPolicy.with("../policy.yaml", "x"),
      expected: "../policy.yaml: error: this path is not one a policy folder may hold"),
    Row(
      scenario: "file too large",
      source: TinyPolicy.with("access.yaml", String(repeating: "#", count: 256 * 1024 + 1)),
      expected: "access.yaml: error: the file has 262145 bytes; at most 262144 are read"),
    Row(
      scenario: "empty file", source: TinyPolicy.with("access.yaml", ""),
      expected: """
        access.yaml:1:1: error: this is not YAML: the file is empty

        ^
        """),
  ]

  @Test(arguments: rows)
  func errorNamesThePlace(_ row: Row) throws {
    try #require(!row.source.files.isEmpty, "the words to change are not in the file")
    let error = try #require(throws: PolicyLoadError.self) { try PolicySet.load(row.source) }
    #expect(error.rendered == row.expected)
  }

  @Test func tooManyFilesAreNotRead() throws {
    var files = TinyPolicy.source.files
    for number in 0..<200 { files["cases/c\(number).yaml"] = "cases: []" }
    let error = try #require(throws: PolicyLoadError.self) { try PolicySet.load(PolicySource(files: files)) }
    #expect(error.rendered == "error: the folder has 207 files; at most 200 are read")
  }

  enum Nesting: String, CaseIterable { case lists, maps, dashes, indents, endlessLists, endlessDashes }

  @Test(arguments: Nesting.allCases)
  func deepNestingIsRefusedBeforeTheParserSeesIt(_ nesting: Nesting) throws {
    let text =
      switch nesting {
      case .lists: String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
      case .maps: String(repeating: "{a: ", count: 40) + "b" + String(repeating: "}", count: 40)
      case .dashes: String(repeating: "- ", count: 40) + "a"
      case .indents: (0..<40).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
      case .endlessLists: String(repeating: "[", count: 100_000)
      case .endlessDashes: String(repeating: "- ", count: 100_000)
      }
    let error = try #require(throws: PolicyLoadError.self) {
      try PolicySet.load(TinyPolicy.with("cases/deep.yaml", text))
    }
    #expect(error.problems.map(\.kind) == [.tooDeep(limit: 32)])
  }

  @Test(arguments: [
    "a: &x b", "- &x b", "[a, &x b]", "{a: &x b}", "{\"a\":&x b}", "a:\n  &x b: c", "--- &x\na: b",
    "\u{FEFF}&x a: b",
    "a: |\n  text\nb: &x c", "- a: |\n    text\n  b: &x c", "a: 'it''s' \nb: *x", "a: \"q\\\"\" # '\nb: *x",
    "a: # |\n  b: *x", "? *x\n: a", "a: !x b", "a: ! b", "!!map {a: b}", "a: >-\n  text\n\n  more\nb: !x c",
    "a: [b, # ]\n &x c]", "a: b\r\nc: &x d", "a: b\rc: &x d", "a: b\u{85}c: &x d", "a: |2\n   text\nb: &x c",
  ])
  func anchorsAliasesAndTagsAreFoundWhereverTheyHide(_ text: String) throws {
    let error = try #require(throws: PolicyLoadError.self) {
      try PolicySet.load(TinyPolicy.with("cases/hidden.yaml", text))
    }
    let kind = try #require(error.problems.first?.kind)
    let refused = [PolicyProblem.Kind.anchorsRefused, .tagsRefused].contains(kind)
    let isComplexKey = kind == .syntax("a key must be plain words, not \"?\"")
    #expect(refused || isComplexKey, "\(error.rendered)")
  }

  @Test(arguments: [
    "cases: [] # & * ! none of these count", "# *x\ncases: []", "---\ncases: []\n...\n", "\u{FEFF}cases: []",
    "cases: # - &x\n  []", "{cases: []}", "\"cases\": []", "cases: []\r\n", "{\"cases\":[]}",
  ])
  func harmlessFormsAreRead(_ text: String) throws {
    _ = try PolicySet.load(TinyPolicy.with("cases/plain.yaml", text))
  }

  @Test func signsInsideTextAreText() throws {
    let text = """
      cases:
        - name: "a & b * c ! d [ e { f"
          vector: 2
          pending: >-
            *really* & truly: [not] {here}
            - & nor
            ! here
        - name: 'it''s &x # not a comment'
          vector: 3
          pending: plain [text] with {signs} & all, *even* this!
      """
    let set = try PolicySet.load(TinyPolicy.with("cases/text.yaml", text))
    #expect(set.cases.map(\.name).contains("it's &x # not a comment"))
  }

  /// Damage anywhere gives an error or a set, never a trap; and never a set that allows an empty request.
  @Test func damagedFilesAreRefusedOrHarmless() throws {
    var random = SeededGenerator(seed: 20_261_121)
    let signs = Array("&*!?:-[]{},#|>'\"%@`\t\n \\0aé\u{0}\u{FEFF}".unicodeScalars)
    for path in TinyPolicy.source.files.keys.sorted() {
      let original = Array((TinyPolicy.source.files[path] ?? "").unicodeScalars)
      for round in 0..<60 {
        var scalars = original
        for _ in 0...random.below(3) {
          let place = random.below(scalars.count)
          switch random.below(4) {
          case 0: scalars.remove(at: place)
          case 1: scalars.insert(signs[random.below(signs.count)], at: place)
          case 2: scalars[place] = signs[random.below(signs.count)]
          default: scalars.removeLast(random.below(scalars.count))
          }
          if scalars.isEmpty { scalars = ["a"] }
        }
        let text = String(String.UnicodeScalarView(scalars))
        guard let set = try? PolicySet.load(TinyPolicy.with(path, text)) else { continue }
        let empty = TinyPolicy.facts {
          $0.evidence = []
          $0.documents = []
        }
        #expect(set.decide(empty).outcome == .refused, "\(path), seed 20261121, round \(round)")
      }
    }
  }
}
