package import AgeFormat
import StrongroomCrypto

/// A recovery key in shares, with no cryptography but age's.
///
/// The recovery key is an age identity, R. So is each share. For each choice of as many shares as are needed there is one file: R's
/// identity file, sealed to the last share of the choice, that age file sealed to the one before it, and so on to the first. Whoever
/// has the shares of one choice opens its file layer by layer, with `age` and nothing else; with one share fewer, a layer stays shut.
package struct RecoverySet: Sendable {
  package let shape: RecoveryShape
  /// R. Also signs the entry by which a vault without custodians gets a new one.
  package let key: MemberIdentity
  /// Share 1 first.
  package let shares: [X25519Identity]
  /// The sealed file of each choice, by its name.
  package let files: [String: [UInt8]]

  /// Bytes of a set file at most: ten layers around an identity file.
  package static let fileLimit = 16_384

  package static func make(_ shape: RecoveryShape, at: Timestamp) throws(GateError) -> RecoverySet {
    do {
      let key = try X25519Identity.generate()
      let shares = try (0..<shape.count).map { _ in try X25519Identity.generate() }
      var files: [String: [UInt8]] = [:]
      for choice in shape.choices {
        let text = IdentityFile.write(key, createdAt: at.text)
        var sealed: [UInt8]?
        for share in choice.reversed() {
          let recipients = [shares[share - 1].recipient]
          if let inner = sealed {
            sealed = try Age.seal(inner.span.bytes, to: recipients)
          } else {
            sealed = try Age.seal(text.bytes, to: recipients)
          }
        }
        files[RecoveryShape.name(of: choice)] = sealed
      }
      return RecoverySet(shape: shape, key: try MemberIdentity(key), shares: shares, files: files)
    } catch let error as GateError {
      throw error
    } catch {
      throw .crypto(.invalidKey)
    }
  }

  /// Opens one choice's file with its shares, in whatever order they are given.
  ///
  /// - Returns: R; nil if the shares are not those of this file, or one is missing.
  /// - Throws: `.recovery(.damagedSet)` for a file that is no set file, or damaged.
  package static func open(
    _ file: [UInt8], with shares: [X25519Identity]
  ) throws(GateError) -> X25519Identity? {
    guard file.count <= fileLimit else { throw .recovery(.damagedSet) }
    var layer = SecretBytes.copying(file.span.bytes)
    for _ in 0..<RecoveryShape.largestCount {
      do {
        let opened = try Age.open(layer.bytes, identities: shares, limit: fileLimit)
        layer = opened
      } catch .noIdentityMatched {
        return nil
      } catch {
        throw .recovery(.damagedSet)
      }
      if let found = try? IdentityFile.parse(layer.bytes) { return found.first }
    }
    throw .recovery(.damagedSet)
  }

  /// Reads a share as it stands on its sheet, or as somebody typed it off one: lines beginning with `#` are passed over, blanks and
  /// line ends too, and small letters count as capitals. A wrong letter is noticed by the key's own checksum.
  ///
  /// - Throws: `.recovery(.notAShare)`.
  package static func readShare(_ text: RawSpan) throws(GateError) -> X25519Identity {
    var key = PlaintextBuffer(capacity: 74)
    var isComment = false
    var isLineStart = true
    for offset in 0..<text.byteCount {
      let byte = text.byte(at: offset)
      if byte == 0x0A || byte == 0x0D {
        isLineStart = true
        isComment = false
        continue
      }
      if isLineStart, byte == UInt8(ascii: "#") { isComment = true }
      if byte == 0x20 || byte == 0x09 { continue }
      isLineStart = false
      if isComment { continue }
      guard !key.isFull else { throw .recovery(.notAShare) }
      key.append(count: 1) { $0.setByte((0x61...0x7A).contains(byte) ? byte - 0x20 : byte, at: 0) }
    }
    do { return try X25519Identity(parsing: key.bytes) } catch { throw .recovery(.notAShare) }
  }
}

extension RecoverySet: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "RecoverySet(\(shape))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What is wrong with what was given for a recovery.
package enum RecoveryFault: Hashable, Sendable {
  /// The file holds no share.
  case notAShare
  /// The same share was given twice.
  case sameShareTwice
  /// These shares do not open any of the set files given: too few, or of different sets.
  case sharesDoNotFit
  /// A set file is damaged.
  case damagedSet
  /// The recovery key is whole, but the vault is not sealed to it: a later set took its place.
  case notThisVaults
  /// The vault has no recovery set that can take it over.
  case noSet
}
