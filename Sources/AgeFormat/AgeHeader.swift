import StrongroomCrypto

/// The text at the head of an age file, parsed and checked but for its MAC.
///
/// ```
/// age-encryption.org/v1
/// -> type argument argument
/// base64 of the body, 64 columns a line, the last line shorter
/// --- base64 of the MAC
/// ```
///
/// Spec: C2SP age.md, "Header"; the checks by number: FORMATS, 1.1.
struct AgeHeader: Sendable, Equatable {
  static let versionLine = Array("age-encryption.org/v1\n".utf8)
  /// Bytes a header may have; 600 recipients fit.
  static let maximumByteCount = 65_536
  /// Bytes a header line may have, its line end not counted. A post-quantum stanza's has about 1,500.
  static let maximumLineByteCount = 8_192
  static let maximumStanzaCount = 256
  static let macByteCount = 32
  static let nonceByteCount = 16

  let stanzas: [Stanza]
  /// The MAC as received, 32 bytes.
  let mac: [UInt8]
  /// The bytes under the MAC, as received: from the first byte through the three dashes.
  let authenticatedBytes: [UInt8]

  /// Bytes of the whole header, line end included.
  var byteCount: Int { authenticatedBytes.count + 1 + Base64Length.mac + 1 }

  /// Finds the file key among the stanzas and proves with it that the header is whole.
  func fileKey(for identities: [any AgeIdentity]) throws(AgeError) -> SecretBytes {
    for identity in identities {
      guard let fileKey = try identity.fileKey(from: stanzas) else { continue }
      let expected = try FileKey.headerMAC(fileKey, over: authenticatedBytes.span.bytes)
      let matches = expected.withBytes { constantTimeEqual($0, mac.span.bytes) }
      guard matches else { throw .headerAuthenticationFailed }
      return fileKey
    }
    guard stanzas.contains(where: { $0.type == ScryptStanza.type }) else { throw .noIdentityMatched }
    throw identities.contains(where: \.isPassphrase) ? .wrongPassphrase : .passphraseNeeded
  }

  /// Checks what concerns the stanzas as a whole, before any of them is opened.
  func checkStanzas() throws(AgeError) {
    for stanza in stanzas {
      _ = try X25519Stanza(reading: stanza)
      guard try ScryptStanza(reading: stanza) != nil else { continue }
      guard stanzas.count == 1 else { throw .headerMalformed(.scryptNotAlone) }
    }
  }

  /// The header for these stanzas, complete with its MAC and last line end.
  static func encode(_ stanzas: [Stanza], fileKey: borrowing SecretBytes) throws(AgeError) -> [UInt8] {
    var bytes = authenticatedBytes(of: stanzas)
    let mac = try FileKey.headerMAC(fileKey, over: bytes.span.bytes)
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: Base64.encode(mac.bytes, padded: false).utf8)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// The part of a header that is under the MAC.
  static func authenticatedBytes(of stanzas: [Stanza]) -> [UInt8] {
    var bytes = versionLine
    for stanza in stanzas {
      bytes.append(contentsOf: "->".utf8)
      for argument in [stanza.type] + stanza.arguments {
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: argument.utf8)
      }
      bytes.append(UInt8(ascii: "\n"))
      // A body of a multiple of 48 bytes ends in an empty line, so there is always one more line than full ones.
      var rest = stanza.body[...]
      while rest.count >= Base64Length.lineBytes {
        bytes.append(
          contentsOf: Base64.encode(Array(rest.prefix(Base64Length.lineBytes)), padded: false).utf8)
        bytes.append(UInt8(ascii: "\n"))
        rest = rest.dropFirst(Base64Length.lineBytes)
      }
      bytes.append(contentsOf: Base64.encode(Array(rest), padded: false).utf8)
      bytes.append(UInt8(ascii: "\n"))
    }
    bytes.append(contentsOf: "---".utf8)
    return bytes
  }
}

/// Lengths of base64 in the header and in armor.
enum Base64Length {
  /// Bytes a full line carries.
  static let lineBytes = 48
  /// Characters of a full line.
  static let columns = 64
  /// Characters of a MAC, without padding.
  static let mac = 43
}
