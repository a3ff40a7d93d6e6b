import DisclosureRules
import Testing

struct EvidenceMaskTests {
  @Test(arguments: [
    ("EH999/99/99999", "EH850/22/00221", true), ("EH999/99/99999", "eh850/22/00221", true),
    ("EH999/99/99999", "  EH850/22/00221\t", true), ("EH999/99/99999", "EH850/22/0022", false),
    ("EH999/99/99999", "EH850/22/002211", false), ("EH999/99/99999", "EH85O/22/00221", false),
    ("EH999/99/99999", "EH８50/22/00221", false), ("EH999/99/99999", "", false),
    ("AA99", "xY12", true), ("AA99", "1Y12", false), ("AA99", "éY12", false),
    ("A*", "x1", true), ("A*", "x", false), ("*", "", false), ("*", " ", false), ("*", "a", true),
    ("*/9", "abc/1", true), ("*/9", "a/b/1", true), ("*/9", "/1", false), ("*-*-*", "a-b-c", true),
    ("*-*-*", "a--c", false), ("**", "a", false), ("**", "ab", true),
    ("*a*a*a*b", String(repeating: "a", count: 900), false),
  ])
  func maskFitsTheWholeText(_ mask: String, _ text: String, _ fits: Bool) {
    #expect(EvidenceMask(mask).matches(text) == fits, "\(mask) \(text)")
  }

  @Test func textOverTheLimitNeverFits() {
    #expect(EvidenceMask("*").matches(String(repeating: "a", count: EvidenceMask.textLimit)))
    #expect(!EvidenceMask("*").matches(String(repeating: "a", count: EvidenceMask.textLimit + 1)))
  }

  @Test(arguments: [
    ("letter", "number", "AB12/7", true), ("letter", "number", "12/7", false),
    // A document cannot be typed, and evidence nobody asks for is never right.
    ("letter", "letter", "AB12/7", false), ("letter", "other", "AB12/7", false),
    ("ordered", "seal", " yes ", true), ("ordered", "seal", "NO SEAL", true),
    ("ordered", "seal", "no", false),
    ("ordered", "seal", "", false),
  ])
  func gatewayJudgesTypedEvidence(_ gateway: String, _ id: String, _ text: String, _ expected: Bool) throws {
    let found = try #require(try TinyPolicy.load().gateway(gateway))
    #expect(found.isWellFormed(evidence: id, text: text) == expected)
  }
}
