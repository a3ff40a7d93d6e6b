import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

// The snapshot of the fold is written with `Codable`; these are the forms its foreign values take, all of them text.

private func decodeText<T>(_ decoder: any Decoder, _ read: (String) -> T?) throws -> T {
  let container = try decoder.singleValueContainer()
  guard let value = read(try container.decode(String.self)) else {
    throw DecodingError.dataCorruptedError(in: container, debugDescription: "malformed")
  }
  return value
}

private func encodeText(_ text: String, to encoder: any Encoder) throws {
  var container = encoder.singleValueContainer()
  try container.encode(text)
}

extension VaultID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeText(decoder) { VaultID(hex: $0) } }
  package func encode(to encoder: any Encoder) throws { try encodeText(hex, to: encoder) }
}

extension KeyID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeText(decoder) { KeyID(hex: $0) } }
  package func encode(to encoder: any Encoder) throws { try encodeText(hex, to: encoder) }
}

extension ObjectID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeText(decoder) { ObjectID(hex: $0) } }
  package func encode(to encoder: any Encoder) throws { try encodeText(hex, to: encoder) }
}

extension EventID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeText(decoder) { EventID(hex: $0) } }
  package func encode(to encoder: any Encoder) throws { try encodeText(hex, to: encoder) }
}

extension SHA256Digest: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decodeText(decoder) { SHA256Digest(hex: $0) }
  }
  package func encode(to encoder: any Encoder) throws { try encodeText(hex, to: encoder) }
}

extension X25519Recipient: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decodeText(decoder) { try? X25519Recipient(parsing: $0) }
  }
  package func encode(to encoder: any Encoder) throws { try encodeText(text, to: encoder) }
}

extension VerifierKey: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decodeText(decoder) { try? VerifierKey(parsing: $0) }
  }
  package func encode(to encoder: any Encoder) throws { try encodeText(text, to: encoder) }
}

extension CompactRange: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decodeText(decoder) { text in
      Base64.decode(text.utf8, padded: true).flatMap { try? CompactRange(decoding: $0) }
    }
  }
  package func encode(to encoder: any Encoder) throws {
    try encodeText(Base64.encode(encoded(), padded: true), to: encoder)
  }
}
