import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

// The snapshot of the fold is written with `Codable`; these are the forms its foreign values take.

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

private func decodeBytes<T>(_ decoder: any Decoder, _ read: ([UInt8]) -> T?) throws -> T {
  let container = try decoder.singleValueContainer()
  guard let value = read(try container.decode([UInt8].self)) else {
    throw DecodingError.dataCorruptedError(in: container, debugDescription: "malformed")
  }
  return value
}

private func encodeBytes(_ bytes: [UInt8], to encoder: any Encoder) throws {
  var container = encoder.singleValueContainer()
  try container.encode(bytes)
}

extension VaultID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeBytes(decoder) { VaultID($0) } }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(bytes, to: encoder) }
}

extension KeyID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeBytes(decoder) { KeyID($0) } }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(bytes, to: encoder) }
}

extension ObjectID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeBytes(decoder) { ObjectID($0) } }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(bytes, to: encoder) }
}

extension EventID: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeBytes(decoder) { EventID($0) } }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(bytes, to: encoder) }
}

extension SHA256Digest: Codable {
  package init(from decoder: any Decoder) throws {
    self = try decodeBytes(decoder) { SHA256Digest($0) }
  }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(bytes, to: encoder) }
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
    self = try decodeBytes(decoder) { try? CompactRange(decoding: $0) }
  }
  package func encode(to encoder: any Encoder) throws { try encodeBytes(encoded(), to: encoder) }
}
