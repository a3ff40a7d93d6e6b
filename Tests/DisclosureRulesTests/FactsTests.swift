import DisclosureRules
import Foundation
import Testing

struct FactsTests {
  /// The written form is read by later versions and other programs: it does not change by accident.
  @Test func writtenFormStaysAsItIs() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(
      decoding: try encoder.encode(
        TinyPolicy.agreedFacts {
          $0.evidence = [.init(id: "client-authority", sha256: "ab", form: .document)]
          $0.approvals = [.init(member: "m2", role: "dsl")]
          $0.restrictions = [.init(kind: .legalHold)]
          $0.daysSinceAllowed = 3
        }), as: UTF8.self)
    #expect(
      text == """
        {"approvals":[{"member":"m2","role":"dsl"}],"consent":{"covers_documents":true,"covers_recipient":true,\
        "covers_version":true,"giver":"parent","state":"given"},"days_since_allowed":3,"declined":false,\
        "documents":[{"kind":"plan","version_after_consent":false}],"evidence":[{"form":"document",\
        "id":"client-authority","sha256":"ab","used_before":false,"well_formed":true}],"gateway":"agreed",\
        "phase":"request","recipient":"college","requester":{"member":"m1","role":"senco"},\
        "restrictions":[{"kind":"legal-hold","recipient":false}],"setting":"academy",\
        "subject":{"age":9,"capacity_note":false,"care":"none","competence_note":false,"stage":"child"},\
        "today":"2026-11-21"}
        """)
  }

  @Test(arguments: [
    ("\"state\":\"given\"", "\"state\":\"presumed\""), ("\"stage\":\"child\"", "\"stage\":\"infant\""),
    ("\"declined\":false,", ""), ("\"today\":\"2026-11-21\"", "\"today\":\"tomorrow\""),
    ("\"kind\":\"legal-hold\"", "\"kind\":\"soft-hold\""),
  ])
  func factsWithAWordOrGapNobodyKnowsDoNotDecode(_ old: String, _ new: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let bytes = try encoder.encode(TinyPolicy.agreedFacts { $0.restrictions = [.init(kind: .legalHold)] })
    let text = String(decoding: bytes, as: UTF8.self)
    let changed = text.replacingOccurrences(of: old, with: new)
    try #require(changed != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(DisclosureFacts.self, from: Data(changed.utf8))
    }
  }

  @Test func policyBytesTellEveryDifferenceApart() {
    let sources = [
      PolicySource(files: [:]), PolicySource(files: ["a": ""]), PolicySource(files: ["a": "b"]),
      PolicySource(files: ["a": "b", "c": "d"]), PolicySource(files: ["a": "b1\u{0}c"]),
      PolicySource(files: ["ab": ""]), PolicySource(files: ["b": "a"]),
    ]
    #expect(Set(sources.map(\.canonicalBytes)).count == sources.count)
    #expect(
      PolicySource(files: ["b": "2", "a": "1"]).canonicalBytes == Array("a\u{0}1\u{0}1b\u{0}1\u{0}2".utf8))
  }
}
