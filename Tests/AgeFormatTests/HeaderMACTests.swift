import AgeFormat
import StrongroomCrypto
import Testing

/// The public kit's development half has no file of class "HMAC failure", so these are ours. Header and payload were
/// written by the `age` command, version 1.1.1, and changed by hand; the identity is public and used for nothing else.
@Suite("A header changed after it was written")
struct HeaderMACTests {
  static let identity = "AGE-SECRET-KEY-135HVLHQN9KUXNZARQKR5XDAEMN7FZLNRTYGUJ5CRMZTXM7CNCNHS47Z93U"
  static let header = """
    age-encryption.org/v1
    -> X25519 0e1pRbC/m65busqM9erAkK/0gSrthGSfUCtgkLbTSn0
    4sMhLwEjbIgB2dusj7a3DYS6F+Hj8e/Vn0rOi1ZGpqo
    --- s/441vea+9NseXqRwoO+ElN/5o1wCMoRiHXMIrLOvN4

    """
  static let payload: [UInt8] = [
    0x0D, 0x79, 0x5B, 0xAC, 0xA9, 0x34, 0xB6, 0xB7, 0xAA, 0xAA, 0xF1, 0xB1, 0x7F, 0xE8, 0xD8, 0x3B, 0xEE,
    0xDA,
    0x4C, 0xA0, 0x8D, 0x86, 0x59, 0xE9, 0xF8, 0x4F, 0xE7, 0x62, 0x1A, 0xBB, 0x28, 0x26, 0x14, 0xE1, 0x93,
    0x32,
    0xBB, 0x3F, 0xCE, 0x9A, 0x8B, 0xE1,
  ]

  static func file(_ change: (String) -> String) -> [UInt8] {
    Array(change(header).utf8) + payload
  }

  static let changes: [(name: String, file: [UInt8])] = [
    ("another MAC", file { $0.replacing("--- s/44", with: "--- t/44") }),
    ("an added stanza", file { $0.replacing("\n---", with: "\n-> grease\n\n---") }),
    (
      "a stanza twice",
      file {
        let stanza = $0.split(separator: "\n")[1...2].joined(separator: "\n")
        return $0.replacing("\n---", with: "\n\(stanza)\n---")
      }
    ),
  ]

  @Test("the unchanged file opens")
  func unchanged() throws {
    let key = try X25519Identity(parsing: Array(Self.identity.utf8).span.bytes)
    let opening = try openInPieces(Self.file { $0 }, [key], step: 5)
    #expect(String(decoding: opening.bytes, as: UTF8.self) == "strongroom")
  }

  @Test("is an HMAC failure, and nothing is released", arguments: changes.map(\.name))
  func changed(name: String) throws {
    let file = try #require(Self.changes.first { $0.name == name }).file
    let key = try X25519Identity(parsing: Array(Self.identity.utf8).span.bytes)
    for step in [1, 100, 1_000] {
      let opening = releaseInPieces(file, [key], step: step)
      #expect(opening.error == .headerAuthenticationFailed && opening.bytes.isEmpty)
    }
    #expect(throws: AgeError.headerAuthenticationFailed) {
      _ = try Age.open(file, identities: [key], limit: 100)
    }
    #expect(throws: AgeError.headerAuthenticationFailed) {
      _ = try SeekableAgeReader.open(fileSize: file.count, identities: [key]) { Array(file[$0]) }
    }
    #expect(AgeError.headerAuthenticationFailed.failureClass?.rawValue == "HMAC failure")
  }
}
