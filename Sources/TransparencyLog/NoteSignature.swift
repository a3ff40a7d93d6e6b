import StrongroomCrypto

/// One signature line of a note: `— name base64(key ID || signature)`.
package struct NoteSignature: Hashable, Sendable {
  package let name: String
  package let keyID: UInt32
  /// What the algorithm makes of it: 64 bytes for Ed25519, 8 bytes of time before them for a cosignature, anything of at least
  /// one byte for algorithms unknown here.
  package let signature: [UInt8]

  /// Em dash U+2014 and a space; a hyphen is not one.
  static let prefix: [UInt8] = [0xE2, 0x80, 0x94, 0x20]

  init(name: String, keyID: UInt32, signature: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// Reads a line, given without its newline; nil if it is none.
  init?(parsing line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.prefix),
      let (nameBytes, base64) = LogText.cut(line.dropFirst(Self.prefix.count)),
      let name = String(validating: nameBytes, as: UTF8.self), VerifierKey.isValidName(name),
      let decoded = Base64.decode(base64, padded: true), decoded.count > 4
    else { return nil }
    self.name = name
    keyID = decoded[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    signature = Array(decoded[4...])
  }

  /// The line, newline included.
  package var line: String {
    let id = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyID >> UInt32($0)) }
    return "\u{2014} \(name) \(Base64.encode(id + signature, padded: true))\n"
  }
}
