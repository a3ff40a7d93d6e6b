import StrongroomCrypto
import TransparencyLog

/// Two checkpoints of one log that cannot both be its history, or one under a first key that was not its first.
///
/// Both are signed, so together they prove to anybody that something was taken away or rewritten: they are kept, whatever is decided.
package struct LogConflict: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// The vault shows fewer entries than were there.
    case rolledBack = "rolled-back"
    /// It shows another history.
    case forked
    /// The log begins with another key.
    case keyChanged = "key-changed"
  }

  package let kind: Kind
  package let remembered: SeenHead
  package let found: SeenHead
  let rememberedNote: [UInt8]
  let foundNote: [UInt8]

  init(_ kind: Kind, remembered: VerifiedCheckpoint, found: UnverifiedCheckpoint) {
    self.kind = kind
    self.remembered = SeenHead(size: remembered.checkpoint.size, root: remembered.checkpoint.root)
    self.found = SeenHead(size: found.claimed.size, root: found.claimed.root)
    rememberedNote = remembered.signedNote
    foundNote = found.signedNote
  }

  /// What to keep: both signed checkpoints, word for word.
  package var evidence: [UInt8] {
    Array("strongroom-evidence/v1\n\(kind.rawValue)\n\nThe checkpoint accepted before:\n\n".utf8)
      + rememberedNote + Array("\nThe checkpoint found in the vault now:\n\n".utf8) + foundNote
  }

  /// Tells this conflict from others: 16 hexadecimal digits.
  package var name: String { String(SHA256.digest(of: evidence).hex.prefix(16)) }
}
