import Foundation
import StrongroomTestSupport
import Testing

/// A vault as a school has one after a week: people, two children, documents, recipients. Every test gets its own copy.
///
/// The names, titles, reasons and evidence all hold `Canary.mark`, so that a leak of any of them is found by one search.
struct Office {
  /// Words that must never be seen outside the sealed parts.
  enum Canary {
    static let mark = "Kanarie"
    static let child = "Robin Kanarie-child"
    static let sibling = "Sam Kanarie-sibling"
    static let mother = "Alex Kanarie-mother"
    static let recipient = "Kanarie-recipient"
    static let title = "Kanarie-title"
    static let fileName = "Kanarie-file.txt"
    static let reason = "Kanarie-reason"
    static let evidence = "Kanarie-evidence"
    static let body = "Kanarie-body "
  }

  struct References: Sendable {
    var child = "", sibling = "", mother = "", grandfather = ""
    var plan = "", advice = "", siblingPlan = ""
    var tribunal = "", college = "", court = "", solicitor = ""
    var members: [String: String] = [:]
  }

  var runner: CommandLineRunner
  let refs: References

  var vault: String { runner.folder.path("v") }

  init() throws {
    let original = try Self.original.get()
    runner = try CommandLineRunner("office")
    refs = original.refs
    runner.environment["STRONGROOM_VAULT"] = vault
    let copied = try runner.shell("cp -a '\(original.folder.path("v"))' v")
    #expect(copied.code == 0, "\(copied.errors)")
  }

  /// Runs the command as the holder of one of the example keys.
  @discardableResult
  func strongroom(as who: String = "senco", _ words: String...) throws -> CommandLineRunner.Result {
    try runner.strongroom(words, as: who)
  }

  func strongroom(as who: String = "senco", words: [String]) throws -> CommandLineRunner.Result {
    try runner.strongroom(words, as: who)
  }

  /// Runs something that must work, and gives the JSON object it prints.
  @discardableResult
  func made(as who: String = "senco", _ words: String...) throws -> [String: Any] {
    let result = try runner.strongroom(words + ["--json"], as: who)
    try #require(result.code == 0, "\(words): \(result.everything)")
    return try result.object()
  }

  /// A new reference: the field named after the noun.
  func reference(_ noun: String, as who: String = "senco", _ words: String...) throws -> String {
    let result = try runner.strongroom(words + ["--json"], as: who)
    let value = try result.object()[noun] as? String
    return try #require(value, "\(words): no \(noun) in \(result.everything)")
  }

  /// A request under a gateway; any outcome.
  func request(
    _ gateway: String, to recipient: String, record: String, child: String? = nil, evidence: [String] = []
  ) throws -> (reference: String, code: Int32, decision: [String: Any]) {
    let words =
      [
        "disclose", "request", "--child", child ?? refs.child, "--to", recipient, "--gateway", gateway,
        "--record", record, "--reason", Canary.reason, "--json",
      ] + evidence.flatMap { ["--evidence", $0] }
    let result = try runner.strongroom(words, as: "senco")
    let decision = try result.object()
    return (try #require(decision["request"] as? String, "\(result.everything)"), result.code, decision)
  }

  /// A request to the college that the mother's consent, recorded here, allows.
  func allowedRequest() throws -> (request: String, consent: String) {
    let consent = try reference(
      "consent", "consent", "record", "--child", refs.child, "--given-by", refs.mother, "--to", refs.college,
      "--kind", "ehc-plan", "--purpose", "Support", "--until", Self.inHalfAYear)
    let request = try request("consent", to: refs.college, record: refs.plan)
    try #require(request.code == 0, "\(request.decision)")
    return (request.reference, consent)
  }

  /// Writes an input file and gives its name.
  @discardableResult
  func file(_ name: String, _ text: String = "x\n") throws -> String {
    try runner.folder.write(Array(text.utf8), to: name)
    return name
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: runner.folder.path(name)) }

  /// Every file of the vault with its bytes, to say "the vault is as it was". What lies in `cache/` is left out: it may go or be
  /// made anew at any time.
  func contents() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: vault) where !name.hasPrefix("cache/") {
      if let bytes = FileManager.default.contents(atPath: vault + "/" + name) { found[name] = bytes }
    }
    return found
  }

  /// The entries of the access record of one kind, oldest first.
  func entries(_ kind: String) throws -> [[String: Any]] {
    let result = try strongroom("audit", "list", "--kind", kind, "--json")
    try #require(result.code == 0, "\(result.everything)")
    return try result.output.split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
  }

  static let inHalfAYear: String = {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withFullDate]
    return formatter.string(from: Date(timeIntervalSinceNow: 182 * 86_400))
  }()

  // MARK: The original

  private struct Original: Sendable {
    let folder: ScratchDirectory
    let refs: References
  }

  /// Made once by the command itself; copies of it cost a tenth.
  private static let original = Result { try make() }

  private static func make() throws -> Original {
    var runner = try CommandLineRunner("office-original")
    // A static is never destroyed, so nobody else would tidy this folder.
    atexit { Office.removeOriginal() }
    runner.environment["STRONGROOM_VAULT"] = runner.folder.path("v")
    func made(_ noun: String, _ words: String...) throws -> String {
      let result = try runner.strongroom(words + ["--json"], as: "senco")
      return try #require(try result.object()[noun] as? String, "\(words): \(result.everything)")
    }
    func key(_ name: String) throws -> String {
      let card = try String(contentsOfFile: "\(CommandLineRunner.exampleKeys)/\(name).card", encoding: .utf8)
      return String(try #require(card.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("age1") }))
    }
    try runner.folder.write(Array((Canary.body + "plan\n").utf8), to: "plan.txt")
    try runner.folder.write(Array((Canary.body + "advice\n").utf8), to: Canary.fileName)
    var refs = References()
    refs.members["senco"] = try made("member", "init", "--name", "Jo Patel")
    for role in ["headteacher", "dsl", "teacher", "compliance-officer"] {
      refs.members[role] = try made(
        "member", "member", "add", "--card", "\(CommandLineRunner.exampleKeys)/\(role).card", "--role", role)
    }
    refs.child = try made("child", "child", "add", "--name", Canary.child, "--born", "2015-05-03")
    refs.sibling = try made("child", "child", "add", "--name", Canary.sibling, "--born", "2013-02-01")
    refs.mother = try made(
      "contact", "contact", "add", "--child", refs.child, "--name", Canary.mother, "--relationship", "mother",
      "--parental-responsibility")
    refs.grandfather = try made(
      "contact", "contact", "add", "--child", refs.child, "--name", Canary.mark, "--relationship",
      "grandfather")
    refs.plan = try made(
      "record", "store", "plan.txt", "--child", refs.child, "--kind", "ehc-plan", "--title", Canary.title)
    refs.advice = try made(
      "record", "store", Canary.fileName, "--child", refs.child, "--kind", "advice", "--dated", "2026-01-31")
    refs.siblingPlan = try made("record", "store", "plan.txt", "--child", refs.sibling, "--kind", "ehc-plan")
    refs.tribunal = try made(
      "recipient", "recipient", "add", "--name", Canary.recipient, "--kind", "send-tribunal", "--key",
      try key("tribunal"))
    refs.college = try made(
      "recipient", "recipient", "add", "--name", Canary.recipient, "--kind", "college", "--key",
      try key("college"))
    refs.court = try made("recipient", "recipient", "add", "--name", Canary.recipient, "--kind", "court")
    refs.solicitor = try made(
      "recipient", "recipient", "add", "--name", Canary.recipient, "--kind", "solicitor")
    return Original(folder: runner.folder, refs: refs)
  }

  private static func removeOriginal() {
    if let folder = try? original.get().folder { try? FileManager.default.removeItem(at: folder.url) }
  }
}

extension CommandLineRunner.Result {
  /// The one line that says what failed, without warnings and hints.
  var errorLines: [String] {
    errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("strongroom: error:") }
  }

  /// The object on standard error of a command with `--json` that failed.
  func errorObject() throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(errors.utf8)) as? [String: Any] ?? [:]
  }
}

/// Says what a command ended with, and what it printed when that is another code than wanted.
func expect(
  _ result: CommandLineRunner.Result, _ code: Int32, _ text: String? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.code == code, "\(result.everything)", sourceLocation: sourceLocation)
  if let text {
    #expect(result.everything.contains(text), "\(result.everything)", sourceLocation: sourceLocation)
  }
}
