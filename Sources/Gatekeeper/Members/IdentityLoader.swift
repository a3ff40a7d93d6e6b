import AgeFormat
package import StrongroomCrypto

/// Identity files in and out. Bytes only: reading and writing the file is the caller's.
package enum IdentityLoader {
  /// A new identity and the identity file that keeps it, as `age-keygen` writes one.
  package static func generate() throws(GateError) -> MemberIdentity {
    do {
      return try MemberIdentity(try X25519Identity.generate())
    } catch let error as GateError {
      throw error
    } catch {
      throw .crypto(.invalidKey)
    }
  }

  /// Whether the file asks for a passphrase.
  package static func needsPassphrase(_ file: RawSpan) -> Bool { IdentityFile.isEncrypted(file) }

  /// Reads an identity file that holds exactly one identity.
  ///
  /// - Parameter passphrase: asked only if the file is protected; nil if there is nobody to ask.
  package static func parse(
    _ file: RawSpan, passphrase: (() throws(GateError) -> SecretBytes)?
  ) throws(GateError) -> MemberIdentity {
    let identities: [X25519Identity]
    do {
      if IdentityFile.isEncrypted(file) {
        guard let passphrase else { throw GateError.keyNotAvailable(.passphraseNeeded) }
        identities = try IdentityFile.parseProtected(file, passphrase: try passphrase())
      } else {
        identities = try IdentityFile.parse(file)
      }
    } catch let error as GateError {
      throw error
    } catch AgeError.wrongPassphrase, AgeError.emptyPassphrase {
      throw .keyNotAvailable(.wrongPassphrase)
    } catch {
      throw .keyNotAvailable(.identityFileMalformed)
    }
    guard identities.count == 1 else { throw .keyNotAvailable(.identityFileMalformed) }
    return try MemberIdentity(identities[0])
  }
}
