import StrongroomCrypto

/// A note that parses. No signature has been checked: the only way on is `verified(by:)`.
///
/// Spec: C2SP signed-note.
package struct UnverifiedNote: Hashable, Sendable {
  /// Longest note read, in bytes: room for the largest checkpoint with 100 post-quantum signatures.
  package static let maximumBytes = 512 * 1024
  package static let maximumSignatures = 100

  /// Ends in a newline. May itself contain blank lines: the last one in the note is the boundary.
  package let text: String
  package let signatures: [NoteSignature]

  /// Reads a note: UTF-8, no byte below 0x20 but newlines, text, blank line, 1 to 100 signature lines, each strict.
  ///
  /// - Throws: `.noteTooLarge`, `.noteMalformed`. The size is looked at before anything is copied.
  package init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
    guard bytes.count <= Self.maximumBytes else { throw .noteTooLarge(limitBytes: Self.maximumBytes) }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == LogText.newline }) else {
      throw .noteMalformed(.controlByte)
    }
    guard bytes.last == LogText.newline else { throw .noteMalformed(.noFinalNewline) }
    guard let boundary = Self.lastBlankLine(of: bytes), boundary < bytes.count else {
      throw .noteMalformed(.noSignatureBlock)
    }
    guard let text = String(validating: bytes[..<(boundary - 1)], as: UTF8.self) else {
      throw .noteMalformed(.notUTF8)
    }
    self.text = text
    signatures = try Self.parseSignatures(bytes[boundary...])
  }

  /// Index of the first byte after the last `\n\n`.
  private static func lastBlankLine(of bytes: [UInt8]) -> Int? {
    var index = bytes.count - 1
    while index > 0 {
      if bytes[index] == LogText.newline, bytes[index - 1] == LogText.newline { return index + 1 }
      index -= 1
    }
    return nil
  }

  private static func parseSignatures(
    _ block: ArraySlice<UInt8>
  ) throws(TransparencyLogError) -> [NoteSignature] {
    let lines = LogText.lines(block)
    guard lines.count <= maximumSignatures else {
      throw .noteMalformed(.tooManySignatures(limit: maximumSignatures))
    }
    var signatures = [NoteSignature]()
    for (number, line) in lines.enumerated() {
      guard let signature = NoteSignature(parsing: line) else {
        throw .noteMalformed(.signatureLine(number + 1))
      }
      signatures.append(signature)
    }
    return signatures
  }

  /// Checks every line that claims one of `keys` and ignores the lines of strangers.
  ///
  /// That some known key signed does not mean that the key a caller has in mind did: look at `VerifiedNote.signatures`, or use
  /// `UnverifiedCheckpoint.verified`, which does.
  ///
  /// - Throws: `.signatureInvalid` when a line of a known name and key ID does not verify, even beside good ones;
  ///   `.noKnownSignature` when no line belongs to `keys`; `.keysAmbiguous`.
  package func verified(by keys: [VerifierKey]) throws(TransparencyLogError) -> VerifiedNote {
    var known = [KeyLabel: VerifierKey]()
    for key in keys {
      let label = KeyLabel(name: key.name, keyID: key.keyID)
      if let other = known.updateValue(key, forKey: label), other != key {
        throw .keysAmbiguous(name: key.name)
      }
    }
    var verified = [VerifiedNote.Signature]()
    var seen = Set<NoteSignature>()
    for signature in signatures where seen.insert(signature).inserted {
      let label = KeyLabel(name: signature.name, keyID: signature.keyID)
      guard let key = known[label] else { continue }
      guard let checked = VerifiedNote.Signature(checking: signature, by: key, text: text) else {
        throw .signatureInvalid(name: key.name)
      }
      verified.append(checked)
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return VerifiedNote(text: text, signatures: Self.onePerKey(verified, order: keys))
  }

  /// One key counts once, however often it signed; of several cosignatures the latest stands.
  private static func onePerKey(
    _ signatures: [VerifiedNote.Signature], order: [VerifierKey]
  ) -> [VerifiedNote.Signature] {
    var latest = [VerifierKey: VerifiedNote.Signature]()
    for signature in signatures where (latest[signature.key]?.time ?? 0) <= (signature.time ?? 0) {
      latest[signature.key] = signature
    }
    return order.compactMap { latest.removeValue(forKey: $0) }
  }

  private struct KeyLabel: Hashable {
    let name: String
    let keyID: UInt32
  }
}
