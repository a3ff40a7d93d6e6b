package import StrongroomCrypto

/// The text file a person keeps their private key in, and its passphrase-protected form.
///
/// One identity a line; empty lines and lines that start with "#" are skipped; nothing is trimmed but a carriage
/// return at the end. The protected form is an age file, binary or armored, sealed with a passphrase alone.
package enum IdentityFile {
  /// Larger files are refused unread.
  package static let maximumByteCount = 16 * 1_024 * 1_024

  /// - Returns: one or more identities, in the order of the file.
  /// - Throws: `AgeError.keyRefused` with the line, never its text; `.keyFileEmpty`; `.limitExceeded(.keyFileBytes, …)`.
  package static func parse(_ bytes: RawSpan) throws(AgeError) -> [X25519Identity] {
    var identities: [X25519Identity] = []
    var lines = try KeyFileLines(bytes)
    while let range = lines.next(in: bytes) {
      do {
        identities.append(try X25519Identity(parsing: bytes.extracting(range)))
      } catch {
        throw error.onLine(lines.number)
      }
    }
    guard !identities.isEmpty else { throw .keyFileEmpty }
    return identities
  }

  /// The file for one identity, as `age-keygen` writes it: two comment lines and the key.
  ///
  /// - Parameter createdAt: an RFC 3339 time for the first comment, without control characters.
  package static func write(_ identity: X25519Identity, createdAt: String) -> SecretBytes {
    precondition(createdAt.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "the time stands in a comment line")
    let comments = Array("# created: \(createdAt)\n# public key: \(identity.recipient.text)\n".utf8)
    let key = identity.encodedText()
    return join(comments, key)
  }

  private static func join(_ comments: [UInt8], _ key: borrowing SecretBytes) -> SecretBytes {
    let keyBytes = key.bytes
    let count = comments.count + keyBytes.byteCount + 1
    return SecretBytes.filling(count: count) { file in
      file.copyBytes(comments.span.bytes)
      file.copyBytes(keyBytes, at: comments.count)
      file.setByte(UInt8(ascii: "\n"), at: count - 1)
    }
  }

  /// Whether the file is protected, told by its first bytes.
  package static func isEncrypted(_ bytes: RawSpan) -> Bool {
    bytes.hasPrefix("age-encryption") || Armor.isArmored(bytes)
  }

  /// Opens a protected identity file.
  ///
  /// - Parameter maximumLog2N: the largest scrypt work factor to accept, as a binary logarithm.
  /// - Throws: `AgeError.wrongPassphrase`; `.noIdentityMatched` for a file that is sealed to a key and not to a
  ///   passphrase; whatever `parse` throws for the text inside.
  package static func parseProtected(
    _ bytes: RawSpan, passphrase: borrowing SecretBytes,
    maximumLog2N: Int = ScryptIdentity.standardMaximumLog2N
  ) throws(AgeError) -> [X25519Identity] {
    // Base64 and line ends make armor longer than its content by less than a half.
    let limit = maximumByteCount + maximumByteCount / 2
    guard bytes.byteCount <= limit else { throw .limitExceeded(.keyFileBytes, maximum: maximumByteCount) }
    let identity = try ScryptIdentity(passphrase: passphrase.duplicate(), maximumLog2N: maximumLog2N)
    if Armor.isArmored(bytes) {
      let text = try Age.openArmored(bytes, identities: [identity], limit: maximumByteCount)
      return try parse(text.bytes)
    }
    let text = try Age.open(bytes, identities: [identity], limit: maximumByteCount)
    return try parse(text.bytes)
  }

  /// Protects the text of an identity file with a passphrase.
  ///
  /// - Parameter log2N: binary logarithm of the scrypt work factor.
  package static func protect(
    identityFile: RawSpan, passphrase: borrowing SecretBytes,
    log2N: Int = ScryptRecipient.standardLog2N, armored: Bool = false
  ) throws(AgeError) -> [UInt8] {
    let recipient = try ScryptRecipient(passphrase: passphrase.duplicate(), log2N: log2N)
    if armored { return try Age.sealArmored(identityFile, to: [recipient]) }
    return try Age.seal(identityFile, to: [recipient])
  }
}

/// Walks the lines of a key file that are neither empty nor comments.
struct KeyFileLines {
  /// The line found last, counted from 1.
  private(set) var number = 0
  private var offset = 0

  init(_ bytes: RawSpan) throws(AgeError) {
    guard bytes.byteCount <= IdentityFile.maximumByteCount else {
      throw .limitExceeded(.keyFileBytes, maximum: IdentityFile.maximumByteCount)
    }
  }

  /// The bytes of the next line that should hold a key, or nil at the end.
  mutating func next(in bytes: RawSpan) -> Range<Int>? {
    while offset < bytes.byteCount {
      let start = offset
      while offset < bytes.byteCount, bytes.byte(at: offset) != UInt8(ascii: "\n") { offset += 1 }
      var stop = offset
      offset += 1
      number += 1
      if stop > start, bytes.byte(at: stop - 1) == UInt8(ascii: "\r") { stop -= 1 }
      if stop > start, bytes.byte(at: start) != UInt8(ascii: "#") { return start..<stop }
    }
    return nil
  }
}
