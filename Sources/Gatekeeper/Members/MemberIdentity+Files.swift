import AgeFormat
package import StrongroomCrypto

/// Identity files in and out. Bytes only: reading and writing the file is the caller's.
extension MemberIdentity {
  /// A new identity, of 32 random bytes.
  package static func generate() throws(GateError) -> MemberIdentity {
    let identity: X25519Identity
    do { identity = try X25519Identity.generate() } catch { throw .crypto(.invalidKey) }
    return try MemberIdentity(identity)
  }

  /// Reads an identity file that holds exactly one identity.
  ///
  /// - Parameter passphrase: asked only if the file is protected.
  /// - Throws: `GateError.keyNotAvailable`, and whatever `passphrase` throws, unchanged.
  package convenience init(
    identityFile file: RawSpan, passphrase: () throws -> SecretBytes
  ) throws {
    let identities: [X25519Identity]
    if IdentityFile.isEncrypted(file) {
      let secret = try passphrase()
      do {
        identities = try IdentityFile.parseProtected(file, passphrase: secret)
      } catch AgeError.wrongPassphrase, AgeError.emptyPassphrase {
        throw GateError.keyNotAvailable(.wrongPassphrase)
      } catch {
        throw GateError.keyNotAvailable(.identityFileMalformed)
      }
    } else {
      do { identities = try IdentityFile.parse(file) } catch {
        throw GateError.keyNotAvailable(.identityFileMalformed)
      }
    }
    guard identities.count == 1 else { throw GateError.keyNotAvailable(.identityFileMalformed) }
    try self.init(identities[0])
  }

  package convenience init(
    identityFile file: borrowing SecretBytes, passphrase: () throws -> SecretBytes
  ) throws {
    try self.init(identityFile: file.bytes, passphrase: passphrase)
  }

  /// The identity file as `age-keygen` writes one, not protected.
  package func identityFile(created: Timestamp) -> SecretBytes {
    IdentityFile.write(identity, createdAt: created.text)
  }

  /// The identity file under a passphrase, as `age -p` writes one.
  package func protectedIdentityFile(
    created: Timestamp, passphrase: borrowing SecretBytes
  ) throws(GateError) -> [UInt8] {
    let file = identityFile(created: created)
    do { return try IdentityFile.protect(identityFile: file.bytes, passphrase: passphrase) } catch AgeError
      .emptyPassphrase
    {
      throw .invalidInput(.passphrase, .empty)
    } catch {
      throw .crypto(.invalidKey)
    }
  }
}
