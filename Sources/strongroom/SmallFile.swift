import StrongroomCrypto
import VaultStore

/// The small files a person names: keys, cards.
enum SmallFile {
  /// The most that is read of one, in bytes.
  static let maximumByteCount = 1 << 20

  static func readText(_ path: String) throws -> String {
    let bytes = try readSecret(path)
    guard let text = String(validating: [UInt8](copying: bytes.bytes), as: UTF8.self) else {
      throw CommandFailure.notText(path: path)
    }
    return text
  }

  /// Reads a file straight into memory that is wiped.
  static func readSecret(_ path: String) throws -> SecretBytes {
    try read(path, limit: maximumByteCount)
  }

  /// - Parameter limit: bytes; a larger file is refused before memory is taken.
  static func read(_ path: String, limit: Int) throws -> SecretBytes {
    do {
      let file = try InputFile.open(at: path)
      let count = file.byteCount
      guard count <= limit else {
        throw CommandFailure.fileTooLarge(path: path, limitBytes: limit)
      }
      return try SecretBytes.filling(count: count) { (room) throws(VaultStoreError) in
        _ = try file.read(at: 0, into: &room)
      }
    } catch let error as VaultStoreError {
      throw CommandFailure.outside(path: path, error)
    }
  }

  /// Checks that a new file can be made there; makes none.
  static func checkFree(_ path: String) throws {
    do {
      _ = try OutputFile.create(at: path)
    } catch {
      throw CommandFailure.outside(path: path, error)
    }
  }

  /// Writes a new file, readable by its owner only; never over another.
  static func create(_ path: String, _ bytes: RawSpan) throws {
    do {
      var file = try OutputFile.create(at: path)
      try file.write(bytes)
      try file.commit()
    } catch {
      throw CommandFailure.outside(path: path, error)
    }
  }
}
