import StrongroomCrypto
package import TransparencyLog
import VaultStore

/// A witness's folder:
///
///     witness.key            32 bytes, an Ed25519 seed; mode 0600, no passphrase: whoever reads it can cosign in this name
///     state/witness.vkey     the public half
///     state/<hex>            one log each (`LogRecord`)
///     state/<hex>.conflict   the first checkpoint of that log that contradicts what it signed before
///     lock  tmp/
extension Witness {
  static let keyFile = "witness.key"
  static let verifierKeyFile = LogRecord.folder + "/witness.vkey"

  /// Makes a witness in a new or empty folder. The vkey comes last: a folder without it is no witness.
  ///
  /// - Parameter name: how others will know it, in the manner of a URL without scheme.
  /// - Throws: `.log(.keyNameInvalid)`; `.store(.alreadyExists)` if the folder holds anything.
  package static func create(at path: String, name: String) throws(WitnessError) -> VerifierKey {
    let result: Result<VerifierKey, WitnessError>
    do throws(CryptoError) {
      let seed = try SecretBytes.random(count: Ed25519SigningKey.seedByteCount)
      let key = try Ed25519SigningKey(seed: seed.duplicate())
      result = write(seed, key, name: name, at: path)
    } catch {
      throw .cryptography
    }
    return try result.get()
  }

  private static func write(
    _ seed: borrowing SecretBytes, _ key: Ed25519SigningKey, name: String, at path: String
  ) -> Result<VerifierKey, WitnessError> {
    let verifierKey: VerifierKey
    do { verifierKey = try Cosigner(name: name, key: key).verifierKey } catch { return .failure(.log(error)) }
    do throws(VaultStoreError) {
      let folder = try PrivateFolder.open(at: path)
      guard try folder.isEmpty() else { throw .alreadyExists("") }
      var file = try OutputFile.create(at: path + "/" + keyFile)
      try file.write(seed.bytes)
      try file.commit()
      try folder.replace(verifierKeyFile, Array((verifierKey.text + "\n").utf8))
    } catch {
      return .failure(.store(error))
    }
    return .success(verifierKey)
  }

  /// - Throws: `.notAWitness`; `.keyMismatch` if key and vkey do not belong together.
  package static func open(
    at path: String, now: @escaping @Sendable () -> UInt64
  ) throws(WitnessError) -> Witness {
    let folder: PrivateFolder
    let text: [UInt8]
    let signing: Ed25519SigningKey
    do throws(VaultStoreError) {
      folder = try PrivateFolder.open(at: path, making: false)
      guard let found = try folder.read(verifierKeyFile, limit: 4096) else {
        throw .missing(verifierKeyFile)
      }
      text = found
      signing = try readKey(at: path + "/" + keyFile)
    } catch .missing {
      throw .notAWitness
    } catch {
      throw .store(error)
    }
    guard let key = try? VerifierKey(parsing: String(decoding: text.dropLast(), as: UTF8.self)),
      let cosigner = try? Cosigner(name: key.name, key: signing), cosigner.verifierKey == key
    else { throw .keyMismatch }
    return Witness(folder: folder, cosigner: cosigner, now: now)
  }

  private static func readKey(at path: String) throws(VaultStoreError) -> Ed25519SigningKey {
    let file = try InputFile.open(at: path)
    guard file.byteCount == Ed25519SigningKey.seedByteCount else { throw .malformed(name: keyFile, line: 0) }
    let seed = try SecretBytes.filling(count: file.byteCount) { (room) throws(VaultStoreError) in
      _ = try file.read(at: 0, into: &room)
    }
    do { return try Ed25519SigningKey(seed: seed) } catch { throw .cryptography }
  }
}
