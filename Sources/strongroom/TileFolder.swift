import Foundation
import Gatekeeper
import TransparencyLog

/// A folder that a public log is written to.
struct TileFolder: TileWriter {
  private let root: URL

  init(path: String) throws {
    root = URL(fileURLWithPath: path, isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure.cannotWrite(path: path, errno: EACCES)
    }
  }

  mutating func write(path: String, bytes: [UInt8]) throws {
    let file = root.appendingPathComponent(path)
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file, options: .atomic)
    } catch {
      throw CommandFailure.cannotWrite(path: file.path, errno: EIO)
    }
  }
}
