import StrongroomCrypto
import StrongroomTestSupport
import Testing
import TransparencyLog

/// Who must have cosigned, in the words of C2SP tlog-policy.
@Suite struct WitnessPolicyTests {
  private let log: VerifierKey
  private let keys: [VerifierKey]

  init() throws {
    log = try TestLog.signer().verifierKey
    keys = try (0..<6).map { try TestLog.cosigner(UInt8(10 + $0), name: "w\($0)").verifierKey }
  }

  private func parse(_ text: String) throws(TransparencyLogError) -> WitnessPolicy {
    try WitnessPolicy(parsing: Array(text.utf8))
  }

  private var witnesses: String {
    keys.enumerated().map { "witness W\($0) \($1.text)\n" }.joined()
  }

  @Test func twoOfOneOrganisationAndAnyOfAnother() throws {
    let policy = try parse(
      """
      # who must have seen the record
      log \(log.text)

      \t witness   X1\t\(keys[0].text) https://example.org/x1
      witness X2 \(keys[1].text)
      witness X3 \(keys[2].text)
      group X-witnesses 2 X1 X2 X3
      witness Y1 \(keys[3].text)
      witness Y2 \(keys[4].text)
      group Y-witnesses any Y1 Y2
      group X-and-Y all X-witnesses Y-witnesses
      quorum X-and-Y

      """)
    #expect(policy.logs == [log])
    #expect(policy.witnesses.map(\.key) == Array(keys[..<5]))
    #expect(!policy.asksForNobody)
    let rows: [([Int], Bool)] = [
      ([0, 1, 3], true), ([0, 2, 4], true), ([0, 1, 2, 3, 4], true), ([0, 1], false), ([0, 3], false),
      ([3, 4], false), ([], false), ([0, 0, 3], false), ([5, 4, 0], false),
    ]
    for (signers, isEnough) in rows {
      #expect(policy.isSatisfied(by: signers.map { keys[$0] }) == isEnough, "\(signers)")
    }
  }

  @Test func quorumOfOneOrOfNobody() throws {
    let one = try parse(witnesses + "quorum W2\n")
    #expect(one.isSatisfied(by: [keys[2]]))
    #expect(!one.isSatisfied(by: [keys[1], keys[3]]))
    let nobody = try parse("quorum none\n")
    #expect(nobody.isSatisfied(by: [VerifierKey]()))
    #expect(nobody.asksForNobody)
  }

  /// The same key under another name is the same witness.
  @Test func sameKeyUnderAnotherNameDoesNotCountTwice() throws {
    let policy = try parse(witnesses + "group G 2 W0 W1\nquorum G\n")
    let other = try TestLog.cosigner(10, name: "elsewhere").verifierKey
    #expect(!policy.isSatisfied(by: [keys[0], other]))
    #expect(policy.isSatisfied(by: [other, keys[1]]))
    #expect(throws: TransparencyLogError.policyMalformed(line: 7, .keyTwice)) {
      try parse(witnesses + "witness again \(other.text)\nquorum again\n")
    }
  }

  /// Each row: what follows six good witness lines, and what is wrong with which line (from there).
  static let mistakes: [(text: String, line: Int, flaw: PolicyFlaw)] = [
    ("quorum W9\n", 1, .unknownName), ("quorum G\ngroup G any W1\n", 1, .unknownName),
    ("group G any G\nquorum G\n", 1, .unknownName), ("group G any none\nquorum G\n", 1, .unknownName),
    ("group G 0 W1\nquorum G\n", 1, .threshold), ("group G 2 W1\nquorum G\n", 1, .threshold),
    ("group G 01 W1\nquorum G\n", 1, .threshold), ("group G +1 W1\nquorum G\n", 1, .threshold),
    ("group G most W1\nquorum G\n", 1, .threshold), ("group G any\nquorum G\n", 1, .itemCount),
    ("group G any W1 W1\nquorum G\n", 1, .memberTwice),
    ("group G any W1\ngroup H any W1 W2\nquorum H\n", 2, .memberTwice),
    ("group W1 any W2\nquorum W1\n", 1, .nameTwice), ("group none any W2\nquorum none\n", 1, .nameTwice),
    ("quorum none\nquorum none\n", 2, .quorumTwice), ("quorum\n", 1, .itemCount),
    ("quorum none W1\n", 1, .itemCount), ("Quorum none\n", 1, .unknownWord),
    ("log nonsense\nquorum none\n", 1, .key), ("log\nquorum none\n", 1, .itemCount),
    ("witness A b c d\nquorum none\n", 1, .itemCount), ("quorum none\u{1}\n", 1, .controlByte),
    ("quorum none\r\n", 1, .controlByte), ("quorum none", 1, .noFinalNewline),
    ("quorum none\nlog x", 2, .noFinalNewline),
  ]

  @Test(arguments: mistakes)
  func mistakeIsNamedWithItsLine(text: String, line: Int, flaw: PolicyFlaw) {
    #expect(throws: TransparencyLogError.policyMalformed(line: 6 + line, flaw)) {
      try parse(witnesses + text)
    }
  }

  @Test func keysOfTheWrongKindAreRefused() {
    #expect(throws: TransparencyLogError.policyMalformed(line: 1, .keyOfWrongKind)) {
      try parse("log \(keys[0].text)\nquorum none\n")
    }
    #expect(throws: TransparencyLogError.policyMalformed(line: 1, .keyOfWrongKind)) {
      try parse("witness W \(log.text)\nquorum W\n")
    }
    #expect(throws: TransparencyLogError.policyMalformed(line: 2, .keyTwice)) {
      try parse("log \(log.text)\nlog \(log.text)\nquorum none\n")
    }
    #expect(throws: TransparencyLogError.policyMalformed(line: 0, .quorumMissing)) { try parse(witnesses) }
    #expect(throws: TransparencyLogError.policyMalformed(line: 0, .quorumMissing)) { try parse("") }
  }

  @Test func namesAreBytesAndNotUnicode() throws {
    // "K" and the Kelvin sign are two names.
    let policy = try parse(
      "witness K \(keys[0].text)\nwitness \u{212A} \(keys[1].text)\nquorum \u{212A}\n")
    #expect(policy.isSatisfied(by: [keys[1]]))
    #expect(!policy.isSatisfied(by: [keys[0]]))
    let bytes = Array("witness ".utf8) + [0xFF] + Array(" \(keys[0].text)\nquorum ".utf8) + [0xFF, 0x0A]
    #expect(try WitnessPolicy(parsing: bytes).isSatisfied(by: [keys[0]]))
  }

  @Test func longTextsAndTooManyWitnessesAreRefused() throws {
    let long = [UInt8](repeating: 0x0A, count: WitnessPolicy.maximumBytes + 1)
    #expect(throws: TransparencyLogError.policyTooLarge(limitBytes: WitnessPolicy.maximumBytes)) {
      try WitnessPolicy(parsing: long)
    }
    var text = ""
    for number in 0...WitnessPolicy.maximumOfEach {
      let seed = [UInt8(number & 0xFF), UInt8(number >> 8)] + [UInt8](repeating: 7, count: 30)
      let key = try Ed25519SigningKey(seed: SecretBytes.copying(seed.span.bytes))
      text += "witness n\(number) \(try Cosigner(name: "n", key: key).verifierKey.text)\n"
    }
    #expect(throws: TransparencyLogError.policyMalformed(line: WitnessPolicy.maximumOfEach + 1, .tooMany)) {
      try parse(text + "quorum n0\n")
    }
    // A deep tower of groups is walked without a deep stack.
    var tower = "witness w \(keys[0].text)\ngroup g0 any w\n"
    for number in 1..<WitnessPolicy.maximumOfEach { tower += "group g\(number) all g\(number - 1)\n" }
    #expect(
      try parse(tower + "quorum g\(WitnessPolicy.maximumOfEach - 1)\n").isSatisfied(by: [keys[0]]))
  }

  @Test func anyBytesGiveAPolicyOrAnError() {
    var generator = SeededGenerator(seed: 11)
    let good = Array((witnesses + "group G 2 W0 W1 W2\nquorum G\n").utf8)
    for _ in 0..<3000 {
      var text = good
      for _ in 0...Int(generator.next() % 3) {
        let index = Int(generator.next() % UInt64(text.count))
        text[index] = UInt8(truncatingIfNeeded: generator.next())
      }
      // What is accepted asks for somebody of those it names; nothing that breaks the text lets everybody in.
      if let policy = try? WitnessPolicy(parsing: text) {
        #expect(!policy.isSatisfied(by: [VerifierKey]()), "\(String(decoding: text, as: UTF8.self))")
      }
    }
  }
}
