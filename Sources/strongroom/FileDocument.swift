import Gatekeeper
import VaultStore

/// A file on disk on its way into the vault.
final class FileDocument: DocumentInput {
  let name: String
  private let file: InputFile

  init(path: String) throws {
    name = Self.name(path)
    do {
      file = try InputFile.open(at: path)
    } catch {
      throw CommandFailure.outside(path: path, error)
    }
  }

  /// A file beneath a folder, wherever links lead.
  ///
  /// - Throws: `VaultStoreError.outside`.
  init(path: String, beneath folder: InputFolder) throws {
    name = Self.name(path)
    file = try folder.open(path)
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  var sizeBytes: Int { file.byteCount }

  func read(at offset: Int, into room: inout MutableRawSpan) throws {
    let wanted = room.byteCount
    guard try file.read(at: offset, into: &room) == wanted else {
      throw VaultStoreError.outside(.changedWhileReading)
    }
  }

  func checkUnchanged() throws { try file.checkUnchanged() }
}
