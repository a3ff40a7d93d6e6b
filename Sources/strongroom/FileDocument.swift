import Gatekeeper
import StrongroomCrypto
import VaultStore

/// A file on disk on its way into the vault.
final class FileDocument: DocumentInput {
  let name: String
  private let file: InputFile

  init(path: String) throws {
    name = path.split(separator: "/").last.map(String.init) ?? path
    do {
      file = try InputFile.open(at: path)
    } catch {
      throw CommandFailure.outside(path: path, error)
    }
  }

  var sizeBytes: Int { file.byteCount }

  func forEachChunk(_ body: (RawSpan) throws -> Void) throws {
    var buffer = PlaintextBuffer(capacity: 1 << 18)
    var offset = 0
    while offset < file.byteCount {
      buffer.removeAll()
      let wanted = min(buffer.capacity, file.byteCount - offset)
      try buffer.append(count: wanted) { room in
        guard try file.read(at: offset, into: &room) == wanted else {
          throw VaultStoreError.outside(.changedWhileReading)
        }
      }
      try body(buffer.bytes)
      offset += wanted
    }
    try file.checkUnchanged()
  }
}
