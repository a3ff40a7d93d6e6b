import AgeFormat
import StrongroomCrypto
import TransparencyLog
import VaultStore

/// The keys one member's identity opens: for custodians all of them, for everybody else the ledger's only.
final class VaultKeys: Sendable {
  let ledger: LedgerKey
  let signer: NoteSigner
  let origin: String
  /// Opens the children's key files; nil for members who are no custodians.
  let epoch: X25519Identity?

  /// There is one epoch so far: rotation comes later.
  static let epochNumber = 1
  /// An identity file or a ledger key file is a few hundred bytes.
  static let limitBytes = 16_384

  init(ledger: LedgerKey, signer: NoteSigner, origin: String, epoch: X25519Identity?) {
    self.ledger = ledger
    self.signer = signer
    self.origin = origin
    self.epoch = epoch
  }

  /// Opens what `identity` opens, and compares it with what the vault says of itself.
  ///
  /// - Throws: `.keyNotAvailable(.opensNothingHere)`; `.integrity` naming the file that is missing, damaged or foreign.
  static func open(
    _ description: VaultDescription, files: any NamedFileStorage, identity: X25519Identity
  ) async throws(GateError) -> VaultKeys {
    let epoch = try await openIdentity(.epochIdentity(epochNumber), with: identity, from: files)
    let name = VaultFileName.ledgerKey(epochNumber)
    guard let text = try await open(name, with: epoch ?? identity, from: files) else {
      // A custodian's epoch key that does not open the ledger's file: the two files are not of one vault.
      if epoch != nil { throw .integrity(.file(name.displayName, .swapped)) }
      throw .keyNotAvailable(.opensNothingHere)
    }
    return try read(text, name: name, description: description, epoch: epoch)
  }

  private static func read(
    _ text: borrowing SecretBytes, name: VaultFileName, description: VaultDescription,
    epoch: X25519Identity?
  ) throws(GateError) -> VaultKeys {
    let ledger: LedgerKey
    let signer: NoteSigner
    let origin: String
    do {
      let file = try LedgerKeyFile.parse(text.bytes)
      ledger = file.key
      origin = file.origin
      signer = try NoteSigner(
        name: file.origin, key: Ed25519SigningKey(seed: file.signingSeed.duplicate()))
    } catch {
      throw .integrity(.file(name.displayName, .malformed))
    }
    guard origin == description.origin, signer.verifierKey.text == description.verifierKeys.last else {
      throw .integrity(.file(VaultFileName.description.displayName, .swapped))
    }
    return VaultKeys(ledger: ledger, signer: signer, origin: origin, epoch: epoch)
  }

  /// An identity kept in a key file; nil if `identity` does not open it.
  static func openIdentity(
    _ name: VaultFileName, with identity: X25519Identity, from files: any NamedFileStorage
  ) async throws(GateError) -> X25519Identity? {
    guard let text = try await open(name, with: identity, from: files) else { return nil }
    guard let identities = try? IdentityFile.parse(text.bytes), identities.count == 1 else {
      throw .integrity(.file(name.displayName, .malformed))
    }
    return identities[0]
  }

  private static func open(
    _ name: VaultFileName, with identity: X25519Identity, from files: any NamedFileStorage
  ) async throws(GateError) -> SecretBytes? {
    let sealed: [UInt8]?
    do { sealed = try await files.read(name) } catch { throw GateError(error) }
    guard let sealed else { throw .integrity(.file(name.displayName, .missing)) }
    do { return try Age.open(sealed, identities: [identity], limit: limitBytes) } catch .noIdentityMatched {
      return nil
    } catch {
      throw .integrity(.file(name.displayName, .damaged))
    }
  }

  /// Seals an identity to recipients, as the content of a key file.
  static func seal(
    _ identity: X25519Identity, to recipients: [X25519Recipient], at: Timestamp
  ) throws(GateError) -> [UInt8] {
    let text = IdentityFile.write(identity, createdAt: at.text)
    do { return try Age.seal(text.bytes, to: recipients) } catch { throw .crypto(.invalidKey) }
  }

  /// The ledger key file's content, sealed.
  static func seal(
    _ file: borrowing LedgerKeyFile, to recipients: [X25519Recipient]
  ) throws(GateError) -> [UInt8] {
    let text = file.text()
    do { return try Age.seal(text.bytes, to: recipients) } catch { throw .crypto(.invalidKey) }
  }
}

extension VaultFileName {
  /// Relative to the vault, for messages.
  var displayName: String { (try? relativePath) ?? "?" }
}
