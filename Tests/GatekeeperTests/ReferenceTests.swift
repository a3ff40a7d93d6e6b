import AgeFormat
import Foundation
import Gatekeeper
import StrongroomTestSupport
import Testing

@Suite struct ReferenceTests {
  @Test func referencesAreReadWithoutRegardToCaseAndForgiveConfusables() throws {
    let reference = RecordReference(value: 0x2_34AB_CDEF_0123)
    #expect(RecordReference(parsing: reference.description) == reference)
    #expect(RecordReference(parsing: reference.description.lowercased()) == reference)
    #expect(RecordReference(parsing: "doc-OOOOO-IIlLi")?.description == "DOC-00000-11111")
    #expect(RecordReference(parsing: "DOC-0000011111")?.description == "DOC-00000-11111")
    for text in ["", "DOC-", "DOC-0000-11111", "REQ-00000-11111", "DOC-0000U-11111", "DOC-00000-111111"] {
      #expect(RecordReference(parsing: text) == nil, "\(text)")
    }
  }

  @Test func childrenAreNumbered() {
    #expect(ChildReference(number: 7)?.description == "CH-0007")
    #expect(ChildReference(parsing: "ch-12345")?.number == 12345)
    #expect(ChildReference(parsing: "CH-0000") == nil)
    #expect(ChildReference(parsing: "CH-99999999999999999999") == nil)
    #expect(ChildReference(parsing: "CH--1") == nil)
  }

  @Test(arguments: [
    "1970-01-01T00:00:00.000Z", "2000-02-29T23:59:59.999Z", "2026-11-21T14:03:05.123Z",
    "9999-12-31T23:59:59.999Z",
  ])
  func timestampsRoundTrip(text: String) { #expect(Timestamp(parsing: text)?.text == text) }

  @Test(arguments: [
    "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-11-21 14:03:05.123Z",
    "2026-11-21T24:00:00.000Z",
    "2026-11-21T14:03:05Z", "1969-12-31T23:59:59.999Z", "2026-11-21T14:03:05.123z",
  ])
  func impossibleTimesAreRefused(text: String) { #expect(Timestamp(parsing: text) == nil) }

  @Test func cardsRoundTripAndFingerprintsHaveFourGroups() throws {
    let identity = try MemberIdentity.generate()
    let card = try identity.card(name: "Jo Patel")
    #expect(try MemberCard(parsing: card.text + "\n") == card)
    // Found by fuzzing: a blank before a combining mark is another character to Swift.
    let marked = try MemberCard(parsing: card.text.replacing("Jo Patel", with: "  \u{301}Jo"))
    #expect(try MemberCard(parsing: marked.text) == marked)
    #expect(card.fingerprint == identity.fingerprint)
    #expect(card.fingerprint.split(separator: "-").map(\.count) == [4, 4, 4, 4])
    for text in [
      "", "strongroom-card/v1", card.text.replacing("v1", with: "v2"),
      card.text.replacing(" Jo Patel", with: ""),
    ] {
      #expect(throws: GateError.self) { try MemberCard(parsing: text) }
    }
  }

  @Test func protectedIdentityOpensWithItsPassphraseOnly() throws {
    let identity = try MemberIdentity.generate()
    let right = secret("correct horse")
    let file = try identity.protectedIdentityFile(
      created: Timestamp(millisecondsSinceEpoch: 0), passphrase: right)
    let bytes = secret(file)
    let opened = try MemberIdentity(identityFile: bytes) { secret("correct horse") }
    #expect(opened.fingerprint == identity.fingerprint)
    #expect {
      _ = try MemberIdentity(identityFile: bytes) { secret("wrong") }
    } throws: { error in
      if case .keyNotAvailable(.wrongPassphrase)? = error as? GateError { true } else { false }
    }
  }

  @Test func everyPublishedExampleKeyIsKnown() throws {
    let folder = VectorFolder.packageRoot.appendingPathComponent("keys-example")
    let cards = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".card")
    }
    var found: Set<String> = []
    for name in cards {
      let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      found.insert(try MemberCard(parsing: text).recipient.text)
    }
    #expect(found == ExampleKeys.recipients)
    #expect(found.count == 8)
  }
}
