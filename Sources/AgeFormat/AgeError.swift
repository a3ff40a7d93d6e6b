package import StrongroomCrypto

/// Everything that can go wrong with an age file, a key or an armored text.
///
/// The cases keep "not my key" (`noIdentityMatched`, `passphraseNeeded`, `wrongPassphrase`) apart from "broken"
/// (`headerMalformed`, `headerAuthenticationFailed`, `chunkRejected` and the rest), because the first asks for
/// another key and the second for a backup. No case carries bytes or text of a file, least of all of a key file.
package enum AgeError: Error, Hashable, Sendable {
  /// The header breaks the grammar of the age specification, or one of its stanzas breaks its own rules.
  case headerMalformed(HeaderFault)
  /// Somebody changed the header after it was written: the MAC does not fit, though a stanza opened.
  case headerAuthenticationFailed
  /// None of the identities opens any stanza of the file.
  case noIdentityMatched
  /// The file is sealed with a passphrase and no passphrase was given.
  case passphraseNeeded
  /// The file is sealed with a passphrase and none of those given opens it.
  case wrongPassphrase
  /// A chunk of the payload, counted from 0, was damaged, moved, cut or added.
  case chunkRejected(index: UInt64)
  /// The payload ended before its final chunk.
  case payloadTruncated
  /// Bytes follow the final chunk.
  case trailingData
  /// No age file with this header can have this length, in bytes.
  case impossibleLength(fileSizeBytes: Int)
  /// The file is not as long as the caller said it would be.
  case lengthMismatch
  /// The armor around the file is damaged, seen on this line, counted from 1.
  case armorMalformed(line: Int)
  /// Something an outsider controls is larger than we accept; refused before the memory or time was spent.
  case limitExceeded(AgeLimit, maximum: Int)
  /// A key or a line of a key file is refused. `line` counts from 1 and is nil for a key given by itself.
  case keyRefused(KeyFault, line: Int?)
  /// A key file without a single key.
  case keyFileEmpty
  /// Passphrases have at least one byte.
  case emptyPassphrase
  /// A file needs at least one recipient.
  case noRecipients
  /// A passphrase must be the only recipient of its file.
  case passphraseNotAlone
  /// OpenSSL refused a call that cannot fail on account of the file.
  case crypto(CryptoError)
}

/// Why a header was refused.
package enum HeaderFault: Hashable, Sendable {
  case version
  case truncated
  case line
  case emptyArgument
  case argumentCharacter
  case base64
  case bodyLine
  case macLine
  case x25519Stanza
  case weakSharedSecret
  case scryptStanza
  case scryptNotAlone
  case missingNonce
}

/// What was too large.
package enum AgeLimit: Hashable, Sendable {
  case headerBytes
  case headerLineBytes
  case stanzas
  case workFactor
  case plaintextBytes
  case keyFileBytes
  case armorWhitespaceBytes
}

/// Why a key was refused. Never says what the line contained.
package enum KeyFault: Hashable, Sendable {
  /// Nothing that looks like a key of age.
  case unrecognised
  /// The right kind of key, but wrong characters, checksum or length.
  case malformed
  /// A kind of key that exists and that Strongroom does not use.
  case unsupported(KeyKind)
  /// An identity where a recipient belongs, or the other way round.
  case misplaced(KeyKind)
}

/// The five ways an age file fails, in the words of the public test kit.
package enum AgeFailureClass: String, Hashable, Sendable, CaseIterable {
  case noMatch = "no match"
  case hmac = "HMAC failure"
  case header = "header failure"
  case payload = "payload failure"
  case armor = "armor failure"
}

extension AgeError {
  /// The class of the failure, or nil where the file was not at fault (a bad key, a call of OpenSSL).
  package var failureClass: AgeFailureClass? {
    switch self {
    case .headerMalformed: .header
    case .headerAuthenticationFailed: .hmac
    case .noIdentityMatched, .passphraseNeeded, .wrongPassphrase: .noMatch
    case .chunkRejected, .payloadTruncated, .trailingData, .impossibleLength, .lengthMismatch: .payload
    case .armorMalformed: .armor
    case .limitExceeded(let limit, _):
      switch limit {
      case .headerBytes, .headerLineBytes, .stanzas, .workFactor: .header
      case .plaintextBytes: .payload
      case .armorWhitespaceBytes: .armor
      case .keyFileBytes: nil
      }
    case .keyRefused, .keyFileEmpty, .emptyPassphrase, .noRecipients, .passphraseNotAlone, .crypto: nil
    }
  }
}

/// Runs calls of StrongroomCrypto and carries their error in ours.
func cryptoCall<R: ~Copyable>(_ body: () throws(CryptoError) -> R) throws(AgeError) -> R {
  do {
    return try body()
  } catch {
    throw .crypto(error)
  }
}
